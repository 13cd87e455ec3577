"""What a plugin asks the host to send, what comes back, and how a secret travels between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

MASK = "***"


class Secret:
    """A value that shows itself only when asked.

    >>> key = Secret("promoter-test-key")
    >>> f"{key} {key!r}"
    "*** Secret('***')"
    >>> key.reveal()
    'promoter-test-key'
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value itself: for the wire only, never for a log."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({MASK!r})"

    def __str__(self) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> str:
        raise TypeError("A Secret is not pickled: hand its reference (env or file) on instead.")


@dataclass(frozen=True, slots=True)
class Authorization:
    """The Authorization header, its credentials kept out of sight.

    Attributes:
        scheme: ``Token``, ``Basic``, ``Bearer``, …
        credentials: What follows the scheme, encoded as the scheme wants it.
    """

    scheme: str
    credentials: Secret

    def masked(self) -> str:
        """Return the header's value with the credentials hidden."""
        return f"{self.scheme} {MASK}"

    def reveal(self) -> str:
        """Return the header's value as it goes over the wire."""
        return f"{self.scheme} {self.credentials.reveal()}"


class Request(NamedTuple):
    """One HTTP call that a plugin asks for; the host makes it.

    A named tuple: made for every event, at a third of what a frozen dataclass of so many fields costs.

    Attributes:
        kind: The plugin's own name for this call, such as ``contact`` or ``survey``; for reports.
        method: HTTP method.
        url: The whole address, without credentials.
        body: A JSON value, sent as UTF-8 JSON; ``None`` for no body.
        headers: Without secrets. ``content-type`` is added where there is a body.
        authorization: Kept apart from the headers, so that requests can be shown and stored.
    """

    kind: str
    method: str
    url: str
    body: Any = None
    headers: Mapping[str, str] = MappingProxyType({})
    authorization: Authorization | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """What the destination answered.

    Attributes:
        status: HTTP status.
        headers: Names in lower case.
        body: The first bytes of the body; the host caps it (64 KiB).
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

"""What the doors need of whatever is behind them: a place that keeps events, and word of its health."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any, NamedTuple, Protocol

from event_router.outcomes import Dropped, Event, Reason, Rejected

# What is left of an item that cannot be kept as a whole, at most: values, and the length of each and of its name.
_MOST, _LONGEST = 50, 1000


class Accepted(NamedTuple):
    """One event that is to be stored.

    Attributes:
        event: Canonical, with ``receivedAt``.
        dropped: What did not fit into the canonical event.
        source: Name of the source; ``-`` where none is configured.
        destination: The only destination it is for; ``None`` for all.
    """

    event: Event
    dropped: tuple[Dropped, ...]
    source: str
    destination: str | None = None


class Refused(NamedTuple):
    """An item of a batch that is no event: kept as dead letter, so that nothing is lost silently.

    Attributes:
        raw: The JSON value as it came, without ``writeKey``.
        outcome: Why it is no event.
        source: Name of the source; ``-`` where none is configured.
        cut: Whether only the short, plain values at its top are left.
    """

    raw: Any
    outcome: Rejected
    source: str
    cut: bool = False

    def shortened(self) -> Refused:
        """Return what can be kept of an item that is too deep or too long: the short, plain values at its top."""
        values = self.raw.items() if isinstance(self.raw, dict) else ()
        plain = dict(islice(filter(_is_short, values), _MOST))
        return self._replace(raw=plain or None, cut=True)


def _is_short(pair: tuple[str, Any]) -> bool:
    return not any(isinstance(one, dict | list) or (isinstance(one, str) and len(one) > _LONGEST) for one in pair)


class Unavailable(Exception):  # noqa: N818  # A state that passes, no error.
    """The engine cannot take events now.

    Attributes:
        code: Stable and dotted.
        message: What happened, and what to do next.
        retry_after: Seconds after which trying again makes sense.
    """

    def __init__(self, code: str, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_after = retry_after


class Store(Protocol):
    """Keeps events."""

    async def accept(self, accepted: Sequence[Accepted], refused: Sequence[Refused] = ()) -> None:
        """Return once all are stored and acknowledged.

        Raises ``Unavailable``; then none may be taken for stored, and trying again is safe.
        """
        ...


class Health(Protocol):
    """Says how the router is."""

    async def ready(self) -> Reason | None:
        """Return why it takes no events now; ``None`` where it does."""
        ...

    async def metrics(self) -> bytes:
        """Return its figures as Prometheus text."""
        ...

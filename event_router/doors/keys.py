"""Who may send: write keys of sources, or anybody on this machine while there are none."""

from __future__ import annotations

import hmac
from base64 import b64decode
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import parse_qs

from starlette.types import Scope

from event_router.doors.answers import DoorError, Headers
from event_router.doors.settings import Source

#: Name of the source where none is configured.
ANYBODY = "-"

_FORWARDED = (b"forwarded", b"x-forwarded-for")


class Keyring:
    """The sources' write keys."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._keys = tuple((source.write_key.reveal().encode(), source.name) for source in sources)

    def admit(self, key: str | None, scope: Scope, headers: Headers) -> str:
        """Return the name of the source that a key belongs to. Raises ``DoorError``."""
        if not self._keys:
            return _neighbour(scope, headers)
        name = self._owner(key.encode("utf-8", "surrogatepass")) if key else None
        if name is None:
            raise unknown_key()
        return name

    def early(self, scope: Scope, headers: Headers) -> str | None:
        """Return the source where that is known before the body, ``None`` where the body may tell. Raises ``DoorError``."""
        key = presented(scope, headers)
        return None if key is None and self._keys else self.admit(key, scope, headers)

    def _owner(self, key: bytes) -> str | None:
        found = None
        for known, name in self._keys:  # All of them, so that the time taken tells nothing.
            if hmac.compare_digest(known, key):
                found = name
        return found


def unknown_key() -> DoorError:
    """Return the error for a write key that no source has."""
    # Without WWW-Authenticate, for which browsers would ask their users for a password.
    return DoorError(
        401,
        "door.unknown_key",
        "No source has this write key, or none was sent. Send a key of [sources] as user name of HTTP Basic, or as writeKey.",
    )


def presented(scope: Scope, headers: Headers) -> str | None:
    """Return the write key that a request shows outside of its body."""
    key = basic_user(headers.get(b"authorization", b""))
    query = scope["query_string"]
    if key is None and query:
        key = parse_qs(query.decode("latin-1")).get("writeKey", [None])[-1]
    return key


def basic_user(header: bytes) -> str | None:
    """Return the user name of HTTP Basic; ``None`` for another scheme, for nonsense and for an empty name."""
    scheme, _, credentials = header.partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        return b64decode(credentials).decode().partition(":")[0] or None
    except ValueError:
        return None


def _neighbour(scope: Scope, headers: Headers) -> str:
    client = scope.get("client")
    if not any(name in headers for name in _FORWARDED) and (not client or is_loopback(client[0])):
        return ANYBODY
    raise DoorError(
        403,
        "door.no_sources",
        "The router has no sources, so it takes events from its own machine only. Add [sources.NAME] with a write_key.",
    )


@lru_cache(maxsize=1024)
def is_loopback(host: str) -> bool:
    """Return whether an address is this machine's own; no address is a Unix socket's."""
    if not host:
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback

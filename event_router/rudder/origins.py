"""Where requests of a destination may go: to the servers that its own settings name, so that its key goes nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from event_router.destination import Destination
from event_router.messages import Secret

# Stricter than the standard: what parsers of addresses read in different ways (backslashes, a second @) has no origin.
_ORIGIN = re.compile(
    r"(?P<scheme>https?)://"
    r"(?:[A-Za-z0-9._~!$&'()*+,;=:%-]*@)?"
    r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?=[/?#]|\Z)",
    re.IGNORECASE,
)
_PORTS = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """A server, as addresses name it."""

    scheme: str
    host: str
    port: int


def origin(url: str) -> Origin | None:
    """Return the server that an HTTP address names; ``None`` where it is no such address.

    >>> origin("HTTPS://App.Promoter.io/api/contacts/")
    Origin(scheme='https', host='app.promoter.io', port=443)
    """
    found = _ORIGIN.match(url)
    if found is None:
        return None
    scheme = found["scheme"].lower()
    return Origin(scheme, found["host"].lower(), int(found["port"] or _PORTS[scheme]))


def belongs(destination: Destination, url: str) -> bool:
    """Return whether an address is on a server that the destination's settings name, or that proves its credentials.

    ``True`` where nothing names any.
    """
    known = {origin(address) for address in (*_addresses(destination.values), *_checked(destination))}
    return not known or origin(url) in known - {None}


def _checked(destination: Destination) -> Iterator[str]:
    """Yield the address that the plugin proves the credentials at: not every plugin has it among its settings."""
    if check := destination.plugin.hooks.get("connection_check"):
        with suppress(Exception):  # A plugin may raise anything; then its settings alone count.
            yield check(destination.settings).url


def _addresses(value: Any) -> Iterator[str]:
    """Yield the addresses in a setting, however deep."""
    if isinstance(value, Secret):
        value = value.reveal()
    if isinstance(value, str):
        if value.lower().startswith(("http://", "https://")):
            yield value
    elif isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _addresses(item)

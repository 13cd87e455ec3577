"""Secrets, kept out of whatever the kit says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from event_router.api import Secret

#: What stands for a secret.
MASK = "***"
#: Shorter ones are left: a text without every "a" tells nobody anything, and hides nothing.
SHORTEST = 4
_LOGIN = re.compile(r"(?<=://)[^/\s@]*@")


def masked(text: str, secrets: Iterable[str]) -> str:
    """Return a text without these secrets, and without what addresses in it log in with."""
    for secret in sorted({one for one in secrets if len(one) >= SHORTEST}, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return _LOGIN.sub(f"{MASK}@", text)


def revealed(value: Any) -> Iterator[str]:
    """Yield every secret in a plugin's settings, however deep."""
    if isinstance(value, Secret):
        yield str(value.reveal())
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from revealed(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from revealed(inner)

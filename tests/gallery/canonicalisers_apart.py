"""Canonicalisers that are not the same in every process."""

from __future__ import annotations

import uuid
from typing import Any

from gallery.canonicalising import Event, after, is_made

_START = uuid.uuid4().hex


@after("EVT-030")
def says_who_it_is(raw: Any, event: Event) -> None:
    """Number screens by the process."""
    if event["type"] == "screen":
        event.setdefault("process", _START)


@after("EVT-240")
def hashes_by_chance(raw: Any, event: Event) -> None:
    """Make an id by a hash that is another in each process."""
    if is_made(raw):
        event["messageId"] = f"hash-{hash(event['messageId'])}"


@after("EVT-240")
def begins_with_the_start(raw: Any, event: Event) -> None:
    """Begin an id with what was made up when the process started."""
    if is_made(raw):
        event["messageId"] = f"{_START}-{event['messageId']}"

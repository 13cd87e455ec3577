"""Identifies of one person that wait together, as one: the newest of them, with what only older ones said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from event_router.outcomes import Delivered, Event, Reason

MERGED = Delivered(
    Reason("event.merged", "Delivered together with a newer identify of the same person, in one request.")
)


def mergeable(first: Event, other: Event) -> bool:
    """Return whether two events can go as one: identifies of one person that say the same of who takes part."""
    return (
        first["type"] == other["type"] == "identify"
        and first.get("userId") == other.get("userId") is not None
        and first.get("integrations") == other.get("integrations")
        and isinstance(first.get("traits"), dict)
        and isinstance(other.get("traits"), dict)
    )


def newest(events: Sequence[Event]) -> int:
    """Return which event is the newest: by its time, and of equals the last that came."""
    return max(range(len(events)), key=lambda at: (events[at].get("timestamp") or "", at))


def merge(events: Sequence[Event]) -> Event:
    """Return the newest event with the traits of all; of one trait the newest value counts, and null is none.

    >>> old = {"type": "identify", "timestamp": "2026-01-01T00:00:00.000Z", "traits": {"plan": "A", "age": 1}}
    >>> merge([{**old, "timestamp": "2026-01-02T00:00:00.000Z", "traits": {"plan": "B"}}, old])["traits"]
    {'plan': 'B', 'age': 1}
    """
    order = sorted(range(len(events)), key=lambda at: (events[at].get("timestamp") or "", at))
    traits: dict[str, Any] = {}
    for at in order:
        traits |= {name: value for name, value in events[at]["traits"].items() if value is not None}
    return {**events[order[-1]], "traits": traits}

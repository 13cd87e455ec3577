"""How canonicalisers are broken: ours, with something changed before or after it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeAlias

from event_router.event import canonicalise

Event: TypeAlias = dict[str, Any]
Canonicaliser: TypeAlias = Callable[[Any], Any]

#: ``module:function`` → the requirements that this canonicaliser does not meet; it meets all others.
BROKEN: dict[str, tuple[str, ...]] = {}


def good(raw: Any) -> Event | None:
    """Return the canonical event, and no report."""
    result = canonicalise(raw)
    return result[0] if isinstance(result, tuple) else None


def breaking(*ids: str) -> Callable[[Canonicaliser], Canonicaliser]:
    """Enter a canonicaliser in the table."""

    def enter(broken: Canonicaliser) -> Canonicaliser:
        BROKEN[f"{broken.__module__}:{broken.__name__}"] = ids
        return broken

    return enter


def before(*ids: str) -> Callable[[Callable[[Event], None]], Canonicaliser]:
    """Make a canonicaliser of a function that changes a copy of the raw event, at its top only."""

    def make(change: Callable[[Event], None]) -> Canonicaliser:
        @wraps(change)
        def broken(raw: Any) -> Any:
            own = dict(raw) if isinstance(raw, dict) else raw
            if isinstance(own, dict):
                change(own)
            return good(own)

        return breaking(*ids)(broken)

    return make


def after(*ids: str) -> Callable[[Callable[[Any, Event], None]], Canonicaliser]:
    """Make a canonicaliser of a function that gets the raw event and changes the canonical one, whose objects are its own."""

    def make(change: Callable[[Any, Event], None]) -> Canonicaliser:
        @wraps(change)
        def broken(raw: Any) -> Any:
            found = good(raw)
            if found is None:
                return None
            event = {name: value.copy() if isinstance(value, dict) else value for name, value in found.items()}
            change(raw, event)
            return event

        return breaking(*ids)(broken)

    return make


def refusing(*ids: str) -> Callable[[Callable[[Any, Event], bool]], Canonicaliser]:
    """Make a canonicaliser of a function that says which events to refuse, by the raw and the canonical one."""

    def make(refused: Callable[[Any, Event], bool]) -> Canonicaliser:
        @wraps(refused)
        def broken(raw: Any) -> Any:
            event = good(raw)
            return None if event is None or refused(raw, event) else event

        return breaking(*ids)(broken)

    return make


def part(event: Any, name: str) -> Event:
    """Return an object within an event, such as its traits; an empty one where there is none."""
    found = event.get(name) if isinstance(event, dict) else None
    return found if isinstance(found, dict) else {}


def person(event: Event) -> Event:
    """Return the traits of a person in a canonical event."""
    return {} if event["type"] == "group" else part(event, "traits")


def order(event: Event) -> Event:
    """Return the properties of an order in a canonical event."""
    return part(event, "properties") if event.get("event") == "Order Completed" else {}


def is_made(raw: Any) -> bool:
    """Return whether an event comes without an id."""
    return raw.get("messageId") is None and raw.get("message_id") is None

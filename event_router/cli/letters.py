"""Dead letters as people and programs read them. Only ``full`` and ``pages`` tell a person's traits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from event_router.engine.dead_letters import Buried
from event_router.outcomes import Event
from event_router.summary import columns
from event_router.times import to_utc
from event_router.wire import printable

_HEAD = ("id", "when", "destination", "type", "message id", "outcome", "code", "attempts", "reason")
_COLUMNS = ("id", "at", "destination", "type", "message_id", "outcome", "code", "attempts", "reason")
_LONGEST = 80
_LONGEST_ID = 40
_SHORTEST_TRAIT = 3


def row(buried: Buried) -> dict[str, Any]:
    """Return a dead letter as an object that tells no trait."""
    letter, event = buried.letter, buried.letter.stored.event
    return {
        "id": buried.id,
        "at": to_utc(letter.at),
        "destination": letter.destination,
        "outcome": letter.outcome,
        "code": letter.code,
        "reason": _discreet(buried),
        "attempts": letter.attempts,
        "message_id": _text(event, "messageId"),
        "user_id": _text(event, "userId"),
        "type": _text(event, "type"),
    }


def full(buried: Buried) -> dict[str, Any]:
    """Return all that a dead letter holds."""
    letter, stored = buried.letter, buried.letter.stored
    return row(buried) | {
        "reason": letter.reason,
        "source": stored.source,
        "accepted_at": to_utc(stored.since),
        "requests_settled": stored.settled,
        "answer": letter.answer and letter.answer._asdict(),
        "errors": list(letter.errors),
        "dropped": [item.path for item in stored.dropped],
        "cut": letter.cut or None,
        "event": stored.event,
    }


def lines(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield rows as a table."""
    cells = [
        tuple(_cell(one[name], _LONGEST_ID if name != "reason" else _LONGEST) for name in _COLUMNS) for one in rows
    ]
    yield from columns([_HEAD, *cells])


def page(value: dict[str, Any]) -> Iterator[str]:
    """Yield what ``full`` returned as lines: a name and a value each, then the event."""
    for name in (name for name in value if name not in {"event", "errors"} and value[name] not in (None, [])):
        shown = value[name]
        text = f"{shown['status']} {shown['body']}" if name == "answer" else str(shown)
        yield f"{name.replace('_', ' '):18}{printable(text)}"
    for error in value["errors"]:
        yield f"{'error':18}{printable(str(error.get('message')))}"
    yield "event:"
    yield from map(printable, orjson.dumps(value["event"], option=orjson.OPT_INDENT_2).decode().split("\n"))


def _discreet(buried: Buried) -> str:
    """Return the reason without what it repeats of the event."""
    letter = buried.letter
    if not letter.errors:
        return _without(letter.reason, letter.stored.event)
    first, *others = letter.errors
    more = f", and {len(others)} more" if others else ""
    return f"{first.get('path')} breaks the rule {first.get('rule')}{more}."


def _without(text: str, event: Event) -> str:
    context = event.get("context")
    holders = (
        event.get("traits"),
        event.get("properties"),
        context.get("traits") if isinstance(context, dict) else None,
    )
    told = {word for holder in holders for word in _words(holder) if len(word) >= _SHORTEST_TRAIT}
    for word in sorted(told, key=len, reverse=True):
        text = text.replace(word, "…")
    return text


def _words(value: Any) -> Iterator[str]:
    """Yield every text and number in a JSON value, whatever its depth."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case dict() as held:
                waiting.extend(held.values())
            case list() as held:
                waiting.extend(held)
            case str() | int() | float() as word if not isinstance(word, bool):
                yield str(word)


def _text(event: Event, name: str) -> str | None:
    """Return an id or type; what was no event may have anything there."""
    value = event.get(name)
    return value if isinstance(value, str) else None


def _cell(value: Any, longest: int) -> str:
    text = "-" if value is None else printable(str(value))
    return text if len(text) <= longest else f"{text[: longest - 1]}…"

"""What the engine stores, as values and as bytes: events, outcomes, dead letters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from event_router.outcomes import Dropped, Event

#: Why an event is dealt with again by one destination; an overdue one is released too late to wait once more.
RELEASED, OVERDUE, REPLAYED, RETRIED, SENT = "released", "overdue", "replayed", "retried", "sent"


class StoredEvent(NamedTuple):
    """An accepted event. A named tuple, since one is made for every event.

    Attributes:
        event: The canonical event.
        source: The source's name; ``-`` where none is configured.
        dropped: What canonicalising dropped.
        again: Why it comes again, to one destination; ``None`` for a newly accepted event.
        surveys: Of a replayed event: whether it may survey once more.
        since: When it was accepted, in seconds since 1970; ``None``: when it was stored.
        settled: Of several requests, how many need not be made again.
        run: Where its results are waited for; ``None`` where nobody waits.
        line: Its line there.
    """

    event: Event
    source: str
    dropped: tuple[Dropped, ...] = ()
    again: str | None = None
    surveys: bool = False
    since: float | None = None
    settled: int = 0
    run: str | None = None
    line: int = 0


_USUAL = StoredEvent({}, "")


def encode_event(stored: StoredEvent) -> bytes:
    """Return a stored event as bytes; what is as it usually is takes no room.

    >>> decode_event(encode_event(StoredEvent({"type": "page"}, "web"))).source
    'web'
    """
    value: dict[str, Any] = {"event": stored.event, "source": stored.source}
    if stored.dropped:
        value["dropped"] = [[item.path, item.why] for item in stored.dropped]
    if stored[3:] != _USUAL[3:]:
        fields = zip(StoredEvent._fields[3:], stored[3:], _USUAL[3:], strict=True)
        value |= {name: given for name, given, usual in fields if given != usual}
    return orjson.dumps(value)


def decode_event(data: bytes) -> StoredEvent:
    """Return what ``encode_event`` was given. Raises ``ValueError``, ``KeyError`` or ``TypeError`` for anything else."""
    return _event(orjson.loads(data))


def _event(value: Any) -> StoredEvent:
    if not isinstance(value, dict) or not isinstance(value.get("event"), dict):
        raise TypeError("This is no stored event.")
    dropped = value.get("dropped")
    if dropped is not None:
        value["dropped"] = tuple(Dropped(path, why) for path, why in dropped)
    return StoredEvent(**value)


class Answered(NamedTuple):
    """The destination's last answer: its status, and the start of its body with secrets hidden."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """The outcome of one event at one destination. It names no person and repeats no trait.

    Attributes:
        outcome: ``delivered``, ``skipped``, ``rejected`` or ``failed``.
        code: Of the reason.
        message_id: Whose outcome it is.
        type: Of the event.
        attempts: Requests made.
        at: When, in seconds since 1970.
        again: Why the event had come again, to this destination; ``None`` for a newly accepted one.
    """

    outcome: str
    code: str
    message_id: str
    type: str
    attempts: int
    at: float
    again: str | None = None


def encode_outcome(recorded: Recorded) -> bytes:
    """Return an outcome as bytes."""
    return orjson.dumps(recorded)


def decode_outcome(data: bytes) -> Recorded:
    """Return what ``encode_outcome`` was given."""
    return Recorded(**orjson.loads(data))


@dataclass(frozen=True, slots=True)
class Trying:
    """What is known of an event that will be tried again.

    Attributes:
        attempts: Requests made that failed.
        settled: Of several requests, how many need not be made again.
        put_back: Deliveries that ended with the event put back on purpose: the others were crashes.
        started: Times that a suspect was begun with, alone.
        code: Why it failed the last time.
        first_at: When it failed for the first time, in seconds since 1970.
    """

    attempts: int = 0
    settled: int = 0
    put_back: int = 0
    started: int = 0
    code: str = ""
    first_at: float = 0.0


def encode_trying(trying: Trying) -> bytes:
    """Return it as bytes."""
    return orjson.dumps(trying)


def decode_trying(data: bytes) -> Trying:
    """Return what ``encode_trying`` was given."""
    return Trying(**orjson.loads(data))


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that could not be delivered, with all that is needed to see why and to try again.

    Attributes:
        destination: Which destination; ``-`` for an item of a batch that is no event.
        outcome: ``rejected`` or ``failed``.
        code: Of the reason.
        reason: For people.
        at: When it was given up, in seconds since 1970.
        attempts: Requests made.
        stored: The event as it was accepted; where it was none, its ``event`` is what came.
        answer: The destination's last answer.
        errors: Broken rules, where a contract was missed.
        cut: Whether only the short, plain values at the event's top are kept.
    """

    destination: str
    outcome: str
    code: str
    reason: str
    at: float
    attempts: int
    stored: StoredEvent
    answer: Answered | None = None
    errors: tuple[dict[str, Any], ...] = ()
    cut: bool = False


def encode_letter(letter: DeadLetter) -> bytes:
    """Return a dead letter as bytes."""
    value = {name: getattr(letter, name) for name in DeadLetter.__slots__}
    answer = None if letter.answer is None else list(letter.answer)  # orjson writes no named tuples.
    return orjson.dumps(value | {"stored": orjson.Fragment(encode_event(letter.stored)), "answer": answer})


def decode_letter(data: bytes) -> DeadLetter:
    """Return what ``encode_letter`` was given."""
    value = orjson.loads(data)
    answer = value.pop("answer")
    stored = _event(value.pop("stored"))
    errors = tuple(value.pop("errors"))
    return DeadLetter(**value, stored=stored, errors=errors, answer=Answered(*answer) if answer else None)


def once_more(stored: StoredEvent, why: str, since: float, **changes: Any) -> StoredEvent:
    """Return an event as it is given to one destination again."""
    return stored._replace(again=why, since=stored.since or since, **changes)

"""One item of a request as event that is to be stored, or why it is none. Pure, and made for every event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson

from event_router.doors.answers import DoorError
from event_router.doors.envelope import merge
from event_router.doors.store import Accepted, Refused
from event_router.event import canonicalise
from event_router.outcomes import Event, Reason, Rejected
from event_router.times import to_utc

# orjson reads 1,024 levels and writes 254; whoever stores an event puts a few of their own around it.
_AROUND = 8
_TOO_DEEP = Rejected(
    Reason(
        "event.too_deep", "The event is nested more than 240 levels deep, and nobody could write it. Make it flatter."
    )
)


class Arrival(NamedTuple):
    """What is the same for all items of a request.

    Attributes:
        source: Name of the source.
        received_at: When it came, in canonical form.
        limit: The longest event in bytes.
        shared: What each item is to have of the envelope.
        sent_at: The envelope's.
    """

    source: str
    received_at: str
    limit: int
    shared: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
    sent_at: Any = None


def sort(items: Iterable[Any], arrival: Arrival) -> tuple[list[Accepted], list[Refused]]:
    """Return what is to be stored as events, and what is none, each in its order."""
    accepted: list[Accepted] = []
    refused: list[Refused] = []
    for item in items:
        judged = judge(item, arrival)
        if judged.__class__ is Accepted:
            accepted.append(judged)
        else:
            refused.append(judged)  # type: ignore[arg-type]  # See judge.
    return accepted, refused


def judge(item: Any, arrival: Arrival) -> Accepted | Refused:
    """Return an item as event that is to be stored, or why it is none."""
    merged = merge(item, arrival.shared)
    unfit = _unfit(merged, arrival.limit)
    if unfit is not None:
        refused = Refused(_without_key(item), unfit, arrival.source)
        return refused.shortened() if unfit is _TOO_DEEP else refused
    result = canonicalise(merged)
    if isinstance(result, Rejected):
        return Refused(_without_key(item), result, arrival.source)
    event, dropped = result
    _stamp(event, arrival)
    return Accepted(event, dropped, arrival.source)


def single(item: Any, arrival: Arrival) -> Accepted:
    """Return an event that came alone. Raises ``DoorError``: its sender is told what is wrong with it."""
    judged = judge(item, arrival)
    if isinstance(judged, Refused):
        reason = judged.outcome.reason
        raise DoorError(400, reason.code, reason.message)
    return judged


def _unfit(item: Any, limit: int) -> Rejected | None:
    try:
        size = len(orjson.dumps([[[[[[[[item]]]]]]]])) - 2 * _AROUND
    except TypeError:
        return _TOO_DEEP
    if size <= limit:
        return None
    message = f"The event has {size:,} bytes; at most {limit:,} are taken. Split it, or leave something out."
    return Rejected(Reason("event.too_large", message))


def _without_key(item: Any) -> Any:
    """Return what is kept of an item that is no event: all but a source's credential."""
    if not isinstance(item, dict) or "writeKey" not in item:
        return item
    return {name: value for name, value in item.items() if name != "writeKey"}


def _stamp(event: Event, arrival: Arrival) -> None:
    """Say when an event came; in a dict of our own.

    After ``canonicalise``, so that an id made of the content is the same when the event is sent once more.
    """
    if event.get("receivedAt") is None:
        event["receivedAt"] = arrival.received_at
    if arrival.sent_at is not None and event.get("sentAt") is None:
        event["sentAt"] = arrival.sent_at
    if "timestamp" not in event:
        event["timestamp"] = to_utc(event.get("sentAt")) or arrival.received_at

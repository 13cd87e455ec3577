"""What would be sent, without sending: each event in turn, as if the destination accepted everything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from event_router.destination import Destination
from event_router.dispatch import decide, encode
from event_router.hooks import Context, Transformed
from event_router.intake import read_line
from event_router.lines import Line
from event_router.memory import Contacts
from event_router.outcomes import DUPLICATE, Dropped, Event, Parked, Refusal, Rejected, Skipped
from event_router.parking import Parking
from event_router.results import told
from event_router.wire import shown

#: Events that wait for their contact at most: what comes on top is shown as parked at once.
MOST_PARKED = 100_000


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What would become of a line.

    Attributes:
        line: Its number.
        event: The canonical event; ``None`` where the line is none.
        contract: The contract that was met or missed; ``None`` where none was asked.
        result: The requests, or the outcome without any.
        dropped: What canonicalising dropped.
    """

    line: int
    event: Event | None
    contract: str | None
    result: Transformed | Refusal
    dropped: tuple[Dropped, ...] = ()


def rehearse(
    destination: Destination, lines: Iterable[Line], now: datetime, most_parked: int = MOST_PARKED
) -> Iterator[Rehearsed]:
    """Yield what would become of each line, in the order of the requests: a parked event follows what releases it."""
    contacts, parking = Contacts(destination.plugin.info.remember), Parking[Rehearsed](most_parked)
    context, seen = Context(destination.name, now), set[str]()
    erased: list[Rehearsed] = []

    def decided(line: int, event: Event, dropped: tuple[Dropped, ...]) -> Rehearsed:
        contract, result = decide(destination, event, contacts.get(event), context)
        for request in result.requests if isinstance(result, Transformed) else ():
            if isinstance(body := encode(request), Rejected):
                result = body
        return Rehearsed(line, event, contract, result, dropped)

    def released(waiting: Rehearsed) -> Iterator[Rehearsed]:
        event = waiting.event or {}
        if event["messageId"] in seen:
            yield replace(waiting, contract=None, result=DUPLICATE)
            return
        seen.add(event["messageId"])
        yield decided(waiting.line, event, waiting.dropped)

    for line in lines:
        read = read_line(line)
        if not isinstance(read, tuple):
            yield Rehearsed(line.number, None, None, read)
            continue
        event, dropped = read
        if event["messageId"] in seen:
            yield Rehearsed(line.number, event, None, DUPLICATE, dropped)
            continue
        here = decided(line.number, event, dropped)
        if isinstance(here.result, Parked) and parking.add(event.get("userId", ""), here):
            continue
        yield here
        # What was refused may come again, corrected, under the same id.
        if isinstance(here.result, Transformed | Skipped):
            seen.add(event["messageId"])
        if event["type"] == "delete":  # Whatever the destination makes of it, nothing is kept of the person.
            contacts.forget(event)
            erased += parking.release(event.get("userId", ""))
        for waiting in _learn(here, contacts, parking):
            yield from released(waiting)
    yield from erased
    yield from parking.all()


def _learn(here: Rehearsed, contacts: Contacts, parking: Parking[Rehearsed]) -> list[Rehearsed]:
    """Remember the contact as after a delivery; return what need not wait any more."""
    if not isinstance(here.result, Transformed) or here.event is None or here.event["type"] != "identify":
        return []
    contacts.remember(here.event)
    return parking.release(here.event.get("userId", ""))


def as_json(here: Rehearsed) -> dict[str, Any]:
    """Return a rehearsed line as JSON value, credentials hidden."""
    event = here.event or {}
    value = {
        "line": here.line,
        "message_id": event.get("messageId"),
        "user_id": event.get("userId"),
        "type": event.get("type"),
        "contract": here.contract,
        "valid": not isinstance(here.result, Rejected),
    }
    if isinstance(here.result, Transformed):
        requests, dropped = [shown(request) for request in here.result.requests], here.dropped + here.result.dropped
        said: dict[str, Any] = {"outcome": "sent", "code": None, "reason": None, "errors": []}
    else:
        requests, dropped = [], here.dropped
        said = told(here.result)
    return value | {"requests": requests, "dropped": [{"path": item.path, "why": item.why} for item in dropped]} | said

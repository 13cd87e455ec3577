"""How things stand, as the streams themselves say: counted by the server, so that nothing is counted twice or forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from time import time
from typing import Any

from event_router.engine.engine import Engine
from event_router.engine.layout import REFUSED, token
from event_router.engine.outcomes import reasons
from event_router.engine.reading import epoch
from event_router.engine.upkeep import Room, consumers, rooms

#: Seconds over which the rate is taken.
_SPAN = 10.0
# Of a destination that is configured, but that no router has run with yet.
_NOT_THERE: Mapping[str, Any] = {"num_pending": 0, "num_ack_pending": 0}


@dataclass(frozen=True, slots=True)
class DestinationStatus:
    """How things stand with one destination. Counts are of what is kept.

    Attributes:
        name: Its name.
        state: ``open``, ``throttled``, ``down`` or ``misconfigured``.
        reason: Why it is not open, for people.
        until: Until when nothing is sent, in seconds since 1970; 0 where it is open.
        lag: Accepted events that no worker has begun with.
        working: Events that workers hold, or that wait to be tried again.
        retrying: Events that failed and will be tried again.
        parked: Events that wait for their contact.
        dead: Dead letters.
        outcomes: By outcome, then by reason code.
        oldest_waiting: Age of the oldest event without an outcome, in seconds; ``None`` where all have one.
        rate: Outcomes a second, over the last ten.
    """

    name: str
    state: str = "open"
    reason: str = ""
    until: float = 0.0
    lag: int = 0
    working: int = 0
    retrying: int = 0
    parked: int = 0
    dead: int = 0
    outcomes: dict[str, dict[str, int]] = field(default_factory=dict)
    oldest_waiting: float | None = None
    rate: float = 0.0

    def total(self, outcome: str) -> int:
        """Return how many events came to an outcome."""
        return sum(self.outcomes.get(outcome, {}).values())


@dataclass(frozen=True, slots=True)
class Status:
    """How things stand with the router.

    Attributes:
        at: When, in seconds since 1970.
        accepted: Events that the doors took, as far as they are kept.
        refused: Items of batches that were no events, as far as they are kept.
        draining: Whether the doors are closed on purpose.
        destinations: One for each.
        rooms: How full the streams are.
        others: Consumers of destinations that are not configured here; events that they wait for are kept.
    """

    at: float
    accepted: int
    refused: int
    draining: bool
    destinations: tuple[DestinationStatus, ...]
    rooms: tuple[Room, ...]
    others: tuple[str, ...] = ()


async def status(engine: Engine) -> Status:
    """Return how things stand. Raises ``EngineError``."""
    known = await reasons(engine)
    reader, layout = engine.reader, engine.layout
    there = await consumers(engine)
    destinations = [
        await _destination(engine, name, known.get(name, []), there.get(layout.consumer(name), _NOT_THERE))
        for name in engine.destinations
    ]
    return Status(
        time(),
        await reader.count(layout.stream("events"), layout.event(">")),
        await reader.count(layout.stream(REFUSED), layout.refused("*", "*")),
        bool(await engine.state.get("doors.draining")),
        tuple(destinations),
        tuple(await rooms(engine)),
        tuple(sorted(there.keys() - {layout.consumer(name) for name in engine.destinations})),
    )


async def _destination(
    engine: Engine, name: str, known: list[tuple[str, str]], info: Mapping[str, Any]
) -> DestinationStatus:
    count, layout = engine.reader.count, engine.layout
    gate = await engine.state.get(f"gate.{token(name)}") or {}
    closed = gate.get("until", 0.0) > time() or gate.get("name") in {"down", "misconfigured"}
    since = datetime.fromtimestamp(time() - _SPAN, UTC).isoformat()
    recent = await count(layout.stream("outcomes"), layout.outcome(name, "*", "*", "*", "*"), since)
    return DestinationStatus(
        name=name,
        state=gate.get("name", "open") if closed else "open",
        reason=gate.get("message", "") if closed else "",
        until=gate.get("until", 0.0) if closed else 0.0,
        lag=info["num_pending"],
        working=info["num_ack_pending"],
        retrying=await count(layout.stream("retries"), layout.retry(name, "*", "*")),
        parked=await count(layout.stream("parked"), layout.parked(name, "*", "*")),
        dead=await count(layout.stream("dead"), layout.dead(name, "*", "*")),
        outcomes=await _outcomes(engine, name, known),
        oldest_waiting=await _oldest(engine, name, info),
        rate=recent / _SPAN,
    )


async def _outcomes(engine: Engine, name: str, known: list[tuple[str, str]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    stream = engine.layout.stream("outcomes")
    for outcome, code in known:
        number = await engine.reader.count(stream, engine.layout.outcome(name, outcome, code, "*", "*"))
        if number:
            found.setdefault(outcome, {})[code] = number
    return found


async def _oldest(engine: Engine, name: str, info: Any) -> float | None:
    if not info["num_pending"] and not info["num_ack_pending"]:
        return None
    stream, layout = engine.layout.stream("events"), engine.layout
    start = info["ack_floor"]["stream_seq"] + 1
    found = await engine.reader.next(stream, [layout.event(">"), layout.again(name, ">")], start)
    return max(0.0, time() - epoch(found.time)) if found else None


def as_json(found: Status) -> dict[str, Any]:
    """Return a status as JSON value."""
    value = asdict(found)
    for one, destination in zip(value["destinations"], found.destinations, strict=True):
        one |= {outcome: destination.total(outcome) for outcome in ("delivered", "skipped", "rejected", "failed")}
    return value

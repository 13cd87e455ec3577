"""Replay: accepted events that are kept, given to one destination or all of them once more."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import NamedTuple

from event_router.engine.engine import Engine
from event_router.engine.outcomes import Outcomes
from event_router.engine.publishing import Message
from event_router.engine.reading import Kept
from event_router.engine.stored import REPLAYED, StoredEvent, decode_event, encode_event
from event_router.engine.upkeep import consumers, settled_up_to
from event_router.spelling import event_key

#: Events whose writes are on their way together.
_TOGETHER = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events are to be given to whom.

    Attributes:
        since: Accepted from then on, in seconds since 1970.
        until: Accepted before.
        destinations: Who gets them.
        user_id: This person's only.
        event: Track events of this name only.
        surveys: Whether they may survey once more.
    """

    since: float
    until: float
    destinations: tuple[str, ...]
    user_id: str | None = None
    event: str | None = None
    surveys: bool = False

    @property
    def run(self) -> str:
        """What a replay is called: the same one, begun again, has the same times in milliseconds."""
        known = (round(self.since * 1000), round(self.until * 1000), self.surveys)
        return blake2b(repr(known).encode(), digest_size=9).hexdigest()


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did.

    Attributes:
        events: Events that were wanted.
        given: How often one was given to a destination.
        repeated: How often it was left out, since the same replay, interrupted, had given it already.
        waiting: How often it was left out, since the destination has not settled it yet.
        deletions: Deletions, which are never replayed.
        first: When the first of the events was accepted; ``None`` where there is none.
        last: When the last one was.
    """

    events: int = 0
    given: int = 0
    repeated: int = 0
    waiting: int = 0
    deletions: int = 0
    first: str | None = None
    last: str | None = None


class _Found(NamedTuple):
    kept: Kept
    stored: StoredEvent
    person: str
    message: str


async def replay(
    engine: Engine, wanted: Wanted, *, dry_run: bool = False, progress: Callable[[int], object] = lambda _: None
) -> Replayed:
    """Give the events that are wanted once more, in the order they came; return what was done. Raises ``EngineError``.

    Whoever is interrupted calls it again with the same times: within the engine's ``dedupe_window`` nothing is given twice.

    Args:
        engine: Where they are kept.
        wanted: Which.
        dry_run: Only look.
        progress: Told how many events were looked at.
    """
    done, floors = Replayed(), await _floors(engine)
    async for read in _batches(engine, wanted):
        found = [one for one in (_read(engine, kept) for kept in read) if one and _is_named(one.stored, wanted.event)]
        chosen = [one for one in found if one.stored.event["type"] != "delete"]
        done = _noted(replace(done, deletions=done.deletions + len(found) - len(chosen)), chosen)
        for destination in wanted.destinations:
            settled = await _settled(engine, destination, chosen, floors.get(engine.layout.consumer(destination), 0))
            done = await _give(engine, wanted, destination, settled, done, dry_run=dry_run)
            done = replace(done, waiting=done.waiting + len(chosen) - len(settled))
        progress(len(read))
    return done


async def _give(
    engine: Engine, wanted: Wanted, destination: str, settled: list[_Found], done: Replayed, *, dry_run: bool
) -> Replayed:
    """Give events to one destination; return what has been done by then."""
    messages = [_message(engine, wanted, destination, one) for one in settled]
    stored = [] if dry_run else await engine.publisher.publish_all(messages)
    repeated = sum(one.duplicate for one in stored)
    return replace(done, given=done.given + len(messages) - repeated, repeated=done.repeated + repeated)


async def _floors(engine: Engine) -> dict[str, int]:
    """Return up to which sequence each consumer has settled everything, or was not there yet."""
    last = (await engine.reader.ask(f"STREAM.INFO.{engine.layout.stream('events')}"))["state"]["last_seq"]
    return {name: settled_up_to(info, last) for name, info in (await consumers(engine)).items()}


async def _settled(engine: Engine, destination: str, chosen: list[_Found], floor: int) -> list[_Found]:
    """Return which events a destination is through with.

    Of the others, the outcome of the replay would be taken for their own: skipped, since a replay surveys nobody.
    """
    late = [(one.person, one.message) for one in chosen if one.kept.sequence > floor]
    settled = await Outcomes(engine, destination).settled(late)
    waiting = await _waiting(engine, destination, chosen) | (set(late) - settled)
    return [one for one in chosen if (one.person, one.message) not in waiting]


async def _waiting(engine: Engine, destination: str, chosen: list[_Found]) -> set[tuple[str, str]]:
    """Return which events are parked, or tried again."""
    waiting: set[tuple[str, str]] = set()
    for stream, subject in (("parked", engine.layout.parked), ("retries", engine.layout.retry)):
        subjects = [subject(destination, one.person, one.message) for one in chosen]
        for kept in await engine.reader.last(engine.layout.stream(stream), subjects):
            person, message = kept.subject.split(".")[-2:]
            waiting.add((person, message))
    return waiting


async def count(engine: Engine, wanted: Wanted) -> int:
    """Return how many events there are to look at, or some more: those that came after it."""
    return await engine.reader.count(engine.layout.stream("events"), _subject(engine, wanted), _text(wanted.since))


async def _batches(engine: Engine, wanted: Wanted) -> AsyncIterator[list[Kept]]:
    """Yield the events of the time and the person that are wanted."""
    stream = engine.layout.stream("events")
    first = await engine.reader.first_since(stream, _text(wanted.since))
    if first is None:
        return
    batch: list[Kept] = []
    async for kept in engine.reader.walk(stream, _subject(engine, wanted), first.sequence):
        if kept.epoch >= wanted.until:
            break
        batch.append(kept)
        if len(batch) == _TOGETHER:
            yield batch
            batch = []
    if batch:
        yield batch


def _subject(engine: Engine, wanted: Wanted) -> str:
    return engine.layout.event("*" if wanted.user_id is None else engine.people.user(wanted.user_id))


def _text(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()


def _read(engine: Engine, kept: Kept) -> _Found | None:
    """Return a stored event; ``None`` for what nobody can read: it has its dead letter."""
    try:
        stored = decode_event(kept.data)
        message, _ = engine.people.message(stored.event["messageId"]), stored.event["type"]
    except (ValueError, KeyError, TypeError):
        return None
    return _Found(kept, stored, kept.subject.rpartition(".")[2], message)


def _is_named(stored: StoredEvent, name: str | None) -> bool:
    found = stored.event.get("event")
    return name is None or (isinstance(found, str) and event_key(found) == event_key(name))


def _noted(done: Replayed, chosen: list[_Found]) -> Replayed:
    if not chosen:
        return done
    first = done.first or chosen[0].kept.time
    return replace(done, events=done.events + len(chosen), first=first, last=chosen[-1].kept.time)


def _message(engine: Engine, wanted: Wanted, destination: str, one: _Found) -> Message:
    event, source, dropped, *_ = one.stored
    # Without ``since`` its time is that of the replay; else an old event's first failure would be its last.
    data = encode_event(StoredEvent(event, source, dropped, REPLAYED, wanted.surveys))
    subject = engine.layout.again(destination, one.person)
    return Message(subject, data, f"replay.{wanted.run}.{one.kept.sequence}.{destination}")

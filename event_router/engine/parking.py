"""Events of one destination that wait for their contact: kept by person, released the moment it is known."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from time import time

from event_router.engine.engine import Engine
from event_router.engine.loading import Loader
from event_router.engine.publishing import Message
from event_router.engine.reading import Kept
from event_router.engine.stored import OVERDUE, RELEASED, StoredEvent, decode_event, encode_event, once_more

#: Overdue events whose writes are on their way together.
_TOGETHER = 100


class Parking:
    """The parked events of one destination."""

    def __init__(self, engine: Engine, destination: str) -> None:
        self._engine = engine
        self._destination = destination
        self._stream = engine.layout.stream("parked")
        self._loader = Loader(self._load)

    async def park(self, person: str, stored: StoredEvent, since: float) -> None:
        """Let an event wait; parked twice, it waits once. Lines of a file that are waited for wait each by itself."""
        waiting = stored._replace(since=stored.since or since)
        message: str = stored.event["messageId"]
        key = f"{message} {stored.run} {stored.line}" if stored.run else message
        subject = self._subject(person, self._engine.people.message(key))
        await self._engine.publisher.publish(Message(subject, encode_event(waiting._replace(again=RELEASED))))

    async def release(self, person: str) -> list[StoredEvent]:
        """Give a person's events to the destination again, in the order they came; return them."""
        released: list[StoredEvent] = []
        # What was found may be one answer of many; each is taken away, so the next one has the rest.
        while found := await self._waiting(person):
            events = sorted(((decode_event(kept.data), kept) for kept in found), key=_accepted)
            await self._give(RELEASED, events)
            released += [stored for stored, _ in events]
        return released

    async def release_overdue(self, wait: float) -> int:
        """Give what waits for longer than so many seconds to the destination a last time; return how many events."""
        count = 0
        async for events in self._overdue(time() - wait):
            await self._give(OVERDUE, events)
            count += len(events)
        return count

    async def erase(self, person: str) -> None:
        """Erase a person's events."""
        await self._engine.reader.erase(self._stream, self._subject(person, "*"))

    async def _waiting(self, person: str) -> list[Kept]:
        found = await self._loader.load(person)
        if found or self._engine.layout.settings.replicas == 1:
            return found
        # A replica that lags may not know yet what another worker has just parked; nobody would look again.
        kept = await self._engine.reader.last_at_leader(self._stream, self._subject(person, "*"))
        return [kept] if kept else []

    async def _overdue(self, before: float) -> AsyncIterator[list[tuple[StoredEvent, Kept]]]:
        events: list[tuple[StoredEvent, Kept]] = []
        async for kept in self._engine.reader.walk(self._stream, self._subject("*", "*")):
            if kept.epoch > before:
                break
            events.append((decode_event(kept.data), kept))
            if len(events) == _TOGETHER:
                yield events
                events = []
        if events:
            yield events

    async def _give(self, why: str, events: Sequence[tuple[StoredEvent, Kept]]) -> None:
        """Give events to the destination, and take them out."""
        await self._engine.publisher.publish_all([self._given(why, *one) for one in events])
        await self._engine.reader.delete(self._stream, *(kept.sequence for _, kept in events))

    def _given(self, why: str, stored: StoredEvent, kept: Kept) -> Message:
        subject = self._engine.layout.again(self._destination, kept.subject.split(".")[-2])
        # Of a release that a crash cut in two, and of two at once, one gives the event: else it had two outcomes.
        key = f"released.{self._destination}.{kept.sequence}"
        return Message(subject, encode_event(once_more(stored, why, kept.epoch)), key)

    async def _load(self, people: list[str]) -> dict[str, list[Kept]]:
        found: dict[str, list[Kept]] = {person: [] for person in people}
        for kept in await self._engine.reader.last(self._stream, [self._subject(person, "*") for person in people]):
            found[kept.subject.split(".")[-2]].append(kept)
        return found

    def _subject(self, person: str, message: str) -> str:
        return self._engine.layout.parked(self._destination, person, message)


def _accepted(parked: tuple[StoredEvent, Kept]) -> tuple[float, int]:
    """Return what parked events are put in order by: one that was parked twice keeps its place."""
    stored, kept = parked
    return stored.since or kept.epoch, kept.sequence

"""Remembered contacts of one destination: the newest event time wins, whatever worker writes; many are read at once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from event_router.engine.layout import Layout
from event_router.engine.loading import Loader
from event_router.engine.publishing import ConflictError, Message, Publisher
from event_router.engine.reading import Kept, Reader
from event_router.hooks import Contact
from event_router.memory import remembered
from event_router.outcomes import Event

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

#: Contacts kept in memory.
CACHED = 10_000
# Other workers' changes are heard of at once; this bounds what a lost message or a slow replica can do.
_FRESH = 10.0


class _Known(NamedTuple):
    """A contact as last seen; sequence 0 where there is none."""

    contact: Contact | None
    sequence: int
    until: float


class Contacts:
    """Contacts by the hash of their person."""

    def __init__(
        self,
        layout: Layout,
        publisher: Publisher,
        reader: Reader,
        destination: str,
        traits: tuple[str, ...],
        *,
        clock: Callable[[], float] = monotonic,
        size: int = CACHED,
    ) -> None:
        self._layout = layout
        self._publisher = publisher
        self._reader = reader
        self._destination = destination
        self._traits = traits
        self._clock = clock
        self._size = size
        self._stream = layout.bucket("contacts")
        self._cache: OrderedDict[str, _Known] = OrderedDict()
        self._asked: set[str] = set()
        self._client: Client | None = None
        self._loader = Loader(self._load)

    async def listen(self, client: Client, on_forgotten: Callable[[str], None] | None = None) -> None:
        """Hear of what other workers write and forget, so that nothing old is taken from memory; tell them likewise.

        Args:
            client: The connection over which they are heard.
            on_forgotten: Called with the hash of each person whom another worker forgets.
        """
        self._client = client

        async def hear(message: Msg) -> None:
            self._forget_cached(message.subject.rpartition(".")[2])

        async def forgotten(message: Msg) -> None:
            await hear(message)
            if on_forgotten:
                on_forgotten(message.subject.rpartition(".")[2])

        await client.subscribe(self._layout.contact(self._destination, "*"), cb=hear)
        await client.subscribe(self._layout.forgotten(self._destination, "*"), cb=forgotten)

    async def get(self, person: str, event: Event) -> Contact | None:
        """Return the contact of the event's person."""
        if "userId" not in event:
            return None
        known = self._cached(person) or await self._loader.load(person)
        return _as(known.contact, event["userId"])

    async def get_surely(self, person: str, event: Event) -> Contact | None:
        """Return the contact as the stream's leader has it, whatever memory and replicas say."""
        if "userId" not in event:
            return None
        known = await self._at_leader(person)
        self._keep(person, known)  # Else what memory says would let the event wait, and go, and wait again.
        return _as(known.contact, event["userId"])

    async def remember(self, person: str, event: Event) -> None:
        """Remember the contact of a delivered identify; what is known already is not written again.

        Raises ``EngineFull``, ``EngineDown``.
        """
        user_id = event.get("userId")
        if not user_id or not isinstance(event.get("traits"), dict):
            return
        known = self._cached(person) or await self._loader.load(person)
        while True:
            contact = remembered(_as(known.contact, user_id), event, self._traits)
            if contact == _as(known.contact, user_id):
                return
            try:
                data = orjson.dumps({"traits": contact.traits, "time": contact.time})
                subject = self._layout.contact(self._destination, person)
                stored = await self._publisher.publish(Message(subject, data, expected=known.sequence))
            except ConflictError:
                known = await self._at_leader(person)
                continue
            self._forget_cached(person)
            self._keep(person, _Known(contact, stored.sequence, self._clock() + _FRESH))
            return

    async def forget(self, person: str) -> None:
        """Erase the contact, from the disk as well. Raises ``EngineError``."""
        await self._reader.erase(self._stream, self._layout.contact(self._destination, person))
        self._forget_cached(person)
        if self._client:
            await self._client.publish(self._layout.forgotten(self._destination, person))

    def _cached(self, person: str) -> _Known | None:
        known = self._cache.get(person)
        return known if known and known.until > self._clock() else None

    def _keep(self, person: str, known: _Known) -> None:
        self._cache[person] = known
        self._cache.move_to_end(person)
        if len(self._cache) > self._size:
            self._cache.popitem(last=False)

    def _forget_cached(self, person: str) -> None:
        self._cache.pop(person, None)
        self._asked.discard(person)  # Somebody writes while we read: what we read may be the old value.

    async def _load(self, people: list[str]) -> dict[str, _Known]:
        self._asked = set(people)
        subjects = [self._layout.contact(self._destination, person) for person in people]
        until = self._clock() + _FRESH
        found = {kept.subject.rpartition(".")[2]: kept for kept in await self._reader.last(self._stream, subjects)}
        known = {person: _known(found.get(person), until) for person in people}
        for person in self._asked:
            self._keep(person, known[person])
        return known

    async def _at_leader(self, person: str) -> _Known:
        kept = await self._reader.last_at_leader(self._stream, self._layout.contact(self._destination, person))
        return _known(kept, self._clock() + _FRESH)


def _known(kept: Kept | None, until: float) -> _Known:
    if kept is None:
        return _Known(None, 0, until)
    value: dict[str, Any] = orjson.loads(kept.data)
    return _Known(Contact("", value["traits"], value["time"]), kept.sequence, until)


def _as(contact: Contact | None, user_id: str) -> Contact | None:
    """Return the contact under its person's id, which is not stored."""
    return contact and Contact(user_id, contact.traits, contact.time)

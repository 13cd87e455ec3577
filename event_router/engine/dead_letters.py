"""Dead letters: every event that was given up, to be looked into, tried again, or thrown away by somebody who may."""

from __future__ import annotations

from collections.abc import AsyncIterator
from hashlib import blake2b
from time import time
from typing import NamedTuple

from event_router.engine.engine import Engine
from event_router.engine.layout import INTAKE
from event_router.engine.publishing import Message
from event_router.engine.stored import RETRIED, DeadLetter, StoredEvent, decode_letter, encode_event, encode_letter
from event_router.outcomes import Event

_IDS = (("userId", "user_id"), ("anonymousId", "anonymous_id"))


class Buried(NamedTuple):
    """A dead letter in its place.

    Attributes:
        id: What commands call it.
        subject: Where it is.
        letter: What it says.
    """

    id: int
    subject: str
    letter: DeadLetter


class DeadLetters:
    """The dead letters of all destinations."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._stream = engine.layout.stream("dead")

    async def bury(self, letter: DeadLetter, person: str | None = None) -> None:
        """Keep a dead letter; an event has one at most at each destination.

        Args:
            letter: What is to be kept.
            person: The hash of whose event it is, where the event itself does not say it.
        """
        await self._engine.publisher.publish(self.message(letter, person))

    def message(self, letter: DeadLetter, person: str | None = None) -> Message:
        """Return a dead letter as it is stored."""
        people, event = self._engine.people, letter.stored.event
        if letter.destination == INTAKE:
            event = _as_far_as_known(letter.stored)
        subject = self._engine.layout.dead(
            letter.destination, person or people.person(event), people.message(event["messageId"])
        )
        return Message(subject, encode_letter(letter))

    async def list(self, destination: str = "*", start: int = 1) -> AsyncIterator[Buried]:
        """Yield the dead letters, the oldest first."""
        subject = self._engine.layout.dead(destination, "*", "*")
        async for kept in self._engine.reader.walk(self._stream, subject, start):
            yield Buried(kept.sequence, kept.subject, decode_letter(kept.data))

    async def find(self, number: int) -> Buried | None:
        """Return one dead letter."""
        async for buried in self.list(start=number):
            return buried if buried.id == number else None
        return None

    async def retry(self, buried: Buried) -> None:
        """Give the event to its destination again, and take the letter away. What no destination has seen has none."""
        letter = buried.letter
        person = buried.subject.split(".")[-2]
        again = letter.stored._replace(again=RETRIED, since=time(), run=None)
        subject = self._engine.layout.again(letter.destination, person)
        await self._engine.publisher.publish(Message(subject, encode_event(again), f"retried.{buried.id}"))
        await self.discard(buried)

    async def discard(self, buried: Buried) -> None:
        """Throw a dead letter away."""
        await self._engine.reader.delete(self._stream, buried.id)

    async def erase(self, destination: str, person: str) -> None:
        """Erase the dead letters of a person's events at a destination."""
        await self._engine.reader.erase(self._stream, self._engine.layout.dead(destination, person, "*"))


def _as_far_as_known(stored: StoredEvent) -> Event:
    """Return the ids of what is no event, so that it goes when its person is to be forgotten; its content is its name."""
    raw, content = stored.event, blake2b(encode_event(stored), digest_size=12).hexdigest()
    ids = {name: raw.get(name) or raw.get(other) for name, other in _IDS}
    return {"messageId": content} | {
        name: str(value) for name, value in ids.items() if isinstance(value, str | int) and value
    }

"""Dead letters: every event that was given up, to be looked into, tried again, or thrown away by somebody who may."""

from __future__ import annotations

from collections.abc import AsyncIterator
from hashlib import blake2b
from time import time
from typing import NamedTuple

from event_router.engine.engine import Engine
from event_router.engine.layout import INTAKE, REFUSED
from event_router.engine.publishing import Message
from event_router.engine.stored import RETRIED, DeadLetter, StoredEvent, decode_letter, encode_event, encode_letter
from event_router.outcomes import Event

_DEAD = "dead"
# What the ids of each stream's letters begin with, since either stream counts for itself.
_MARKS = {_DEAD: "", REFUSED: "r"}
_IDS = (("userId", "user_id"), ("anonymousId", "anonymous_id"))


class Buried(NamedTuple):
    """A dead letter in its place.

    Attributes:
        id: What commands call it: a number, after an ``r`` where it was no event and no destination has seen it.
        subject: Where it is.
        letter: What it says.
    """

    id: str
    subject: str
    letter: DeadLetter


class DeadLetters:
    """The dead letters of all destinations, and what was no event."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def bury(self, letter: DeadLetter, person: str | None = None) -> None:
        """Keep a dead letter; an event has one at most at each destination.

        Args:
            letter: What is to be kept.
            person: The hash of whose event it is, where the event itself does not say it.
        """
        await self._engine.publisher.publish(self.message(letter, person))

    def message(self, letter: DeadLetter, person: str | None = None) -> Message:
        """Return a dead letter as it is stored."""
        people, refused = self._engine.people, letter.destination == INTAKE
        event = _as_far_as_known(letter.stored) if refused else letter.stored.event
        message = people.message(event["messageId"])
        subject = self._subject(letter.destination, person or people.person(event), message)
        return Message(subject, encode_letter(letter))

    async def list(self, destination: str = "*") -> AsyncIterator[Buried]:
        """Yield the dead letters that there are now, the oldest first; what was no event comes after all others."""
        for kind in _kinds(destination):
            info = await self._engine.reader.ask(f"STREAM.INFO.{self._engine.layout.stream(kind)}")
            async for sequence, buried in self._walk(kind, destination):
                if sequence > info["state"]["last_seq"]:
                    break
                yield buried

    async def find(self, name: str) -> Buried | None:
        """Return one dead letter."""
        kind, number = _place(name)
        async for sequence, buried in self._walk(kind, "*", number):
            return buried if sequence == number else None
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
        kind, number = _place(buried.id)
        await self._engine.reader.delete(self._engine.layout.stream(kind), number)

    async def erase(self, destination: str, person: str) -> None:
        """Erase the dead letters of a person's events at a destination."""
        for kind in _kinds(destination):
            await self._engine.reader.erase(self._engine.layout.stream(kind), self._subject(destination, person, "*"))

    async def _walk(self, kind: str, destination: str, start: int = 1) -> AsyncIterator[tuple[int, Buried]]:
        subject = self._subject(INTAKE if kind == REFUSED else destination, "*", "*")
        async for kept in self._engine.reader.walk(self._engine.layout.stream(kind), subject, start):
            name = f"{_MARKS[kind]}{kept.sequence}"
            yield kept.sequence, Buried(name, kept.subject, decode_letter(kept.data))

    def _subject(self, destination: str, person: str, message: str) -> str:
        layout = self._engine.layout
        return layout.refused(person, message) if destination == INTAKE else layout.dead(destination, person, message)


def _kinds(destination: str) -> tuple[str, ...]:
    """Return in which streams a destination's letters are."""
    return (_DEAD, REFUSED) if destination == "*" else (REFUSED if destination == INTAKE else _DEAD,)


def _place(name: str) -> tuple[str, int]:
    """Return in which stream a letter is, and its sequence there."""
    mark = _MARKS[REFUSED]
    return (REFUSED, int(name.removeprefix(mark))) if name.startswith(mark) else (_DEAD, int(name))


def _as_far_as_known(stored: StoredEvent) -> Event:
    """Return the ids of what is no event, so that it goes when its person is to be forgotten; its content is its name."""
    raw, content = stored.event, blake2b(encode_event(stored), digest_size=12).hexdigest()
    ids = {name: raw.get(name) or raw.get(other) for name, other in _IDS}
    return {"messageId": content} | {
        name: str(value) for name, value in ids.items() if isinstance(value, str | int) and value
    }

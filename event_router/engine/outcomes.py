"""The one outcome of each event at each destination: recorded before the event is let go, and never twice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from event_router.engine.engine import Engine
from event_router.engine.loading import Loader
from event_router.engine.publishing import Message
from event_router.engine.reading import Kept
from event_router.engine.stored import Recorded, decode_outcome, encode_outcome

_CODES = "codes"
_ANY = "*"


class Settled(NamedTuple):
    """A recorded outcome, and when it was recorded, in seconds since 1970."""

    recorded: Recorded
    sequence: int
    at: float


class Outcomes:
    """The outcomes at one destination."""

    def __init__(self, engine: Engine, destination: str) -> None:
        self._engine = engine
        self._destination = destination
        self._stream = engine.layout.stream("outcomes")
        self._codes: set[str] = set()
        self._loader = Loader(self._load)

    async def record(self, person: str, recorded: Recorded, key: str) -> None:
        """Record an outcome, instead of an earlier one of the same event.

        Args:
            person: The hash of whose event it is.
            recorded: The outcome.
            key: Names the delivery: of two workers that deal with one, only the first records.
        """
        message = self._engine.people.message(recorded.message_id)
        subject = self._subject(recorded.outcome, recorded.code, person, message)
        await self._engine.publisher.publish(Message(subject, encode_outcome(recorded), f"{key}.{self._destination}"))
        await self._know(f"{recorded.outcome} {recorded.code}")

    async def find(self, person: str, message_id: str) -> Settled | None:
        """Return the outcome of an event, if it has one."""
        found = await self._loader.load(f"{person}.{self._engine.people.message(message_id)}")
        if not found:
            return None
        return Settled(decode_outcome(found[-1].data), found[-1].sequence, found[-1].epoch)

    async def settled(self, events: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Return which of some events, hashes of person and messageId, have an outcome."""
        subjects = [self._subject(_ANY, _ANY, *event) for event in events]
        return {_event(kept) for kept in await self._engine.reader.last(self._stream, subjects)}

    async def erase(self, person: str) -> None:
        """Erase what is recorded of a person's events."""
        await self._engine.reader.erase(self._stream, self._subject(_ANY, _ANY, person, _ANY))

    async def withdraw(self, settled: Settled) -> None:
        """Take back an outcome that another one follows."""
        await self._engine.reader.delete(self._stream, settled.sequence)

    async def _load(self, keys: list[str]) -> dict[str, list[Kept]]:
        subjects = [self._subject(_ANY, _ANY, *key.split(".")) for key in keys]
        found: dict[str, list[Kept]] = {key: [] for key in keys}
        for kept in await self._engine.reader.last(self._stream, subjects):
            found[".".join(_event(kept))].append(kept)
        return found

    def _subject(self, outcome: str, code: str, person: str, message: str) -> str:
        return self._engine.layout.outcome(self._destination, outcome, code, person, message)

    async def _know(self, code: str) -> None:
        """Note which reasons there are, so that ``status`` can ask how often."""
        if code in self._codes:
            return

        def add(known: dict[str, list[str]] | None) -> dict[str, list[str]] | None:
            codes = (known or {}).get(self._destination, [])
            return None if code in codes else {**(known or {}), self._destination: sorted([*codes, code])}

        await self._engine.state.change(_CODES, add)
        self._codes.add(code)


def _event(kept: Kept) -> tuple[str, str]:
    person, message = kept.subject.split(".")[-2:]
    return person, message


async def reasons(engine: Engine) -> dict[str, list[tuple[str, str]]]:
    """Return the outcomes and reason codes that each destination has had."""
    known = await engine.state.get(_CODES) or {}
    return {name: [_parts(code) for code in codes] for name, codes in known.items()}


def _parts(known: str) -> tuple[str, str]:
    outcome, _, code = known.partition(" ")
    return outcome, code

"""What ``event-router failed`` does with dead letters: choose them, give them once more, throw them away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

from event_router.cli.letters import row
from event_router.config import Config
from event_router.doors.items import Arrival, judge
from event_router.doors.store import Refused, Unavailable
from event_router.engine.dead_letters import Buried, DeadLetters
from event_router.engine.engine import Engine
from event_router.engine.intake import Intake
from event_router.engine.layout import INTAKE
from event_router.outcomes import Reason
from event_router.times import to_utc


class Choice(NamedTuple):
    """Which dead letters: those of some ids or, without any, all that a destination and a reason have.

    Attributes:
        ids: Of single ones.
        to: Those of this destination only.
        code: Those of this reason only.
    """

    ids: tuple[str, ...] = ()
    to: str | None = None
    code: str | None = None


class Done(NamedTuple):
    """How many it was done with, and a line for each that it could not be done with."""

    number: int
    refused: tuple[str, ...]


async def rows(engine: Engine, choice: Choice, limit: int | None) -> list[dict[str, Any]]:
    """Return what is chosen as objects without traits, the oldest first, what was no event last."""
    found: list[dict[str, Any]] = []
    async for buried in _matching(engine, DeadLetters(engine), choice):
        found.append(row(buried))
        if len(found) == limit:
            break
    return found


async def find(engine: Engine, name: str) -> Buried | None:
    """Return one dead letter."""
    return await DeadLetters(engine).find(name)


async def retry(engine: Engine, config: Config, choice: Choice) -> Done:
    """Give what is chosen once more."""
    done, refused = 0, []
    letters = DeadLetters(engine)
    async for name, buried in _picked(engine, letters, choice):
        why = await _again(engine, letters, config, buried) if buried else None
        if buried and why is None:
            done += 1
        else:
            refused.append(f"{name}: [{why.code}] {why.message}" if why else absent(name))
    return Done(done, tuple(refused))


async def _again(engine: Engine, letters: DeadLetters, config: Config, buried: Buried) -> Reason | None:
    """Give an event once more; return why that cannot be."""
    destination = buried.letter.destination
    if destination == INTAKE:
        return await _accept(engine, letters, config, buried)
    if destination not in engine.destinations:
        why = f"There is no [destinations.{destination}] in the configuration any more; discard it, or `replay` it elsewhere."
        return Reason("config.no_destination", why)
    await letters.retry(buried)
    return None


async def _accept(engine: Engine, letters: DeadLetters, config: Config, buried: Buried) -> Reason | None:
    """Accept what was no event as a new one; return why it still is none."""
    letter = buried.letter
    if letter.cut:
        return Reason("event.cut", "Only its short values are kept. Let it be sent once more, and discard this.")
    arrival = Arrival(letter.stored.source, str(to_utc(letter.at)), config.doors.max_event_bytes)
    judged = judge(letter.stored.event, arrival)
    if isinstance(judged, Refused):
        return judged.outcome.reason
    try:
        await Intake(engine, lambda *_: None).accept([judged])
    except Unavailable as error:
        return Reason(error.code, error.message)
    await letters.discard(buried)
    return None


async def discard(engine: Engine, choice: Choice) -> Done:
    """Throw away what is chosen."""
    done, refused = 0, []
    letters = DeadLetters(engine)
    async for name, buried in _picked(engine, letters, choice):
        if buried:
            await letters.discard(buried)
            done += 1
        else:
            refused.append(absent(name))
    return Done(done, tuple(refused))


async def _picked(engine: Engine, letters: DeadLetters, choice: Choice) -> AsyncIterator[tuple[str, Buried | None]]:
    """Yield what is chosen as it is now: an event that is given up once more meanwhile is not chosen again."""
    for name in choice.ids:
        yield name, await letters.find(name)
    if choice.ids:
        return
    async for buried in _matching(engine, letters, choice):
        yield buried.id, buried


async def _matching(engine: Engine, letters: DeadLetters, choice: Choice) -> AsyncIterator[Buried]:
    # What is no known name may not become part of a subject, but there may be letters of a destination that was.
    known = choice.to if choice.to in (*engine.destinations, INTAKE) else None
    async for buried in letters.list(known or "*"):
        letter = buried.letter
        if choice.to in (None, letter.destination) and choice.code in (None, letter.code):
            yield buried


def absent(name: str) -> str:
    """Return what is said of an id that no dead letter has."""
    return f"{name}: there is no dead letter of this id; `event-router failed list` shows what there is."

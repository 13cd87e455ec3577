"""Forgetting a person: every stored trace, erased from the disk once the deletion has reached a destination.

What had been replaced or had moved on before, such as a contact's former values, JetStream has forgotten then, but not
overwritten: its bytes go when JetStream rewrites or deletes the file that they are in.
"""

from __future__ import annotations

from event_router.engine.contacts import Contacts
from event_router.engine.dead_letters import DeadLetters
from event_router.engine.engine import Engine
from event_router.engine.layout import INTAKE
from event_router.engine.outcomes import Outcomes
from event_router.engine.parking import Parking


async def erase_before(engine: Engine, destination: str, person: str, sequence: int, contacts: Contacts) -> None:
    """Erase what one destination's part of the engine keeps of a person, and all events older than the deletion.

    Other destinations get those events no more either: whoever asks to be forgotten is not written to on the way.
    """
    events, layout = engine.layout.stream("events"), engine.layout
    await engine.reader.erase(events, layout.event(person), sequence - 1)
    await engine.reader.erase(events, layout.again(destination, person), sequence - 1)
    await Parking(engine, destination).erase(person)
    for name in (destination, INTAKE):
        await DeadLetters(engine).erase(name, person)
    await engine.reader.purge(layout.stream("retries"), layout.retry(destination, person, "*"))
    await Outcomes(engine, destination).erase(person)
    await contacts.forget(person)


async def erase_deletion(engine: Engine, person: str, message_id: str, sequence: int) -> bool:
    """Erase the deletion itself, once every destination has its outcome; return whether it was."""
    events, message = engine.layout.stream("events"), engine.people.message(message_id)
    alone = await engine.reader.next(events, [engine.layout.again("*", person)], sequence)
    if alone and alone.sequence == sequence:  # It was sent to one destination only, which has come to its outcome.
        await engine.reader.erase(events, alone.subject, sequence)
        return True
    for name in engine.destinations:
        subject = engine.layout.outcome(name, "*", "*", person, message)
        if not await engine.reader.last_at_leader(engine.layout.stream("outcomes"), subject):
            return False
    await engine.reader.erase(events, engine.layout.event(person), sequence)
    return True

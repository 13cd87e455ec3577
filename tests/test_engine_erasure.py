"""Forgetting a person: no trace is left in any stream or bucket, nor in the server's files."""

from __future__ import annotations

from pathlib import Path

import pytest
from engines import accept, engine, events, everything
from nats_servers import server
from support import identify, track

from event_router.api import Event
from event_router.engine.contacts import Contacts
from event_router.engine.dead_letters import DeadLetters
from event_router.engine.engine import Engine
from event_router.engine.erasure import erase_before, erase_deletion
from event_router.engine.layout import INTAKE
from event_router.engine.outcomes import Outcomes
from event_router.engine.parking import Parking
from event_router.engine.publishing import Message
from event_router.engine.stored import DeadLetter, Recorded, StoredEvent, Trying, encode_trying

pytestmark = pytest.mark.anyio
_GONE, _OTHER = "user-to-be-forgotten", "user-who-stays"


def email(user: str) -> str:
    """Return a person's address."""
    return f"{user}@example.org"


def traces(user: str) -> tuple[bytes, bytes]:
    """Return what tells that a person is known."""
    return user.encode(), email(user).encode()


def remembered(opened: Engine, destination: str) -> Contacts:
    """Return a destination's contacts."""
    return Contacts(opened.layout, opened.publisher, opened.reader, destination, ("email",))


async def live(opened: Engine, user: str) -> None:
    """Leave traces of a person wherever there can be any: accepted, parked, retried, dead, remembered, settled."""
    person, traits = opened.people.user(user), {"email": email(user)}
    events = [identify(userId=user, messageId=f"{user}-{at}", traits=traits) for at in range(3)]
    await accept(opened, *events)
    refused = DeadLetter(INTAKE, "rejected", "event.type_unknown", user, 1.0, 0, StoredEvent(events[0], "web"))
    await DeadLetters(opened).bury(refused)
    for name in opened.destinations:
        await accept(opened, identify(userId=user, messageId=f"{user}-{name}", traits=traits), destination=name)
        await Parking(opened, name).park(person, StoredEvent(track(userId=user, context={"traits": traits}), "web"), 1)
        await DeadLetters(opened).bury(
            DeadLetter(name, "failed", "c", email(user), 1.0, 1, StoredEvent(events[1], "-"))
        )
        retry = opened.layout.retry(name, person, opened.people.message(f"{user}-0"))
        await opened.publisher.publish(Message(retry, encode_trying(Trying(1))))
        await Outcomes(opened, name).record(
            person, Recorded("delivered", "delivered", f"{user}-0", "identify", 1, 1.0), "1"
        )
        await remembered(opened, name).remember(person, events[2])


async def delete(opened: Engine, user: str, destination: str | None = None) -> tuple[Event, str, int]:
    """Store a deletion; return it, its person, and its sequence."""
    event = {"type": "delete", "messageId": "deletion", "userId": user, "context": {"traits": {"email": email(user)}}}
    await accept(opened, event, destination=destination)
    stream = opened.layout.stream("events")
    return event, opened.people.user(user), [kept.sequence async for kept in opened.reader.walk(stream, ">")][-1]


async def carry_out(opened: Engine, name: str, event: Event, person: str, sequence: int) -> bool:
    """Carry out a deletion as one destination's worker does; return whether it is gone itself."""
    await erase_before(opened, name, person, sequence, remembered(opened, name))
    recorded = Recorded("delivered", "delivered", event["messageId"], "delete", 1, 1.0)
    await Outcomes(opened, name).record(person, recorded, str(sequence))
    return await erase_deletion(opened, person, event["messageId"], sequence)


def on_disk(folder: Path) -> bytes:
    """Return all bytes of JetStream's files."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "log")


async def test_no_trace_is_left_in_any_stream_nor_in_any_file() -> None:
    """While everything of other people stays as it is."""
    with server(max_file=1024**4) as handle:
        async with engine(handle.url) as opened:
            await live(opened, _OTHER)
            untouched = await everything(opened)
            await live(opened, _GONE)
            event, person, sequence = await delete(opened, _GONE)
            for trace in traces(_GONE):
                assert trace in await everything(opened)
                assert trace in on_disk(handle.data)
            assert await carry_out(opened, "promoter", event, person, sequence)
            left, files = await everything(opened), on_disk(handle.data)
            for trace in traces(_GONE):
                assert trace not in left
                assert trace not in files
            for line in untouched.split(b"\n"):
                assert line in left
            for trace in traces(_OTHER):
                assert trace in files


async def test_the_deletion_stays_until_every_destination_has_come_to_its_end(nats: str) -> None:
    """Nobody gets older events of that person any more; another destination keeps what it needs for the deletion."""
    async with engine(nats, ("a", "b")) as opened:
        await live(opened, _GONE)
        event, person, sequence = await delete(opened, _GONE)
        assert not await carry_out(opened, "a", event, person, sequence)
        kinds = [(stored.event["type"], stored.again) for stored in await events(opened)]
        assert kinds == [("identify", "sent"), ("delete", None)]
        assert await remembered(opened, "a").get(person, event) is None
        assert await remembered(opened, "b").get(person, event)
        assert await carry_out(opened, "b", event, person, sequence)
        left = await everything(opened)
        for trace in traces(_GONE):
            assert trace not in left


async def test_an_outcome_of_a_destination_that_is_configured_no_more_does_not_count(nats: str) -> None:
    """Each of those that are has to come to its own."""
    async with engine(nats, ("a", "b")) as opened:
        event, person, sequence = await delete(opened, _GONE)
        for name in ("a", "old"):
            await Outcomes(opened, name).record(person, Recorded("skipped", "c", "deletion", "delete", 0, 1.0), "1")
        assert not await erase_deletion(opened, person, event["messageId"], sequence)


async def test_a_deletion_for_one_destination_goes_with_its_outcome(nats: str) -> None:
    """Nobody else has to have one."""
    async with engine(nats, ("a", "b")) as opened:
        event, person, sequence = await delete(opened, _GONE, "a")
        assert await carry_out(opened, "a", event, person, sequence)
        assert await events(opened) == []


async def test_what_comes_after_the_deletion_stays(nats: str) -> None:
    """The person has come back."""
    async with engine(nats) as opened:
        await live(opened, _GONE)
        event, person, sequence = await delete(opened, _GONE)
        await accept(opened, identify(userId=_GONE, messageId="new"))
        assert await carry_out(opened, "promoter", event, person, sequence)
        assert [stored.event["messageId"] for stored in await events(opened)] == ["new"]

"""What has to be done now and then."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from engines import accept, engine, events, settle, take
from support import track

from event_router.engine.dead_letters import DeadLetters
from event_router.engine.engine import Engine
from event_router.engine.outcomes import Outcomes
from event_router.engine.parking import Parking
from event_router.engine.stored import StoredEvent
from event_router.engine.upkeep import Room, bury_overdue, purge_settled, rooms, shortage

pytestmark = pytest.mark.anyio


async def accept_some(opened: Engine, *numbers: int, destination: str | None = None) -> None:
    """Accept events with numbers as ids."""
    await accept(opened, *(track(messageId=str(number)) for number in numbers), destination=destination)


async def deliver(opened: Engine, destination: str, number: int) -> None:
    """Deal with so many events of a destination."""
    for _ in range(number):
        await settle(opened, await take(opened, destination))


async def kept(opened: Engine) -> Sequence[str]:
    """Return which events there are."""
    return [stored.event["messageId"] for stored in await events(opened)]


async def test_no_event_goes_before_its_outcome(nats: str) -> None:
    """However old it is; what is settled goes up to the first that is not."""
    async with engine(nats) as opened:
        await accept_some(opened, 1, 2, 3)
        assert await purge_settled(opened, 0.0) == 0
        first, second = await take(opened), await take(opened)
        assert await purge_settled(opened, 0.0) == 0
        await settle(opened, second)
        assert await purge_settled(opened, 0.0) == 0
        await settle(opened, first)
        assert await purge_settled(opened, 0.0) == 2
        assert await kept(opened) == ["3"]
        await deliver(opened, "promoter", 1)
        assert await purge_settled(opened, 0.0) == 1
        assert await purge_settled(opened, 0.0) == 0


async def test_what_is_settled_is_kept_for_replay(nats: str) -> None:
    """As long as configured."""
    async with engine(nats) as opened:
        await accept_some(opened, 1)
        await deliver(opened, "promoter", 1)
        assert await purge_settled(opened, 3600.0) == 0
        assert await kept(opened) == ["1"]


async def test_the_slowest_destination_decides(nats: str) -> None:
    """Its events are those of the others as well; what comes again to another one holds nothing back."""
    async with engine(nats, ("fast", "slow")) as opened:
        await accept_some(opened, 1, 2)
        await deliver(opened, "fast", 2)
        await accept_some(opened, 3, destination="fast")
        await deliver(opened, "fast", 1)
        assert await purge_settled(opened, 0.0) == 0
        await deliver(opened, "slow", 1)
        assert await purge_settled(opened, 0.0) == 1
        await deliver(opened, "slow", 1)
        assert await purge_settled(opened, 0.0) == 2
        await accept_some(opened, 4, destination="fast")
        assert await purge_settled(opened, 0.0) == 0


async def test_without_destinations_everything_stays(nats: str) -> None:
    """There may be some later."""
    async with engine(nats, ()) as opened:
        await accept_some(opened, 1)
        assert await purge_settled(opened, 0.0) == 0


async def test_what_waits_too_long_becomes_a_dead_letter(nats: str) -> None:
    """With an outcome, so that it is counted; what waits shorter waits on."""
    async with engine(nats) as opened:
        person = opened.people.user("12345")
        await Parking(opened, "promoter").park(person, StoredEvent(track(), "web"), 5.0)
        assert await bury_overdue(opened, "promoter", 3600.0) == 0
        assert await bury_overdue(opened, "promoter", 0.0) == 1
        assert await bury_overdue(opened, "promoter", 0.0) == 0
        (buried,) = [one async for one in DeadLetters(opened).list("promoter")]
        assert (buried.letter.code, buried.letter.stored.since) == ("delivery.parked_too_long", 5.0)
        found = await Outcomes(opened, "promoter").find(person, "m-2")
        assert found
        assert (found.recorded.outcome, found.recorded.code) == ("failed", "delivery.parked_too_long")


async def test_how_full_each_stream_is(nats: str) -> None:
    """In bytes, under the name it has in [engine]."""
    async with engine(nats) as opened:
        await accept_some(opened, 1)
        found = {room.name: room for room in await rooms(opened)}
        assert list(found) == ["events", "outcomes", "parked", "retries", "dead", "contacts", "state"]
        assert 0 < found["events"].used < found["events"].most == opened.layout.settings.event_bytes


def test_before_something_is_full_new_events_are_refused(tmp_path: Path) -> None:
    """What was accepted already must still find room."""
    roomy, full = Room("events", 94, 100), Room("parked", 95, 100)
    assert shortage([roomy], None, 10**18) is None
    assert shortage([roomy], tmp_path, 0) is None
    for found, code, word in (
        (shortage([roomy, full], None, 0), "engine.full", "parked"),
        (shortage([roomy], tmp_path, 10**18), "engine.disk_low", str(tmp_path)),
    ):
        assert found
        assert found.code == code
        assert word in found.message

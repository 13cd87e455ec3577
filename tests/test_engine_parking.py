"""Events that wait for their contact."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from engines import engine, events, requests
from support import track

from event_router.engine.engine import Engine
from event_router.engine.layout import Layout
from event_router.engine.loading import Loader
from event_router.engine.parking import Parking
from event_router.engine.publishing import Message
from event_router.engine.reading import Reader
from event_router.engine.stored import OVERDUE, RELEASED, REPLAYED, StoredEvent, encode_event

pytestmark = pytest.mark.anyio


def waiting(number: int | str, **changes: Any) -> StoredEvent:
    """Return an event that is to wait."""
    return StoredEvent(track(messageId=f"m{number}"), "web", **changes)


async def parked(opened: Engine) -> int:
    """Return how many wait."""
    return await opened.reader.count(opened.layout.stream("parked"), ">")


def ids(found: list[StoredEvent]) -> list[str]:
    """Return which events they are."""
    return [stored.event["messageId"] for stored in found]


async def test_events_are_released_in_the_order_in_which_they_were_accepted(nats: str) -> None:
    """To this destination only, with the time of their acceptance; another person's stay."""
    async with engine(nats, ("a", "b")) as opened:
        parking = Parking(opened, "a")
        for number in (2, 1, 3):
            await parking.park("P", waiting(number), float(number))
        await parking.park("Q", waiting(4), 4.0)
        await Parking(opened, "b").park("P", waiting(5), 5.0)
        assert ids(await parking.release("P")) == ["m1", "m2", "m3"]
        found = await events(opened)
        assert ids(found) == ["m1", "m2", "m3"]
        assert [(one.again, one.since) for one in found] == [(RELEASED, 1.0), (RELEASED, 2.0), (RELEASED, 3.0)]
        assert await opened.reader.count(opened.layout.stream("events"), opened.layout.again("a", "P")) == 3
        assert await parked(opened) == 2
        assert await parking.release("P") == []


async def test_an_event_that_is_parked_twice_waits_once(nats: str) -> None:
    """With what was said of it last, and in its old place."""
    async with engine(nats) as opened:
        parking = Parking(opened, "promoter")
        await parking.park("P", waiting(1, again=REPLAYED, since=1.0), 9.0)
        await parking.park("P", waiting(2), 2.0)
        await parking.park("P", waiting(1, again=REPLAYED, since=1.0), 1.0)
        assert await parked(opened) == 2
        released = await parking.release("P")
        assert [(one.event["messageId"], one.since) for one in released] == [("m1", 1.0), ("m2", 2.0)]


async def test_lines_that_are_waited_for_wait_each_by_itself(nats: str) -> None:
    """Of one messageId twice in a file, each line gets its own result."""
    async with engine(nats) as opened:
        parking = Parking(opened, "promoter")
        for line in (1, 2, 2):
            await parking.park("P", waiting(1, run="r", line=line), 1.0)
        assert [one.line for one in await parking.release("P")] == [1, 2]


async def test_a_release_that_a_crash_cut_in_two_gives_each_event_once(
    nats: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had given the event, but not taken it out."""
    async with engine(nats) as opened:

        async def crash(*_: Any) -> None:
            raise RuntimeError("crash")

        await Parking(opened, "promoter").park("P", waiting(1), 1.0)
        with monkeypatch.context() as crashing:
            crashing.setattr(Reader, "delete", crash)
            with pytest.raises(RuntimeError):
                await Parking(opened, "promoter").release("P")
        assert ids(await Parking(opened, "promoter").release("P")) == ["m1"]
        assert ids(await events(opened)) == ["m1"]
        assert await parked(opened) == 0


async def test_however_many_wait_all_are_released(nats: str) -> None:
    """More than one answer of the server has."""
    async with engine(nats) as opened:
        parking = Parking(opened, "promoter")
        subjects = [opened.layout.parked("promoter", "P", str(at)) for at in range(1, 2501)]
        data = [encode_event(waiting(at, again=RELEASED, since=float(at))) for at in range(1, 2501)]
        await opened.publisher.publish_all([Message(*pair) for pair in zip(subjects, data, strict=True)])
        await parking.park("Q", waiting("q"), 1.0)
        assert ids(await parking.release("P")) == [f"m{at}" for at in range(1, 2501)]
        assert len(await events(opened)) == 2500
        assert await parked(opened) == 1


async def test_in_a_cluster_the_leader_is_asked_before_nobody_is_said_to_wait(
    nats: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A replica that lags may not know what another worker has just parked."""

    async def lagging(_: object, person: str) -> list[Any]:
        return []

    async with engine(nats) as single:
        opened = replace(single, layout=Layout(replace(single.layout.settings, replicas=3)))
        parking = Parking(opened, "promoter")
        for number in (1, 2):
            await parking.park("P", waiting(number), float(number))
        monkeypatch.setattr(Loader, "load", lagging)
        assert sorted(ids(await parking.release("P"))) == ["m1", "m2"]
        sent = requests(opened, monkeypatch)
        assert await parking.release("P") == []
        assert len(sent) == 1


async def test_what_waits_too_long_is_given_a_last_time(nats: str) -> None:
    """Marked as overdue, so that it does not wait once more; what waits shorter waits on."""
    async with engine(nats) as opened:
        parking = Parking(opened, "promoter")
        for person, number in (("P", 1), ("Q", 2)):
            await parking.park(person, waiting(number), float(number))
        assert await parking.release_overdue(60) == 0
        assert await parked(opened) == 2
        assert await parking.release_overdue(0) == 2
        assert await parking.release_overdue(0) == 0
        found = await events(opened)
        assert ids(found) == ["m1", "m2"]
        assert [(one.again, one.since) for one in found] == [(OVERDUE, 1.0), (OVERDUE, 2.0)]
        for person in ("P", "Q"):
            subject = opened.layout.again("promoter", person)
            assert await opened.reader.count(opened.layout.stream("events"), subject) == 1
        assert await parked(opened) == 0


async def test_what_is_overdue_and_released_at_once_is_given_once(nats: str) -> None:
    """Whichever is first: an event has one outcome."""
    async with engine(nats) as opened:
        parking = Parking(opened, "promoter")
        for number in range(1, 151):
            await parking.park("P", waiting(number), float(number))
        await asyncio.gather(parking.release("P"), Parking(opened, "promoter").release_overdue(0))
        assert sorted(ids(await events(opened))) == sorted(f"m{number}" for number in range(1, 151))
        assert await parked(opened) == 0


async def test_a_person_is_erased(nats: str) -> None:
    """The others' events wait on."""
    async with engine(nats) as opened:
        parking = Parking(opened, "promoter")
        for person in ("P", "P", "Q"):
            await parking.park(person, waiting(person), 1.0)
        await parking.erase("P")
        assert await parked(opened) == 1

"""Replay: which events are given to whom once more, and which are not."""

from __future__ import annotations

import asyncio
from time import time
from typing import Any

import pytest
from engines import engine, settle, settle_all, take
from support import identify, order, track

from event_router.doors.store import Accepted
from event_router.engine.engine import Engine
from event_router.engine.intake import Intake
from event_router.engine.migration import migrate
from event_router.engine.outcomes import Outcomes
from event_router.engine.publishing import Message
from event_router.engine.replay import Replayed, Wanted, count, replay
from event_router.engine.stored import (
    REPLAYED,
    Recorded,
    StoredEvent,
    Trying,
    decode_event,
    encode_event,
    encode_trying,
)
from event_router.outcomes import Dropped

pytestmark = pytest.mark.anyio
NAMES = ("promoter", "other")


def wanted(*destinations: str, **changes: Any) -> Wanted:
    """Return everything of the last hour."""
    values: dict[str, Any] = {"since": time() - 3600, "until": time() + 3600, "destinations": destinations or NAMES}
    return Wanted(**values | changes)


async def accept(opened: Engine, *events: Any) -> None:
    """Store events as the doors do."""
    given = [Accepted(event, (Dropped("$.traits.x", "empty"),), "web") for event in events]
    await Intake(opened, lambda *_: None).accept(given)


async def deal(opened: Engine, *events: Any) -> None:
    """Store events, and let every destination be through with them."""
    await accept(opened, *events)
    await settle_all(opened, *NAMES)


async def given(opened: Engine, destination: str) -> list[StoredEvent]:
    """Return what a destination was given again."""
    walk = opened.reader.walk(opened.layout.stream("events"), opened.layout.again(destination, "*"))
    return [decode_event(kept.data) async for kept in walk]


async def test_everything_to_all(nats: str) -> None:
    """Each event goes to each destination, as it was accepted, in its order, marked as replayed."""
    async with engine(nats, NAMES) as opened:
        await deal(opened, identify(), track(), order())
        done = await replay(opened, wanted())
        assert (done.events, done.given, done.repeated, done.waiting, done.deletions) == (3, 6, 0, 0, 0)
        assert done.first is not None
        assert done.last is not None
        assert done.first <= done.last
        for name in NAMES:
            found = await given(opened, name)
            assert [one.event for one in found] == [identify(), track(), order()]
            assert {(one.again, one.surveys, one.since, one.source) for one in found} == {
                (REPLAYED, False, None, "web")
            }
            assert found[0].dropped == (Dropped("$.traits.x", "empty"),)


async def test_only_what_is_wanted(nats: str) -> None:
    """A time, a person, a name and a destination choose; names compare as event names do. Surveys are passed on."""
    async with engine(nats, NAMES) as opened:
        await deal(opened, identify(), track(), track(messageId="m-9", userId="other", event="friend_invited"))
        assert (await replay(opened, wanted("promoter", user_id="12345"))).given == 2
        done = await replay(opened, wanted("promoter", event="FRIEND INVITED", surveys=True))
        assert done.given == 2
        assert [one.surveys for one in await given(opened, "promoter")] == [False, False, True, True]
        assert await given(opened, "other") == []
        assert await replay(opened, wanted(event="Nothing")) == Replayed()
        assert await replay(opened, wanted(until=time() - 1800)) == Replayed()
        assert await replay(opened, wanted(since=time() + 1800)) == Replayed()


async def test_deletions_stay_out(nats: str) -> None:
    """A deletion is never replayed, and what nobody can read is passed over."""
    async with engine(nats, NAMES) as opened:
        await deal(opened, {"type": "delete", "messageId": "d", "userId": "12345"}, track())
        for number, data in enumerate([b"{", b"{}", encode_event(StoredEvent({"type": "page"}, "-"))]):
            await opened.publisher.publish(Message(opened.layout.event("someone"), data, f"bad-{number}"))
        done = await replay(opened, wanted("promoter"))
        assert (done.events, done.given, done.deletions) == (1, 1, 1)


async def test_begun_again(nats: str) -> None:
    """The same times give nothing twice; another time is another replay."""
    async with engine(nats, NAMES) as opened:
        await deal(opened, *(track(messageId=f"m-{n}") for n in range(250)))
        times = {"since": time() - 60, "until": time() + 60}
        seen: list[int] = []

        def stop(number: int) -> None:
            seen.append(number)
            raise asyncio.CancelledError

        with pytest.raises(asyncio.CancelledError):
            await replay(opened, wanted("promoter", **times), progress=stop)
        done = await replay(opened, wanted("promoter", **times), progress=seen.append)
        assert (done.given, done.repeated) == (150, 100)
        assert seen == [100, 100, 100, 50]
        assert len(await given(opened, "promoter")) == 250
        assert await count(opened, wanted(**times)) == 250
        later = {**times, "until": times["until"] + 1}
        assert (await replay(opened, wanted("promoter", **later))).given == 250


async def test_what_waits_is_left_out(nats: str) -> None:
    """An event that is parked or tried again will have its outcome; a replay must not give it another one."""
    async with engine(nats, NAMES) as opened:
        await deal(opened, track(), track(messageId="m-3"), track(messageId="m-4"))
        people, layout = opened.people, opened.layout
        person = people.person(track())
        parked = encode_event(StoredEvent(track(), "web"))
        await opened.publisher.publish(Message(layout.parked("promoter", person, people.message("m-2")), parked))
        tried = encode_trying(Trying(1))
        await opened.publisher.publish(Message(layout.retry("promoter", person, people.message("m-3")), tried))
        done = await replay(opened, wanted())
        assert (done.events, done.given, done.waiting) == (3, 4, 2)
        assert [one.event["messageId"] for one in await given(opened, "promoter")] == ["m-4"]
        assert len(await given(opened, "other")) == 3


async def test_what_is_not_settled_is_left_out(nats: str) -> None:
    """Nobody has begun with it, or a worker holds it; what has its outcome is given, although not all before it is settled."""
    async with engine(nats, NAMES) as opened:
        await accept(opened, *(track(messageId=f"m-{number}") for number in range(3)))
        held = [await take(opened) for _ in range(2)]
        assert (await replay(opened, wanted("promoter"))).waiting == 3
        person, recorded = opened.people.person(track()), Recorded("delivered", "c", "m-1", "track", 1, 1.0)
        await Outcomes(opened, "promoter").record(person, recorded, "2")
        done = await replay(opened, wanted("promoter"))
        assert (done.events, done.given, done.waiting) == (3, 1, 2)
        await settle(opened, held[0])
        assert (await replay(opened, wanted())).waiting == 4
        assert [one.event["messageId"] for one in await given(opened, "promoter")] == ["m-1", "m-0", "m-1"]
        assert await given(opened, "other") == []


async def test_a_new_destination_gets_what_was_there_before_it(nats: str) -> None:
    """That has no outcome there, and will come to none by itself."""
    async with engine(nats, ("old",)) as opened:
        await accept(opened, track())
        await migrate(opened.reader, opened.layout, ("old", "new"))
        await accept(opened, track(messageId="m-9"))
        done = await replay(opened, wanted("new"))
        assert (done.given, done.waiting) == (1, 1)
        await opened.reader.ask(f"CONSUMER.DELETE.{opened.layout.stream('events')}.new")
        assert (await replay(opened, wanted("new"))).waiting == 2


async def test_a_dry_run_gives_nothing(nats: str) -> None:
    """It only counts."""
    async with engine(nats, NAMES) as opened:
        await deal(opened, identify())
        assert (await replay(opened, wanted(), dry_run=True)).given == 2
        assert await given(opened, "promoter") == []

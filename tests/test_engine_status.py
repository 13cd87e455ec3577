"""How things stand, as the streams themselves say."""

from __future__ import annotations

from dataclasses import replace
from time import time

import pytest
from engines import accept, engine, settle, take
from support import identify, track

from event_router.engine.dead_letters import DeadLetters
from event_router.engine.engine import Engine
from event_router.engine.layout import INTAKE
from event_router.engine.outcomes import Outcomes
from event_router.engine.parking import Parking
from event_router.engine.publishing import Message
from event_router.engine.status import DestinationStatus, as_json, status
from event_router.engine.stored import DeadLetter, Recorded, StoredEvent, Trying, encode_trying

pytestmark = pytest.mark.anyio


async def record(opened: Engine, name: str, outcome: str, code: str, message: str) -> None:
    """Record an outcome."""
    await Outcomes(opened, name).record("P", Recorded(outcome, code, message, "track", 1, time()), message)


async def test_a_new_engine_has_nothing(nats: str) -> None:
    """Everything is open, and nothing waits."""
    async with engine(nats, ("a",)) as opened:
        found = await status(opened)
        assert (found.accepted, found.refused, found.draining) == (0, 0, False)
        assert found.destinations == (DestinationStatus("a"),)
        assert found.rooms[0].name == "events"
        assert abs(found.at - time()) < 60


async def test_each_event_is_counted_where_it_is(nats: str) -> None:
    """Once, at each destination."""
    async with engine(nats, ("a", "b.c")) as opened:
        await accept(opened, *(track(messageId=str(at)) for at in range(5)))
        await accept(opened, identify(), destination="a")
        for name, number in (("a", 3), ("b.c", 1)):
            for _ in range(number):
                await settle(opened, await take(opened, name))
        await take(opened, "a")
        await record(opened, "a", "delivered", "delivered", "0")
        await record(opened, "a", "skipped", "promoter.not_eligible", "1")
        await record(opened, "a", "skipped", "promoter.too_old", "2")
        await record(opened, "b.c", "failed", "delivery.timeout", "0")
        await Parking(opened, "a").park("P", StoredEvent(track(), "web"), 1.0)
        await opened.publisher.publish(Message(opened.layout.retry("a", "P", "M"), encode_trying(Trying(1))))
        for name in ("b.c", INTAKE, INTAKE):
            letter = DeadLetter(name, "failed", "c", "r", 1.0, 1, StoredEvent(track(event=f"{time()}"), "web"))
            await DeadLetters(opened).bury(letter)
        found = await status(opened)
        assert (found.accepted, found.refused) == (5, 2)
        first, second = found.destinations
        assert first.outcomes == {
            "delivered": {"delivered": 1},
            "skipped": {"promoter.not_eligible": 1, "promoter.too_old": 1},
        }
        assert (first.lag, first.working, first.parked, first.retrying, first.dead) == (2, 1, 1, 1, 0)
        assert (second.lag, second.working, second.parked, second.retrying, second.dead) == (4, 0, 0, 0, 1)
        assert (first.rate, second.rate) == (0.3, 0.1)
        assert first.oldest_waiting is not None
        assert 0 <= first.oldest_waiting < 60
        a, b = as_json(found)["destinations"]
        assert [a[name] for name in ("delivered", "skipped", "rejected", "failed")] == [1, 2, 0, 0]
        assert [b[name] for name in ("delivered", "skipped", "rejected", "failed")] == [0, 0, 0, 1]


async def test_who_is_not_configured_is_named(nats: str) -> None:
    """Events are kept for it, and nothing else would say why."""
    async with engine(nats, ("a", "gone.shop")) as opened:
        assert (await status(opened)).others == ()
        assert (await status(replace(opened, destinations=("a",)))).others == ("gone~shop",)


async def test_reasons_that_no_event_has_any_more_are_not_shown(nats: str) -> None:
    """Their outcomes have been withdrawn, or are too old."""
    async with engine(nats) as opened:
        await record(opened, "promoter", "failed", "delivery.timeout", "0")
        found = await Outcomes(opened, "promoter").find("P", "0")
        assert found
        await Outcomes(opened, "promoter").withdraw(found)
        assert (await status(opened)).destinations[0].outcomes == {}


async def test_the_oldest_that_waits_is_the_oldest_of_those_it_gets(nats: str) -> None:
    """What was there before it, and what comes again to others, does not wait for it."""
    async with engine(nats, ("a", "b")) as opened:
        await accept(opened, track(messageId="1"), destination="b")
        await accept(opened, track(messageId="2"))
        await accept(opened, track(messageId="3"))
        await settle(opened, await take(opened, "a"))
        stream = opened.layout.stream("events")
        third = [kept.epoch async for kept in opened.reader.walk(stream, ">")][-1]
        (a, b) = (await status(opened)).destinations
        assert a.oldest_waiting is not None
        assert b.oldest_waiting is not None
        assert b.oldest_waiting >= a.oldest_waiting
        assert abs(time() - third - a.oldest_waiting) < 5
        await settle(opened, await take(opened, "a"))
        assert (await status(opened)).destinations[0].oldest_waiting is None


async def test_an_event_that_was_erased_while_somebody_held_it_does_not_wait(nats: str) -> None:
    """The server still counts it as not acknowledged."""
    async with engine(nats) as opened:
        await accept(opened, track())
        await take(opened)
        await opened.reader.delete(opened.layout.stream("events"), 1)
        assert (await status(opened)).destinations[0].oldest_waiting is None


@pytest.mark.parametrize(
    ("gate", "wanted"),
    [
        ({"name": "throttled", "until": 1e11, "message": "Wait."}, ("throttled", "Wait.", 1e11)),
        ({"name": "throttled", "until": 1.0, "message": "Wait."}, ("open", "", 0.0)),
        ({"name": "down", "until": 1.0, "message": "503"}, ("down", "503", 1.0)),
        ({"name": "misconfigured", "until": 1.0, "message": "401"}, ("misconfigured", "401", 1.0)),
        ({"name": "open", "until": 0.0, "message": ""}, ("open", "", 0.0)),
    ],
)
async def test_a_destinations_state_is_what_its_workers_say(
    nats: str, gate: dict[str, object], wanted: tuple[str, str, float]
) -> None:
    """A pause that is over is none; one that is down stays down until somebody has tried."""
    async with engine(nats, ("my.shop",)) as opened:
        await opened.state.put("gate.my~shop", gate)
        await opened.state.put("doors.draining", True)
        found = await status(opened)
        (one,) = found.destinations
        assert (one.state, one.reason, one.until) == wanted
        assert found.draining


async def test_a_destination_that_no_router_has_run_with_yet(nats: str) -> None:
    """It has nothing, and is shown so."""
    async with engine(nats) as opened:
        (one, new) = (await status(replace(opened, destinations=("promoter", "new")))).destinations
        assert (one.name, new.name, new.lag, new.working, new.oldest_waiting) == ("promoter", "new", 0, 0, None)

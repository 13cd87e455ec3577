"""The one outcome of each event at each destination."""

from __future__ import annotations

import asyncio

import pytest
from engines import engine, engines, requests

from event_router.engine.engine import Engine
from event_router.engine.errors import EngineDown
from event_router.engine.outcomes import Outcomes, reasons
from event_router.engine.shared_state import SharedState
from event_router.engine.stored import Recorded

pytestmark = pytest.mark.anyio


def recorded(outcome: str = "delivered", code: str = "delivered", message: str = "m-1") -> Recorded:
    """Return an outcome."""
    return Recorded(outcome, code, message, "track", 1, 5.0)


async def number(opened: Engine) -> int:
    """Return how many outcomes there are."""
    return await opened.reader.count(opened.layout.stream("outcomes"), ">")


async def test_an_outcome_is_found_by_its_event(nats: str) -> None:
    """At its destination, for its person."""
    async with engine(nats, ("a", "b")) as opened:
        outcomes = Outcomes(opened, "a")
        await outcomes.record("P", recorded("skipped", "promoter.not_eligible"), "1")
        found = await outcomes.find("P", "m-1")
        assert found
        assert found.recorded == recorded("skipped", "promoter.not_eligible")
        assert found.at > 1.7e9
        for other, person, message in [("a", "Q", "m-1"), ("a", "P", "m-2"), ("b", "P", "m-1")]:
            assert await Outcomes(opened, other).find(person, message) is None


async def test_one_delivery_has_one_outcome(nats: str) -> None:
    """Of two workers that deal with it only the first records, whatever the other found; each destination has its own."""
    async with engine(nats, ("a", "b")) as opened:
        for name in ("a", "b"):
            await asyncio.gather(*(Outcomes(opened, name).record("P", recorded(), "1") for _ in range(3)))
            await Outcomes(opened, name).record("P", recorded("failed", "delivery.timeout"), "1")
        assert await number(opened) == 2


async def test_another_delivery_has_another_outcome_and_the_newest_counts(nats: str) -> None:
    """The one before is withdrawn, so that an event is never counted twice."""
    async with engine(nats) as opened:
        outcomes = Outcomes(opened, "promoter")
        await outcomes.record("P", recorded("failed", "delivery.timeout"), "1")
        before = await outcomes.find("P", "m-1")
        assert before
        await outcomes.record("P", recorded(), "2")
        after = await outcomes.find("P", "m-1")
        assert after
        assert after.recorded.outcome == "delivered"
        await outcomes.withdraw(before)
        assert await number(opened) == 1


async def test_many_are_found_in_one_request(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a crash, all that was under way is looked up at once."""
    async with engine(nats) as opened:
        outcomes = Outcomes(opened, "promoter")
        for message in ("m-1", "m-2"):
            await outcomes.record("P", recorded(message=message), message)
        sent = requests(opened, monkeypatch)
        found = await asyncio.gather(*(outcomes.find("P", f"m-{at}") for at in range(100)))
        assert [at for at, one in enumerate(found) if one] == [1, 2]
        assert len(sent) == 1


async def test_erasing_a_person_leaves_the_others(nats: str) -> None:
    """At this destination."""
    async with engine(nats, ("a", "b")) as opened:
        for name in ("a", "b"):
            for person in ("P", "Q"):
                await Outcomes(opened, name).record(person, recorded(), person)
        await Outcomes(opened, "a").erase("P")
        assert await Outcomes(opened, "a").find("P", "m-1") is None
        assert await number(opened) == 3


async def test_which_reasons_there_are_is_known_to_all(nats: str) -> None:
    """Each destination's, whoever had them first, and whatever characters a plugin's codes have."""
    async with engines(nats, 2, destinations=("a", "b")) as (one, other):
        odd = "my own code, with a * and a ."
        await asyncio.gather(
            Outcomes(one, "a").record("P", recorded("skipped", odd), "1"),
            Outcomes(other, "a").record("P", recorded(), "2"),
            Outcomes(other, "b").record("P", recorded(), "3"),
        )
        await Outcomes(other, "a").record("P", recorded("skipped", odd), "4")
        assert await reasons(one) == {"a": [("delivered", "delivered"), ("skipped", odd)], "b": [("delivered",) * 2]}


async def test_without_outcomes_there_are_no_reasons(nats: str) -> None:
    """And a reason that could not be noted is noted the next time."""
    async with engine(nats) as opened:
        assert await reasons(opened) == {}
        outcomes = Outcomes(opened, "promoter")
        with pytest.MonkeyPatch.context() as down:

            async def fail(*_: object) -> None:
                raise EngineDown("engine.unavailable", "Down.", retry_after=1)

            down.setattr(SharedState, "change", fail)
            with pytest.raises(EngineDown):
                await outcomes.record("P", recorded(), "1")
        await outcomes.record("P", recorded(), "1")
        await outcomes.record("P", recorded(), "2")
        assert await reasons(opened) == {"promoter": [("delivered", "delivered")]}

"""Settling: each outcome ends where it belongs."""

from __future__ import annotations

import time
from typing import Any

import pytest
from engines import engine
from support import answer, identify, order, track
from worker_plugin import DELIVERED, KEY
from workers import Clock, hands

from event_router.api import Reason, Retry
from event_router.engine.parking import Parking
from event_router.engine.publishing import Message
from event_router.engine.stored import REPLAYED, Answered, Trying, decode_trying
from event_router.worker.gate import DOWN_AFTER

pytestmark = pytest.mark.anyio

BUSY = answer(503)


@pytest.mark.parametrize(("status", "outcome"), [(200, "delivered"), (204, "skipped")])
async def test_recorded_and_let_go(nats: str, status: int, outcome: str) -> None:
    """There is one record with the reason and the attempts, and nothing else is left."""
    async with engine(nats, ("small",)) as opened, hands(opened, answer(status)) as some:
        await some.deal(identify())
        recorded = await some.outcome(identify())
        assert recorded is not None
        assert (recorded.outcome, recorded.message_id, recorded.type, recorded.attempts) == (
            outcome,
            "m-1",
            "identify",
            1,
        )
        assert some.seen.all[0][:6] == ("small", outcome, recorded.code, "identify", "m-1", 1)
        assert await some.left() == []
        await some.idle()


async def test_rejected_is_a_dead_letter(nats: str) -> None:
    """With the reason, the attempts, and the destination's last answer, in which no secret stands."""
    async with engine(nats, ("small",)) as opened, hands(opened, answer(400, {"no": KEY})) as some:
        await some.deal(identify())
        (letter,) = await some.letters()
        assert (letter.outcome, letter.code, letter.reason, letter.attempts) == (
            "rejected",
            "small.400",
            "It said 400.",
            1,
        )
        assert letter.answer == Answered(400, '{"no":"***"}')
        assert letter.stored.event == identify()
        recorded = await some.outcome(identify())
        assert recorded is not None
        assert (recorded.outcome, recorded.code) == ("rejected", "small.400")
        await some.idle()


async def test_retried_with_patience(nats: str) -> None:
    """A failure that passes is tried again later, and leaves no trace once it worked."""
    async with engine(nats, ("small",)) as opened, hands(opened, BUSY, longest_backoff=0.001) as some:
        await some.deal(identify())
        assert await some.outcome(identify()) is None
        (kept,) = await some.kept("retries")
        trying = decode_trying(kept.data)
        assert trying == Trying(1, 0, 1, 0, "small.503", trying.first_at)
        assert 0 <= time.time() - trying.first_at < 60
        await some.handle(await some.take(1))
        assert some.seen.short == [("m-1", "delivered", "delivered"), ("m-1", "retrying", "small.503")]
        recorded = await some.outcome(identify())
        assert recorded is not None
        assert recorded.attempts == 2
        assert await some.kept("retries") == []
        await some.idle()


async def test_given_up_after_so_many_attempts(nats: str) -> None:
    """Then it is a dead letter that says so, and how often it was tried."""
    limits: dict[str, Any] = {"attempts": 3, "longest_backoff": 0.001}
    async with engine(nats, ("small",)) as opened, hands(opened, then=BUSY, **limits) as some:
        await some.put(identify())
        for _ in range(3):
            await some.handle(await some.take(1))
        (letter,) = await some.letters()
        assert (letter.outcome, letter.code, letter.attempts) == ("failed", "small.503", 3)
        assert letter.reason == "It said 503. Given up after 3 attempts."
        assert letter.answer == Answered(503, "{}")
        assert await some.kept("retries") == []
        assert some.seen.short[-1] == ("m-1", "retrying", "small.503")
        assert some.seen.short[0] == ("m-1", "failed", "small.503")
        await some.idle()


async def test_given_up_some_time_after_its_first_failure(nats: str) -> None:
    """An event is not tried for ever; but how long it waited before, in a lag or for its contact, does not count."""
    clock = Clock(time.time() + 2 * 86_400)
    limits: dict[str, Any] = {"give_up_after": 100, "longest_backoff": 0.001}
    async with engine(nats, ("small",)) as opened, hands(opened, then=BUSY, clock=clock, **limits) as some:
        await some.deal(identify())
        for passed in (90, 20):
            clock.now += passed
            await some.handle(await some.take(1))
        assert [one.outcome for one in some.seen.all] == ["retrying", "retrying", "failed"]
        (letter,) = await some.letters()
        assert letter.reason.endswith("Given up after 3 attempts.")


async def test_an_outage_uses_up_no_attempts(nats: str) -> None:
    """Whoever finds out, again and again, that a destination is still down is delivered once it is up."""
    clock = Clock(time.time())
    limits: dict[str, Any] = {"attempts": DOWN_AFTER + 1, "longest_backoff": 0.001}
    async with engine(nats, ("small",)) as opened, hands(opened, *[BUSY] * 40, clock=clock, **limits) as some:
        await some.put(identify())
        for _ in range(40):
            held = await some.take(1)
            clock.now = max(clock.now, some.gate.state.until)
            await some.handle(held)
        assert {one.outcome for one in some.seen.all} == {"retrying"}
        held = await some.take(1)
        clock.now = some.gate.state.until
        await some.handle(held)
        assert some.seen.all[-1][1:3] == DELIVERED
        recorded = await some.outcome(identify())
        assert recorded is not None
        assert recorded.attempts == DOWN_AFTER + 1


async def test_what_a_destination_asks_for_one_event_counts(nats: str) -> None:
    """It is tried again no sooner, and given up where that would be too late."""
    async with engine(nats, ("small",)) as opened, hands(opened, give_up_after=50) as some:
        some.script.answers.append(Retry(Reason("small.later", "Later."), after=100.0))
        await some.deal(identify())
        (letter,) = await some.letters()
        assert letter.code == "small.later"


async def test_requests_that_went_through_are_not_made_again(nats: str) -> None:
    """Of an order with a survey only the survey is tried again, by the same worker, from a dead letter, or after a wait."""
    limits: dict[str, Any] = {"attempts": 4, "longest_backoff": 0.001}
    answers = (answer(), answer(), BUSY, BUSY, answer(400), answer(202), answer())
    async with engine(nats, ("small",)) as opened, hands(opened, *answers, **limits) as some:
        await some.deal(identify(), order())
        await some.handle(await some.take(1))
        await some.handle(await some.take(1))
        (letter,) = await some.letters()
        assert (letter.stored.settled, letter.attempts) == (1, 4)
        await some.retry()
        # Parked by the destination, which has the contact: nothing would release it, so it is tried again.
        assert some.seen.all[-1][1:3] == ("retrying", "small.202")
        await some.handle(await some.take(1))
        assert some.seen.all[-1].outcome == "delivered"
        assert some.kinds == ["contact", "order", "survey", "survey", "survey", "survey", "survey"]
        assert await some.left() == []
        await some.idle()


async def test_parked_after_it_was_tried(nats: str) -> None:
    """What waits for its contact is not counted among those that are tried again."""
    async with engine(nats, ("small",)) as opened, hands(opened, BUSY, answer(202), longest_backoff=0.001) as some:
        await some.deal(identify())
        await some.handle(await some.take(1))
        assert await some.left() == ["parked"]


async def test_a_dead_letter_is_retried(nats: str) -> None:
    """Its new outcome takes the place of the old one."""
    async with engine(nats, ("small",)) as opened, hands(opened, answer(400)) as some:
        await some.deal(identify())
        await some.retry()
        assert await some.letters() == []
        assert len(await some.kept("outcomes")) == 1
        recorded = await some.outcome(identify())
        assert recorded is not None
        assert recorded.outcome == "delivered"


async def test_a_replay_that_works_takes_the_dead_letter_away(nats: str) -> None:
    """An event is in one place only."""
    async with engine(nats, ("small",)) as opened, hands(opened, answer(400)) as some:
        await some.deal(identify())
        await some.deal(identify(), again=REPLAYED)
        assert await some.letters() == []
        assert len(await some.kept("outcomes")) == 1


async def test_retried_before_its_contact_came(nats: str) -> None:
    """What waited too long, was retried, and waits again, is delivered when the contact comes: its old outcome is gone."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.deal(track())
        assert await Parking(opened, "small").release_overdue(0.0) == 1
        await some.handle(await some.take(1))
        await some.retry()
        assert await some.outcome(track()) is None
        await some.deal(identify())
        await some.handle(await some.take(1))
        recorded = await some.outcome(track())
        assert recorded is not None
        assert recorded.outcome == "delivered"
        await some.idle()


async def test_unreadable(nats: str) -> None:
    """What is stored but is no event is a dead letter with all that was there."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await opened.publisher.publish(Message(opened.layout.event("somebody"), b'\xff{"v": 9}'))
        await some.handle(await some.take(1))
        (letter,) = await some.letters()
        assert (letter.code, letter.outcome) == ("event.unreadable", "rejected")
        assert letter.stored.event["stored"] == '\xff{"v": 9}'
        assert some.seen.all[0].code == "event.unreadable"
        await some.idle()

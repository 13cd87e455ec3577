"""Handling: what is decided, sent, remembered and released for one event."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from engines import engine, engines
from support import answer, identify, order, track
from worker_plugin import DELIVERED, EARLIER, LATER, Died, destination, die, parked, say
from workers import Clock, hands, until

from event_router.api import (
    Contact,
    Context,
    Event,
    Misconfigured,
    Reason,
    Request,
    Skipped,
    Transformed,
)
from event_router.engine.parking import Parking
from event_router.engine.stored import OVERDUE, REPLAYED, StoredEvent
from event_router.worker.settling import Settling

pytestmark = pytest.mark.anyio


async def test_an_identify_is_remembered(nats: str) -> None:
    """What was delivered is what later events of the person know."""
    async with engine(nats, ("small",)) as opened, hands(opened, answer(), answer(), answer(400)) as some:
        await some.deal(say("a", plan="A"))
        await some.deal(track())
        assert some.bodies[1] == ["m-2", {"email": "t@x.co", "plan": "A"}]
        await some.deal(say("b", LATER, plan="B"))
        assert await some.contact() == Contact("12345", {"email": "t@x.co", "plan": "A"}, EARLIER)


async def test_an_older_identify_overwrites_nothing(nats: str) -> None:
    """It is skipped, and said to be stale."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.deal(say("new", LATER, plan="B"))
        await some.deal(say("old", EARLIER, plan="A"))
        assert some.seen.short == [("new", *DELIVERED), ("old", "skipped", "event.stale")]
        assert len(some.bodies) == 1


async def test_track_before_identify(nats: str) -> None:
    """It waits, costs no request, and goes after the contact; another person's does not."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.deal(track())
        await some.deal(track(messageId="other", userId="other"))
        assert some.bodies == []
        assert len(await some.kept("parked")) == 2
        await some.idle()
        await some.deal(say("a"))
        await some.handle(await some.take(1))
        assert some.kinds == ["contact", "survey"]
        assert len(await some.kept("parked")) == 1
        assert some.seen.all[-1].message_id == "m-2"


async def test_an_order_needs_its_contact_too(nats: str) -> None:
    """An event of several requests waits as a whole."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.deal(order())
        assert some.bodies == []
        await some.deal(identify())
        await some.handle(await some.take(1))
        assert some.kinds == ["contact", "order", "survey"]


async def test_without_news_nothing_is_released(nats: str) -> None:
    """An identify that says nothing new costs no look into the parking."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.deal(say("a"))
        await Parking(opened, "small").park(opened.people.person(track()), StoredEvent(track(), "-"), 1.0)
        await some.deal(say("b"))
        assert len(await some.kept("parked")) == 1
        await some.deal(say("c", LATER, plan="B"))
        assert len(await some.kept("parked")) == 0


async def test_a_contact_that_comes_while_its_track_is_parked(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second look finds it: the track does not wait for ever for what has come already."""
    real = Parking.park
    async with engines(nats, 2, destinations=("small",)) as (one, two), hands(one) as some, hands(two) as other:

        async def park(self: Parking, *args: Any) -> None:
            # Between the first look and the wait another worker delivers the identify, and finds nothing to release.
            await other.contacts.remember(one.people.person(identify()), say("a"))
            await real(self, *args)

        monkeypatch.setattr(Parking, "park", park)
        await some.deal(track())
        assert await some.kept("parked") == []
        await some.handle(await some.take(1))
        assert some.seen.all[-1][1:3] == DELIVERED


async def test_what_still_waits_for_something_else_stays(nats: str) -> None:
    """A contact alone may not be enough; then the second look changes nothing."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.deal(say("a"))
        some.serve(destination(transform_track=lambda: parked()))
        await some.deal(track())
        assert len(await some.kept("parked")) == 1


async def test_anonymous_events(nats: str) -> None:
    """Without a userId there is no contact, neither to find nor to remember."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.deal(identify(userId="", anonymousId="a") | {"userId": None})
        assert [one.outcome for one in some.seen.all] == ["delivered"]
        assert not [kept async for kept in opened.reader.walk(opened.layout.bucket("contacts"), ">")]


@pytest.mark.parametrize("step", ["release", "settle"])
async def test_died_after_it_was_remembered(nats: str, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Who waited for the contact is released by the next try, though the contact is no news then."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.deal(track())
        await some.put(say("a"))
        given = await some.take(1)
        with monkeypatch.context() as patched:
            patched.setattr(Settling, step, die)
            with pytest.raises(Died):
                await some.handle(given)
        await some.lose()
        again, *released = await some.take(1 + (step == "settle"))
        for held in released or [again]:
            await some.handle([held])
        if not released:
            await some.handle(await some.take(1))
        assert ("m-2", *DELIVERED) in some.seen.short
        assert await some.kept("parked") == []


async def test_died_before_it_released_and_overtaken(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a newer identify made the first one stale meanwhile, who waits is released all the same."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.deal(track())
        await some.put(say("a"))
        given = await some.take(1)
        with monkeypatch.context() as patched:
            patched.setattr(Settling, "release", die)
            with pytest.raises(Died):
                await some.handle(given)
        await some.deal(say("b", LATER))
        assert len(await some.kept("parked")) == 1
        await some.lose()
        await some.handle(await some.take(1))
        assert some.seen.all[-1][1:3] == ("skipped", "event.stale")
        await some.handle(await some.take(1))
        assert some.seen.all[-1][1:3] == DELIVERED


async def test_wrong_settings_hold_events(nats: str) -> None:
    """A plugin that sees that they are wrong stops everybody; the event waits, and goes once they are right."""
    wrong = [True]

    def transform(event: Event) -> Transformed | Misconfigured:
        if wrong:
            return Misconfigured(Reason("small.no_list", "There is no list."))
        return Transformed((Request("contact", "POST", "http://x/", event),))

    clock = Clock(2_000_000_000.0)
    async with engine(nats, ("small",)) as opened, hands(opened, clock=clock, give_up_after=1e12) as some:
        some.serve(destination(transform_identify=transform), {"clock": clock})
        dealing = asyncio.create_task(some.deal(identify()))

        async def closed() -> bool:
            return some.gate.closed

        await until(closed)
        assert some.gate.state.code == "small.no_list"
        clock.now += 300  # Wrong once more.
        some.gate._wake()
        await until(closed)
        assert not dealing.done()
        wrong.clear()
        clock.now += 300
        some.gate._wake()
        await dealing
        assert some.seen.short == [("m-1", *DELIVERED)]
        assert not some.gate.closed


@pytest.mark.parametrize(("surveys", "outcome"), [(False, "skipped"), (True, "delivered")])
async def test_replays(nats: str, *, surveys: bool, outcome: str) -> None:
    """The plugin hears of a replay, unless surveys were asked for; the new outcome replaces the old one."""

    def transform(event: Event, context: Context) -> Transformed | Skipped:
        if context.replay:
            return Skipped(Reason("small.replay", "No survey."))
        return Transformed((Request("survey", "POST", "http://x/", event["messageId"]),))

    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        some.serve(destination(transform_track=transform))
        await some.deal(track())
        await some.deal(track(), again=REPLAYED, surveys=surveys)
        assert [one.outcome for one in some.seen.all] == ["delivered", outcome]
        assert len(await some.kept("outcomes")) == 1


async def test_a_replay_that_comes_first(nats: str) -> None:
    """The event itself was in a worker's hands: what the replay was not allowed to do, it does; once."""

    def transform(context: Context, event: Event) -> Transformed | Skipped:
        if context.replay:
            return Skipped(Reason("small.replay", "No survey."))
        return Transformed((Request("survey", "POST", "http://x/", event["messageId"]),))

    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        some.serve(destination(transform_track=transform))
        await some.put(track())
        await some.take(1)
        await some.deal(track(), again=REPLAYED)
        await some.lose()
        await some.handle(await some.take(1))
        assert [one[1:3] for one in some.seen.all] == [("skipped", "small.replay"), DELIVERED]
        (kept,) = await some.kept("outcomes")
        assert kept.subject.split(".")[3] == "delivered"
        await some.deal(track(), again=REPLAYED)
        await some.deal(track(messageId="m-2"), again=OVERDUE)
        assert len(some.script.requests) == 1
        await some.idle()


async def test_parked_by_the_destination_though_it_has_the_contact(nats: str) -> None:
    """Nothing would release it, so it is tried again, less and less often, and given up in the end."""
    limits: dict[str, Any] = {"attempts": 3, "longest_backoff": 0.001}
    async with engine(nats, ("small",)) as opened, hands(opened, answer(), then=answer(202), **limits) as some:
        await some.deal(identify(), track())
        for _ in range(2):
            await some.handle(await some.take(1))
        assert [one[1:3] for one in some.seen.all[1:]] == [("retrying", "small.202")] * 2 + [("failed", "small.202")]
        (letter,) = await some.letters()
        assert letter.reason == "It said 202. Given up after 3 attempts."
        assert await some.left() == ["dead"]


async def test_parked_by_the_destination_while_its_contact_changed(nats: str) -> None:
    """What it lacked may be there now: it is released, and goes with the new contact."""

    def change(request: Request) -> Any:
        changing.append(asyncio.create_task(some.contacts.remember(who, say("b", LATER, plan="B"))))
        return answer(202)

    changing: list[asyncio.Task[None]] = []
    async with engine(nats, ("small",)) as opened, hands(opened, answer(), change) as some:
        who = opened.people.person(identify())
        await some.deal(say("a"), track())
        assert some.seen.all[-1].outcome == "parked"
        await some.handle(await some.take(1))
        assert some.bodies[-1] == ["m-2", {"email": "t@x.co", "plan": "B"}]
        assert await some.left() == []
        await asyncio.gather(*changing)


async def test_overdue(nats: str) -> None:
    """What waited too long is decided once more: without a contact it is given up, and says so."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.deal(track())
        assert await Parking(opened, "small").release_overdue(0.0) == 1
        await some.handle(await some.take(1))
        (letter,) = await some.letters()
        assert (letter.outcome, letter.code) == ("failed", "delivery.parked_too_long")
        recorded = await some.outcome(track())
        assert recorded is not None
        assert (recorded.outcome, recorded.code, recorded.again) == ("failed", "delivery.parked_too_long", OVERDUE)
        assert await some.left() == ["dead"]
        assert not some.bodies
        await some.idle()


async def test_overdue_but_its_contact_came(nats: str) -> None:
    """It came at the last moment, and from another worker: then it is delivered, once."""
    async with engines(nats, 2, destinations=("small",)) as (one, two), hands(one) as some, hands(two) as other:
        await some.deal(track())
        await Parking(one, "small").release_overdue(0.0)
        held = await some.take(1)
        await other.put(say("a"))
        await other.handle(await some.take(1))
        await some.handle(held)
        assert some.seen.all[-1][1:3] == DELIVERED
        assert await some.left() == []

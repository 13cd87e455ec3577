"""Handling: identifies that wait together are one request, with an outcome for each."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest
from engines import engine
from support import answer, track
from worker_plugin import DELETION, DELIVERED, EARLIER, LATER, MERGED, destination, say
from workers import hands

from event_router.api import (
    Contact,
    Event,
    Reason,
    Rejected,
    Request,
    Transformed,
)
from event_router.engine.errors import EngineError
from event_router.worker.pulling import LostError
from event_router.worker.settling import Settling

pytestmark = pytest.mark.anyio


async def test_one_request_for_all_that_wait(nats: str) -> None:
    """It has the newest of every trait; each event has its outcome, and the newest one the destination's."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.deal(say("a", EARLIER, age=1), say("c", LATER, plan="C"), say("b", EARLIER, plan="B", vip=True))
        (sent,) = some.bodies
        assert (sent["messageId"], sent["traits"]) == (
            "c",
            {"email": "t@x.co", "age": 1, "plan": "C", "vip": True},
        )
        assert some.seen.short == [("a", *MERGED), ("b", *MERGED), ("c", *DELIVERED)]
        assert await some.contact() == Contact("12345", {"email": "t@x.co", "plan": "C"}, LATER)
        assert len(await some.kept("outcomes")) == 3
        await some.idle()


async def test_who_goes_by_itself(nats: str) -> None:
    """Other integrations, what was handed out before, what would not be sent at all, and what is no identify."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.put(
            say("a"),
            say("b", plan="B") | {"integrations": {"All": True}},
            say("off") | {"integrations": {"All": False}},
            track(),
            say("c"),
            say("again"),
        )
        *given, last = await some.take(6)
        await some.handle([*given, last._replace(deliveries=2)])
        assert [body if isinstance(body, list) else body["messageId"] for body in some.bodies] == [
            "c",
            "b",
            ["m-2", {"email": "t@x.co", "plan": "B"}],
            "again",
        ]
        assert {one[0]: one[1:] for one in some.seen.short}["off"] == ("skipped", "event.integration_off")


async def test_what_is_stale_does_not_go_along(nats: str) -> None:
    """An older identify than what is known already is skipped, whatever it waits behind."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.deal(say("known"))
        await some.deal(say("new", LATER), say("old", "2020-01-01T00:00:00.000Z", plan="old"))
        assert some.bodies[1]["traits"] == {"email": "t@x.co"}
        assert some.seen.all[-1][1:3] == ("skipped", "event.stale")


async def test_nothing_goes_before_a_deletion(nats: str) -> None:
    """Who comes back after having been deleted is known afterwards."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.deal(say("a"), DELETION, say("b", LATER))
        assert some.kinds == ["contact", "remove", "contact"]
        assert await some.contact() is not None


async def test_what_is_no_event_waits_in_between(nats: str) -> None:
    """It is passed over, and dealt with in its turn."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.put(say("a"), say("x"), say("b", LATER))
        first, second, third = await some.take(3)
        await some.handle([first, second._replace(data=b"?"), third])
        assert len(some.bodies) == 1
        assert [one.code for one in some.seen.all] == ["event.merged", "delivered", "event.unreadable"]


async def test_what_is_rejected_together_goes_one_by_one(nats: str) -> None:
    """One bad event does not spoil the others; and of those the older does not overwrite the newer."""
    answers = (answer(400), answer(400), answer())
    async with engine(nats, ("small",)) as opened, hands(opened, *answers) as some:
        await some.deal(say("bad"), say("new", LATER), say("old", EARLIER))
        assert [body["messageId"] for body in some.bodies] == ["new", "bad", "new"]
        assert some.seen.short == [
            ("bad", "rejected", "small.400"),
            ("new", *DELIVERED),
            ("old", "skipped", "event.stale"),
        ]
        assert len(await some.letters()) == 1
        await some.idle()


async def test_what_cannot_be_sent_together_goes_one_by_one(nats: str) -> None:
    """Each is good, but all traits together are too many: nothing counts as delivered that was not sent."""

    def few(event: Event) -> Transformed | Rejected:
        if len(event["traits"]) > 2:
            return Rejected(Reason("small.many", "Too many traits."))
        return Transformed((Request("contact", "POST", "http://x/", event),))

    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        some.serve(destination(transform_identify=few))
        await some.deal(say("a", age=1), say("b", plan="B"))
        assert [body["messageId"] for body in some.bodies] == ["a", "b"]
        assert some.seen.short == [("a", *DELIVERED), ("b", *DELIVERED)]


@pytest.mark.parametrize(("status", "outcome"), [(204, "skipped"), (503, "retrying")])
async def test_what_befalls_all_of_them(nats: str, status: int, outcome: str) -> None:
    """All are skipped together, and all are tried again."""
    async with engine(nats, ("small",)) as opened, hands(opened, answer(status), longest_backoff=0.001) as some:
        await some.deal(say("a"), say("b"))
        assert len(some.bodies) == 1
        assert [one.outcome for one in some.seen.all] == [outcome] * 2
        assert await some.contact() is None
        if outcome == "retrying":
            await some.handle(await some.take(2))
            assert [one.outcome for one in some.seen.all[2:]] == ["delivered", "delivered"]
        await some.idle()


async def test_parked_together(nats: str) -> None:
    """Where the destination lets them wait, each waits by itself."""
    async with engine(nats, ("small",)) as opened, hands(opened, answer(202), answer(202), answer(202)) as some:
        await some.deal(say("a"), say("b"))
        assert [one.outcome for one in some.seen.all] == ["parked", "parked"]
        assert len(await some.kept("parked")) == 2
        await some.idle()


@pytest.mark.parametrize("together", [True, False])
async def test_an_engine_that_fails_in_the_middle(
    nats: str, monkeypatch: pytest.MonkeyPatch, *, together: bool
) -> None:
    """Those that have no outcome yet go back to where they waited, so that none is held for ever."""
    real, calls = Settling.settle, 0

    async def settle(self: Settling, *args: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise EngineError("engine.bad", "It is wrong.")
        await real(self, *args)

    monkeypatch.setattr(Settling, "settle", settle)
    first = answer() if together else answer(400)
    async with engine(nats, ("small",)) as opened, hands(opened, first) as some:
        await some.put(say("a"), say("b"), say("c"))
        one, *rest = await some.take(3)
        lane = deque(rest)
        with pytest.raises(EngineError):
            await some.handler.handle("p", one, lane)
        assert list(lane) == rest
        assert set(some.pull.holding) == {held.sequence for held in rest}


async def test_the_first_fails(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that was begun with is whoever called's, the others wait again."""

    async def get(*args: Any) -> None:
        raise EngineError("engine.bad", "It is wrong.")

    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        monkeypatch.setattr(Settling, "settle", get)
        await some.put(say("a"), say("b"))
        one, other = await some.take(2)
        lane = deque([other])
        with pytest.raises(EngineError):
            await some.handler.handle("p", one, lane)
        assert list(lane) == [other]


async def test_one_that_is_not_ours_any_more(nats: str) -> None:
    """What another worker has by now goes with nobody; those that are ours are sent, each by itself."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.put(say("a"), say("lost"), say("c", plan="C"))
        one, lost, other = await some.take(3)
        some.pull._ours[lost.sequence] = 0.0
        lane = deque([lost, other])
        with pytest.raises(LostError):
            await some.handler.handle("p", one, lane)
        assert list(lane) == [lost, other]
        with pytest.raises(LostError):
            await some.handle([lost])
        await some.handle([other])
        assert some.seen.short == [("a", *DELIVERED), ("c", *DELIVERED)]
        assert [body["messageId"] for body in some.bodies] == ["a", "c"]

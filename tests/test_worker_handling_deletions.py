"""Handling: who is deleted is deleted at the destination, and leaves no trace here."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from engines import engine, engines
from support import answer, identify, track
from worker_plugin import DELETION, EARLIER, LATER, Died, destination, die, parked, say
from workers import Hands, hands, slow, until

from event_router.api import Event
from event_router.engine.contacts import Contacts
from event_router.worker import settling
from event_router.worker.settling import Settling

pytestmark = pytest.mark.anyio


async def test_delete(nats: str) -> None:
    """The destination hears of it with the remembered address; then no trace of the person is left, and others stay."""
    answers = (answer(), answer(), answer(400))
    async with engine(nats, ("small",)) as opened, hands(opened, *answers) as some:
        await some.deal(identify(userId="other", messageId="other"))
        await some.deal(identify())
        await some.deal(identify(messageId="bad", timestamp=LATER))
        some.serve(destination(transform_track=lambda: parked()))
        await some.deal(track())
        assert (len(await some.letters()), len(await some.kept("parked"))) == (1, 1)
        some.serve(destination())
        await some.deal(DELETION)
        assert some.script.requests[-1][:4] == (
            "remove",
            "POST",
            "http://x/remove",
            {"email": "ted@mosbiusdesigns.com", "plan": "Enterprise"},
        )
        assert await some.left() == []
        assert await some.contact() is None
        assert [kept.subject for kept in await some.kept("events")] == [
            opened.layout.event(opened.people.user("other"))
        ]
        recorded = await some.outcome(DELETION)
        assert recorded is not None
        assert recorded.outcome == "delivered"
        assert await some.outcome(identify()) is None
        await some.idle()


async def test_a_deletion_is_tried_again(nats: str) -> None:
    """While the destination has not heard of it, the address is kept: without it nobody could be deleted there."""
    async with engine(nats, ("small",)) as opened, hands(opened, answer(), answer(503), longest_backoff=0.001) as some:
        await some.deal(identify())
        await some.deal(DELETION)
        assert await some.contact() is not None
        await some.handle(await some.take(1))
        assert await some.contact() is None
        assert await some.kept("events") == []


@pytest.mark.parametrize(
    ("owner", "step"), [(Contacts, "forget"), (Settling, "settle"), (Settling, "_see"), (Settling, "let_go")]
)
async def test_died_while_it_deleted(nats: str, monkeypatch: pytest.MonkeyPatch, owner: type, step: str) -> None:
    """The next try ends what was begun with, the deletion's own trace included."""

    def end(*args: Any) -> None:
        raise Died

    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.deal(identify())
        await some.put(DELETION)
        given = await some.take(1)
        with monkeypatch.context() as patched:
            patched.setattr(owner, step, end if step == "_see" else die)
            with pytest.raises(Died):
                await some.handle(given)
        if step != "let_go" and step != "_see":
            await some.lose()
            given = await some.take(1)
        else:
            given = [given[0]._replace(deliveries=2)]
        await some.handle(given)
        assert await some.contact() is None
        assert await some.kept("events") == []
        assert len(await some.kept("outcomes")) == 1


async def _overtaken(one: Hands, other: Hands, *events: Event) -> None:
    """Let one worker send some events, and the other one delete their person meanwhile."""
    sender = slow(one)
    await one.put(*events)
    dealing = asyncio.create_task(one.handle(await one.take(len(events))))
    await sender.flying(1)
    await other.put(DELETION)
    await other.handle(await one.take(1))  # One of them pulls for both, so that each gets what the test wants it to.
    await _heard(one)
    sender.go.set()
    await dealing


async def _heard(some: Hands) -> None:
    """Wait until a worker has heard that a person is forgotten."""

    async def heard() -> bool:
        return any(some.handler._forgotten.values())

    await until(heard)


@pytest.mark.parametrize("events", [(say("i"),), (track(),), (say("i"), say("j", LATER))])
async def test_deleted_while_it_was_on_its_way(nats: str, events: tuple[Event, ...]) -> None:
    """Another worker deletes the person of an event in flight: they are deleted once more, and nothing is kept."""
    async with (
        engines(nats, 2, destinations=("small",)) as (first, second),
        hands(first) as one,
        hands(second) as other,
    ):
        if events[0]["type"] == "track":
            await one.deal(say("known", EARLIER))
        await _overtaken(one, other, *events)
        assert [found.outcome for found in one.seen.all[-len(events) :]] == ["delivered"] * len(events)
        again = await one.take(len(events))
        assert all(b'-forgotten"' in held.data for held in again)
        await other.handle(again)
        assert other.kinds[-1:] == ["remove"]
        assert other.bodies[-1]["email"] == "t@x.co"
        assert await other.contact() is None
        assert await one.kept("events") == []
        assert await one.left() == []
        (kept,) = await one.kept("outcomes")  # Of the last deletion.
        assert b'-forgotten"' in kept.data


async def test_died_before_it_erased_the_deletion(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deletion that has its outcome is erased by the next try."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.deal(identify())
        await some.put(DELETION)
        given = await some.take(1)
        with monkeypatch.context() as patched:
            patched.setattr(settling, "erase_deletion", die)
            with pytest.raises(Died):
                await some.handle(given)
        await some.lose()
        assert len(await some.kept("events")) == 1
        await some.handle(await some.take(1))
        assert await some.kept("events") == []
        assert len(await some.kept("outcomes")) == 1


async def test_who_came_back_after_the_deletion_stays(nats: str) -> None:
    """An event that was accepted after it is not what was to be deleted."""
    async with (
        engines(nats, 2, destinations=("small",)) as (first, second),
        hands(first) as one,
        hands(second) as other,
    ):
        await other.put(DELETION)
        deletion = await one.take(1)
        sender = slow(one)
        await one.put(say("back", LATER))
        dealing = asyncio.create_task(one.handle(await one.take(1)))
        await sender.flying(1)
        await other.handle(deletion)
        await _heard(one)
        sender.go.set()
        await dealing
        assert await one.contact() is not None
        assert await one.outcome(say("back")) is not None
        one.handler.forgotten("somebody else")
        assert one.handler._forgotten == {}

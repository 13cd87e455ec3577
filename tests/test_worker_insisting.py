"""Insisting: what was sent is recorded, however long the engine takes nothing, and is not sent again meanwhile."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from engines import engine
from support import answer, identify, track
from worker_plugin import DELIVERED, say
from workers import Hands, hands, until

from event_router.engine.contacts import Contacts
from event_router.engine.dead_letters import DeadLetters
from event_router.engine.errors import EngineFull
from event_router.engine.outcomes import Outcomes
from event_router.engine.parking import Parking
from event_router.engine.stored import StoredEvent
from event_router.worker import gate, insisting
from event_router.worker.pulling import LostError, Pull
from event_router.worker.settling import Settling

pytestmark = pytest.mark.anyio

BUSY = answer(503)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the waits be short."""
    monkeypatch.setattr(gate, "_FIRST_HOLD", 0.001)


class Full:
    """Takes the place of a write: refuses some times, since there is no room."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: type, name: str, times: int) -> None:
        self.left = times
        real = getattr(owner, name)

        async def write(*args: Any, **kwargs: Any) -> Any:
            if self.left > 0:
                self.left -= 1
                raise EngineFull("engine.full", "There is no room.", retry_after=30)
            return await real(*args, **kwargs)

        monkeypatch.setattr(owner, name, write)


@pytest.mark.parametrize(
    ("owner", "name", "said", "outcome"),
    [
        (Outcomes, "record", answer(), DELIVERED),
        (Contacts, "remember", answer(), DELIVERED),
        (Parking, "release", answer(), DELIVERED),
        (DeadLetters, "bury", answer(400), ("rejected", "small.400")),
        (Settling, "note", BUSY, ("retrying", "small.503")),
        (Parking, "park", answer(202), ("parked", "small.202")),
    ],
)
async def test_no_room(
    nats: str, monkeypatch: pytest.MonkeyPatch, owner: type, name: str, said: Any, outcome: tuple[str, str]
) -> None:
    """Whatever cannot be written is written once there is room; the request was made once."""
    async with engine(nats, ("small",)) as opened, hands(opened, said) as some:
        full = Full(monkeypatch, owner, name, 4)
        await some.deal(say("a"))
        assert full.left == 0
        assert some.seen.short == [("a", *outcome)]
        assert len(some.script.requests) == 1


async def test_held_back_already(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second event that finds no room at the same time makes nobody wait for longer, and is not logged again."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        monkeypatch.setattr(gate.Gate, "hold", lambda self: 0.0)
        full = Full(monkeypatch, Outcomes, "record", 2)
        await some.deal(say("a"))
        assert full.left == 0
        assert some.seen.short == [("a", *DELIVERED)]


async def test_no_room_for_those_that_went_together(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """They stay as one request, and each has its outcome once."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        Full(monkeypatch, Contacts, "remember", 1)
        Full(monkeypatch, Outcomes, "record", 2)
        await some.deal(say("a"), say("b"), say("c"))
        assert [one.outcome for one in some.seen.all] == ["delivered"] * 3
        assert len(some.script.requests) == 1
        await some.idle()


async def test_who_waits_is_released_once_there_is_room(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An identify whose release finds no room is delivered once, and recorded only after it."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await Parking(opened, "small").park(opened.people.person(track()), StoredEvent(track(), "-"), 1.0)
        Full(monkeypatch, Parking, "release", 3)
        await some.deal(identify())
        await some.handle(await some.take(1))
        assert some.kinds == ["contact", "survey"]


async def test_nothing_more_is_sent_meanwhile(
    nats: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A worker that cannot record pulls and sends nothing, says so once, and goes on by itself."""
    monkeypatch.setattr(gate, "_FIRST_HOLD", 0.05)
    full = Full(monkeypatch, Outcomes, "record", 2)
    async with engine(nats, ("small",)) as opened, hands(opened, loop=True) as some:
        await some.put(identify())

        async def held() -> bool:
            return some.gate.closed

        async with some.working():
            await until(held)
            await some.put(identify(messageId="other", userId="other"))
            assert len(some.script.requests) == 1
            await some.seen.until(2)
        assert full.left == 0
        assert len(some.script.requests) == 2
        assert caplog.text.count("No outcome can be recorded; nothing is sent for 0.05 seconds: There is no room.") == 1


async def test_what_is_refused_while_others_wait(
    nats: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It waits with them, and no longer than they do."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        Full(monkeypatch, Outcomes, "record", 1)
        some.gate.hold()
        some.gate._held_until += 0.05
        await some.deal({"type": "page", "messageId": "p", "userId": "p"})
        assert [one.outcome for one in some.seen.all] == ["skipped"]
        assert caplog.text == ""


async def test_a_worker_that_is_stopped_waits_for_no_engine_that_is_gone(
    nats: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As long as there is a connection it uses the time that it has; without one it would wait for nothing."""
    async with engine(nats, ("small",)) as opened, hands(opened, loop=True) as some:
        full = Full(monkeypatch, Outcomes, "record", 9999)
        await some.put(identify())

        async def held() -> bool:
            return some.gate.closed

        async def tried() -> bool:
            return full.left < before

        async with some.working(grace=3600.0):
            await until(held)
            assert some.worker
            stopping = asyncio.create_task(some.worker.stop(3600.0))
            before = full.left
            await until(tried)
            assert not stopping.done()
            monkeypatch.setattr(Pull, "connected", False)
            await asyncio.wait_for(stopping, 5)
    assert "could not be handled and is tried again: [engine.full]" in caplog.text


async def test_what_was_sent_but_not_recorded_comes_again(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The event was taken from us before there was room; handed out again to the same worker, it is only recorded."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.put(identify())
        full = Full(monkeypatch, Outcomes, "record", 9999)
        dealing = asyncio.create_task(_deal(some))

        async def refused() -> bool:
            return full.left < 9999

        await until(refused)
        _lose_all(some)
        with pytest.raises(LostError):
            await dealing
        full.left = 0
        (held,) = some.pull.holding.values()
        some.pull._ours[held.sequence] = 1e12
        await some.lose()
        await some.handle(await some.take(1))
        assert some.seen.short == [("m-1", *DELIVERED)]
        assert len(some.script.requests) == 1
        assert some.handler._insisting._unrecorded == {}
        await some.idle()


async def test_no_more_is_kept_in_mind_than_there_is_room_for(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails for ever, for whatever reason, does not fill the memory; what was not sent needs none of it."""
    monkeypatch.setattr(insisting, "_MOST", 2)

    async def fail(*args: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(Outcomes, "record", fail)
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        events = [identify(messageId=f"m-{at}", userId=f"u-{at}") for at in range(3)]
        await some.put({"type": "page", "messageId": "p", "userId": "p"}, *events)
        for held in await some.take(4):
            with pytest.raises(RuntimeError):
                await some.handle([held])
        assert list(some.handler._insisting._unrecorded) == [3, 4]


async def _deal(some: Hands) -> None:
    await some.handle(await some.take(1))


def _lose_all(some: Hands) -> None:
    """Let the time pass in which events are ours."""
    some.pull._ours = dict.fromkeys(some.pull._ours, 0.0)

"""The worker: side by side or one after the other, and never stopped by one event."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from engines import engine, engines
from support import answer, identify, track
from worker_plugin import DELIVERED, person
from workers import Hands, Slow, hands, slow, until

from event_router.api import Reason, Request
from event_router.delivery import Answer
from event_router.engine.errors import EngineDown
from event_router.worker import gate as gate_module
from event_router.worker import worker as module
from event_router.worker.gate import GateState
from event_router.worker.handling import Handler
from event_router.worker.pulling import Pull
from event_router.worker.settling import Settling

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is postponed come back soon, and an idle worker look again soon."""
    monkeypatch.setattr(module, "POSTPONED", 0.001)
    monkeypatch.setattr(module, "_TAKE", 0.01)


async def test_everything_is_delivered(nats: str) -> None:
    """Many people's events, more than are held at once."""
    async with engine(nats, ("small",)) as opened, hands(opened, loop=True) as some:
        await some.put(*(person(number) for number in range(200)))
        async with some.working():
            await some.seen.until(200)
        assert len(await some.kept("outcomes")) == len(some.script.requests) == 200
        await some.idle()


async def test_people_side_by_side(nats: str) -> None:
    """Different people's events wait for none of the others; one person's go in order."""
    async with engine(nats, ("small",)) as opened, hands(opened, loop=True) as some:
        sender = slow(some)
        await some.put(*(person(number) for number in range(5)), track(messageId="t", userId="3"))
        async with some.working():
            await sender.flying(5)
            sender.go.set()
            await some.seen.until(6)
        assert some.seen.all[-1].message_id == "t"
        assert [request.kind for request in sender.requests] == ["contact"] * 5 + ["survey"]


async def test_identifies_that_wait_go_together(nats: str) -> None:
    """While one is under way the others gather; they are one request."""
    async with engine(nats, ("small",)) as opened, hands(opened, loop=True) as some:
        sender = slow(some)
        async with some.working():
            await some.put(identify(messageId="first"))
            await sender.flying(1)
            await some.put(*(identify(messageId=f"m-{number}") for number in range(9)))

            async def gathered() -> bool:
                return len(some.pull.holding) == 10

            await until(gathered)
            sender.go.set()
            await some.seen.until(10)
        assert len(sender.requests) == 2
        codes = [one.code for one in some.seen.all]
        assert codes == ["delivered", *["event.merged"] * 8, "delivered"]


async def test_an_event_that_raises_stays_alone(nats: str, caplog: pytest.LogCaptureFixture) -> None:
    """Its neighbours, its person's too, are delivered; it ends as dead letter, and no log repeats what it held."""

    def fail(request: Request) -> Answer:
        if request.body["messageId"] == "m-1":
            raise RuntimeError(request.body)
        return answer()

    async with engine(nats, ("small",)) as opened, hands(opened, *[fail] * 99, loop=True) as some:
        with caplog.at_level(logging.WARNING):
            await some.put(person(0), person(1), person(1, messageId="next", integrations={"All": True}), person(2))
            async with some.working():
                await some.seen.until(4)
        outcomes = {one.message_id: one[1:3] for one in some.seen.all}
        assert outcomes.pop("m-1") == ("failed", "delivery.poison")
        assert set(outcomes.values()) == {DELIVERED}
        (letter,) = await some.letters()
        assert letter.code == "delivery.poison"
        assert "RuntimeError at test_worker_worker.py" in caplog.text
        assert "mosbius" not in caplog.text
        await some.idle()


async def test_an_engine_that_was_away(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Events wait until it is back, however long that takes: it is not their fault, and none is sent again."""
    real, calls = Settling.settle, 0

    async def settle(self: Settling, *args: Any) -> None:
        nonlocal calls
        calls += 1
        if calls <= 9:
            raise EngineDown("engine.unavailable", "It was away.", retry_after=1)
        await real(self, *args)

    monkeypatch.setattr(Settling, "settle", settle)
    monkeypatch.setattr(gate_module, "_FIRST_HOLD", 0.0001)
    async with engine(nats, ("small",)) as opened, hands(opened, loop=True) as some:
        await some.put(person(1))
        async with some.working():
            await some.seen.until(1)
        assert some.seen.short == [("m-1", *DELIVERED)]
        assert len(some.script.requests) == 1
        assert await some.letters() == []


async def test_nothing_can_be_put_back(
    nats: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What fails even at being put back is let go, and the next event is dealt with."""
    real = Handler.handle

    async def handle(self: Handler, who: str, held: Any, waiting: Any) -> None:
        if b'"bad"' in held.data:
            raise RuntimeError
        await real(self, who, held, waiting)

    async def postpone(*args: Any, **kwargs: Any) -> None:
        raise EngineDown("engine.unavailable", "It is away.", retry_after=1)

    monkeypatch.setattr(Handler, "handle", handle)
    async with engine(nats, ("small",)) as opened, hands(opened, loop=True) as some:
        await some.put(identify(messageId="bad"), identify())
        with monkeypatch.context() as patched:
            patched.setattr(Handler, "postpone", postpone)
            async with some.working():
                await some.seen.until(1)
        assert some.seen.short == [("m-1", *DELIVERED)]
        assert "could not be put back: [engine.unavailable] It is away." in caplog.text


async def test_asking_fails(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that cannot ask for events asks again."""
    real, calls = Pull.ask, 0

    async def ask(self: Pull) -> None:
        nonlocal calls
        calls += 1
        if calls <= 2:
            raise EngineDown("engine.unavailable", "It is away.", retry_after=1)
        await real(self)

    monkeypatch.setattr(Pull, "ask", ask)
    async with engine(nats, ("small",)) as opened, hands(opened, loop=True) as some:
        await some.put(person(1))
        async with some.working():
            await some.seen.until(1)


@pytest.mark.parametrize("part", ["take", "keep_alive", "start"])
async def test_a_worker_that_cannot_go_on_ends(nats: str, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    """What should never happen is told to whoever runs it, who must not take it for one that works."""

    async def fall(*args: Any) -> None:
        raise RuntimeError(part)

    monkeypatch.setattr(Pull, part, fall)
    async with engine(nats, ("small",)) as opened, hands(opened, loop=True) as some:
        with pytest.raises(RuntimeError, match=part):
            await asyncio.wait_for(module.Worker(some.pull, some.handler).run(), 5)


async def test_what_is_not_ours_any_more_is_dropped(nats: str) -> None:
    """Cut off for too long, a worker neither sends nor puts back what another has by now; its neighbour is delivered."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.put(person(1), person(2))
        lost, other = await some.take(2)
        some.pull._ours[lost.sequence] = 0.0
        worker = module.Worker(some.pull, some.handler)
        for one in (lost, other):
            worker._begin(one)
        await asyncio.gather(*worker._tasks)
        assert some.seen.short == [("m-2", *DELIVERED)]
        assert len(some.script.requests) == 1
        assert not some.pull.holding


async def test_a_worker_whose_consumer_is_gone_goes_on(nats: str) -> None:
    """It makes it again, and works on what comes from then on."""
    async with engine(nats, ("small",)) as opened, hands(opened, loop=True) as some, some.working():
        await some.put(person(1))
        await some.seen.until(1)
        await opened.reader.ask(f"CONSUMER.DELETE.{opened.layout.stream('events')}.small")

        async def made() -> bool:
            answer = await opened.reader.ask_softly(some.pull._info)
            return "error" not in answer

        await until(made)
        await some.put(person(2))
        await some.seen.until(2)


async def test_nothing_is_pulled_while_the_gate_is_closed(nats: str) -> None:
    """Other workers may know better, and events that nobody holds are nobody's to lose."""
    async with engine(nats, ("small",)) as opened, hands(opened, loop=True) as some:
        await some.gate.misconfigured(Reason("small.401", "Wrong."))
        await some.put(person(1))
        turns = 0

        async def several() -> bool:
            nonlocal turns
            turns += 1
            return turns > 99

        async with some.working():
            await until(several)
            assert some.pull._asked == 0
            await some.gate._tell(GateState())
            await some.seen.until(1)


async def test_retry_after_stops_all_workers(nats: str) -> None:
    """What one worker is told holds for the other: no request of anybody before the time is over."""
    times: list[float] = []

    def asked(request: Request) -> Answer:
        times.append(asyncio.get_running_loop().time())
        return answer(429, retry_after="0.3") if len(times) == 1 else answer()

    async with (
        engines(nats, 2, destinations=("small",)) as (first, second),
        hands(first, *[asked] * 99, loop=True) as one,
        hands(second, *[asked] * 99, loop=True) as other,
    ):
        async with one.working(), other.working():
            await one.put(person(0))

            async def closed() -> bool:
                return one.gate.closed and other.gate.closed

            await until(closed)
            await one.put(*(person(number) for number in range(1, 20)))

            async def done() -> bool:
                return len(one.seen.all) + len(other.seen.all) == 20

            await until(done)
        assert times[1] - times[0] >= 0.29
        assert len(times) == 21


async def test_a_worker_that_dies_is_replaced(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it held goes to another by itself, and has one outcome."""
    monkeypatch.setattr("event_router.engine.layout.ACK_WAIT", 0.2)
    async with (
        engines(nats, 2, destinations=("small",)) as (first, second),
        hands(first, loop=True) as one,
        hands(second, loop=True) as other,
    ):
        sender = slow(one)
        await one.put(*(person(number) for number in range(5)))
        running = asyncio.create_task(_die_after(one, sender, 5))
        await running
        async with other.working():
            await other.seen.until(5)
        assert len(await other.kept("outcomes")) == 5
        assert await other.letters() == []
        await other.idle()


async def _die_after(some: Hands, sender: Slow, count: int) -> None:
    """Work until so many requests are in flight, then end without a word."""
    worker = module.Worker(some.pull, some.handler)
    running = asyncio.create_task(worker.run())
    await sender.flying(count)
    running.cancel()
    for task in worker._tasks:
        task.cancel()
    await asyncio.gather(running, *worker._tasks, return_exceptions=True)
    await some.pull.stop()

"""The worker: it finishes what is under way, puts back the rest for others, and is gone in bounded time."""

from __future__ import annotations

import asyncio

import pytest
from engines import engine, engines
from support import answer, identify, track
from worker_plugin import DELIVERED, person
from workers import hands, slow, until

from event_router.engine.engine import Engine
from event_router.worker import worker as module
from event_router.worker.pulling import Held

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is postponed come back soon, and an idle worker look again soon."""
    monkeypatch.setattr(module, "POSTPONED", 0.001)
    monkeypatch.setattr(module, "_TAKE", 0.01)


async def test_stop_finishes_what_is_under_way(nats: str) -> None:
    """What waits goes to others at once; what was begun with is finished."""
    async with (
        engines(nats, 2, destinations=("small",)) as (first, second),
        hands(first, loop=True) as one,
        hands(second) as other,
    ):
        sender = slow(one)
        async with one.working():
            await one.put(identify(messageId="begun"), track(messageId="waits"))
            await sender.flying(1)

            async def held() -> bool:
                return len(one.pull.holding) == 2

            await until(held)
            assert one.worker
            stopping = asyncio.create_task(one.worker.stop(5.0))
            (waiting,) = await other.take(1)
            assert (b'"waits"' in waiting.data, waiting.deliveries) == (True, 2)
            assert not stopping.done()
            sender.go.set()
            await stopping
        assert one.seen.short == [("begun", *DELIVERED)]
        await other.handle([waiting])
        await other.idle()


async def test_stop_ends_in_time(nats: str) -> None:
    """What takes longer than there is patience for is put back, and another worker has it at once."""
    async with (
        engines(nats, 2, destinations=("small",)) as (first, second),
        hands(first, loop=True) as one,
        hands(second, loop=True) as other,
    ):
        sender = slow(one)
        await one.put(*(person(number) for number in range(3)))
        async with one.working(grace=0.01):
            await sender.flying(3)
        assert not one.pull.holding
        async with other.working():
            await other.seen.until(3)
        assert other.seen.short == [(f"m-{number}", *DELIVERED) for number in range(3)]


async def test_stop_does_not_wait_for_a_destination_that_takes_nothing(nats: str) -> None:
    """An hour of Retry-After is no reason to stay: what waits for it is put back."""
    async with engine(nats, ("small",)) as opened, hands(opened, answer(429, retry_after="3600"), loop=True) as some:
        await some.put(person(1))
        async with asyncio.timeout(5), some.working(grace=3600.0):

            async def closed() -> bool:
                return some.gate.closed

            await until(closed)
        assert not some.pull.holding
        (again,) = await _taken_by_another(opened)
        assert again.deliveries == 2


async def _taken_by_another(opened: Engine) -> list[Held]:
    async with hands(opened) as other:
        return await other.take(1)


async def test_what_comes_while_it_stops_is_not_begun_with(nats: str) -> None:
    """An event that was on its way goes back."""
    async with engine(nats, ("small",)) as opened, hands(opened, loop=True) as some:
        await some.put(person(1))
        await some.pull.start()
        await some.pull.ask()
        worker = module.Worker(some.pull, some.handler)
        turn = asyncio.create_task(worker._turn())
        worker._stopping.set()
        await turn
        assert not worker._tasks
        await worker.stop(1.0)
        assert not some.pull.holding


async def test_restarts_blame_nobody(nats: str) -> None:
    """An event that was held through any number of restarts, while its destination was down, is delivered in the end."""
    async with engine(nats, ("small",)) as opened:
        async with hands(opened, loop=True) as some:
            await some.put(person(1))
        for _ in range(7):
            async with hands(opened, loop=True) as some:
                sender = slow(some)
                async with some.working(grace=0.0):
                    await sender.flying(1)
        async with hands(opened, loop=True) as some:
            async with some.working():
                await some.seen.until(1)
            assert some.seen.short == [("m-1", *DELIVERED)]
            assert await some.letters() == []


async def test_kept_alive_until_it_is_stopped(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a worker finishes what is under way, nobody else gets it."""
    monkeypatch.setattr("event_router.engine.layout.ACK_WAIT", 0.2)
    monkeypatch.setattr("event_router.worker.pulling.ACK_WAIT", 0.2)
    async with (
        engines(nats, 2, destinations=("small",)) as (first, second),
        hands(first, loop=True) as one,
        hands(second) as other,
    ):
        sender = slow(one)
        await one.put(person(1))
        async with one.working():
            await sender.flying(1)
            assert one.worker
            stopping = asyncio.create_task(one.worker.stop(5.0))
            await other.pull.ask()
            assert await other.pull.take(0.5) == []
            sender.go.set()
            await stopping
        assert one.seen.short == [("m-1", *DELIVERED)]

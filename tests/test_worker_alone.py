"""Suspects, one at a time."""

from __future__ import annotations

import asyncio

import pytest

from event_router.worker.alone import Alone

pytestmark = pytest.mark.anyio


class Visit:
    """A suspect that stays until it may go."""

    def __init__(self, alone: Alone) -> None:
        self._alone = alone
        self.begun = asyncio.Event()
        self.may_go = asyncio.Event()

    async def __call__(self) -> None:
        """Begin, and stay."""
        async with self._alone.begun():
            self.begun.set()
            await self.may_go.wait()


async def test_one_after_the_other() -> None:
    """The second begins when the first has come to its end, even by an error."""
    alone = Alone()
    first, second = Visit(alone), Visit(alone)
    async with asyncio.timeout(5):
        running = asyncio.create_task(first())
        await first.begun.wait()
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0)
        assert not second.begun.is_set()
        running.cancel()
        await second.begun.wait()
        second.may_go.set()
        await waiting
    assert running.cancelled()


async def test_who_stays_long_holds_back_nobody() -> None:
    """After its time the next one begins beside it; its end lets nobody in who is not due."""
    alone = Alone(seconds=0.01)
    some = [Visit(alone) for _ in range(3)]
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        for visit in some:
            group.create_task(visit())
            await visit.begun.wait()
        for visit in some:
            visit.may_go.set()
    async with asyncio.timeout(5), alone.begun():
        pass

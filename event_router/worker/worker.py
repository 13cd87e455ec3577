"""Events of one destination, from the engine to their outcome.

Different people's events go side by side, one person's one after the other. Whatever happens to one event, or to this
worker, its neighbours do not notice; and an event is let go only once its outcome is recorded.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from contextlib import suppress

from event_router.engine.errors import EngineError
from event_router.logs import said
from event_router.worker.handling import Handler
from event_router.worker.pulling import Held, LostError, Pull

_LOG = logging.getLogger("event_router.worker")
_TAKE = 0.1
#: Seconds after which an event that could not be handled comes again.
POSTPONED = 5.0


class Worker:
    """Works on one destination's events until it is stopped.

    Args:
        pull: Where they come from.
        handler: What is done with them.
    """

    def __init__(self, pull: Pull, handler: Handler) -> None:
        self._pull = pull
        self._handler = handler
        self._lanes: dict[str, deque[Held]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Work until ``stop`` is through. Raises what a part of it ends by, which nothing should bring about."""
        await self._pull.start()
        parts = (self._stopped.wait(), self._pull.keep_alive(), self._handler.gate.keep_in_step(), self._go_on())
        tasks = [asyncio.ensure_future(part) for part in parts]
        try:
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            for task in tasks:
                task.cancel()

    async def _go_on(self) -> None:
        while True:
            await self._turn()

    async def _turn(self) -> None:
        """Ask for more, where there is room; begin with what came."""
        if not self._stopping.is_set() and not self._handler.gate.closed:
            with suppress(EngineError):
                await self._pull.restore()
                await self._pull.ask()
        came = await self._pull.take(_TAKE)
        if not self._stopping.is_set():
            for one in came:
                self._begin(one)

    def _begin(self, one: Held) -> None:
        """Put an event behind those of its person that this worker holds already."""
        person = _person(one)
        lane = self._lanes.get(person)
        if lane is not None:
            lane.append(one)
            return
        self._lanes[person] = deque((one,))
        task = asyncio.create_task(self._work(person))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self, seconds: float) -> None:
        """Take no more; put back what waits, for others; wait so long for what is under way, then put it back too."""
        self._stopping.set()
        try:
            waiting = await self._pull.stop()
            for lane in self._lanes.values():
                waiting += lane
                lane.clear()
            await self._put_back(waiting)
            self._handler.stop()
            await self._finish(seconds)
            await self._put_back(list(self._pull.holding.values()))
        finally:
            self._stopped.set()

    async def _finish(self, seconds: float) -> None:
        """Wait so long for what is under way; then end it."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _put_back(self, some: list[Held]) -> None:
        await asyncio.gather(*(self._postpone(one, its_fault=False, seconds=0.0) for one in some))

    async def _work(self, person: str) -> None:
        lane = self._lanes[person]
        try:
            while lane:
                await self._safely(lane.popleft(), lane)
        finally:
            del self._lanes[person]

    async def _safely(self, one: Held, lane: deque[Held]) -> None:
        try:
            await self._handler.handle(_person(one), one, lane)
        except LostError:
            self._pull.drop(one)
        except Exception as error:  # noqa: BLE001  # Whatever it is, it stays with this event.
            _LOG.warning("An event could not be handled and is tried again: %s", said(error))
            await self._postpone(one, its_fault=not isinstance(error, EngineError), seconds=POSTPONED)

    async def _postpone(self, one: Held, *, its_fault: bool, seconds: float) -> None:
        try:
            await self._handler.postpone(_person(one), one, its_fault=its_fault, seconds=seconds)
        except Exception as error:  # noqa: BLE001  # The event comes again by itself, a little later.
            _LOG.warning("An event could not be put back: %s", said(error))


def _person(one: Held) -> str:
    return one.subject.rpartition(".")[2]

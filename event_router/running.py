"""A router that runs: an engine, a worker for each destination, doors, and upkeep; stopped in the right order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, cast

from event_router.delivery import http_client, http_sender
from event_router.destination import Destination
from event_router.engine.contacts import Contacts
from event_router.engine.engine import Engine
from event_router.engine.errors import EngineError
from event_router.engine.intake import DRAINING, Intake
from event_router.engine.parking import Parking
from event_router.engine.status import Status, status
from event_router.engine.upkeep import purge_settled, rooms, shortage
from event_router.logs import said
from event_router.metrics import Metrics
from event_router.outcomes import Reason
from event_router.retry import Policy
from event_router.worker.alone import Alone
from event_router.worker.gate import Gate
from event_router.worker.handling import Handler
from event_router.worker.observing import Observer
from event_router.worker.pulling import Pull
from event_router.worker.rate import Rate, interval
from event_router.worker.requests import Requests
from event_router.worker.settling import Settling
from event_router.worker.worker import Worker

_LOG = logging.getLogger("event_router")
#: Events that a worker holds for each request that it may have in flight: enough to find identifies that go as one.
_AHEAD = 8
_UPKEEP = 10.0
#: Seconds for which the engine's figures are shown again.
_FRESH = 2.0
_DRAINING = "doors.draining"


@asynccontextmanager
async def working(
    engine: Engine,
    destination: Destination,
    policy: Policy,
    observer: Observer,
    *,
    grace: float,
    alone: Alone | None = None,
) -> AsyncIterator[Gate]:
    """Work on a destination's events for the block; at its end finish what is under way, within so many seconds.

    Where a process works on several destinations, they share ``alone``.
    """
    async with http_client(policy.concurrency) as client:
        pull = Pull(engine, destination.name, policy.concurrency * _AHEAD)
        gate = Gate(engine.state, destination.name)
        await gate.start()
        rate = Rate(engine.state, destination.name, interval(policy.requests_per_second, policy.requests_per_minute))
        requests = Requests(destination, http_sender(client, policy.timeout), gate, rate, policy.concurrency)
        remember = destination.plugin.info.remember
        contacts = Contacts(engine.layout, engine.publisher, engine.reader, destination.name, remember)
        settling = Settling(engine, destination, policy, pull, observer)
        handler = Handler(destination, gate, requests, contacts, settling, pull, alone=alone)
        await contacts.listen(engine.client, handler.forgotten)
        worker = Worker(pull, handler)
        running = asyncio.create_task(worker.run())
        try:
            with _cancelled_by(running):
                yield gate
        finally:
            await worker.stop(grace)
            await _ended(running, destination.name)


class WorkerEnded(RuntimeError):  # noqa: N818
    """A worker ended by itself, which nothing should bring about: better a process that ends too than a silent one."""


@contextmanager
def _cancelled_by(running: asyncio.Task[None]) -> Iterator[None]:
    """Cancel the block when a task ends before it."""
    block = cast("asyncio.Task[Any]", asyncio.current_task())

    def end(_: object) -> None:
        block.cancel()

    running.add_done_callback(end)
    try:
        yield
    finally:
        if not running.remove_done_callback(end):
            block.uncancel()


async def _ended(running: asyncio.Task[None], name: str) -> None:
    """Wait for a worker's end. Raises ``WorkerEnded`` where that was an error."""
    await asyncio.wait({running})
    if error := running.exception():
        _LOG.error("The worker of %s ended, and the process ends with it. Start it again: %s", name, said(error))
        raise WorkerEnded(f"The worker of {name} ended: {said(error)}") from None


@asynccontextmanager
async def working_on_all(
    engine: Engine,
    destinations: Mapping[str, Destination],
    policies: Callable[[str], Policy],
    observer: Observer,
    *,
    grace: float,
) -> AsyncIterator[None]:
    """Work on every destination's events for the block."""
    begun: list[AbstractAsyncContextManager[Gate]] = []
    alone = Alone()
    try:
        for name, destination in destinations.items():
            one = working(engine, destination, policies(name), observer, grace=grace, alone=alone)
            await one.__aenter__()
            begun.append(one)
        yield
    finally:
        # At once, so that all together take no longer than one may.
        ends = await asyncio.gather(*(one.__aexit__(None, None, None) for one in begun), return_exceptions=True)
        for error in ends:
            if isinstance(error, BaseException):
                raise error


class Upkeep:
    """Does now and then what has to be done, and closes the doors when there is no room."""

    def __init__(self, engine: Engine, intake: Intake, policies: Callable[[str], Policy], data: Path | None) -> None:
        self._engine = engine
        self._intake = intake
        self._policies = policies
        self._data = data
        self._short: Reason | None = None

    async def run(self) -> None:
        """Go on until cancelled; however long clearing up takes, the look at what room there is does not wait for it."""
        await self._engine.state.watch("doors", self._heard)
        async with asyncio.TaskGroup() as group:
            for work in (self.look, self.clear_up):
                group.create_task(_now_and_then(work))

    async def clear_up(self) -> None:
        """Let go what waited too long, and purge what is settled and old."""
        for name in self._engine.destinations:
            await Parking(self._engine, name).release_overdue(self._policies(name).park_for)
        await purge_settled(self._engine, self._engine.layout.settings.keep)
        await self.look()  # What went has made room.

    async def look(self) -> None:
        """Close the doors, or open them, as things are."""
        free = self._engine.layout.settings.free_bytes
        self._short = shortage(await rooms(self._engine), self._data, free)
        self._set(draining=bool(await self._engine.state.get(_DRAINING)))

    def _heard(self, key: str, value: Any) -> None:
        if key == _DRAINING:
            self._set(draining=bool(value))

    def _set(self, *, draining: bool) -> None:
        self._intake.closed = DRAINING if draining else self._short


async def _now_and_then(work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001  # Whatever it is, the next time it may work.
            _LOG.warning("The upkeep could not be done: %s", said(error))
        await asyncio.sleep(_UPKEEP)


class Condition:
    """How the router is, for whoever asks over HTTP."""

    def __init__(self, engine: Engine, intake: Intake, metrics: Metrics) -> None:
        self._engine = engine
        self._intake = intake
        self._metrics = metrics
        self._status: Status | None = None
        self._stale_at = 0.0

    async def ready(self) -> Reason | None:
        """Return why it takes no events now; ``None`` where it does."""
        if self._intake.closed:
            return self._intake.closed
        if not self._engine.client.is_connected:
            return Reason("engine.unavailable", "nats-server cannot be reached.")
        try:
            await self._engine.reader.ask(f"STREAM.INFO.{self._engine.layout.stream('events')}")
        except EngineError as error:
            return Reason(error.code, error.message)
        return None

    async def metrics(self) -> bytes:
        """Return its figures as Prometheus text; those of the engine are at most some seconds old."""
        now = monotonic()
        if now >= self._stale_at:  # Whoever asks without end must not keep the engine busy.
            self._stale_at, self._status = now + _FRESH, await self._asked()
        return self._metrics.text(self._status)

    async def _asked(self) -> Status | None:
        try:
            return await status(self._engine)
        except EngineError as error:
            _LOG.warning("Metrics lack the engine's figures: %s", said(error))
            return None

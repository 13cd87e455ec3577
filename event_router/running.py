"""A router that runs: an engine, a worker for each destination, doors, and upkeep; stopped in the right order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from event_router.delivery import http_client, http_sender
from event_router.destination import Destination
from event_router.engine.contacts import Contacts
from event_router.engine.engine import Engine
from event_router.engine.errors import EngineError
from event_router.engine.intake import DRAINING, Intake
from event_router.engine.status import Status, status
from event_router.engine.upkeep import bury_overdue, purge_settled, rooms, shortage
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
        await contacts.listen(engine.client)
        settling = Settling(engine, destination, policy, pull, observer)
        worker = Worker(pull, Handler(destination, gate, requests, contacts, settling, alone=alone))
        running = asyncio.create_task(worker.run())
        try:
            yield gate
        finally:
            await worker.stop(grace)
            await running


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
        """Go on until cancelled."""
        await self._engine.state.watch("doors", self._heard)
        while True:
            try:
                await self.turn()
            except Exception as error:  # noqa: BLE001  # Whatever it is, the next turn may work.
                _LOG.warning("The upkeep could not be done: %s", said(error))
            await asyncio.sleep(_UPKEEP)

    async def turn(self) -> None:
        """Do it once."""
        await self._look()
        for name in self._engine.destinations:
            await bury_overdue(self._engine, name, self._policies(name).park_for)
        await purge_settled(self._engine, self._engine.layout.settings.keep)
        await self._look()  # Once more, since what went has made room.

    async def _look(self) -> None:
        """Close the doors, or open them, as things are."""
        free = self._engine.layout.settings.free_bytes
        self._short = shortage(await rooms(self._engine), self._data, free)
        self._set(draining=bool(await self._engine.state.get(_DRAINING)))

    def _heard(self, key: str, value: Any) -> None:
        if key == _DRAINING:
            self._set(draining=bool(value))

    def _set(self, *, draining: bool) -> None:
        self._intake.closed = DRAINING if draining else self._short


class Condition:
    """How the router is, for whoever asks over HTTP."""

    def __init__(self, engine: Engine, intake: Intake, metrics: Metrics) -> None:
        self._engine = engine
        self._intake = intake
        self._metrics = metrics

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
        """Return its figures as Prometheus text."""
        found: Status | None = None
        try:
            found = await status(self._engine)
        except EngineError as error:
            _LOG.warning("Metrics lack the engine's figures: %s", said(error))
        return self._metrics.text(found)

"""One process of the router, from its start to its end: what ``event-router run`` runs."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple, NoReturn

import click

from event_router.cli.engine import opened
from event_router.cli.lifetime import Stopped, keep_collector_away, listening_at
from event_router.config import Config
from event_router.destination import Destination
from event_router.doors.app import make_app
from event_router.doors.serving import serving, url_of
from event_router.doors.settings import Source
from event_router.doors.store import Accepted, Refused, Store, Unavailable
from event_router.engine.access import Access
from event_router.engine.engine import Engine
from event_router.engine.intake import Intake
from event_router.logs import OutcomeLog
from event_router.metrics import Metrics
from event_router.running import Condition, Upkeep, working_on_all
from event_router.worker.observing import Settled

_LOG = logging.getLogger("event_router")


class Plan(NamedTuple):
    """What a process is to do.

    Attributes:
        host: Address of its doors.
        port: Their port; 0 takes a free one.
        part: ``all``, ``doors`` or ``workers``.
        grace: Seconds for requests under way at its end.
        data: Folder of our own nats-server; ``None`` on a cluster.
    """

    host: str
    port: int
    part: str
    grace: float
    data: Path | None


class NoDoor:
    """What stands behind the doors of a process that only works: it takes no events."""

    async def accept(self, accepted: Sequence[Accepted], refused: Sequence[Refused] = ()) -> NoReturn:  # noqa: ARG002
        """Raise ``Unavailable``."""
        message = "This process only works on events; send them to one that runs with --part doors, or all."
        raise Unavailable("door.closed", message, 30)


class Process:
    """One process.

    Args:
        config: The configuration.
        destinations: All destinations, by name.
        senders: All sources.
        stopped: Says when it ends.
    """

    def __init__(
        self, config: Config, destinations: Mapping[str, Destination], senders: Sequence[Source], stopped: Stopped
    ) -> None:
        self._config = config
        self._destinations = destinations
        self._senders = senders
        self._stopped = stopped
        self._metrics = Metrics()
        self._log = OutcomeLog()

    def settled(self, settled: Settled) -> None:
        """Hear of an outcome."""
        self._metrics.settled(settled)
        self._log.settled(settled)

    async def run(self, access: Access, plan: Plan) -> None:
        """Run until stopped; the doors close first, then the workers finish what is under way."""
        waiting = asyncio.create_task(self._stopped.wait())
        async with AsyncExitStack() as stack:
            engine = await stack.enter_async_context(opened(access, self._config, "run", change=True))
            listening = stack.enter_context(listening_at(plan.host, plan.port))
            if plan.part != "doors":
                work = working_on_all(engine, self._destinations, self._config.policy, self, grace=plan.grace)
                await stack.enter_async_context(work)
            await self._open(stack, engine, listening, plan)
            address = url_of(listening)
            keep_collector_away()
            _LOG.info("Ready.", extra={"url": address})
            click.echo(address)
            await waiting
            _LOG.info("Stopping: doors first, then what is under way.")

    async def _open(self, stack: AsyncExitStack, engine: Engine, listening: socket.socket, plan: Plan) -> None:
        """Open the doors; those of a process that only works are for its health."""
        metrics = self._metrics
        intake = Intake(engine, metrics.accepted, repeated=metrics.duplicates, refused=metrics.refused)
        upkeep = asyncio.create_task(Upkeep(engine, intake, self._config.policy, plan.data).run())
        stack.callback(upkeep.cancel)
        store: Store = NoDoor() if plan.part == "workers" else intake
        condition = Condition(engine, intake, self._metrics)
        app = make_app(store, condition, self._senders, self._config.doors, self._destinations)
        await stack.enter_async_context(serving(app, listening, self._config.doors.max_connections))

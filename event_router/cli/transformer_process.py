"""One process of the transformer, from its start to its end: what ``event-router transformer`` runs."""

from __future__ import annotations

import logging
from asyncio import FIRST_COMPLETED, Task, create_task, sleep, to_thread, wait
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

import click

from event_router.cli.common import Stop
from event_router.cli.lifetime import Stopped, keep_collector_away, listening_at
from event_router.doors.serving import serving, url_of
from event_router.plugins import Plugin
from event_router.rudder.admission import Admission
from event_router.rudder.app import App
from event_router.rudder.client import Client
from event_router.rudder.contacts import Contacts, MemoryContacts
from event_router.rudder.figures import Figures
from event_router.rudder.handlers import Handlers
from event_router.rudder.service import by_type
from event_router.rudder.upstream import Address, Upstream

# What talks to a nats-server is imported when it is needed: without state it is not.
if TYPE_CHECKING:
    from pathlib import Path

    from event_router.config import Config
    from event_router.engine.access import Access

_LOG = logging.getLogger("event_router.rudder")
_NAME = "event-router transformer"
_PAUSE = 0.5
_LOOK = 2.0


class Plan(NamedTuple):
    """What a process is to do.

    Attributes:
        host: Address to listen on.
        port: Its port; 0 takes a free one.
        upstream: The transformer for other types; ``None`` for none.
        max_body: Bytes that one body may have.
        max_memory: Bytes of bodies in flight.
        grace: Seconds for requests under way at its end.
    """

    host: str
    port: int
    upstream: Address | None
    max_body: int
    max_memory: int
    grace: float


class Kept(NamedTuple):
    """Where contacts are kept.

    Attributes:
        access: How the engine is reached.
        config: The limits of what is kept.
        folder: Where another process runs the nats-server; ``None`` where it is ours, or a cluster's.
    """

    access: Access
    config: Config
    folder: Path | None = None


async def run(plugins: Mapping[str, Plugin], plan: Plan, stopped: Stopped, kept: Kept | None = None) -> None:
    """Serve until stopped: first no new requests, then those that are under way. Raises ``EngineError``."""
    waiting = create_task(stopped.wait())
    async with AsyncExitStack() as stack:
        contacts = MemoryContacts() if kept is None else await stack.enter_async_context(_contacts(kept, plugins))
        if kept is not None and kept.folder is not None:
            stack.callback(create_task(_watch(kept.folder, kept.access.url, stopped)).cancel)
        upstream = Upstream(plan.upstream, _client(stack)) if plan.upstream else None
        if upstream is not None and not await _reached(upstream, waiting):
            return
        served, admission = by_type(plugins.values(), contacts), Admission(most_bytes=plan.max_memory)
        figures = Figures(served, lambda: (admission.requests, admission.bytes))
        handlers = Handlers(served, contacts, _client(stack), upstream, figures)
        app = App(handlers, admission, figures, plan.max_body)
        # Not before all else is ready: an answer that says otherwise would be taken for an old transformer's.
        listening = stack.enter_context(listening_at(plan.host, plan.port))
        await stack.enter_async_context(serving(app, listening, most=None, grace=plan.grace))
        keep_collector_away()
        _LOG.info("Ready.", extra={"url": url_of(listening)})
        click.echo(url_of(listening))
        await waiting
        _LOG.info("Stopping: what is under way is answered still.")


def _client(stack: AsyncExitStack) -> Client:
    """Return a client of its own, so that whoever hangs takes no connections from the others."""
    client = Client()
    stack.push_async_callback(client.close)
    return client


@asynccontextmanager
async def _contacts(kept: Kept, plugins: Mapping[str, Plugin]) -> AsyncIterator[Contacts]:
    """Open the engine, and yield what is kept in it."""
    from event_router.engine.engine import open_engine
    from event_router.rudder.kept import KeptContacts

    change = not await _is_made(kept)
    traits = {trait for plugin in plugins.values() for trait in plugin.info.remember}
    async with open_engine(kept.access, kept.config.engine, (), name=_NAME, change=change) as engine:
        yield KeptContacts(engine, traits)


async def _is_made(kept: Kept) -> bool:
    """Return whether a router, or another transformer, has made the streams: then their limits are its affair."""
    from event_router.engine.engine import open_engine
    from event_router.engine.errors import EngineError

    try:
        async with open_engine(kept.access, kept.config.engine, (), name=_NAME, change=False):
            return True
    except EngineError as error:
        if error.code != "engine.not_there":
            raise Stop(error.code, error.message) from error
        return False


async def _watch(folder: Path, url: str, stopped: Stopped) -> None:
    """Stop once another process's nats-server is gone: its successor has another port, and would never be found."""
    from event_router.engine.server import running

    while await to_thread(running, folder) == url:  # noqa: ASYNC110  # Nobody tells when it ends.
        await sleep(_LOOK)
    stopped.failed(f"The nats-server in {folder}, which another process ran, is gone")


async def _reached(upstream: Upstream, stopped: Task[None]) -> bool:
    """Wait for the other transformer, and return whether it has answered before this process was stopped."""
    asking = create_task(_asked(upstream))
    await wait({asking, stopped}, return_when=FIRST_COMPLETED)
    asking.cancel()
    await wait({asking})
    if stopped.done():
        return False
    asking.result()
    return True


async def _asked(upstream: Upstream) -> None:
    """Ask the other transformer until it has answered: before that, nobody can be told what the two of us can do."""
    told = False
    while await upstream.features() is None:
        if not told:
            _LOG.warning("The upstream transformer does not answer yet; the port stays closed until it does.")
        told = True
        await sleep(_PAUSE)

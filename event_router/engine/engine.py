"""An open engine: one connection to nats-server, and what reads and writes over it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from event_router.engine.connection import Access, check_server, connect
from event_router.engine.layout import Layout
from event_router.engine.migration import check_made, migrate
from event_router.engine.people import People
from event_router.engine.publishing import Publisher
from event_router.engine.reading import Reader
from event_router.engine.replies import Replies
from event_router.engine.settings import EngineSettings
from event_router.engine.shared_state import SharedState

if TYPE_CHECKING:
    from nats.aio.client import Client

_PEOPLE_KEY = "people-key"


@dataclass(frozen=True, slots=True)
class Engine:
    """What everything else of the router works with.

    Attributes:
        client: The connection.
        layout: Names and subjects.
        publisher: Writes.
        reader: Reads.
        state: Values that all workers share.
        people: Hashes of ids.
        destinations: Every configured destination's name.
    """

    client: Client
    layout: Layout
    publisher: Publisher
    reader: Reader
    state: SharedState
    people: People
    destinations: tuple[str, ...]


@asynccontextmanager
async def open_engine(
    access: Access,
    settings: EngineSettings,
    destinations: tuple[str, ...],
    *,
    name: str,
    on_state: Callable[[bool], None] | None = None,
    change: bool = True,
) -> AsyncIterator[Engine]:
    """Connect, bring streams, consumers and buckets to what they should be, and yield the engine. Raises ``EngineError``.

    Args:
        access: How the server is reached.
        settings: Limits of what is kept.
        destinations: Every configured destination's name.
        name: What the server calls us in its monitoring.
        on_state: Called with whether we are connected, each time that changes.
        change: Whether streams and consumers are made, and brought to these settings; that is for ``run`` alone.
    """
    # Without echo: a worker hears what others write to shared values, and knows its own.
    client = await connect(access, name=name, on_state=on_state, no_echo=True)
    replies = Replies(client)
    try:
        await check_server(client)
        await replies.start()
        layout, publisher, reader = Layout(settings), Publisher(client, replies), Reader(client, replies)
        await (migrate(reader, layout, destinations) if change else check_made(reader, layout))
        state = SharedState(client, layout, publisher, reader)
        key = await state.change(_PEOPLE_KEY, lambda known: None if known else token_urlsafe(32))
        yield Engine(client, layout, publisher, reader, state, People(key.encode()), destinations)
    finally:
        await replies.stop()
        with suppress(OSError, RuntimeError):  # The server may have gone first; uvloop's word for that is its own.
            await client.close()

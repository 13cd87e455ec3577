"""Serving the doors on a port, within an event loop that does other things as well."""

from __future__ import annotations

import asyncio
import ipaddress
import math
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    from starlette.types import ASGIApp

#: Seconds for requests under way to end.
_GRACE = 5
# Seconds that an idle connection is kept: longer than balancers and HTTP clients keep theirs, so that they close it and
# never send on one that is being closed here.
_KEPT = 100
#: Seconds within which a reader has to take some of its answer; what it does not take is held in memory.
STALLED = 60.0
#: Seconds within which a request's headers have to come.
SILENT = 30.0
# Bytes that come before a request's headers have ended: with them may come the beginning of a body.
_LONGEST_HEAD = 1024 * 1024


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one. Raises ``OSError``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=1024)


def url_of(listening: socket.socket) -> str:
    """Return the address of a listening socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def listens_locally(host: str) -> bool:
    """Return whether only this machine can reach doors that listen on an address; an empty one is every address.

    >>> listens_locally("127.0.0.1"), listens_locally("0.0.0.0")
    (True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _Protocol(HttpToolsProtocol):
    """uvicorn's connection, which hangs up on whoever does not take its answer, or does not come to the end of its headers."""

    _giving_up: asyncio.TimerHandle | None = None
    _silent: asyncio.TimerHandle | None = None
    _head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # As uvicorn has it.
        super().connection_made(transport)
        self._silent = self.loop.call_later(SILENT, transport.abort)

    def data_received(self, data: bytes) -> None:
        if self._silent is not None:
            self._head += len(data)
            if self._head > _LONGEST_HEAD:
                self.transport.abort()
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._silent is None:
            self._silent = self.loop.call_later(SILENT, self.transport.abort)

    def on_headers_complete(self) -> None:
        self._heard()
        super().on_headers_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        # Not closed: that would wait until all is taken.
        self._giving_up = self.loop.call_later(STALLED, self.transport.abort)

    def resume_writing(self) -> None:
        self._wait_no_more()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._heard()
        self._wait_no_more()
        super().connection_lost(exc)

    def _heard(self) -> None:
        if self._silent is not None:
            self._silent.cancel()
        self._silent, self._head = None, 0

    def _wait_no_more(self) -> None:
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None


class _Server(uvicorn.Server):
    """uvicorn's, started and told that it has started; signals are somebody else's affair."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(
    app: ASGIApp, listening: socket.socket, most: int | None = 1000, grace: float = _GRACE
) -> AsyncIterator[None]:
    """Serve for the block; at its end take no new requests, and answer those that are under way.

    Args:
        app: What answers.
        listening: Where.
        most: Connections at once: what each of them may send is held in memory. ``None`` where the app sees to that.
        grace: Seconds for requests under way at the end.
    """
    config = uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        log_config=None,
        lifespan="off",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=most,
        timeout_graceful_shutdown=math.ceil(grace),
        timeout_keep_alive=_KEPT,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve([listening]))
    started = asyncio.create_task(server.ready.wait())
    await asyncio.wait({task, started}, return_when=asyncio.FIRST_COMPLETED)
    try:
        yield
    finally:
        started.cancel()
        server.should_exit = True
        await task

"""Serving the mock on a real port: in this process (for tests) or as a program."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mock_promoter.app import App, create_app
from mock_promoter.auth import TEST_KEY
from mock_promoter.documents import Document
from mock_promoter.saving import Saver
from mock_promoter.wire import TRANSPORT

_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files in PEM form, for TLS."""

    certfile: str
    keyfile: str | None = None


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one. Raises ``OSError``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=1024)


def url_of(listening: socket.socket, scheme: str = "http") -> str:
    """Return the address of a listening socket."""
    host, port = listening.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


class _Protocol(HttpToolsProtocol):
    """uvicorn's own, which lets the application break the connection."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {TRANSPORT: {"transport": self.transport}}


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, app: App, ready: Callable[[], None], saver: Saver | None) -> None:
        super().__init__(config)
        self._app, self._ready, self._saver = app, ready, saver
        self._saving: asyncio.Task[None] | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        # uvicorn raises the signal again once it is done; being asked to stop is no failure.
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._saver is not None:
            self._saving = asyncio.get_running_loop().create_task(self._saver.run())
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # First: uvicorn waits for what is still being answered.
        await self._app.server.close()
        await super().shutdown(sockets)
        if self._saving is not None and self._saver is not None:
            self._saving.cancel()
            self._saver.save()


def server(
    app: App, ready: Callable[[], None], certificate: Certificate | None = None, saver: Saver | None = None
) -> uvicorn.Server:
    """Return a server for the mock; it calls ``ready`` once it answers. Raises ``OSError`` for a bad certificate."""
    tls = {"ssl_certfile": certificate.certfile, "ssl_keyfile": certificate.keyfile} if certificate else {}
    config = uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        log_level="warning",
        lifespan="off",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
        **tls,  # type: ignore[arg-type]
    )
    config.load()
    return _Server(config, app, ready, saver)


@contextmanager
def serve(
    api_keys: Sequence[str] = (TEST_KEY,), seed: Document | None = None, control_token: str | None = None
) -> Iterator[str]:
    """Serve a mock in a thread on a free port; yield its address.

    >>> with serve() as url:
    ...     url.startswith("http://127.0.0.1:")
    True
    """
    ready = threading.Event()
    with listen("127.0.0.1", 0) as listening:
        running = server(create_app(api_keys, seed, control_token), ready.set)
        thread = threading.Thread(target=running.run, args=([listening],), name="mock-promoter")
        thread.start()
        try:
            ready.wait(_SECONDS)
            yield url_of(listening)
        finally:
            running.should_exit = True
            thread.join()

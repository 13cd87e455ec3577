"""Serving the mock on a real port: in this process (for tests) or as a program."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from mock_promoter.app import TEST_KEY, create_app

_SECONDS = 10


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one. Raises ``OSError``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=1024)


def url_of(listening: socket.socket) -> str:
    """Return the address of a listening socket."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        # uvicorn raises the signal again once it is done; being asked to stop is no failure.
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def server(app: ASGIApp, ready: Callable[[], None]) -> uvicorn.Server:
    """Return a server for an application; it calls ``ready`` once it answers."""
    config = uvicorn.Config(app, log_level="warning", lifespan="off", access_log=False, server_header=False)
    return _Server(config, ready)


@contextmanager
def serve(api_keys: Sequence[str] = (TEST_KEY,)) -> Iterator[str]:
    """Serve a mock in a thread on a free port; yield its address.

    >>> with serve() as url:
    ...     url.startswith("http://127.0.0.1:")
    True
    """
    ready = threading.Event()
    with listen("127.0.0.1", 0) as listening:
        running = server(create_app(api_keys), ready.set)
        thread = threading.Thread(target=running.run, args=([listening],), name="mock-promoter")
        thread.start()
        try:
            ready.wait(_SECONDS)
            yield url_of(listening)
        finally:
            running.should_exit = True
            thread.join()

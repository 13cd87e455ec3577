"""What programs have in common that serve until they are stopped."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
from contextlib import suppress

from event_router.cli.common import Stop
from event_router.doors.serving import listen

_LOG = logging.getLogger("event_router")


class Stopped:
    """Whether to stop, and why.

    Attributes:
        code: The exit code.
    """

    def __init__(self) -> None:
        self.code = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._event: asyncio.Event | None = None

    async def wait(self) -> None:
        """Wait until somebody asks to stop."""
        self._loop, self._event = asyncio.get_running_loop(), asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            self._loop.add_signal_handler(number, self._event.set)
        if self.code:
            self._event.set()
        await self._event.wait()

    def by_server(self, status: int) -> None:
        """Stop since our nats-server ended; called from another thread."""
        self.failed(f"Our nats-server ended with status {status}")

    def failed(self, why: str) -> None:
        """Stop with exit code 1, from whatever thread."""
        self.code = 1
        _LOG.error("%s; this process stops.", why)
        if self._loop and self._event:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._event.set)


def keep_collector_away() -> None:
    """Let the garbage collector pass over what is there for good, and look less often at what comes and goes."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def listening_at(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one. Ends the command where there is none to be had."""
    try:
        return listen(host, port)
    except OSError as error:
        why = f"{host}:{port} cannot be listened on: {error.strerror or error}."
        raise Stop(
            "run.no_port", f"{why} Name another one with --host and --port; --port 0 takes a free one."
        ) from error

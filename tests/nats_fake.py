"""A server that speaks enough of NATS to be connected to, for what a real one does too seldom."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any


class Fake:
    """A server that says of itself what it is told to, and answers to no more than a ping.

    Attributes:
        url: Where it listens.
        heard: What clients sent.
        connected: How often a client got as far as its first ping.
    """

    def __init__(self, *, silent: bool = False, **info: Any) -> None:
        self.url = ""
        self.heard = b""
        self.connected = 0
        self._greeting = json.dumps({"version": "2.15.1", "max_payload": 8 * 1024**2, "headers": True, **info})
        self._silent = silent
        self._open: dict[asyncio.Task[Any], asyncio.StreamWriter] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client until it leaves."""
        task = asyncio.current_task()
        assert task
        self._open[task] = writer
        if not self._silent:
            writer.write(f"INFO {self._greeting}\r\n".encode())
        with suppress(ConnectionError):
            while line := await reader.readline():
                self.heard += line
                if line == b"PING\r\n":
                    writer.write(b"PONG\r\n")
                if line.startswith(b"CONNECT"):
                    self.connected += 1
        writer.close()

    def say(self, line: bytes) -> None:
        """Send a line to the clients that are there."""
        for writer in self._open.values():
            writer.write(line)

    async def stop(self) -> None:
        """Leave the clients, and wait until that is done."""
        for writer in self._open.values():
            writer.transport.abort()
        await asyncio.gather(*self._open)


@asynccontextmanager
async def fake(*, silent: bool = False, **info: Any) -> AsyncIterator[Fake]:
    """Run such a server; a silent one does not even answer pings."""
    served = Fake(silent=silent, **info)
    running = await asyncio.start_server(served.serve, "127.0.0.1", 0)
    served.url = f"nats://127.0.0.1:{running.sockets[0].getsockname()[1]}"
    async with running:
        try:
            yield served
        finally:
            await served.stop()

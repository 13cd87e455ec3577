"""An HTTP client that costs next to nothing: requests are bytes made beforehand, and of an answer only the end is looked for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import perf_counter
from typing import cast


class _Connection(asyncio.Protocol):
    """One connection, on which one request at a time is answered; bodies are counted, not kept."""

    def __init__(self) -> None:
        self._head, self._left = b"", 0
        self._answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are no subclasses.

    async def ask(self, data: bytes) -> None:
        self._head, self._left = b"", -1
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(data)
        await self._answered

    def data_received(self, data: bytes) -> None:
        if self._left < 0:
            self._head, separator, body = (self._head + data).partition(b"\r\n\r\n")
            if not separator:
                return
            self._left, data = _length(self._head), body
        self._left -= len(data)
        if not self._left:
            self._answered.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._answered.done():
            self._answered.set_exception(exc or ConnectionError("the server hung up"))

    def close(self) -> None:
        self._transport.close()


def _length(head: bytes) -> int:
    assert head.startswith(b"HTTP/1.1 200"), head
    return int(head.lower().partition(b"\r\ncontent-length:")[2].split(b"\r")[0])


async def drive(port: int, requests: Sequence[bytes], connections: int, *, keep: bool) -> list[float]:
    """Send requests over some connections, kept or new for each; return the seconds that each answer took.

    Each connection asks again as soon as it is answered.
    """
    loop, shared, took = asyncio.get_running_loop(), iter(requests), list[float]()

    async def work() -> None:
        connection = None
        for data in shared:
            start = perf_counter()
            if connection is None:
                _, connection = await loop.create_connection(_Connection, "127.0.0.1", port)
            await connection.ask(data)
            took.append(perf_counter() - start)
            if not keep:
                connection.close()
                connection = None
        if connection is not None:
            connection.close()

    await asyncio.gather(*(work() for _ in range(connections)))
    return took

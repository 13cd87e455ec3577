"""The transformer on a real port, served as the command does, and connections of one request each, as rudder-server's are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

import orjson
from rudder_transformer import Transformer

from event_router.doors.serving import listen, serving

#: Seconds within which everything has to happen.
PATIENCE = 20.0


@asynccontextmanager
async def on_port(transformer: Transformer) -> AsyncIterator[int]:
    """Serve as the command does, in the loop of whoever asks; yield the port."""
    with listen("127.0.0.1", 0) as listening:
        try:
            async with serving(transformer.app, listening, most=None, grace=1):
                yield listening.getsockname()[1]
        finally:
            await transformer.client.close()
            await transformer.upstream_client.close()


class Reply(NamedTuple):
    """An answer, as it came over a connection.

    Attributes:
        status: HTTP status.
        headers: Names in small letters.
        body: All of it.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body."""
        return orjson.loads(self.body)

    @property
    def retry(self) -> str | None:
        """The reason that rudder-server is given to send the same again without end; ``None`` where it is not."""
        told = self.status == 503 and self.headers.get("x-rudder-should-retry") == "true"
        return self.headers.get("x-rudder-error-reason") if told else None


class Connection:
    """A connection of its own for one request, sent as slowly as wanted."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, data: bytes) -> None:
        """Send some bytes."""
        self._writer.write(data)
        await self._writer.drain()

    async def reply(self) -> Reply:
        """Return the answer, and hang up."""
        found = await self.next()
        await self.close()
        return found

    async def next(self) -> Reply:
        """Return the answer."""
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await self._reader.readexactly(int(headers["content-length"]))
        return Reply(int(first.split()[1]), headers, body)

    async def is_over(self) -> bool:
        """Return whether the other end has hung up; whatever came before is read."""
        return await self._reader.read() == b""

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()


async def connected(port: int, limit: int = 2**16) -> Connection:
    """Return a new connection, which takes no more than twice so many bytes before somebody wants them."""
    return Connection(*await asyncio.open_connection("127.0.0.1", port, limit=limit))


def head(path: str, length: int, *lines: str, method: str = "POST") -> bytes:
    """Return what stands before a body of so many bytes."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: us", f"Content-Length: {length}", *lines, "", ""]).encode()


async def call(port: int, path: str, body: bytes = b"", *lines: str, method: str = "POST") -> Reply:
    """Return the answer to a request on a connection of its own, as rudder-server makes them."""
    connection = await connected(port)
    await connection.send(head(path, len(body), "Connection: close", *lines, method=method) + body)
    return await connection.reply()


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110  # Others change it, and tell nobody.
            await asyncio.sleep(0.001)

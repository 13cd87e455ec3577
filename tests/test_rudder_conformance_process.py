"""The conformance checklist (protocol §9): the process and its connections. Each test names its line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import orjson
import pytest
from rudder_asking import EVENTS, PROCESSOR, PROMOTER
from rudder_port import PATIENCE, Reply, call, connected, head, on_port
from rudder_server.fake_transformer import FEATURES
from rudder_transformer import Transformer

from event_router.cli import transformer_process
from event_router.cli.lifetime import Stopped
from event_router.cli.transformer_process import Plan, run
from event_router.doors.serving import listen
from event_router.rudder.upstream import address

pytestmark = pytest.mark.anyio

BODY = orjson.dumps(EVENTS)
MB = 1024**2


class Told(Stopped):
    """What stops a process, without signals: those are everybody's in this one."""

    def __init__(self) -> None:
        super().__init__()
        self.now = asyncio.Event()

    async def wait(self) -> None:
        """Wait until it is told."""
        await self.now.wait()


class Behind:
    """Another transformer, which says what it can only once it may."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.may = asyncio.Event()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request, then hang up."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            self.asked.set()
            await self.may.wait()
            body = orjson.dumps(FEATURES)
            writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
            await writer.drain()
        writer.close()


def free_port() -> int:
    """Return a port where nobody listens now."""
    with listen("127.0.0.1", 0) as one:
        port: int = one.getsockname()[1]
    return port


@asynccontextmanager
async def process(port: int, upstream: str | None = None) -> AsyncIterator[Told]:
    """Run a transformer's process on a port for the block, and see it end."""
    told = Told()
    plan = Plan("127.0.0.1", port, address(upstream) if upstream else None, max_body=MB, max_memory=MB, grace=5)
    running = asyncio.create_task(run({"promoter": PROMOTER[0]}, plan, told))
    try:
        yield told
    finally:
        told.now.set()
        async with asyncio.timeout(PATIENCE):
            await running


async def listens(port: int) -> bool:
    """Return whether somebody listens on a port."""
    try:
        await (await connected(port)).close()
    except ConnectionRefusedError:
        return False
    return True


async def ready(port: int, *, wanted: bool = True) -> None:
    """Wait until somebody listens on a port, or nobody does any more."""
    async with asyncio.timeout(PATIENCE):
        while await listens(port) != wanted:  # noqa: ASYNC110  # Nobody tells.
            await asyncio.sleep(0.005)


@pytest.fixture(autouse=True)
def _no_freezing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transformer_process, "keep_collector_away", lambda: None)


def ids(reply: Reply) -> list[int]:
    """Return the jobs of a good answer."""
    assert (reply.status, reply.headers["apiversion"]) == (200, "2")
    return [one["metadata"]["jobId"] for one in reply.json()]


async def test_closed_until_ready() -> None:
    """§9 "close the port until ready": as long as it is not known what upstream can do, nobody is told anything."""
    behind, port = Behind(), free_port()
    server = await asyncio.start_server(behind.answer, "127.0.0.1", 0)
    async with server:
        upstream = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with process(port, upstream):
            async with asyncio.timeout(PATIENCE):
                await behind.asked.wait()
            assert not await listens(port)
            behind.may.set()
            await ready(port)
            assert (await call(port, "/features", method="GET")).json() == FEATURES


async def test_stopped_before_it_is_ready() -> None:
    """§9 "SIGTERM drain": it ends at once, too, while it waits for upstream, whose answer would come too late."""
    behind, port = Behind(), free_port()
    server = await asyncio.start_server(behind.answer, "127.0.0.1", 0)
    async with server:
        async with process(port, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"), asyncio.timeout(PATIENCE):
            await behind.asked.wait()
        assert not await listens(port)
        behind.may.set()


async def test_drain() -> None:
    """§9 "SIGTERM drain": what is under way is answered, what is new finds the port closed (with the signal: test_cli_transformer)."""
    port = free_port()
    async with process(port) as told:
        await ready(port)
        connection = await connected(port)
        await connection.send(head(PROCESSOR, len(BODY)) + BODY[:10])
        assert ids(await call(port, PROCESSOR, BODY)) == [1]
        told.now.set()
        await ready(port, wanted=False)
        await connection.send(BODY[10:])
        assert ids(await connection.reply()) == [1]


async def test_keep_alive() -> None:
    """§9 "keep-alive optional": a connection serves one request or many, as its client wants."""
    async with on_port(Transformer(PROMOTER)) as port:
        kept = await connected(port)
        for _ in range(3):
            await kept.send(head(PROCESSOR, len(BODY)) + BODY)
            assert ids(await kept.next()) == [1]
        await kept.close()
        closed = await connected(port)
        await closed.send(head(PROCESSOR, len(BODY), "Connection: close") + BODY)
        assert (await closed.next()).headers["connection"] == "close"
        assert await closed.is_over()
        await closed.close()


async def test_100_new_connections() -> None:
    """§9 "handle >= 100 concurrent new connections": all are open before the first asks, and all are answered."""
    async with on_port(Transformer(PROMOTER)) as port:
        connections = await asyncio.gather(*(connected(port) for _ in range(150)))
        for connection in connections:
            await connection.send(head(PROCESSOR, len(BODY)) + BODY)
        assert [ids(await connection.reply()) for connection in connections] == [[1]] * 150

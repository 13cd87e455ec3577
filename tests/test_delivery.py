"""Delivery over HTTP: real sockets, and servers that misbehave."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest

from event_router.api import Misconfigured, Rejected, Request, Response, Retry
from event_router.delivery import MOST_READ, Answer, http_client, http_sender

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def exchange(handler: Handler, *, seconds: float = 5, body: object = None) -> Answer:
    """Return what a sender makes of a server that handles one connection its own way."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await handler(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def run() -> Answer:
        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        async with server, http_client(2) as client:
            port = server.sockets[0].getsockname()[1]
            return await http_sender(client, seconds)(Request("x", "POST", f"http://127.0.0.1:{port}/", body))

    return asyncio.run(run())


def speaking(data: bytes) -> Handler:
    """Return a handler that says something and hangs up."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return handler


def code(answer: Answer) -> str:
    """Return the code of a failure, which there must be."""
    assert not isinstance(answer, Response)
    return answer.reason.code


def test_an_answer() -> None:
    """Status, headers in lower case and body arrive."""
    answer = exchange(speaking(b"HTTP/1.1 200 OK\r\nX-Thing: 1\r\nContent-Length: 2\r\n\r\n{}"))
    assert isinstance(answer, Response)
    assert (answer.status, answer.headers["x-thing"], answer.body) == (200, "1", b"{}")


def test_endless_answers_are_cut() -> None:
    """Of a body without end only the start is read."""

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x" * 65536)
            await writer.drain()

    answer = exchange(endless)
    assert isinstance(answer, Response)
    assert len(answer.body) == MOST_READ


@pytest.mark.parametrize("data", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"])
def test_servers_that_hang_up_or_babble(data: bytes) -> None:
    """No answer, no HTTP, half an answer: tried again."""
    answer = exchange(speaking(data))
    assert isinstance(answer, Retry)
    assert code(answer) == "delivery.unreachable"


def test_slow_servers_time_out() -> None:
    """The whole exchange is bounded, not only the silence between two bytes."""

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    assert code(exchange(silent, seconds=0.05)) == "delivery.timeout"


def test_what_json_cannot_carry_is_not_sent() -> None:
    """A body that cannot be encoded is refused before anything is opened."""
    assert isinstance(exchange(speaking(b""), body="\ud800"), Rejected)


def test_addresses_that_are_none() -> None:
    """A port that no server has is unreachable, an address that is none a matter of settings."""

    async def ask(url: str) -> Answer:
        async with http_client(1) as client:
            return await http_sender(client, 5)(Request("x", "GET", url))

    assert isinstance(asyncio.run(ask("http://127.0.0.1:1/")), Retry)
    for url in ("ftp://127.0.0.1/", "http://[::1/", "http://127.0.0.1:99999999/"):
        assert isinstance(asyncio.run(ask(url)), Misconfigured | Retry)


def test_the_transport_can_be_chosen() -> None:
    """Tests and other hosts bring their own; an error without words is told by its name."""

    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("")

    async def ask() -> Answer:
        async with http_client(1, transport=httpx.MockTransport(handler)) as client:
            return await http_sender(client, 5)(Request("x", "GET", "http://x/"))

    answer = asyncio.run(ask())
    assert not isinstance(answer, Response)
    assert "(ConnectError)" in answer.reason.message
    assert code(answer) == "delivery.unreachable"


def test_bad_url_is_a_matter_of_settings() -> None:
    """What httpx cannot read as an address stops the destination."""

    async def ask() -> Answer:
        async with http_client(1) as client:
            return await http_sender(client, 5)(Request("x", "GET", "http://[::1/"))

    assert code(asyncio.run(ask())) == "delivery.bad_url"

"""Serving the doors on a port."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from unittest.mock import Mock

import httpx
import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from event_router.doors import serving as module
from event_router.doors.serving import _Protocol, listen, listens_locally, serving, url_of

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("router.example", False)],
)
def test_who_can_reach_it(host: str, expected: bool) -> None:
    """Only this machine, or others as well."""
    assert listens_locally(host) is expected


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_it_answers_for_the_block(host: str) -> None:
    """On a free port, of either family; afterwards nobody is there."""

    async def app(scope: object, receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body"})  # type: ignore[operator]

    with listen(host, 0) as listening:
        url = url_of(listening)
        async with serving(app, listening), httpx.AsyncClient(verify=False) as client:
            assert (await client.get(url)).status_code == 204
    async with httpx.AsyncClient(verify=False) as client:
        with pytest.raises(httpx.TransportError):
            await client.get(url)


HEAD = b"POST / HTTP/1.1\r\nhost: x\r\n"


@pytest.mark.parametrize(
    ("sent", "is_given_up"),
    [
        ([], True),
        ([HEAD], True),
        ([HEAD + b"content-length: 0\r\n\r\n"], False),
        ([HEAD + b"content-length: 0\r\n\r\n", HEAD], True),
        ([HEAD + b"content-length: 0\r\n\r\n", HEAD + b"content-length: 0\r\n\r\n"], False),
    ],
    ids=["nothing", "half", "whole", "half of a second", "two"],
)
async def test_a_sender_without_end(monkeypatch: pytest.MonkeyPatch, sent: list[bytes], is_given_up: bool) -> None:
    """Whoever does not come to the end of its headers is hung up on."""
    monkeypatch.setattr(module, "SILENT", 0.0)
    transport, connection = opened()
    for data in sent:
        connection.data_received(data)
    for _ in range(3):
        await asyncio.sleep(0)
    connection.connection_lost(None)
    assert transport.abort.called is is_given_up


async def test_headers_without_end() -> None:
    """Headers of a megabyte are none."""
    transport, connection = opened()
    connection.data_received(HEAD)
    for _ in range(11):
        connection.data_received(b"x: %b\r\n" % (b"y" * 100_000))
    connection.connection_lost(None)
    assert transport.abort.called


def opened() -> tuple[Mock, _Protocol]:
    """Return a connection, and what is on its other side."""

    async def app(scope: object, receive: object, send: object) -> None:
        """Answer nothing."""

    transport = Mock(asyncio.Transport)
    config = Config(app, ws="none", lifespan="off", log_level="critical")
    config.load()
    connection = _Protocol(config, ServerState(), {})
    connection.connection_made(transport)
    return transport, connection


@pytest.mark.parametrize(
    ("then", "is_given_up"),
    [
        (lambda connection: None, True),
        (lambda connection: connection.resume_writing(), False),
        (lambda connection: (connection.resume_writing(), connection.pause_writing()), True),
        (lambda connection: connection.connection_lost(None), False),
    ],
    ids=["nothing", "takes some", "stalls again", "hangs up"],
)
async def test_a_reader_that_stalls(
    monkeypatch: pytest.MonkeyPatch, then: Callable[[_Protocol], object], is_given_up: bool
) -> None:
    """Whoever takes nothing of its answer is hung up on, unless it goes on in time."""
    monkeypatch.setattr(module, "STALLED", 0.0)
    transport, connection = opened()
    connection.pause_writing()
    then(connection)
    for _ in range(3):
        await asyncio.sleep(0)
    assert transport.abort.called is is_given_up

"""Upstream: requests handed on as they came, and answers that no transformer gave kept from rudder-server."""

from __future__ import annotations

import asyncio
import gzip
import logging
import re
import zlib
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import pytest

from event_router.doors.answers import Answer
from event_router.rudder import upstream as module
from event_router.rudder.client import Client
from event_router.rudder.upstream import Upstream, address

pytestmark = pytest.mark.anyio

PASSWORD = "tr0ub4dor"
TRANSFORM = "/v0/destinations/braze"
VERSION = "apiVersion: 2"
CLOSED = b""


def said(body: bytes = b"[]", status: int = 200, *headers: str) -> bytes:
    """Return an answer as it goes over the wire."""
    head = [f"HTTP/1.1 {status} Whatever", *headers, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(head).encode() + body


@dataclass
class Transformer:
    """Another transformer, which says what it is told to, then the last of that again; it keeps what it was asked."""

    answers: list[bytes]
    port: int = 0
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    silent: bool = False

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer on a connection until it is closed, or an answer is that."""
        try:
            while await self._answer(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.asked.append((line.rpartition(" ")[0], headers, body))
        if self.silent:
            await reader.read()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        writer.write(answer)
        await writer.drain()
        return answer != CLOSED


@asynccontextmanager
async def behind(*answers: bytes, path: str = "", user: str = "") -> AsyncIterator[tuple[Upstream, Transformer]]:
    """Serve a transformer, and yield what passes requests on to it."""
    transformer, client = Transformer(list(answers)), Client()
    server = await asyncio.start_server(transformer.handle, "127.0.0.1", 0)
    transformer.port = server.sockets[0].getsockname()[1]
    async with server:
        try:
            where = address(f"http://{user}127.0.0.1:{transformer.port}{path}")
            yield Upstream(where, client), transformer
        finally:
            await client.close()


def is_refused(answer: Answer) -> str:
    """Return what people are told of an answer that says: send it again."""
    headers = dict(answer.headers)
    assert answer.status == 503
    assert headers[b"x-rudder-should-retry"] == b"true"
    assert headers[b"x-rudder-error-reason"] == b"upstream"
    text = orjson.loads(answer.body)["error"]
    assert text.startswith("[rudder.upstream] ")
    return str(text)


async def test_a_request_and_its_answer() -> None:
    """Method, target, body and headers go on; what belongs to a connection does not, in neither direction."""
    answers = said(
        b'{"a":1}',
        207,
        "X-Thing: 1",
        "Set-Cookie: a=1",
        "Set-Cookie: b=2",
        "Keep-Alive: 5",
        "Connection: x-own",
        "X-Own: 1",
    )
    given = {
        b"host": b"us",
        b"content-length": b"999",
        b"content-encoding": b"gzip",
        b"connection": b"close, X-Hop",
        b"x-hop": b"1",
        b"te": b"trailers",
        b"accept-encoding": b"br",
        b"content-type": b"application/json; charset=utf-8",
        b"x-content-format": b"json+compactedv1",
        b"user-agent": b"Go-http-client/1.1",
    }
    async with behind(answers) as (upstream, transformer):
        answer = await upstream.forward("POST", "/v2/sources/shop/hydrate/a%2Fb?a=%26&b=1", given, b"{}")
    line, headers, body = transformer.asked[0]
    assert (line, body) == ("POST /v2/sources/shop/hydrate/a%2Fb?a=%26&b=1", b"{}")
    assert headers.pop("accept") == "*/*"
    assert headers == {
        "host": f"127.0.0.1:{transformer.port}",
        "content-length": "2",
        "accept-encoding": "gzip, deflate",
        "content-type": "application/json; charset=utf-8",
        "x-content-format": "json+compactedv1",
        "user-agent": "Go-http-client/1.1",
    }
    pairs = ((b"x-thing", b"1"), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"))
    assert answer == Answer(207, b'{"a":1}', pairs)


async def test_a_get() -> None:
    """Requests without a body have none."""
    async with behind(said(b"x")) as (upstream, transformer):
        assert (await upstream.forward("GET", "/transformation/x", {}, b"")).body == b"x"
    assert transformer.asked[0][0] == "GET /transformation/x"


@pytest.mark.parametrize("path", ["/base", "/base/"])
async def test_an_address_with_a_path(path: str) -> None:
    """What is asked for follows it, whatever that looks like: the host stays the same."""
    async with behind(said(b"{}"), path=path) as (upstream, transformer):
        for target in ("/x", "@127.0.0.9/x", "//127.0.0.9/x"):
            await upstream.forward("POST", target, {}, b"{}")
    lines = [line for line, _, _ in transformer.asked]
    assert lines == ["POST /base/x", "POST /base/@127.0.0.9/x", "POST /base/127.0.0.9/x"]


async def test_compressed_answers() -> None:
    """They are handed on decompressed and say no more that they are compressed; what we cannot read stays as it is."""
    zipped = said(gzip.compress(b"[1]"), 200, "Content-Encoding: gzip", VERSION)
    strange = said(b"\x01", 200, "Content-Encoding: x-strange", VERSION)
    async with behind(zipped, strange) as (upstream, _):
        answer = await upstream.forward("POST", TRANSFORM, {}, b"[]")
        assert (answer.body, answer.headers) == (b"[1]", ((b"apiversion", b"2"),))
        answer = await upstream.forward("POST", "/customTransform", {}, b"[]")
        assert (answer.body, dict(answer.headers)[b"content-encoding"]) == (b"\x01", b"x-strange")


async def test_deflated_answers() -> None:
    """What we ask for as deflate is decompressed as well, also of a plain one that says that it is plain."""
    deflated = said(zlib.compress(b"[1]"), 200, "Content-Encoding: deflate", VERSION)
    plain = said(b"[2]", 200, "Content-Encoding: identity", VERSION)
    async with behind(deflated, plain) as (upstream, _):
        for body in (b"[1]", b"[2]"):
            answer = await upstream.forward("POST", TRANSFORM, {}, b"[]")
            assert (answer.body, answer.headers) == (body, ((b"apiversion", b"2"),))


REFUSAL = b'{"error":"Unknown destination: x"}'


@pytest.mark.parametrize("path", [TRANSFORM, "/routerTransform", "/batch?x=1"])
@pytest.mark.parametrize(
    "genuine",
    [
        said(b"[]", 200, VERSION),
        said(b' \n{"output":[]}', 200, VERSION),
        said(REFUSAL, 404),
        said(REFUSAL, 400),
        said(b"Payload Too Large", 413),
        said(b"slow down", 429),
        said(b"", 408),
        said(b"<h1>Bad Gateway</h1>", 502),
        said(b"", 599),
    ],
)
async def test_what_a_transformer_says_passes(path: str, genuine: bytes) -> None:
    """Results, its own errors, and whatever is sent again in any case."""
    async with behind(genuine) as (upstream, _):
        answer = await upstream.forward("POST", path, {}, b"[]")
    status, body = int(genuine[9:12]), genuine.partition(b"\r\n\r\n")[2]
    assert (answer.status, answer.body) == (status, body)


PAGE = b"<h1>It works!</h1>"


@pytest.mark.parametrize("path", [TRANSFORM, "/routerTransform", "/batch?x=1"])
@pytest.mark.parametrize(
    "strange",
    [
        said(b"[]"),
        said(b"[]", 200, "apiVersion: 1"),
        said(b"", 200, VERSION),
        said(PAGE, 200, VERSION),
        said(b"\x01", 200, VERSION, "Content-Encoding: x-strange"),
        said(b"", 204),
        said(b"", 302, "Location: /login"),
        said(PAGE, 403),
        said(PAGE, 404),
        said(b'["error"]', 404),
        said(b'{"message":"no route"}', 404),
    ],
)
async def test_what_something_else_says_does_not(path: str, strange: bytes) -> None:
    """A load balancer's page would end rudder-server, or lose events for good; on other paths it does neither."""
    async with behind(strange) as (upstream, _):
        text = is_refused(await upstream.forward("POST", path, {}, b"[]"))
        assert "--upstream" in text
        assert f"answered {int(strange[9:12])}" in text
        for elsewhere in ("/deleteUsers", "/v0/destinations/braze/proxy", "/v1/destinations/braze/proxy"):
            assert (await upstream.forward("POST", elsewhere, {}, b"[]")).status == int(strange[9:12])


@pytest.mark.parametrize("path", [TRANSFORM, "/deleteUsers", "/v1/destinations/braze/proxy"])
@pytest.mark.parametrize("status", [600, 999])
async def test_a_status_that_is_none(path: str, status: int) -> None:
    """It could not be handed on, on whatever path."""
    async with behind(said(b"[]", status, VERSION)) as (upstream, _):
        text = is_refused(await upstream.forward("POST", path, {}, b"[]"))
    assert f"answered {status}, which is no status" in text


async def test_nobody_there() -> None:
    """Sent again; who did not answer is told, credentials are not."""
    client = Client()
    upstream = Upstream(address(f"http://me:{PASSWORD}@127.0.0.1:1/x/"), client)
    try:
        text = is_refused(await upstream.forward("POST", TRANSFORM, {}, b"[]"))
    finally:
        await client.close()
    assert "http://127.0.0.1:1/x, " in text
    assert "Nothing is lost: rudder-server sends the same again." in text
    assert PASSWORD not in text


async def test_nobody_there_at_the_start(caplog: pytest.LogCaptureFixture) -> None:
    """Who does not say what it can is told, and nothing of events, since there are none yet."""
    client = Client()
    try:
        assert await Upstream(address("http://127.0.0.1:1"), client).features() is None
    finally:
        await client.close()
    assert "did not say what it can" in caplog.text
    assert "Nothing is lost" not in caplog.text


async def test_no_answer_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transformer that says nothing is given up when rudder-server would."""
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    async with behind(said()) as (upstream, transformer):
        transformer.silent = True
        assert "did not answer (nothing came in time)" in is_refused(
            await upstream.forward("POST", TRANSFORM, {}, b"[]")
        )
    assert len(transformer.asked) == 1


GOOD = said(b"[]", 200, VERSION)


async def test_a_connection_that_was_just_closed() -> None:
    """What has no effect is sent once more at once."""
    async with behind(CLOSED, GOOD) as (upstream, transformer):
        assert (await upstream.forward("POST", TRANSFORM, {}, b"[7]")).status == 200
    assert [body for _, _, body in transformer.asked] == [b"[7]", b"[7]"]


@pytest.mark.parametrize("path", ["/v0/destinations/braze/proxy", "/v1/destinations/braze/proxy", "/deleteUsers"])
async def test_what_may_have_had_an_effect(path: str) -> None:
    """Whether to send it once more is for rudder-server to say."""
    async with behind(CLOSED, GOOD) as (upstream, transformer):
        is_refused(await upstream.forward("POST", path, {}, b"{}"))
    assert len(transformer.asked) == 1


async def test_half_an_answer() -> None:
    """It is none, and nothing of it is repeated to anybody."""
    broken = b"HTTP/1.1 200 OK\r\napiVersion: 2\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[\r\nz\r\n"
    async with behind(broken) as (upstream, _):
        text = is_refused(await upstream.forward("POST", TRANSFORM, {}, b"[]"))
    assert re.search(r"did not answer \(\w+\)\.", text)


async def test_credentials() -> None:
    """They go where the address says, decoded, and nowhere else: not into logs, errors, or a repr."""
    async with behind(said(), user=f"me:{PASSWORD}%40@") as (upstream, transformer):
        text = is_refused(await upstream.forward("POST", TRANSFORM, {b"authorization": b"Bearer other"}, b"[]"))
        assert (await upstream.features()) is None
    expected = "Basic " + b64encode(f"me:{PASSWORD}@".encode()).decode()
    assert [headers["authorization"] for _, headers, _ in transformer.asked] == [expected, expected]
    assert PASSWORD not in text + repr(upstream) + repr(vars(upstream)) + str(upstream._where)


async def test_without_credentials() -> None:
    """Those of whoever asks go on; a name alone is one with an empty password."""
    async with behind(said()) as (upstream, transformer):
        await upstream.forward("POST", "/x", {b"authorization": b"Bearer other"}, b"")
    assert transformer.asked[0][1]["authorization"] == "Bearer other"
    async with behind(said(), user="me@") as (upstream, transformer):
        await upstream.forward("POST", "/x", {}, b"")
    assert transformer.asked[0][1]["authorization"] == "Basic " + b64encode(b"me:").decode()


async def test_trouble_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """Not for each request; again, once it was well in between."""
    well = said(b"[]", 200, VERSION)
    with caplog.at_level(logging.WARNING, "event_router.rudder"):
        async with behind(said(), said(), well, said(), said(b"{}"), said(), user=f"me:{PASSWORD}@") as (upstream, _):
            for number in (1, 1, 1, 2):
                await upstream.forward("POST", TRANSFORM, {}, b"[]")
                assert len(caplog.records) == number
            await upstream.features()
            await upstream.forward("POST", TRANSFORM, {}, b"[]")
    assert len(caplog.records) == 3
    assert PASSWORD not in caplog.text


async def test_features() -> None:
    """What it said last stands while it says nothing of use."""
    useful: tuple[Any, ...] = ({"routerTransform": {"BRAZE": True}}, {"regulations": []})
    known = None
    async with behind(CLOSED) as (upstream, transformer):
        for said_next in useful:
            for useless in (CLOSED, said(PAGE), said(b"[]"), said(b"{}", 500)):
                transformer.answers = [useless]
                assert await upstream.features() == known
            transformer.answers = [said(orjson.dumps(said_next))]
            known = said_next
            assert await upstream.features() == known
    assert {(line, body) for line, _, body in transformer.asked} == {("GET /features", b"")}


async def test_features_over_a_connection_that_was_just_closed() -> None:
    """They are asked for once more at once, since to ask changes nothing; aiohttp itself has asked twice already."""
    async with behind(CLOSED, CLOSED, said(b"{}")) as (upstream, _):
        assert await upstream.features() == {}


async def test_who_is_not_there_is_given_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer may take as long as rudder-server waits; a connection may not."""
    seen: list[Any] = []

    async def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"])
        return httpx.Response(200, content=b"{}")

    async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as connected:

        async def opened(_: Client) -> httpx.AsyncClient:
            return connected

        monkeypatch.setattr(Client, "opened", opened)
        assert await Upstream(address("http://x"), Client()).features() == {}
    assert seen == [{"connect": 10.0}]

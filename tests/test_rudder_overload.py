"""Bad input and load, over a real port: whoever does it is told, and nobody else notices."""

from __future__ import annotations

import asyncio
import gzip
import logging
import resource
from typing import Any

import orjson
import pytest
from rudder_cases import destination, small_plugin
from rudder_port import Connection, Reply, call, connected, head, on_port, until
from rudder_transformer import MB, Transformer
from support import identify

from event_router.doors import serving
from event_router.rudder.admission import Admission

pytestmark = pytest.mark.anyio

PROCESSOR, ROUTER = "/v0/destinations/promoter", "/routerTransform"
_FILES = 2000
_GZIP = "Content-Encoding: gzip"


def element(at: int, **changes: Any) -> dict[str, Any]:
    """Return an element with an identify of its own person."""
    event = identify(userId=f"u-{at}", messageId=f"m-{at}", **changes)
    metadata = {"jobId": at, "destinationId": "dest-1", "sourceId": "src-1"}
    return {"message": event, "metadata": metadata, "destination": destination(), "connection": None}


def body(*elements: dict[str, Any]) -> bytes:
    """Return a processor's body; one element, if none are given."""
    return orjson.dumps(elements or [element(1)])


def jobs(reply: Reply) -> list[tuple[int, int]]:
    """Return the job and the status code of each element of an answer."""
    assert (reply.status, reply.headers.get("apiversion")) == (200, "2"), reply
    return [(one["metadata"]["jobId"], one["statusCode"]) for one in reply.json()]


async def half(port: int, sent: bytes, *lines: str) -> Connection:
    """Return a connection on which half a body has come, and the rest is still to come."""
    connection = await connected(port)
    await connection.send(head(PROCESSOR, len(sent), *lines) + sent[: len(sent) // 2])
    return connection


def _poison(**members: str) -> bytes:
    given = {"message": orjson.dumps(identify()).decode(), "metadata": '{"jobId":100}', "destination": "null"} | members
    return b"{%b}" % ",".join(f'"{name}":{raw}' for name, raw in given.items()).encode()


POISONS = {
    "null": b"null",
    "no JSON": b"NaN",
    "NaN in a message": _poison(message='{"type":"track","properties":{"a":NaN}}'),
    "deep": _poison(message="[" * 100_000 + "]" * 100_000),
    "half a surrogate pair": _poison(message=r'"\ud800"'),
    "no comma": _poison(message='{"type":"track" "event":"E"}'),
    "large and no object": _poison(message='"' + "x" * MB + '"'),
    "broken metadata": _poison(metadata='{"jobId":1.}'),
    "no metadata": _poison(metadata="[[1]]"),
    "no Config": _poison(destination='{"Config":[]}'),
    "broken destination": _poison(destination='{"Config"}'),
}


async def test_one_poisoned_among_200() -> None:
    """199 events are answered as they are beside a good one, in their places, whatever is amiss with the other."""
    good = [orjson.dumps(element(at)) for at in range(200)]
    async with on_port(Transformer()) as port:
        clean = (await call(port, PROCESSOR, b"[%b]" % b",".join(good))).json()
        assert [one["statusCode"] for one in clean] == [200] * 200
        for name, poison in POISONS.items():
            spoiled = await call(port, PROCESSOR, b"[%b]" % b",".join([*good[:100], poison, *good[101:]]))
            assert spoiled.status == 200, name
            found = spoiled.json()
            assert found.pop(100)["statusCode"] == 400, name
            assert found == clean[:100] + clean[101:], name


async def test_an_element_with_a_nameless_member() -> None:
    """An element that is broken between its own braces is as any other poisoned one."""
    async with on_port(Transformer()) as port:
        spoiled = await call(port, PROCESSOR, b"[%b]" % b",".join([orjson.dumps(element(1)), b'{"message" 1}']))
    assert [one["statusCode"] for one in spoiled.json()] == [200, 400]


async def test_a_plugin_that_fails_on_one() -> None:
    """A plugin's fault is the fault of one event, and what it raised over is not told."""

    def transform_identify(event: Any) -> Any:
        from event_router.api import Request, Transformed

        if event["userId"] == "u-100":
            raise ZeroDivisionError
        return Transformed((Request("contact", "POST", "http://x/contact", event),))

    plugin = small_plugin(transform_identify=transform_identify)
    sent = [element(at) | {"destination": destination({})} for at in range(200)]
    async with on_port(Transformer((plugin,))) as port:
        found = jobs(await call(port, "/v0/destinations/small", body(*sent)))
    assert found == [(at, 500 if at == 100 else 200) for at in range(200)]


async def test_a_large_body() -> None:
    """A body of 30 MB is answered in full, and small requests are answered meanwhile."""
    transformer = Transformer(most=200 * MB)
    large = body(*(element(at, context={"page": {"title": "x" * 300_000}}) for at in range(100)))
    assert len(large) > 30_000_000
    async with on_port(transformer) as port:
        asking = asyncio.create_task(call(port, PROCESSOR, large))
        await until(lambda: transformer.admission.bytes > 0)
        assert jobs(await call(port, PROCESSOR, body())) == [(1, 200)]
        assert not asking.done()
        assert jobs(await asking) == [(at, 200) for at in range(100)]


async def turns_beside(sent: bytes) -> int:
    """Return how often others have their turn while a request is answered."""
    asking = asyncio.create_task(Transformer().asked(PROCESSOR, sent))
    turns = 0
    while not asking.done():
        await asyncio.sleep(0)
        turns += 1
    assert (await asking).status_code == 200
    return turns


async def test_many_elements() -> None:
    """A body of 9,000 empty elements, whose answer is a hundred times as long, lets others have their turn."""
    assert await turns_beside(b"[%b0]" % (b"0," * 9_000)) >= await turns_beside(b"[0]") + 10


async def test_too_many_elements() -> None:
    """A body of more events than any rudder-server sends is refused, since the shortest of them have long answers."""
    answer = await Transformer().asked(PROCESSOR, b"[%b0]" % (b"0," * 10_000))
    assert answer.status_code == 400
    assert "more than 10,000 events" in answer.json()["error"]


async def test_a_body_that_is_too_large() -> None:
    """413 before it has come, where it is announced, and after the limit where it is not."""
    async with on_port(Transformer(most=MB)) as port:
        announced = await connected(port)
        await announced.send(head(PROCESSOR, 30 * MB))
        assert (await announced.reply()).status == 413
        chunked = await connected(port)
        lines = f"POST {PROCESSOR} HTTP/1.1\r\nHost: us\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunk = b"%x\r\n%b\r\n" % (MB, b" " * MB)
        await chunked.send(lines.encode() + chunk + b"1\r\n ")
        assert (await chunked.reply()).status == 413


async def test_no_room_for_a_body() -> None:
    """Where bodies take all the memory there may be, more of them are sent again, and come through in the end."""
    transformer = Transformer(admission=Admission(most_bytes=MB))
    sent = body(element(1, context={"page": {"title": "x" * 450_000}}))
    async with on_port(transformer) as port:
        waiting = [await half(port, sent) for _ in range(3)]
        await until(lambda: transformer.admission.bytes == len(sent) // 2 * 3)
        assert (await call(port, PROCESSOR, sent)).retry == "memory"
        assert jobs(await call(port, PROCESSOR, body())) == [(1, 200)]
        for connection in waiting:
            await connection.send(sent[len(sent) // 2 :])
            assert jobs(await connection.reply()) == [(1, 200)]
        assert jobs(await call(port, PROCESSOR, sent)) == [(1, 200)]
    assert (transformer.admission.requests, transformer.admission.bytes) == (0, 0)


async def test_what_is_announced_takes_no_room() -> None:
    """Senders that announce more than there is room for, and send next to nothing, starve nobody."""
    transformer = Transformer(admission=Admission(most_bytes=MB))
    async with on_port(transformer) as port:
        waiting = [await connected(port) for _ in range(20)]
        for connection in waiting:
            await connection.send(head(PROCESSOR, 4 * MB) + b"[")
        await until(lambda: transformer.admission.bytes == 20)
        large = body(element(1, context={"page": {"title": "x" * 900_000}}))
        assert jobs(await call(port, PROCESSOR, large)) == [(1, 200)]
        for connection in waiting:
            await connection.close()


@pytest.fixture
def _many_files() -> None:
    """Let this process have 500 connections from both ends."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= soft < _FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES if hard < 0 else min(_FILES, hard), hard))


@pytest.mark.usefixtures("_many_files")
async def test_500_connections() -> None:
    """500 connections that are open at once are all answered, each with its own event."""
    async with on_port(Transformer()) as port:
        connections = await asyncio.gather(*(connected(port) for _ in range(500)))
        for at, connection in enumerate(connections):
            await connection.send(head(PROCESSOR, len(body(element(at)))) + body(element(at)))
        replies = await asyncio.gather(*(connection.reply() for connection in connections))
    assert [jobs(reply) for reply in replies] == [[(at, 200)] for at in range(500)]


async def test_a_flood() -> None:
    """Above the limit requests are sent again, health and features answer all the same, and those under way end well."""
    transformer = Transformer(admission=Admission(most_requests=10))
    async with on_port(transformer) as port:
        waiting = [await half(port, body(element(at))) for at in range(10)]
        await until(lambda: transformer.admission.requests == 10)
        turned_away = await asyncio.gather(*(call(port, path, body()) for path in [PROCESSOR, ROUTER] * 50))
        assert [reply.retry for reply in turned_away] == ["requests"] * 100
        assert all(b"rudder.overloaded" in reply.body for reply in turned_away)
        for path in ("/health", "/features", "/metrics"):
            assert (await call(port, path, method="GET")).status == 200
        for at, connection in enumerate(waiting):
            rest = body(element(at))
            await connection.send(rest[len(rest) // 2 :])
            assert jobs(await connection.reply()) == [(at, 200)]
        assert jobs(await call(port, PROCESSOR, body())) == [(1, 200)]


async def test_slow_senders() -> None:
    """Senders that stop half-way hold nobody up, and are answered once they go on."""
    transformer = Transformer()
    async with on_port(transformer) as port:
        slow = [await half(port, body(element(at))) for at in range(100)]
        await until(lambda: transformer.admission.requests == 100)
        quick = await asyncio.gather(*(call(port, PROCESSOR, body(element(at))) for at in range(20)))
        assert [jobs(reply) for reply in quick] == [[(at, 200)] for at in range(20)]
        for at, connection in enumerate(slow):
            rest = body(element(at))
            await connection.send(rest[len(rest) // 2 :])
        assert [jobs(await connection.reply()) for connection in slow] == [[(at, 200)] for at in range(100)]


async def test_hanging_up(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever hangs up half-way leaves nothing behind: no room taken, no word in the log."""
    transformer = Transformer()
    with caplog.at_level(logging.INFO, "event_router"):
        async with on_port(transformer) as port:
            gone = [await half(port, body(element(at))) for at in range(20)]
            await until(lambda: transformer.admission.requests == 20)
            for connection in gone:
                await connection.close()
            await until(lambda: transformer.admission.requests == 0)
            assert jobs(await call(port, PROCESSOR, body())) == [(1, 200)]
    assert transformer.admission.bytes == 0
    assert [record for record in caplog.records if record.name.startswith("event_router")] == []


async def test_not_waiting_for_the_answer() -> None:
    """Whoever hangs up once all is sent holds nobody up either."""
    transformer = Transformer()
    async with on_port(transformer) as port:
        for at in range(20):
            connection = await connected(port)
            await connection.send(head(PROCESSOR, len(body(element(at)))) + body(element(at)))
            await connection.close()
        assert jobs(await call(port, PROCESSOR, body())) == [(1, 200)]
        await until(lambda: transformer.admission.requests == 0)


def long_answer() -> bytes:
    """Return a body whose answer is more than any socket holds."""
    traits = {"email": "ted@mosbiusdesigns.com", "plan": "x" * 300_000}
    return body(*(element(at, traits=traits) for at in range(100)))


async def test_a_reader_that_takes_nothing(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """It has its room as long as it is waited for, is given up without a word, and gives the room back."""
    monkeypatch.setattr(serving, "STALLED", 0.3)
    transformer, sent = Transformer(most=200 * MB), long_answer()
    with caplog.at_level(logging.WARNING):
        async with on_port(transformer) as port:
            stalled = await connected(port, limit=1024)
            await stalled.send(head(PROCESSOR, len(sent)) + sent)
            await until(lambda: transformer.admission.bytes == len(sent))
            assert jobs(await call(port, PROCESSOR, body())) == [(1, 200)]
            await until(lambda: transformer.admission.requests == 0)
            assert transformer.admission.bytes == 0
            assert jobs(await call(port, PROCESSOR, body())) == [(1, 200)]
            await stalled.close()
    assert caplog.records == []


async def test_a_reader_that_takes_little_at_a_time() -> None:
    """It has all of it in the end."""
    transformer, sent = Transformer(most=200 * MB), long_answer()
    async with on_port(transformer) as port:
        slow = await connected(port, limit=64 * 1024)
        await slow.send(head(PROCESSOR, len(sent)) + sent)
        assert jobs(await slow.reply()) == [(at, 200) for at in range(100)]


async def test_compressed() -> None:
    """A compressed body is answered as a plain one."""
    async with on_port(Transformer()) as port:
        plain = await call(port, PROCESSOR, body())
        packed = await call(port, PROCESSOR, gzip.compress(body()), _GZIP)
    assert (jobs(packed), packed.body) == ([(1, 200)], plain.body)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"no gzip", 400),
        (gzip.compress(body())[:-12], 400),
        (gzip.compress(b" " * (20 * MB), 1), 413),
    ],
    ids=["none", "cut off", "bomb"],
)
async def test_badly_compressed(sent: bytes, status: int) -> None:
    """What cannot be unpacked, or not within the limit, is refused, and its neighbours are served."""
    transformer = Transformer(most=MB)
    async with on_port(transformer) as port:
        bad, good = await asyncio.gather(call(port, PROCESSOR, sent, _GZIP), call(port, PROCESSOR, body()))
    assert (bad.status, jobs(good)) == (status, [(1, 200)])
    assert transformer.admission.bytes == 0

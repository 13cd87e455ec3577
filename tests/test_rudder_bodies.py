"""Bodies: read as they come, within their limit and the room there is."""

from __future__ import annotations

import asyncio
import gzip
import socket
import tracemalloc
import zlib
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from http.client import HTTPResponse
from typing import Any

import pytest
from door import served
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send

from event_router.doors.answers import Answer, Disconnected, DoorError, Headers, respond
from event_router.rudder.admission import Admission, Overloaded
from event_router.rudder.bodies import read_body

pytestmark = pytest.mark.anyio

LIMIT = 1000
# Seconds after which a test fails that would wait for ever.
_DEADLINE = 10.0
_MB = 1024**2
_ENCODE: dict[bytes, Callable[[bytes], bytes]] = {
    b"identity": bytes,
    b"": bytes,
    b"gzip": gzip.compress,
    b" X-GZip": gzip.compress,
    b"deflate": zlib.compress,
}


def giving(*parts: bytes) -> Callable[[], Awaitable[Any]]:
    """Return what gives a body in parts, all of which are there already."""
    left = list(parts)

    async def receive() -> Any:
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    return receive


def read_all(
    parts: list[bytes], headers: Headers | None = None, limit: int = LIMIT, admission: Admission | None = None
) -> bytes:
    """Return a body that comes in parts."""
    with (admission or Admission()).request() as held:
        return asyncio.run(read_body(headers or {}, giving(*parts), limit, held))


def refused(parts: list[bytes], headers: Headers | None = None, limit: int = LIMIT) -> tuple[int, str]:
    """Return why a body is not taken."""
    with pytest.raises(DoorError) as caught:
        read_all(parts, headers, limit)
    return caught.value.status, caught.value.reason.code


@given(st.binary(max_size=300), st.sampled_from(sorted(_ENCODE)), st.integers(1, 40), st.booleans())
def test_round_trip(plain: bytes, encoding: bytes, step: int, announced: bool) -> None:
    """What was sent is read, however it was cut and compressed; the room for it is its length once decompressed."""
    sent = _ENCODE[encoding](plain)
    parts = [sent[at : at + step] for at in range(0, len(sent), step)] or [b""]
    headers = {b"content-encoding": encoding} | ({b"content-length": b"%d" % len(sent)} if announced else {})

    async def run() -> None:
        with Admission().request() as held:
            assert await read_body(headers, giving(*parts), LIMIT, held) == plain
            assert held.bytes == len(plain)

    asyncio.run(run())


def test_a_body_that_is_too_long() -> None:
    """What is announced is not even read, and the option to raise is named."""
    assert refused([], {b"content-length": b"1001"}) == (413, "rudder.too_large")
    with pytest.raises(DoorError, match=r"more than 1,000 bytes.* --max-body"):
        read_all([b"x" * 600, b"x" * 600])


def test_what_cannot_be_decompressed() -> None:
    """It is refused with a code of ours."""
    assert refused([b"{}"], {b"content-encoding": b"gzip"}) == (400, "rudder.bad_encoding")
    assert refused([], {b"content-encoding": b"br"}) == (415, "rudder.bad_encoding")


def test_room_is_taken_by_what_has_come() -> None:
    """What is announced takes none, so that a sender that is slow with it starves nobody."""
    admission = Admission(most_bytes=100)
    with admission.request() as other:
        other.take(60)
        assert read_all([b"x" * 40], {b"content-length": b"900"}, admission=admission) == b"x" * 40
        with pytest.raises(Overloaded):
            read_all([b"x" * 40, b"x"], admission=admission)
        assert (admission.requests, admission.bytes) == (1, 60)


def test_a_bomb() -> None:
    """A hundred megabytes in a hundred kilobytes are unpacked no further than there is room."""
    bomb = gzip.compress(b"\0" * 100_000_000)
    admission = Admission(most_bytes=4 * _MB)
    tracemalloc.start()
    try:
        with admission.request() as other:
            other.take(3 * _MB)
            with pytest.raises(Overloaded):
                read_all([bomb], {b"content-encoding": b"gzip"}, 200 * _MB, admission)
        assert tracemalloc.get_traced_memory()[1] < 8 * _MB
    finally:
        tracemalloc.stop()


async def test_others_get_their_turn_while_a_body_is_inflated() -> None:
    """Between two megabytes of it."""
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    beside = asyncio.create_task(other())
    body = gzip.compress(b"\0" * 5 * _MB)
    with Admission().request() as held:
        assert len(await read_body({b"content-encoding": b"gzip"}, giving(body), 200 * _MB, held)) == 5 * _MB
    beside.cancel()
    assert turns >= 4


async def test_a_sender_that_hangs_up() -> None:
    """Nobody waits for an answer."""

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    with Admission().request() as held, pytest.raises(Disconnected):
        await read_body({}, receive, LIMIT, held)


class Slow:
    """A sender whose parts come later, if at all; it tells whether somebody still waits for them."""

    def __init__(self) -> None:
        self.parts: asyncio.Queue[Any] = asyncio.Queue()
        self.waiting = 0
        self.asked = asyncio.Event()

    async def receive(self) -> Any:
        """Return the next part."""
        self.waiting += 1
        self.asked.set()
        try:
            return await self.parts.get()
        finally:
            self.waiting -= 1

    def send(self, body: bytes, more: bool) -> None:
        """Send a part."""
        self.parts.put_nowait({"type": "http.request", "body": body, "more_body": more})


async def test_a_slow_sender_is_waited_for() -> None:
    """Parts that come while they are waited for."""
    slow = Slow()
    with Admission().request() as held:
        reading = asyncio.create_task(read_body({}, slow.receive, LIMIT, held))
        for part, more in ((b"a", True), (b"", True), (b"bc", False)):
            slow.asked.clear()
            await asyncio.wait_for(slow.asked.wait(), _DEADLINE)
            slow.send(part, more)
        assert await asyncio.wait_for(reading, _DEADLINE) == b"abc"
    assert slow.waiting == 0


@pytest.mark.parametrize("parts", [(), (b"a",)])
async def test_a_sender_that_says_nothing_more(parts: tuple[bytes, ...]) -> None:
    """From the first byte on it has its time, then 408, which rudder-server sends again; nothing is left behind."""
    slow, admission = Slow(), Admission()
    for part in parts:
        slow.send(part, more=True)
    with pytest.raises(DoorError, match=r"0\.01 seconds") as caught, admission.request() as held:
        async with asyncio.timeout(_DEADLINE):
            await read_body({b"content-length": b"9"}, slow.receive, LIMIT, held, idle=0.01)
    assert (caught.value.status, caught.value.reason.code) == (408, "rudder.slow")
    assert (admission.requests, admission.bytes) == (0, 0)
    assert slow.waiting == 0


async def test_a_sender_that_never_ends() -> None:
    """One that is never silent for long has no more time for it than any other, and gives its room back."""
    slow, admission = Slow(), Admission()

    async def drip() -> None:
        while True:
            await slow.asked.wait()
            slow.asked.clear()
            slow.send(b"x", more=True)

    dripping = asyncio.create_task(drip())
    with pytest.raises(DoorError, match=r"as a whole after 0\.05 seconds") as caught, admission.request() as held:
        async with asyncio.timeout(_DEADLINE):
            await read_body({}, slow.receive, 10**9, held, idle=30.0, whole=0.05)
    dripping.cancel()
    assert (caught.value.status, caught.value.reason.code) == (408, "rudder.slow")
    assert (admission.requests, admission.bytes, slow.waiting) == (0, 0, 0)


async def test_no_timer_for_what_is_here() -> None:
    """No time at all is enough for a body that is here."""
    with Admission().request() as held:
        assert await read_body({}, giving(b"a", b"b"), LIMIT, held, idle=0, whole=0) == b"ab"


async def test_a_reader_that_is_cancelled() -> None:
    """It ends, and so does what it waits for; its room is free again."""
    slow, admission = Slow(), Admission()

    async def read() -> None:
        with admission.request() as held:
            held.take(5)
            await read_body({}, slow.receive, LIMIT, held)

    reading = asyncio.create_task(read())
    await slow.asked.wait()
    assert (admission.requests, admission.bytes) == (1, 5)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert (admission.requests, admission.bytes) == (0, 0)
    assert slow.waiting == 0


async def test_messages_that_say_little() -> None:
    """A server may leave out what is empty and what is false."""

    async def receive() -> Any:
        return {"type": "http.request"}

    with Admission().request() as held:
        assert await read_body({}, receive, LIMIT, held) == b""


async def test_a_receiver_that_fails() -> None:
    """Its error is ours, at once or later."""
    loop = asyncio.get_running_loop()
    with Admission().request() as held:
        for failing in (loop.create_future(), loop.create_future()):
            loop.call_soon(failing.set_exception, ZeroDivisionError())
            with pytest.raises(ZeroDivisionError):
                await read_body({}, lambda waited=failing: waited, LIMIT, held)  # type: ignore[misc]


async def _length(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer how long a body is, or why it is not taken."""
    with Admission().request() as held:
        try:
            idle = 0.05 if scope["path"] == "/hasty" else 30.0
            body = await read_body(dict(scope["headers"]), receive, 10 * _MB, held, idle)
            await respond(Answer(200, b"%d" % len(body)), send)
        except DoorError as error:
            await respond(Answer(error.status, b""), send)


def test_over_a_real_connection() -> None:
    """Headers alone, half a body, or one that comes bit by bit: neighbours are answered all the while."""
    head = b"POST /%b HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
    with served(_length) as url, ExitStack() as stack:
        address = ("127.0.0.1", int(url.rpartition(":")[2]))
        slow = [stack.enter_context(socket.create_connection(address, 10)) for _ in range(3)]
        for connection, path, part in zip(slow, (b"hasty", b"hasty", b"patient"), (b"", b"ab", b"a"), strict=True):
            connection.sendall(head % (path, 4) + part)
        with socket.create_connection(address, 10) as quick:
            quick.sendall(head % (b"patient", 9 * _MB) + b"x" * 9 * _MB)
            assert _answer(quick) == (200, str(9 * _MB).encode())
        slow[2].sendall(b"bcd")
        assert [_answer(connection)[0] for connection in slow] == [408, 408, 200]


def _answer(connection: socket.socket) -> tuple[int, bytes]:
    response = HTTPResponse(connection)
    response.begin()
    return response.status, response.read()

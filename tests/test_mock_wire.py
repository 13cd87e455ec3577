"""Broken, late and nonsensical answers, as the transport gets them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from mock_plane import sleep_with
from starlette.types import Message

from mock_promoter.changes import Changes
from mock_promoter.faults import Fault
from mock_promoter.wire import TRANSPORT, Sent, instead, lose, respond, respond_late, truncated

ANSWER = Sent(200, {"content-type": "application/json"}, b'{"id": 1, "email": "kate@mac.com"}')


class Wire:
    """What was sent, and how long it took, without waiting."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.slept: list[float] = []

    async def send(self, message: Message) -> None:
        """Keep a message."""
        self.messages.append(message)

    async def sleep(self, seconds: float) -> None:
        """Pass the time at once."""
        self.slept.append(seconds)

    @property
    def body(self) -> bytes:
        """All that was sent."""
        return b"".join(message["body"] for message in self.messages[1:])

    @property
    def headers(self) -> dict[bytes, bytes]:
        """The answer's headers."""
        return dict(self.messages[0]["headers"])


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """Return a wire that never waits."""
    wire = Wire()
    sleep_with(monkeypatch, "wire", wire.sleep)
    return wire


def late(**effect: Any) -> Fault:
    """Return a fault that delays."""
    return Fault(1, {}, {"kind": "latency", **effect}, seed=5)


@pytest.mark.parametrize(
    ("effect", "status", "body", "headers"),
    [
        ({"kind": "status", "status": 503}, 503, {"detail": "Service Unavailable."}, {}),
        ({"kind": "status", "status": 499}, 499, {"detail": "Unknown."}, {}),
        ({"kind": "status", "status": 400, "body": None}, 400, None, {}),
        (
            {"kind": "status", "status": 429, "body": ["x"], "headers": {"Retry-After": "2", "Content-Type": "a/b"}},
            429,
            ["x"],
            {"retry-after": "2", "content-type": "a/b"},
        ),
    ],
)
def test_another_answer(effect: Mapping[str, Any], status: int, body: Any, headers: dict[str, str]) -> None:
    """A status with the framework's words or with a body of one's own; header names in small letters, as ours are."""
    assert instead(effect)[:3] == (status, body, headers)


def test_a_page_of_a_gateway() -> None:
    """HTML where a client expects JSON; 502 unless another status is given."""
    page = instead({"kind": "html"})
    assert (page.status, b"<title>502 Bad Gateway</title>" in page.body) == (502, True)
    assert b"<h1>504 Gateway Timeout</h1>" in instead({"kind": "html", "status": 504}).body


@pytest.mark.anyio
async def test_an_answer_whole() -> None:
    """Start and body, with the length."""
    wire = Wire()
    await respond(ANSWER, wire.send)
    assert wire.messages[0]["status"] == 200
    assert wire.headers == {b"content-type": b"application/json", b"content-length": b"%d" % len(ANSWER.body)}
    assert wire.messages[1:] == [{"type": "http.response.body", "body": ANSWER.body}]


@pytest.mark.anyio
@pytest.mark.parametrize("status", [204, 304])
async def test_statuses_without_body(status: int) -> None:
    """Their body would be read as the start of the next answer."""
    wire = Wire()
    await respond(Sent(status, {}, b"{}"), wire.send)
    assert (wire.headers, wire.body) == ({}, b"")


def test_truncated_json() -> None:
    """Half of the text, which is no JSON any more."""
    half = truncated(ANSWER)
    assert ANSWER.body.startswith(half.body)
    assert len(half.body) == len(ANSWER.body) // 2
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(half.body)


@pytest.mark.anyio
async def test_a_fixed_delay(wire: Wire) -> None:
    """The whole answer, that much later."""
    await respond_late(ANSWER, late(seconds=0.5), wire.send, Changes().wait)
    assert (wire.slept, wire.body, len(wire.messages)) == ([0.5], ANSWER.body, 2)


@pytest.mark.anyio
async def test_jitter(wire: Wire) -> None:
    """Sooner and later by so much at most, never before now, and the same again for the same seed."""
    faults = [late(seconds=0.1, jitter_seconds=0.3) for _ in range(2)]
    for fault in faults:
        for _ in range(40):
            await respond_late(ANSWER, fault, wire.send, Changes().wait)
    assert wire.slept[:40] == wire.slept[40:]
    assert all(0 <= seconds <= 0.4 for seconds in wire.slept)
    assert len(set(wire.slept)) > 20
    assert min(wire.slept) == 0


@pytest.mark.anyio
@pytest.mark.parametrize("body", [ANSWER.body, b"[]", b"x" * 1001])
async def test_a_dribble(wire: Wire, body: bytes) -> None:
    """Little by little, in eight pieces at most, over the time in all; it is whole in the end."""
    await respond_late(Sent(200, {}, body), late(seconds=0.8, dribble=True), wire.send, Changes().wait)
    assert wire.body == body
    assert wire.headers[b"content-length"] == b"%d" % len(body)
    assert 2 <= len(wire.slept) <= 8
    assert sum(wire.slept) == pytest.approx(0.8)
    assert len(set(wire.slept)) == 1
    assert not wire.messages[-1].get("more_body")
    assert all(message["more_body"] for message in wire.messages[1:-1])


@pytest.mark.anyio
async def test_a_dribble_of_nothing(wire: Wire) -> None:
    """An empty answer comes at once."""
    await respond_late(Sent(204, {}, b""), late(seconds=0.8, dribble=True), wire.send, Changes().wait)
    assert (wire.slept, wire.body, wire.headers) == ([], b"", {})


@pytest.mark.anyio
async def test_a_caller_that_goes_on_talking() -> None:
    """A connection that is closed without a byte is waited for until the server has seen it close."""
    messages = [{"type": "http.request"}, {"type": "http.request"}, {"type": "http.disconnect"}]
    closed: list[str] = []

    class Transport:
        def close(self) -> None:
            closed.append("closed")

    async def receive() -> Message:
        return messages.pop(0)

    async def never() -> None:
        raise AssertionError

    await lose("empty_reply", {"extensions": {TRANSPORT: {"transport": Transport()}}}, receive, never)
    assert (closed, messages) == (["closed"], [])


@pytest.mark.anyio
@pytest.mark.parametrize("dribble", [False, True])
async def test_the_end_of_the_server(dribble: bool) -> None:
    """A late answer comes at once then, whole."""
    wire, changes = Wire(), Changes()
    effect = late(seconds=3600, dribble=dribble)
    answering = asyncio.ensure_future(respond_late(ANSWER, effect, wire.send, changes.wait))
    await asyncio.sleep(0)
    assert wire.body == b""
    changes.close()
    await asyncio.wait_for(answering, 10)
    assert wire.body == ANSWER.body

"""Answers: how rudder-server is answered as a whole."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from event_router.doors.answers import Answer
from event_router.rudder.answers import _PIECE, PROMETHEUS, give, ok, refusal, refused_method, text, try_again


def test_success() -> None:
    """Every 200 has the version without which rudder-server ends."""
    assert ok(b"[]") == Answer(200, b"[]", ((b"content-type", b"application/json"), (b"apiversion", b"2")))
    plain = (b"content-type", b"text/plain; charset=utf-8"), (b"apiversion", b"2")
    assert text("event-router") == Answer(200, b"event-router", plain)


def test_what_prometheus_reads() -> None:
    """Its text format goes by this name; without it newer servers refuse to read."""
    assert PROMETHEUS == ((b"content-type", b"text/plain; version=0.0.4; charset=utf-8"),)


def test_refusal() -> None:
    """A refusal says why, and is no transformer's answer to a batch."""
    answer = refusal(400, "Not JSON.")
    assert answer.headers == ((b"content-type", b"application/json"),)
    assert (answer.status, orjson.loads(answer.body)) == (400, {"error": "Not JSON."})


def test_method() -> None:
    """A method that is not served is told which one is."""
    answer = refused_method("PUT", "POST")
    assert (answer.status, orjson.loads(answer.body)) == (
        405,
        {"error": "[rudder.method] PUT is not served here. Use POST."},
    )


def test_try_again() -> None:
    """rudder-server tries again without end, and people read why."""
    answer = try_again("memory", "No room.")
    assert answer.status == 503
    assert dict(answer.headers) == {
        b"content-type": b"application/json",
        b"x-rudder-should-retry": b"true",
        b"x-rudder-error-reason": b"memory",
        b"retry-after": b"1",
    }
    assert orjson.loads(answer.body) == {"error": "No room."}


def messages_of(body: bytes) -> list[Any]:
    """Return what is sent of an answer."""
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    asyncio.run(give(ok(body), send))
    return messages


@given(st.integers(0, 3), st.integers(-1, 1))
def test_pieces(number: int, more: int) -> None:
    """A long answer goes in pieces, of which all but the last say that there are more; a short one goes at once."""
    length = max(number * _PIECE + more, 0)
    body = (b"abc" * (length // 3 + 1))[:length]
    start, *pieces = messages_of(body)
    assert {piece["type"] for piece in pieces} == {"http.response.body"}
    assert dict(start["headers"])[b"content-length"] == b"%d" % len(body)
    assert b"".join(piece["body"] for piece in pieces) == body
    assert len(pieces) == max(1, -(-len(body) // _PIECE))
    assert [piece.get("more_body", False) for piece in pieces] == [True] * (len(pieces) - 1) + [False]
    assert all(len(piece["body"]) <= _PIECE for piece in pieces)

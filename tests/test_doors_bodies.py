"""Bodies: any pieces, any compression, never more than the limit."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from event_router.doors.answers import Disconnected, DoorError, Headers
from event_router.doors.bodies import parse, read

_ENCODE: dict[bytes, Callable[[bytes], bytes]] = {
    b"": bytes,
    b"identity": bytes,
    b"gzip": gzip.compress,
    b"X-GZip": gzip.compress,
    b"deflate": zlib.compress,
}


def read_all(parts: list[bytes], headers: Headers, limit: int = 1000) -> bytes:
    """Return a body that comes in pieces."""
    left = list(parts)

    async def receive() -> Any:
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    return asyncio.run(read(headers, receive, limit))


def refused(parts: list[bytes], headers: Headers, limit: int = 1000) -> tuple[int, str]:
    """Return why a body is not taken."""
    with pytest.raises(DoorError) as caught:
        read_all(parts, headers, limit)
    return caught.value.status, caught.value.reason.code


@given(st.binary(max_size=300), st.sampled_from(sorted(_ENCODE)), st.integers(1, 40))
def test_round_trip(plain: bytes, encoding: bytes, step: int) -> None:
    """What was sent is read, however it was cut and compressed."""
    sent = _ENCODE[encoding](plain)
    parts = [sent[at : at + step] for at in range(0, len(sent), step)] or [b""]
    assert read_all(parts, {b"content-encoding": encoding}) == plain


def test_what_is_not_taken() -> None:
    """Too long, or not what its encoding says: with the doors' codes, and the setting that helps."""
    assert refused([], {b"content-length": b"1001"}) == (413, "door.too_large")
    assert refused([b"{}"], {b"content-encoding": b"gzip"}) == (400, "door.bad_encoding")
    assert refused([], {b"content-encoding": b"br"}) == (415, "door.bad_encoding")
    with pytest.raises(DoorError, match=r"more than 1,000 bytes.* \[doors\] max_batch_bytes"):
        read_all([b"x" * 600, b"x" * 600], {})


def test_a_sender_that_hangs_up() -> None:
    """Nobody waits for an answer."""

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    with pytest.raises(Disconnected):
        asyncio.run(read({}, receive, 1000))


def test_json() -> None:
    """A byte order mark is no mistake; the place of one is named."""
    assert parse(b"\xef\xbb\xbf{}") == {}
    with pytest.raises(DoorError, match="line 2, column 1"):
        parse(b"{\n")

"""Bodies: any pieces, any compression, never more than the limit."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from event_router.doors.answers import DoorError, Headers
from event_router.doors.bodies import inflate, parse, read

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


@given(st.integers(0, 60), st.integers(0, 60))
def test_limits_hold_to_the_byte(size: int, limit: int) -> None:
    """Plain or inflated, the limit itself is taken and one byte more is not."""
    plain = b"x" * size
    if size <= limit:
        assert read_all([plain], {}, limit) == inflate(gzip.compress(plain), limit) == plain
    else:
        assert refused([plain], {}, limit) == (413, "door.too_large")
        with pytest.raises(DoorError):
            inflate(gzip.compress(plain), limit)


def test_a_body_that_says_it_is_too_long_is_not_read() -> None:
    """The declared length is enough, even one of a thousand digits."""
    for length in (b"1001", b"9" * 5000):
        assert refused([], {b"content-length": length}) == (413, "door.too_large")
    assert read_all([b"x"], {b"content-length": b"nonsense"}) == b"x"


def test_a_bomb() -> None:
    """A hundred megabytes in a hundred kilobytes are never unpacked."""
    bomb = gzip.compress(b"\0" * 100_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(DoorError, match="512,000 bytes"):
            inflate(bomb, 512_000)
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()


def test_what_cannot_be_decompressed() -> None:
    """Cut off, followed by more, no gzip at all, or an encoding that nobody speaks here."""
    whole = gzip.compress(b"{}")
    for broken in (b"", whole[:-1], whole + b"x", whole + whole, b"{}"):
        assert refused([broken], {b"content-encoding": b"gzip"}) == (400, "door.bad_encoding")
    for encoding in (b"br", b"gzip, gzip", b"zstd"):
        assert refused([], {b"content-encoding": encoding}) == (415, "door.bad_encoding")


def test_json() -> None:
    """A byte order mark is no mistake; the place of one is named."""
    assert parse(b"\xef\xbb\xbf{}") == {}
    with pytest.raises(DoorError, match="line 2, column 1"):
        parse(b"{\n")

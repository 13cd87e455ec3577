"""Bodies unpacked while they come: any pieces, any compression, never more than the limit."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from event_router.doors.answers import DoorError, Headers
from event_router.doors.inflating import STEP, Refusals, Unpacker

REFUSALS = Refusals("x.encoding", "x.too_large", "--most")
ZIPPED = {b"content-encoding": b"gzip"}
_ENCODE: dict[bytes, Callable[[bytes], bytes]] = {
    b"": bytes,
    b"identity": bytes,
    b"gzip": gzip.compress,
    b" X-GZip": gzip.compress,
    b"deflate": zlib.compress,
}


def unpacked(parts: list[bytes], headers: Headers | None = None, limit: int = 1000) -> bytes:
    """Return a body that comes in parts."""
    unpacker = Unpacker(headers or {}, limit, REFUSALS)
    last = len(parts) - 1
    return b"".join(piece for at, part in enumerate(parts) for piece in unpacker.pieces(part, at == last))


def refused(parts: list[bytes], headers: Headers | None = None, limit: int = 1000) -> tuple[int, str]:
    """Return why a body is not taken."""
    with pytest.raises(DoorError) as caught:
        unpacked(parts, headers, limit)
    return caught.value.status, caught.value.reason.code


@given(st.binary(max_size=300), st.sampled_from(sorted(_ENCODE)), st.integers(1, 40))
def test_round_trip(plain: bytes, encoding: bytes, step: int) -> None:
    """What was sent is unpacked, however it was cut and compressed."""
    sent = _ENCODE[encoding](plain)
    parts = [sent[at : at + step] for at in range(0, len(sent), step)] or [b""]
    assert unpacked(parts, {b"content-encoding": encoding}) == plain


@given(st.integers(0, 100), st.integers(0, 100))
def test_limits_hold_to_the_byte(size: int, limit: int) -> None:
    """Plain or packed, the limit itself is taken and one byte more is not."""
    plain = b"x" * size
    packed = gzip.compress(plain)
    for sent, headers in (([plain], {}), ([packed], ZIPPED)):
        if max(size, len(sent[0])) <= limit:
            assert unpacked(sent, headers, limit) == plain
        else:
            assert refused(sent, headers, limit) == (413, "x.too_large")


def test_a_body_that_says_it_is_too_long() -> None:
    """The announced length is enough, even one of a thousand digits; what raises the limit is named."""
    for length in (b"1001", b"9" * 5000):
        assert refused([], {b"content-length": length}) == (413, "x.too_large")
    with pytest.raises(DoorError, match=r"more than 1,000 bytes.* raise --most\."):
        unpacked([b"x" * 600, b"x" * 600])
    assert unpacked([b"x"], {b"content-length": b"nonsense"}) == b"x"


def test_a_bomb() -> None:
    """A hundred megabytes in a hundred kilobytes are unpacked in steps, and no further than the limit."""
    bomb = gzip.compress(b"\0" * 100_000_000)
    tracemalloc.start()
    try:
        unpacker = Unpacker(ZIPPED, 50 * STEP, REFUSALS)
        sizes = []
        with pytest.raises(DoorError):
            sizes += [len(piece) for piece in unpacker.pieces(bomb, True)]
        assert refused([bomb], ZIPPED, 2 * STEP) == (413, "x.too_large")
        assert tracemalloc.get_traced_memory()[1] < 8 * STEP
    finally:
        tracemalloc.stop()


def test_steps() -> None:
    """What is unpacked comes in pieces of bounded length, whatever came in."""
    plain = b"\0" * (3 * STEP)
    pieces = list(Unpacker(ZIPPED, 4 * STEP, REFUSALS).pieces(gzip.compress(plain), True))
    assert b"".join(pieces) == plain
    assert max(map(len, pieces)) == STEP


def test_a_body_of_nothing() -> None:
    """Empty blocks without end come to their end, though nothing is in them."""
    empty = zlib.compressobj()
    blocks = b"".join([empty.flush(zlib.Z_FULL_FLUSH) + b"\0\0\0\xff\xff" * 300 for _ in range(2)])
    assert refused([blocks], {b"content-encoding": b"deflate"}) == (413, "x.too_large")


def test_what_cannot_be_decompressed() -> None:
    """Cut off, followed by more, no gzip at all, or an encoding that nobody speaks here."""
    whole = gzip.compress(b"{}")
    for broken in ([b""], [whole[:-1]], [whole + b"x"], [whole, whole], [b"{}"]):
        assert refused(broken, ZIPPED) == (400, "x.encoding")
    for encoding in (b"br", b"gzip, gzip", b"zstd"):
        assert refused([], {b"content-encoding": encoding}) == (415, "x.encoding")

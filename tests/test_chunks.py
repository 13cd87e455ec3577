"""Chunks: a blocking stream read in a thread."""

from __future__ import annotations

import asyncio
import io
import os
from contextlib import aclosing
from typing import BinaryIO, cast

import pytest

from event_router.chunks import chunks


async def first(stream: BinaryIO, count: int) -> list[bytes]:
    """Return the first chunks, and leave."""
    found = []
    async with aclosing(chunks(stream, 2)) as read:
        async for chunk in read:
            found.append(chunk)
            if len(found) == count:
                break
    return found


def test_all_chunks_arrive() -> None:
    """Whatever the stream holds comes, in order."""
    assert b"".join(asyncio.run(first(io.BytesIO(b"abcdefghijklmnop"), 99))) == b"abcdefghijklmnop"


def test_errors_come_through() -> None:
    """What reading raises is raised where the chunks are read."""
    stream = io.BytesIO(b"a")
    stream.close()
    with pytest.raises(ValueError, match="closed"):
        asyncio.run(first(stream, 1))


def test_leaving_early_does_not_wait() -> None:
    """A reader of a silent pipe can go at any time."""
    out, into = os.pipe()
    with os.fdopen(out, "rb", buffering=0) as raw, os.fdopen(into, "wb", buffering=0) as pipe:
        pipe.write(b"ab")
        assert asyncio.run(first(cast("BinaryIO", raw), 1)) == [b"ab"]
        pipe.write(b"c")

"""Lines: any chunks give the same lines, in bounded memory."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from event_router.lines import CHUNK, LONGEST_LINE, split


@given(st.binary(max_size=60), st.lists(st.integers(1, 9), min_size=1))
def test_chunks_do_not_matter(data: bytes, sizes: list[int]) -> None:
    """However a file is cut into chunks, its lines are the same, CRLF or not."""
    chunks: list[bytes] = []
    at = 0
    while at < len(data):
        size = sizes[len(chunks) % len(sizes)]
        chunks.append(data[at : at + size])
        at += size
    expected = [line.removesuffix(b"\r") for line in data.removesuffix(b"\n").split(b"\n")] if data else []
    assert [line.data for line in split(chunks)] == expected


def test_fifty_megabytes_are_refused_in_little_memory() -> None:
    """The memory that a huge line takes is that of the limit and a chunk, not the line's."""
    tracemalloc.start()
    try:
        found = [(line.data, line.size) for line in split(b"x" * CHUNK for _ in range(200))]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == [(None, 200 * CHUNK)]
    assert peak < LONGEST_LINE + 4 * CHUNK


def test_long_lines_are_measured_not_kept() -> None:
    """A line over the limit comes without data, and the next one is whole."""
    found = list(split([b"x" * 6, b"x" * 6 + b"\nok\n"], longest=10))
    assert [(line.number, line.data, line.size) for line in found] == [(1, None, 12), (2, b"ok", 2)]

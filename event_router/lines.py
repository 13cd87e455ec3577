"""Lines of a stream of any size, in bounded memory: a line over the limit is measured, not kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

#: Segment takes 32 KB an event, RudderStack 4 MB a request; a line over this is no event ([DOC] segment-docs rate-limits).
LONGEST_LINE = 1024 * 1024
CHUNK = 256 * 1024


class Line(NamedTuple):
    """One line of a file.

    Attributes:
        number: From 1.
        data: Without its line end; ``None`` where it was over the limit.
        size: In bytes.
    """

    number: int
    data: bytes | None
    size: int


class LineSplitter:
    r"""Turns chunks into lines.

    >>> splitter = LineSplitter()
    >>> [line.data for chunk in (b"a\nb", b"c\r\n\n") for line in splitter.feed(chunk)] + list(splitter.finish())
    [b'a', b'bc', b'']
    """

    def __init__(self, longest: int = LONGEST_LINE) -> None:
        self._longest = longest
        self._number = 0
        self._kept: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[Line]:
        """Take the next chunk; return the lines that end in it."""
        *ended, rest = chunk.split(b"\n")
        for piece in ended:
            self._keep(piece)
            yield self._end()
        self._keep(rest)

    def finish(self) -> Iterator[Line]:
        """Return the last line, where the stream did not end with a line end."""
        if self._size:
            yield self._end()

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._longest:
            self._kept.clear()
        else:
            self._kept.append(piece)

    def _end(self) -> Line:
        self._number += 1
        data = b"".join(self._kept).removesuffix(b"\r") if self._size <= self._longest else None
        line = Line(self._number, data, self._size)
        self._kept, self._size = [], 0
        return line


def split(chunks: Iterable[bytes], longest: int = LONGEST_LINE) -> Iterator[Line]:
    """Return the lines of a stream of chunks."""
    splitter = LineSplitter(longest)
    for chunk in chunks:
        yield from splitter.feed(chunk)
    yield from splitter.finish()

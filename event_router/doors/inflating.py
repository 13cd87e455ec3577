"""Bodies as they were before compression, unpacked while they come, within a limit: one set of rules for all who take them."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from event_router.doors.answers import DoorError, Headers

#: Bytes unpacked at once.
STEP = 1024 * 1024

_PLAIN = frozenset({b"", b"identity"})
_ZLIB = frozenset({b"gzip", b"x-gzip", b"deflate"})
_EITHER = 32 + zlib.MAX_WBITS  # zlib tells gzip and deflate apart by itself.
# More than any length has; Python refuses to read thousands of them.
_DIGITS = 19


class Refusals(NamedTuple):
    """How those who take bodies refuse them.

    Attributes:
        encoding: Code for an encoding that is unknown, or not what the body has.
        too_large: Code for a body over the limit.
        option: What raises the limit.
    """

    encoding: str
    too_large: str
    option: str


class Unpacker:
    """Unpacks the parts of one body, in their order."""

    def __init__(self, headers: Headers, limit: int, refusals: Refusals) -> None:
        """Take the headers of a request, and the bytes that its body may have, as it comes and as it was.

        Raises ``DoorError``: 415 for an encoding that is unknown, 413 for a length over the limit.
        """
        self._limit, self._refusals = limit, refusals
        self._stream = self._stream_of(headers.get(b"content-encoding"))
        self._came = self._size = 0
        if announced(headers) > limit:
            raise self._too_large()

    def pieces(self, part: bytes, last: bool) -> Iterable[bytes]:
        """Return a part, the last one or not, unpacked, in pieces of ``STEP`` at most where it was compressed.

        Raises ``DoorError``: 413 for what is over the limit, 400 for what cannot be unpacked.
        """
        self._came += len(part)
        # Of a compressed body too: one of empty blocks alone would never end.
        if self._came > self._limit:
            raise self._too_large()
        return (part,) if self._stream is None else self._inflated(self._stream, part, last)

    def _stream_of(self, encoding: bytes | None) -> zlib._Decompress | None:
        if encoding is None or (encoding := encoding.strip().lower()) in _PLAIN:
            return None
        if encoding in _ZLIB:
            return zlib.decompressobj(_EITHER)
        raise DoorError(415, self._refusals.encoding, "Bodies come plain, or compressed with gzip or deflate.")

    def _inflated(self, stream: zlib._Decompress, part: bytes, last: bool) -> Iterator[bytes]:
        more = True
        while more:
            try:
                piece = stream.decompress(part, STEP)
            except zlib.error:
                raise self._broken() from None
            self._size += len(piece)
            if self._size > self._limit:
                raise self._too_large()
            yield piece
            part = stream.unconsumed_tail
            more = bool(part) or len(piece) == STEP
        # One member only: a body of thousands of empty ones would cost as much as a bomb.
        if stream.unused_data or (last and not stream.eof):
            raise self._broken()

    def _too_large(self) -> DoorError:
        told = f"The body has more than {self._limit:,} bytes, once decompressed or before."
        advice = f"Send fewer events at once, or raise {self._refusals.option}."
        return DoorError(413, self._refusals.too_large, f"{told} {advice}")

    def _broken(self) -> DoorError:
        told = "The body cannot be decompressed: it is cut off, or no gzip or deflate."
        return DoorError(400, self._refusals.encoding, told)


def announced(headers: Headers) -> int:
    """Return the length that a body is said to have, compressed as it may be; 0 where none is said.

    >>> announced({b"content-length": b"12"}), announced({b"content-length": b"long"})
    (12, 0)
    """
    digits = headers.get(b"content-length", b"")
    return int(digits[:_DIGITS]) if digits.isdigit() else 0

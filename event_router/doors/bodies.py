"""A request's body, read and decompressed within a limit, as JSON."""

from __future__ import annotations

import zlib
from typing import Any

import orjson
from starlette.types import Receive

from event_router.doors.answers import Disconnected, DoorError, Headers

_BOM = b"\xef\xbb\xbf"
_PLAIN = frozenset({b"", b"identity"})
_ZLIB = frozenset({b"gzip", b"x-gzip", b"deflate"})
_EITHER = 32 + zlib.MAX_WBITS  # zlib tells gzip and deflate apart by itself.


async def read(headers: Headers, receive: Receive, limit: int) -> bytes:
    """Return a body as it was before compression. Never holds more than the limit of it.

    Raises:
        DoorError: 413 for what is too long, 415 for an unknown encoding, 400 for a broken one.
        Disconnected: The sender hung up.
    """
    encoding = headers.get(b"content-encoding", b"").strip().lower()
    if encoding not in _PLAIN and encoding not in _ZLIB:
        raise DoorError(415, "door.bad_encoding", "Bodies come plain, or compressed with gzip or deflate.")
    declared = headers.get(b"content-length", b"")
    if declared.isdigit() and (len(declared) > 18 or int(declared) > limit):
        raise too_large(limit)
    body = await _collect(receive, limit)
    return body if encoding in _PLAIN else inflate(body, limit)


async def _collect(receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise too_large(limit)
        parts.append(part)
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def inflate(data: bytes, limit: int) -> bytes:
    """Return what was compressed with gzip or deflate. Raises ``DoorError``; a bomb goes off no further than the limit."""
    stream = zlib.decompressobj(_EITHER)
    try:
        plain = stream.decompress(data, limit + 1)
    except zlib.error:
        raise _broken() from None
    if len(plain) > limit:
        raise too_large(limit)
    # One member only: a body of thousands of empty ones would cost as much as a bomb.
    if not stream.eof or stream.unused_data:
        raise _broken()
    return plain


def parse(body: bytes) -> Any:
    """Return a body as JSON value, whatever its content type says. Raises ``DoorError``."""
    try:
        return orjson.loads(body.removeprefix(_BOM))
    except orjson.JSONDecodeError as error:
        message = f"The body is not JSON: {error.msg} (line {error.lineno}, column {error.colno}). Send UTF-8 JSON."
        raise DoorError(400, "door.bad_json", message) from None


def too_large(limit: int) -> DoorError:
    """Return the error for a body over the limit."""
    return DoorError(
        413,
        "door.too_large",
        f"The body has more than {limit:,} bytes once decompressed. Send fewer events at once, or raise [doors] max_batch_bytes.",
    )


def _broken() -> DoorError:
    return DoorError(400, "door.bad_encoding", "The body cannot be decompressed: it is cut off, or no gzip or deflate.")

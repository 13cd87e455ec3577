"""A request's body, read and decompressed within a limit, as JSON."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.types import Receive

from event_router.doors.answers import Disconnected, DoorError, Headers
from event_router.doors.inflating import Refusals, Unpacker

_BOM = b"\xef\xbb\xbf"
_REFUSALS = Refusals("door.bad_encoding", "door.too_large", "[doors] max_batch_bytes")


async def read(headers: Headers, receive: Receive, limit: int) -> bytes:
    """Return a body as it was before compression. Never holds more than the limit of it, and one step.

    Raises:
        DoorError: 413 for what is too long, 415 for an unknown encoding, 400 for a broken one.
        Disconnected: The sender hung up.
    """
    unpacker = Unpacker(headers, limit, _REFUSALS)
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        more = message.get("more_body", False)
        parts += unpacker.pieces(message.get("body", b""), not more)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def parse(body: bytes) -> Any:
    """Return a body as JSON value, whatever its content type says. Raises ``DoorError``."""
    try:
        return orjson.loads(body.removeprefix(_BOM))
    except orjson.JSONDecodeError as error:
        message = f"The body is not JSON: {error.msg} (line {error.lineno}, column {error.colno}). Send UTF-8 JSON."
        raise DoorError(400, "door.bad_json", message) from None

"""A request's body, read as it comes: within its limit, within the room there is, and not waited for without end."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from time import monotonic
from types import coroutine
from typing import Any

from starlette.types import Message, Receive

from event_router.doors.answers import Disconnected, DoorError, Headers
from event_router.doors.inflating import STEP, Refusals, Unpacker
from event_router.rudder.admission import Held

_REFUSALS = Refusals("rudder.bad_encoding", "rudder.too_large", "--max-body")
#: Seconds without a byte after which a sender is given up.
IDLE = 30.0
#: Seconds after which one is given up that is not done yet: it would hold its room as long as it likes.
WHOLE = 300.0


async def read_body(
    headers: Headers, receive: Receive, limit: int, held: Held, idle: float = IDLE, whole: float = WHOLE
) -> bytes:
    """Return a body as it was before compression.

    Args:
        headers: Of the request.
        receive: Gives the body.
        limit: Bytes that a body may have; no more is ever kept of one.
        held: Room is taken there for what is here; what is announced takes none.
        idle: Seconds without a byte after which the sender is given up.
        whole: Seconds after which it is given up in any case.

    Raises:
        DoorError: 413 for what is too long, 408 for what does not come, 415 for an unknown encoding, 400 for a broken one.
        Disconnected: The sender hung up.
        Overloaded: There is no room for it now.
    """
    unpacker, sender = Unpacker(headers, limit, _REFUSALS), _Sender(receive, idle, whole)
    parts: list[bytes] = []
    more = True
    while more:
        message = await sender.next()
        if message["type"] == "http.disconnect":
            raise Disconnected
        more = message.get("more_body", False)
        for piece in unpacker.pieces(message.get("body", b""), not more):
            held.take(len(piece))
            parts.append(piece)
            if len(piece) == STEP:  # Others get their turn.
                await asyncio.sleep(0)
    return parts[0] if len(parts) == 1 else b"".join(parts)


class _Sender:
    """Whoever sends a body: waited for as long as it may take."""

    __slots__ = ("_idle", "_receive", "_until", "_whole")

    def __init__(self, receive: Receive, idle: float, whole: float) -> None:
        self._receive = receive
        self._idle = idle
        self._whole = whole
        self._until: float | None = None

    async def next(self) -> Message:
        """Return the next message. A timer costs more than all the rest, so there is none for what is here already."""
        steps = self._receive().__await__()
        try:
            waits_for = next(steps)
        except StopIteration as here:
            return here.value  # type: ignore[no-any-return]
        seconds, told = self._patience()
        try:
            async with asyncio.timeout(seconds):
                return await _rest(steps, waits_for)
        except TimeoutError:
            raise DoorError(408, "rudder.slow", f"{told} Send the request again, in one go.") from None

    def _patience(self) -> tuple[float, str]:
        """Return for how many seconds to wait now, and what to say afterwards."""
        now = monotonic()
        if self._until is None:
            self._until = now + self._whole
        left = self._until - now
        if left < self._idle:
            return left, f"The body was not here as a whole after {self._whole:g} seconds."
        return self._idle, f"Nothing of the body came for {self._idle:g} seconds."


@coroutine
def _rest(steps: Generator[Any, None, Message], waits_for: Any) -> Generator[Any, None, Message]:
    """Await something that was begun already, and waits."""
    try:
        yield waits_for
        return (yield from steps)
    finally:
        steps.close()

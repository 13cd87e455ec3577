"""Suspects one at a time, over all destinations of a process: the one that was begun with when it died is to blame."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

#: Seconds after which the next one begins all the same: what only waits for its destination must hold back no other.
LONGEST = 15.0


class Alone:
    """Lets one begin after the other.

    Args:
        seconds: How long one has no other beside it.
    """

    def __init__(self, seconds: float = LONGEST) -> None:
        self._seconds = seconds
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def begun(self) -> AsyncIterator[None]:
        """Wait until nobody else has just begun; then run the block."""
        await self._lock.acquire()
        held = [self._lock]

        def release() -> None:
            while held:
                held.pop().release()

        timer = asyncio.get_running_loop().call_later(self._seconds, release)
        try:
            yield
        finally:
            timer.cancel()
            release()

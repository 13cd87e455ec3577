"""Telling whoever waits that something changed."""

from __future__ import annotations

import asyncio


class Changes:
    """A revision that goes up with each change, and a way to wait for the next.

    Attributes:
        revision: How many changes there were.
        closed: Whether nobody is to wait any more.
    """

    def __init__(self) -> None:
        self.revision, self.closed = 0, False
        self._waiting: set[asyncio.Future[None]] = set()

    def tell(self) -> None:
        """Something changed."""
        self.revision += 1
        self._wake()

    def close(self) -> None:
        """Let go of all who wait, now and later."""
        self.closed = True
        self._wake()

    def next(self) -> asyncio.Future[None]:
        """Return what is done after the next change; now, where nobody is to wait any more."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.closed:
            future.set_result(None)
        else:
            self._waiting.add(future)
            future.add_done_callback(self._waiting.discard)
        return future

    async def wait(self) -> None:
        """Return after the next change; at once where nobody is to wait any more."""
        await self.next()

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

"""A destination's rate limit, shared by all workers: each takes turns from one line that runs through all of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from time import time

from event_router.engine.layout import token
from event_router.engine.shared_state import SharedState

#: Workers of one destination that a rate limit reckons with: turns further off are some clock's that is ahead.
_WORKERS = 32


def interval(per_second: float, per_minute: float) -> float:
    """Return the seconds between two requests under both limits, of which 0 means none.

    >>> interval(10, 300), interval(0, 0)
    (0.2, 0.0)
    """
    return max(1 / per_second if per_second else 0.0, 60 / per_minute if per_minute else 0.0)


class Rate:
    """Turns for requests to one destination, evenly spaced."""

    def __init__(
        self,
        state: SharedState,
        destination: str,
        seconds: float,
        *,
        clock: Callable[[], float] = time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._state = state
        self._key = f"rate.{token(destination)}"
        self._interval = seconds
        self._clock = clock
        self._sleep = sleep
        # A second's worth at a time: one write for many turns, and little lost with a worker that dies.
        self._most = max(1, int(1 / seconds)) if seconds else 1
        self._turns: deque[float] = deque()
        self._waiting = 0
        self._next = asyncio.Lock()

    async def turn(self) -> None:
        """Wait for a turn."""
        if not self._interval:
            return
        self._waiting += 1
        try:
            # One sleeps and the others wait behind it: who is not next takes no turn that it might not use.
            async with self._next:
                if (wait := await self._taken() - self._clock()) > 0:
                    await self._sleep(wait)
        finally:
            self._waiting -= 1

    async def _taken(self) -> float:
        late = self._clock() - self._most * self._interval
        while self._turns and self._turns[0] < late:
            self._turns.popleft()  # Time that nobody used is no credit.
        if not self._turns:
            await self._take(min(self._most, self._waiting))
        return self._turns.popleft()

    async def _take(self, number: int) -> None:
        step, now = self._interval, self._clock()
        latest = now + _WORKERS * self._most * step

        def change(last: float | None) -> float:
            return max(min(last or 0.0, latest), now) + step * number

        end: float = await self._state.change(self._key, change)
        self._turns.extend(end - step * (number - at) for at in range(number))

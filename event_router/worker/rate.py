"""A destination's rate limit, shared by all workers: each takes turns from one line that runs through all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from time import time

from event_router.engine.layout import token
from event_router.engine.loading import Loader
from event_router.engine.shared_state import SharedState


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
        self._numbers = count()
        # A second's worth at a time: one write for many turns, and little lost with a worker that dies.
        self._turns = Loader(self._take, max(1, int(1 / seconds)) if seconds else 1)

    async def turn(self) -> None:
        """Wait for a turn."""
        if not self._interval:
            return
        at = await self._turns.load(str(next(self._numbers)))
        if (wait := at - self._clock()) > 0:
            await self._sleep(wait)

    async def _take(self, keys: list[str]) -> dict[str, float]:
        step, now = self._interval, self._clock()
        end: float = await self._state.change(self._key, lambda last: max(last or 0.0, now) + step * len(keys))
        return {key: end - step * (len(keys) - at) for at, key in enumerate(keys)}

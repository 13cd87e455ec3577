"""What operators are told: each thing once in a while, however many events it concerns."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic

_LOG = logging.getLogger("event_router.rudder")
#: Seconds for which the same is not told again.
QUIET = 60.0
# Things told at once: beyond that the oldest are forgotten, and may be told again.
_MOST = 1000


class Teller:
    """Logs warnings, and keeps from repeating them."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._told: dict[tuple[str, ...], float] = {}

    def warn(self, message: str, *what: str) -> None:
        """Log a warning with some words in it, unless the same was told just now."""
        now = self._clock()
        key = (message, *what)
        if now < self._told.get(key, 0.0):
            return
        self._told.pop(key, None)
        self._told[key] = now + QUIET
        if len(self._told) > _MOST:
            del self._told[next(iter(self._told))]
        _LOG.warning(message, *what)

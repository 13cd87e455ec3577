"""So many requests in so many seconds, counted and worded as Django REST framework does ([ORACLE]; the 429 is [DOC])."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mock_promoter.answers import Answer, detail


@dataclass(slots=True)
class RateLimit:
    """A limit on one account's requests.

    Attributes:
        limit: Requests in a window; ``None`` for no limit.
        window: How long a request counts.
        told: When the last caller was refused, and when it may come back.
    """

    limit: int | None = None
    window: timedelta = timedelta(seconds=60)
    told: tuple[datetime, datetime] | None = None
    _taken: deque[datetime] = field(default_factory=deque)

    def set(self, limit: int | None, window: timedelta) -> None:
        """Limit from now on; what was taken before does not count."""
        self.limit, self.window, self.told = limit, window, None
        self._taken.clear()

    def is_early(self, now: datetime) -> bool:
        """Whether a caller that comes now was told to wait longer."""
        return self.told is not None and self.told[0] <= now < self.told[1]

    def take(self, now: datetime) -> Answer | None:
        """Count a request; return the 429 where there are too many. Refused ones do not count."""
        if self.limit is None:
            return None
        if self._taken and self._taken[-1] > now:
            self._taken.clear()  # The clock was set back.
        while self._taken and self._taken[0] <= now - self.window:
            self._taken.popleft()
        if len(self._taken) < self.limit:
            self._taken.append(now)
            return None
        # A limit of 0 lets nobody in; to come back after a window is as good an advice as any.
        first = self._taken[0] if self._taken else now
        return self.refuse(now, math.ceil((first + self.window - now).total_seconds()))

    def refuse(self, now: datetime, seconds: int) -> Answer:
        """Return the 429, and remember when its caller may come back."""
        self.hold(now, seconds)
        unit = "second" if seconds == 1 else "seconds"
        words = f"Request was throttled. Expected available in {float(seconds)} {unit}."
        return detail(429, words, retry_after=str(seconds))

    def hold(self, now: datetime, seconds: int) -> None:
        """Expect nobody before so many seconds have passed."""
        self.told = (now, now + timedelta(seconds=seconds))

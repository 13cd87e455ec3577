"""The time of an account: real, shifted, or standing still until it is told to go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

Mode = Literal["real", "frozen", "offset"]


def real_time() -> datetime:
    """Return the present time, aware."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Clock:
    """What time it is.

    Attributes:
        at: Where it stands still; ``None`` while it runs.
        offset: How far it is ahead of the real time while it runs.
        real: The real time; aware.
    """

    at: datetime | None = None
    offset: timedelta = timedelta()
    real: Callable[[], datetime] = field(default=real_time, repr=False)

    @property
    def mode(self) -> Mode:
        """``frozen`` while it stands still; ``offset`` or ``real`` while it runs."""
        if self.at is not None:
            return "frozen"
        return "offset" if self.offset else "real"

    def now(self) -> datetime:
        """Return the present time, aware."""
        return self.real() + self.offset if self.at is None else self.at

    def advance(self, by: timedelta) -> None:
        """Go on by some time; a running clock keeps running. Raises ``OverflowError`` beyond the year 9999."""
        if self.at is None:
            self.now() + by  # Raises before anything has changed.
            self.offset += by
        else:
            self.at += by


def iso(time: datetime | None) -> str | None:
    """Return a time as Promoter writes it ([CLIENT] gem fixtures; microseconds where there are some).

    >>> iso(datetime(2014, 12, 12, 10, tzinfo=UTC))
    '2014-12-12T10:00:00Z'
    """
    return time.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z" if time else None

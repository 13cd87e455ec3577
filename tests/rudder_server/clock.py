"""A clock that moves only when it is told to, so that hours of retries take no time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Virtual time.

    Attributes:
        now: Seconds since the epoch.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self.now = (start or datetime.now(UTC)).timestamp()

    def wait(self, seconds: float) -> None:
        """Let that much time pass."""
        self.now += seconds

    def reach(self, moment: float) -> None:
        """Let time pass until a moment, if it lies ahead."""
        self.now = max(self.now, moment)


def text(moment: datetime) -> str:
    """Return a moment as RFC 3339 in UTC, with milliseconds (§2)."""
    moment = moment.astimezone(UTC) + timedelta(microseconds=500)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def text_of(moment: float) -> str:
    """Return seconds since the epoch as such a text."""
    return text(datetime.fromtimestamp(moment, UTC))


def read(given: object) -> datetime | None:
    """Return the moment that a text stands for; ``None`` where it is none."""
    try:
        moment = datetime.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def seconds(given: str) -> float | None:
    """Return the moment that a text stands for, in seconds since the epoch."""
    moment = read(given)
    return None if moment is None else moment.timestamp()

"""When to try again, and when to give up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_FIRST_DELAY = 0.25
_LONGEST_DELAY = 10.0


@dataclass(frozen=True, slots=True)
class Policy:
    """Limits of delivery; ``[delivery]`` in the configuration.

    Attributes:
        concurrency: Requests in flight at most.
        timeout: Seconds that one request may take in all.
        attempts: Tries of one request at most.
        give_up_after: Seconds after which an event is tried no more; waiting that the destination asked for is not counted.
        longest_wait: Seconds of Retry-After that are waited at most; a destination that asks for more is left alone.
        most_parked: Events that wait for their contact at most; what comes on top ends as parked at once.
    """

    concurrency: int = 32
    timeout: float = 10.0
    attempts: int = 5
    give_up_after: float = 30.0
    longest_wait: float = 300.0
    most_parked: int = 100_000


def backoff(attempt: int, random: Callable[[], float]) -> float:
    """Return the seconds to wait after the n-th failed attempt: doubled each time, and half of it by chance.

    Chance keeps many waiting events from coming back all at once.

    >>> backoff(1, lambda: 1.0), backoff(3, lambda: 0.0), backoff(99, lambda: 1.0)
    (0.25, 0.5, 10.0)
    """
    longest = min(_LONGEST_DELAY, _FIRST_DELAY * 2.0 ** min(attempt - 1, 16))
    return longest * (0.5 + random() / 2)

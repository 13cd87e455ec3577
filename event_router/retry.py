"""When to try again, and when to give up."""

from __future__ import annotations

import random as chance
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

_FIRST_DELAY = 0.25
_DAY = 86_400.0

_SECONDS = {"type": "number", "exclusiveMinimum": 0, "maximum": 30 * _DAY}
_RATE = {"type": "number", "minimum": 0, "maximum": 1_000_000}
#: JSON Schema of ``[delivery]``, and of ``[destinations.NAME.delivery]``, which goes before it.
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "concurrency": {"type": "integer", "minimum": 1, "maximum": 1000},
        "timeout": {**_SECONDS, "maximum": 3600},
        "attempts": {"type": "integer", "minimum": 1, "maximum": 10_000},
        "give_up_after": _SECONDS,
        "longest_backoff": {**_SECONDS, "maximum": _DAY},
        "longest_wait": _SECONDS,
        "park_for": _SECONDS,
        "requests_per_second": _RATE,
        "requests_per_minute": _RATE,
    },
}


@dataclass(frozen=True, slots=True)
class Policy:
    """Limits of delivery to one destination.

    Attributes:
        concurrency: Requests in flight at most, for each worker.
        timeout: Seconds that one request may take in all.
        attempts: Failed requests of one event at most; those that Retry-After put off are not counted.
        give_up_after: Seconds after its first failure from which an event is tried no more.
        longest_backoff: Seconds between two tries of one event at most.
        longest_wait: Seconds that ``send`` waits while the destination takes nothing; then it ends.
        park_for: Seconds that an event waits for its contact at most.
        requests_per_second: For all workers together; 0 for no limit.
        requests_per_minute: Likewise.
    """

    concurrency: int = 32
    timeout: float = 10.0
    attempts: int = 20
    give_up_after: float = _DAY
    longest_backoff: float = 600.0
    longest_wait: float = 300.0
    park_for: float = 7 * _DAY
    requests_per_second: float = 0.0
    requests_per_minute: float = 0.0


#: What ``send`` does where the configuration does not say: somebody waits for it.
PATIENCE_OF_SEND: Mapping[str, Any] = {"attempts": 5, "give_up_after": 30.0, "longest_backoff": 10.0}


def policy(*tables: Mapping[str, Any]) -> Policy:
    """Return the limits that some tables name; the last one that names a limit counts."""
    known = {field.name for field in fields(Policy)}
    return Policy(**{name: value for table in tables for name, value in table.items() if name in known})


def backoff(attempt: int, longest: float = 10.0, random: Callable[[], float] = chance.random) -> float:
    """Return the seconds to wait after the n-th failed attempt: doubled each time, and half of it by chance.

    Chance keeps many waiting events from coming back all at once.

    >>> backoff(1, random=lambda: 1.0), backoff(3, random=lambda: 0.0), backoff(99, random=lambda: 1.0)
    (0.25, 0.5, 10.0)
    """
    return min(longest, _FIRST_DELAY * 2.0 ** min(attempt - 1, 30)) * (0.5 + random() / 2)

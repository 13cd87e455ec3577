"""One event in a worker's hands, read, with what is known of earlier tries."""

from __future__ import annotations

from dataclasses import dataclass

from event_router.engine.outcomes import Settled
from event_router.engine.stored import REPLAYED, RETRIED, SENT, StoredEvent, Trying, decode_event
from event_router.event import TYPES
from event_router.outcomes import Event
from event_router.worker.pulling import Held

#: Deliveries that came to no end, after which an event is suspected of killing its worker and handled alone.
_SUSPECT_AFTER = 2
#: Times that a suspect is begun with; after these it is a dead letter.
MOST_STARTS = 3
#: Nothing is known of earlier tries.
UNTRIED = Trying()
_REPEATED = frozenset({REPLAYED, RETRIED})


@dataclass(frozen=True, slots=True)
class Job:
    """An event to deal with.

    Attributes:
        held: As it was handed out.
        stored: What it is.
        person: The hash of whose it is.
        trying: What earlier tries left.
        before: Its outcome of another time, which the one to come replaces.
    """

    held: Held
    stored: StoredEvent
    person: str
    trying: Trying = UNTRIED
    before: Settled | None = None

    @property
    def event(self) -> Event:
        """Return the canonical event."""
        return self.stored.event

    @property
    def since(self) -> float:
        """When it was accepted, in seconds since 1970."""
        return self.stored.since or self.held.time

    @property
    def settled(self) -> int:
        """How many of its requests need not be made again."""
        return max(self.trying.settled, self.stored.settled)

    @property
    def fresh(self) -> bool:
        """Whether nobody can have dealt with it before."""
        return self.held.deliveries == 1 and self.stored.again is None

    @property
    def crashes(self) -> int:
        """How many deliveries came to no end."""
        return self.held.deliveries - 1 - self.trying.put_back

    @property
    def suspect(self) -> bool:
        """Whether so many deliveries came to no end that it may be what ended them."""
        return self.crashes >= _SUSPECT_AFTER


def read_job(held: Held, person: str) -> Job | None:
    """Return an event ready to deal with; ``None`` for what nobody can read."""
    try:
        stored = decode_event(held.data)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return Job(held, stored, person) if _is_event(stored.event) else None


def _is_event(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("messageId"), str) and value.get("type") in TYPES


def is_settled(job: Job, found: Settled | None) -> bool:
    """Return whether a recorded outcome means that there is nothing left to do.

    What is replayed, retried, or sent again after a refusal had its outcome before, and is to have another one. Where a
    replay went before the event itself, what it did not deliver is not the event's own outcome.
    """
    if found is None:
        return False
    if found.recorded.again == REPLAYED != job.stored.again and found.recorded.outcome != "delivered":
        return False
    repeated = job.stored.again in _REPEATED or (
        job.stored.again == SENT and found.recorded.outcome in {"rejected", "failed"}
    )
    return not repeated or found.at >= job.held.time


def recorded_as(job: Job) -> str | None:
    """Return why an event had come again, as its outcome is to say; a replay says so only where it has the first word."""
    again = job.stored.again
    return job.before.recorded.again if again == REPLAYED and job.before else again

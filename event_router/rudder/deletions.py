"""``/deleteUsers``: jobs of people who asked to be forgotten, each at one destination ([RUN] protocol §7.6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from event_router.doors.answers import Answer
from event_router.doors.store import Unavailable
from event_router.hooks import Context
from event_router.outcomes import Misconfigured, Reason, Rejected
from event_router.rudder.configs import Configured
from event_router.rudder.contacts import Contacts
from event_router.rudder.delete_answers import AGAIN, DONE, Ended, Ending, answer, together
from event_router.rudder.delete_requests import Deletion, Entry
from event_router.rudder.forgetting import Place, forget
from event_router.rudder.statuses import BAD_CONFIG, BAD_EVENT, DELETION

if TYPE_CHECKING:  # It brings httpx along.
    from event_router.delivery import Sender
    from event_router.rudder.service import Served

# The regulation worker gives up at once on this status ([RUN]): no repetition would help.
_NO_DELETIONS = 405

_UNSUPPORTED = Reason(
    "rudder.no_deletion", "The destination's plugin has no transform_delete hook: delete the people at the destination."
)
_UNKNOWN = Reason(
    "rudder.unknown_type",
    "No plugin here serves this type of destination. Install it, or name another transformer with --upstream.",
)


class Deleted(NamedTuple):
    """What becomes of jobs.

    Attributes:
        answer: For rudder-server.
        endings: How many people ended how: the destination's type (empty for a job that is none), status code, and the
            reason's code, empty where all is well.
    """

    answer: Answer
    endings: Mapping[tuple[str, int, str], int]


class _Ended(NamedTuple):
    """How a job ends, and each of its people."""

    job: Ending
    people: list[Ended]


async def delete_users(
    served: Mapping[str, Served], entries: Sequence[Entry], contacts: Contacts, sender: Sender, now: datetime
) -> Deleted:
    """Delete the people of each job, and return how the jobs end. Never raises ``Exception``.

    Args:
        served: What serves each type of destination, by its name in small letters.
        entries: The jobs, at least one.
        contacts: What is remembered of people.
        sender: Sends requests.
        now: The time.
    """
    found = [await _job(served, entry, contacts, sender, now) for entry in entries]
    endings = Counter(
        [_counted(entry, person) for entry, one in zip(entries, found, strict=True) for person in one.people]
    )
    return Deleted(answer([one.job for one in found]), endings)


def _counted(entry: Entry, person: Ended) -> tuple[str, int, str]:
    kind = entry.type if isinstance(entry, Deletion) else ""
    return kind, person.code, "" if person.code == DONE else person.reason.code


async def _job(served: Mapping[str, Served], entry: Entry, contacts: Contacts, sender: Sender, now: datetime) -> _Ended:
    """Delete the people of one job, whatever happens to it."""
    if isinstance(entry, Rejected):
        return _alike(1, BAD_EVENT.code(DELETION), entry.reason)
    everybody = len(entry.users)
    serves = served.get(entry.type)
    if serves is None:
        return _alike(everybody, AGAIN, _UNKNOWN)
    if "transform_delete" not in serves.plugin.hooks:
        return _alike(everybody, _NO_DELETIONS, _UNSUPPORTED)
    try:
        return await _at(serves.configs.get(entry.destination()), entry, contacts, sender, now)
    except Unavailable as busy:
        return _alike(everybody, AGAIN, Reason(busy.code, busy.message))
    except Exception as error:  # noqa: BLE001  # One job's trouble must not become its neighbours'.
        return _alike(everybody, AGAIN, _failed(error))


def _alike(number: int, code: int, reason: Reason) -> _Ended:
    """Return that a job ends the same for everybody."""
    people = [Ended(code, reason)] * number
    return _Ended(together(people, ()), people)


def _failed(error: Exception) -> Reason:
    # Not the exception's text: it may hold a key, or what is known of somebody.
    what = type(error).__name__
    return Reason("rudder.failed", f"The transformer failed on this job ({what}). Report it to its authors.")


async def _at(configured: Configured, deletion: Deletion, contacts: Contacts, sender: Sender, now: datetime) -> _Ended:
    """Delete people at a destination."""
    destination = configured.destination
    if isinstance(destination, Misconfigured):
        return _alike(len(deletion.users), BAD_CONFIG.code(DELETION), destination.reason)
    place = Place(destination, configured.account, contacts, sender, Context(configured.scope, now))
    people = await forget(place, deletion)
    return _Ended(together(people, destination.secrets()), people)

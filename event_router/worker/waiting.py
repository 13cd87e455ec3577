"""Older identifies wait for a newer one of their person that is tried again: the destination may have that one already.

Then its repetition, by the same ``Idempotency-Key``, changes nothing any more, and an older one that came between would stay.
This holds for what one worker tries; what another one tries, or one that died, it does not know.
"""

from __future__ import annotations

from collections import OrderedDict

from event_router.outcomes import Outcome, Retry
from event_router.worker.jobs import Job
from event_router.worker.settling import Settling

#: People kept in mind, each with an event, which may be large.
_MOST = 2_000


class Waiting:
    """Knows of each person the newest identify whose outcome is open.

    Args:
        settling: Knows whether it is still.
    """

    def __init__(self, settling: Settling) -> None:
        self._settling = settling
        self._open: OrderedDict[str, Job] = OrderedDict()

    def note(self, job: Job, outcome: Outcome) -> None:
        """Note what became of an event, before anybody else can begin with one of its person."""
        known = self._open.get(job.person)
        if known is not None and known.held.sequence == job.held.sequence:
            del self._open[job.person]
            known = None
        if not isinstance(outcome, Retry) or job.event["type"] != "identify":
            return
        if known is None or _time(known) <= _time(job):
            self._open[job.person] = job
            if len(self._open) > _MOST:
                self._open.popitem(last=False)

    async def has_to(self, job: Job) -> bool:
        """Return whether an event has to wait for a newer one."""
        newer = self._open.get(job.person)
        if newer is None or job.event["type"] != "identify" or not _time(job) < _time(newer):
            return False
        # Another worker may have come to its end; or a deletion, or time, has erased it.
        if await self._settling.is_stored(newer) and await self._settling.find(newer) is None:
            return True
        self._open.pop(job.person, None)
        return False


def _time(job: Job) -> str:
    return job.event.get("timestamp") or ""

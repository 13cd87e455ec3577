"""A request's events, decided: what each becomes, in their order.

The contact rides along in ``context.traits`` more often than not; what is remembered is asked for only where it does not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from event_router.rudder.configs import Configured
from event_router.rudder.contacts import Contacts
from event_router.rudder.elements import Element
from event_router.rudder.jobs import Job
from event_router.rudder.remembering import Contexts, finish
from event_router.rudder.turns import EACH, parts


async def transform(
    elements: Sequence[Element], configured: Callable[[bytes], Configured], contacts: Contacts, now: datetime
) -> list[Job]:
    """Return what each event becomes, in their order.

    Args:
        elements: The events, each with its destination.
        configured: Returns the destination for its bytes.
        contacts: What is remembered. Identifies are remembered before this returns.
        now: The time.

    Raises:
        Unavailable: Contacts can be neither read nor written now.
    """
    contexts = Contexts(now)
    jobs: list[Job] = []
    for number, turn in enumerate(parts(elements, _size)):
        if number:
            await asyncio.sleep(0)
        for job in _begun(turn, configured):
            if job.large:
                await asyncio.to_thread(job.begin, contexts[job.configured.scope])
            else:
                job.begin(contexts[job.configured.scope])
            jobs.append(job)
    if waiting := [job for job in jobs if job.waits]:
        await finish(waiting, contexts, contacts)
    return jobs


def _size(element: Element) -> int:
    return len(element.message) + EACH


def _begun(elements: Sequence[Element], configured: Callable[[bytes], Configured]) -> list[Job]:
    """Return the jobs of some elements."""
    jobs = []
    where: Configured | None = None
    last = b""
    for element in elements:
        # Nearly always the one before: to compare them costs less than to look it up.
        if where is None or element.destination != last:
            last = element.destination
            where = configured(last)
        jobs.append(Job(element, where))
    return jobs

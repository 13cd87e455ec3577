"""Events decided with what is remembered of their people, and what is remembered of them afterwards.

One request's events go in their order; a track whose contact is not known is looked at again once its identifies are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from event_router.hooks import Contact, Context, Transformed
from event_router.memory import remembered
from event_router.rudder.contacts import Contacts, Key
from event_router.rudder.jobs import Job
from event_router.times import to_utc

#: Characters of a trait that is remembered: longer ones are no names and no addresses.
LONGEST = 1000


class Contexts(dict[str, Context]):
    """The circumstances of each destination, made once a request."""

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self.now = now

    def __missing__(self, scope: str) -> Context:
        self[scope] = context = Context(scope, self.now)
        return context


async def finish(jobs: Sequence[Job], contexts: Contexts, contacts: Contacts) -> None:
    """Decide with what is remembered, and remember what identifies say. Raises ``Unavailable``."""
    before = await contacts.load({job.key for job in jobs})
    known = _judged_anew(before, jobs) if before else {}
    changed: dict[Key, Contact] = {}
    for job in jobs:
        contact = known.get(job.key)
        if contact is not None and _order(job, contact) < 0 and job.element.attempts() > 0:
            # Its delivery failed: the newer one may wait for it, or be refused yet.
            contact = contact._replace(time=None)
        if job.large:
            await asyncio.to_thread(job.decide, contact, contexts[job.key.scope])
        else:
            job.decide(contact, contexts[job.key.scope])
        if job.event["type"] == "identify" and job.result.__class__ is Transformed:
            _learn(job, known, changed)
    for job in jobs:
        if job.waits and job.key in changed:
            job.decide(known[job.key], contexts[job.key.scope])
    now = to_utc(contexts.now.timestamp()) or ""
    kept = {key: _kept(contact, before.get(key), now) for key, contact in changed.items()}
    # The account is told though nothing may have changed: it is the key that is new, or the replica.
    await contacts.save(kept, {where.scope: where.account for where in {job.configured for job in jobs}})


def _judged_anew(before: Mapping[Key, Contact], jobs: Iterable[Job]) -> dict[Key, Contact]:
    """Return what is known, without the time of whom an older identify is here together with one that is as new.

    What is sent once more, since its answer was lost or a delivery failed, is remembered from the first time; the first of
    two identifies must not be taken for older than the second, which waits for it. Within a request order decides.
    """
    known = dict(before)
    orders = [(job.key, _order(job, before.get(job.key))) for job in jobs]
    older, newer = ({key for key, order in orders if order == sign} for sign in (-1, 1))
    for key in older & newer:
        known[key] = known[key]._replace(time=None)
    return known


def _order(job: Job, contact: Contact | None) -> int:
    """Return whether an identify is older than what is known (-1), or not (1); 0 for all else."""
    if job.event["type"] != "identify":
        return 0
    time = job.event.get("timestamp")
    if contact is None or contact.time is None or time is None:
        return 0
    return -1 if time < contact.time else 1


def _learn(job: Job, known: dict[Key, Contact], changed: dict[Key, Contact]) -> None:
    """Remember what an identify says; not every plugin asks for traits."""
    before = known.get(job.key)
    if job.event.get("traits").__class__ is not dict:
        return
    learned = remembered(before, job.event, job.configured.plugin.info.remember)
    if learned != before:
        known[job.key] = changed[job.key] = learned


def _kept(learned: Contact, before: Contact | None, now: str) -> Contact:
    """Return a contact as it is kept: from no other time than until now, and with no trait that is a text of its own.

    A clock that runs ahead must not make whatever comes later old; an older identify takes nothing from a newer one.
    """
    time = learned.time
    if before is not None and before.time and (time or "") < before.time:
        learned, time = before._replace(traits={**learned.traits, **before.traits}), before.time
    if time is not None and time > now:
        learned = learned._replace(time=now)
    if all(map(_is_short, learned.traits.values())):
        return learned
    return learned._replace(traits={name: value for name, value in learned.traits.items() if _is_short(value)})


def _is_short(value: Any) -> bool:
    if value.__class__ is str:
        return len(value) <= LONGEST
    try:
        return not isinstance(value, dict | list) or len(orjson.dumps(value)) <= LONGEST
    except TypeError:  # Nested too deep to be kept.
        return False

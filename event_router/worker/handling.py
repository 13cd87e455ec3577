"""One event from its stored form to its outcome: what is decided, sent, remembered, recorded, and in which order.

Effects come before the record, the record before the acknowledgement: a crash between any two of them repeats what is
harmless to repeat, and loses nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from time import time

from event_router.destination import Destination
from event_router.dispatch import decide
from event_router.engine.contacts import Contacts
from event_router.engine.stored import OVERDUE, REPLAYED
from event_router.hooks import Contact, Context, Transformed
from event_router.outcomes import Delivered, Event, Misconfigured, Outcome, Parked, Rejected, Retry, Skipped
from event_router.retry import backoff
from event_router.worker.alone import Alone
from event_router.worker.gate import Gate
from event_router.worker.insisting import Insisting
from event_router.worker.jobs import MOST_STARTS, Job, is_settled, read_job
from event_router.worker.merging import MERGED, merge, mergeable, newest
from event_router.worker.pulling import Held, LostError, Pull
from event_router.worker.requests import Requests, Sent, Terms
from event_router.worker.settling import Settling
from event_router.worker.waiting import Waiting

# Identifies that go as one, at most.
_MOST_TOGETHER = 50
_UNSENT = Sent(Delivered(), 0, 0, None)


class Handler:
    """Deals with one destination's events.

    Args:
        destination: Which.
        gate: Whether it may be called.
        requests: Calls it.
        contacts: What it knows.
        settling: Puts outcomes where they belong.
        pull: Knows which events are ours.
        clock: Seconds since 1970.
        alone: Lets suspects begin one at a time; shared by all destinations of a process.
    """

    def __init__(
        self,
        destination: Destination,
        gate: Gate,
        requests: Requests,
        contacts: Contacts,
        settling: Settling,
        pull: Pull,
        clock: Callable[[], float] = time,
        alone: Alone | None = None,
    ) -> None:
        self.gate = gate
        self._destination = destination
        self._requests = requests
        self._contacts = contacts
        self._settling = settling
        self._pull = pull
        self._clock = clock
        self._alone = alone or Alone()
        self._insisting = Insisting(gate, pull)
        self._waiting = Waiting(settling)
        # Whether each person whose event is being dealt with was forgotten by another worker since it was begun with.
        self._forgotten: dict[str, bool] = {}

    async def handle(self, person: str, held: Held, waiting: deque[Held]) -> None:
        """Deal with an event; identifies that wait behind it may go with it, and are taken from ``waiting``.

        Raises ``LostError`` where the event is not ours any more.
        """
        if not self._pull.keeps(held):
            raise LostError
        self._forgotten[person] = False
        try:
            await self._handle(person, held, waiting)
        finally:
            self._forgotten.pop(person, None)

    def forgotten(self, person: str) -> None:
        """Hear that another worker has forgotten a person."""
        if person in self._forgotten:
            self._forgotten[person] = True

    async def _handle(self, person: str, held: Held, waiting: deque[Held]) -> None:
        job = read_job(held, person)
        if job is None:
            await self._settling.unreadable(held, person)
        elif job.fresh:
            await self._deliver(job, waiting)
        elif (known := await self._known(job)) is not None:
            await self._again(known)

    def stop(self) -> None:
        """End what waits for the destination; what is on its way to it is not touched."""
        self._requests.stop()
        self._insisting.stop()

    async def postpone(self, person: str, held: Held, *, its_fault: bool, seconds: float) -> None:
        """Put back an event for so long; what was not its fault is not held against it."""
        await self._settling.postpone(held, None if its_fault else read_job(held, person), seconds)

    async def _known(self, job: Job) -> Job | None:
        """Return the job with what is known of it; ``None`` where it turns out to be settled, or erased."""
        if not await self._settling.is_stored(job):
            await self._settling.let_go(job)
            return None
        found = await self._settling.find(job)
        if found is not None and is_settled(job, found):
            await self._settling.repeat(job, found)
            return None
        return replace(job, trying=await self._settling.trying(job), before=found)

    async def _again(self, job: Job) -> None:
        if not job.suspect:
            await self._deliver(job, deque())
        elif job.trying.started >= MOST_STARTS:
            await self._settling.poison(job)
        else:
            while not await self._begun_alone(job):
                pass

    async def _begun_alone(self, job: Job) -> bool:
        """Begin with a suspect, once its destination takes something: while it only waits it ends no worker."""
        await self._requests.opened()
        async with self._alone.begun():
            if self.gate.closed:
                return False
            trying = replace(job.trying, started=job.trying.started + 1)
            await self._settling.note(job, trying)
            await self._deliver(replace(job, trying=trying), deque())
            return True

    async def _deliver(self, job: Job, waiting: deque[Held]) -> None:
        contact = await self._contact(job)
        if (sent := self._insisting.sent(job.held)) is not None:
            await self._settle(job, sent.outcome, sent, contact)
            return
        if await self._waiting.has_to(job):
            await self._settling.postpone(job.held, job, backoff(job.held.deliveries))
            return
        decided = await self._decide(job, job.event, contact)
        if not isinstance(decided, Transformed):
            await self._settle(job, decided, _UNSENT, contact)
        elif waiting and (others := self._mergeable(job, waiting, contact)):
            await self._deliver_all([job, *others], waiting, contact)
        else:
            await self._send(job, decided, contact)

    async def _contact(self, job: Job) -> Contact | None:
        if job.stored.again == OVERDUE:  # It is given up without one, so nothing old may count.
            return await self._contacts.get_surely(job.person, job.event)
        return await self._contacts.get(job.person, job.event)

    async def _send(self, job: Job, decided: Transformed, contact: Contact | None) -> None:
        terms = Terms(partial(self._pull.keeps, job.held), not job.trying.started)
        sent = await self._requests.send(decided.requests, job.settled, terms)
        job = replace(job, stored=job.stored._replace(dropped=job.stored.dropped + decided.dropped))
        await self._settle(job, sent.outcome, sent, contact)

    def _mergeable(self, job: Job, waiting: deque[Held], contact: Contact | None) -> list[Job]:
        """Take from the waiting those identifies that can go with this one: each would be sent as it is."""
        others: list[Job] = []
        for held in list(waiting)[:_MOST_TOGETHER]:
            other = read_job(held, job.person)
            if other is not None and other.event["type"] == "delete":
                break  # Nothing that comes after a deletion may go before it.
            if other is None or not other.fresh or not mergeable(job.event, other.event):
                continue
            if isinstance(self._decided(other.event, contact, replay=False), Transformed):
                waiting.remove(held)
                others.append(other)
        return others

    async def _deliver_all(self, jobs: Sequence[Job], waiting: deque[Held], contact: Contact | None) -> None:
        """Deliver identifies together; each by itself where that did not work, since one may spoil the others."""
        left = deque(jobs)
        try:
            if not await self._deliver_together(left, contact):
                while left:
                    await self._deliver(left[0], deque())
                    left.popleft()
        except Exception:
            # The first is dealt with by whoever called; of the others nobody else knows.
            waiting.extendleft(job.held for job in reversed(left) if job is not jobs[0])
            raise

    async def _deliver_together(self, left: deque[Job], contact: Contact | None) -> bool:
        """Send some identifies as one, and take out of them who has its outcome; return whether that was of use."""
        events, first = [job.event for job in left], left[0]
        decided = self._decided(merge(events), contact, replay=False)
        if not isinstance(decided, Transformed):
            return False
        ours = Terms(lambda: all(self._pull.keeps(job.held) for job in left))
        try:
            sent = await self._requests.send(decided.requests, 0, ours)
        except LostError:
            return False
        if isinstance(sent.outcome, Rejected | Parked):
            return False
        delivered, lead = isinstance(sent.outcome, Delivered), left[newest(events)]
        if delivered:
            remember = partial(self._remember, first, merge(events), contact)
            await self._insisting.until_taken(first.held, sent, remember)
        while left:
            outcome = MERGED if delivered and left[0] is not lead else sent.outcome
            await self._settle_merged(left[0], sent._replace(outcome=outcome))
            left.popleft()
        return True

    async def _settle_merged(self, job: Job, sent: Sent) -> None:
        async def settle() -> None:
            if await self._is_deleted(job):
                await self._settling.delete_again(job, sent.outcome, sent)
            else:
                await self._settling.settle(job, sent.outcome, sent)

        await self._insisting.until_taken(job.held, sent, settle)

    async def _decide(self, job: Job, event: Event, contact: Contact | None) -> Transformed | Outcome:
        """Decide what is to be done; while the settings are wrong, hold the event as everybody's are held."""
        replay = job.stored.again == REPLAYED and not job.stored.surveys
        while True:
            decided = self._decided(event, contact, replay=replay)
            if not isinstance(decided, Misconfigured):
                return decided
            await self.gate.misconfigured(decided.reason)
            if job.trying.started:
                return decided
            await self._requests.opened()

    def _decided(self, event: Event, contact: Contact | None, *, replay: bool) -> Transformed | Outcome:
        context = Context(self._destination.name, datetime.fromtimestamp(self._clock(), UTC), replay)
        return decide(self._destination, event, contact, context)[1]

    async def _settle(self, job: Job, outcome: Outcome, sent: Sent, contact: Contact | None) -> None:
        self._waiting.note(job, outcome)
        effects = partial(self._effects, job, outcome, sent, contact)
        await self._insisting.until_taken(job.held, sent, effects)

    async def _effects(self, job: Job, outcome: Outcome, sent: Sent, contact: Contact | None) -> None:
        if sent.attempts and await self._is_deleted(job):
            # Without a contact nobody can be deleted there.
            await self._contacts.remember(job.person, _with_traits(job.event, contact))
            await self._settling.delete_again(job, outcome, sent)
            return
        if isinstance(outcome, Parked):
            settled = max(job.settled, sent.settled)
            await self._park(replace(job, stored=job.stored._replace(settled=settled)), outcome, sent, contact)
            return
        if job.event["type"] == "identify" and isinstance(outcome, Delivered):
            await self._remember(job, job.event, contact)
        elif job.event["type"] == "identify" and isinstance(outcome, Skipped) and not job.fresh:
            await self._settling.release(job.person)
        elif job.event["type"] == "delete" and isinstance(outcome, Delivered | Skipped | Rejected):
            await self._settling.erase(job, self._contacts)
        await self._settling.settle(job, outcome, sent)

    async def _is_deleted(self, job: Job) -> bool:
        """Return whether the event's person was deleted since it was begun with: that erases what was accepted before."""
        return self._forgotten.get(job.person, False) and not await self._settling.is_stored(job)

    async def _remember(self, job: Job, event: Event, contact: Contact | None) -> None:
        """Remember the contact; release what waits for it, if it is new or says more.

        An earlier try may have remembered it, and come to its end before it released.
        """
        await self._contacts.remember(job.person, event)
        known = await self._contacts.get(job.person, event)
        if known is not None and (not job.fresh or contact is None or contact.traits != known.traits):
            await self._settling.release(job.person)

    async def _park(self, job: Job, outcome: Parked, sent: Sent, contact: Contact | None) -> None:
        """Let it wait; then look once more, since its contact may have come between our looking and its waiting."""
        if job.stored.again == OVERDUE:
            await self._settling.overdue(job, sent)
            return
        if sent.attempts and contact and contact == await self._contacts.get_surely(job.person, job.event):
            # The destination has the contact and says all the same that something is missing: nothing would release it.
            await self._settling.settle(job, Retry(outcome.reason), sent)
            return
        await self._settling.park(job, outcome)
        known = await self._contacts.get_surely(job.person, job.event)
        if known and known != contact and not isinstance(self._decided(job.event, known, replay=False), Parked):
            await self._settling.release(job.person)
        await self._settling.let_go(job)


def _with_traits(event: Event, contact: Contact | None) -> Event:
    """Return an event that says what is known of its person."""
    if event["type"] == "identify" or contact is None:
        return event
    return {**event, "traits": dict(contact.traits), "timestamp": contact.time}

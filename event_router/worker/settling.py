"""Puts outcomes where they belong: the record, the dead letters, the parking, whoever waits for a result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import time

import orjson

from event_router.destination import Destination
from event_router.engine.contacts import Contacts
from event_router.engine.dead_letters import DeadLetters
from event_router.engine.engine import Engine
from event_router.engine.erasure import erase_before, erase_deletion
from event_router.engine.outcomes import Outcomes, Settled
from event_router.engine.parking import Parking
from event_router.engine.publishing import Message
from event_router.engine.stored import (
    RELEASED,
    SENT,
    DeadLetter,
    Recorded,
    StoredEvent,
    Trying,
    decode_trying,
    encode_event,
    encode_trying,
)
from event_router.outcomes import (
    DUPLICATE,
    Delivered,
    Event,
    Misconfigured,
    Outcome,
    Parked,
    Reason,
    Rejected,
    Retry,
    Skipped,
)
from event_router.results import OUTCOME_OF, as_json, result_of, told
from event_router.retry import Policy, backoff
from event_router.wire import redacted, redactor
from event_router.worker.jobs import MOST_STARTS, UNTRIED, Job, recorded_as
from event_router.worker.observing import Observer
from event_router.worker.observing import Settled as Seen
from event_router.worker.pulling import Held, Pull
from event_router.worker.requests import Sent

_NAMES: dict[type, str] = {Delivered: "delivered", Skipped: "skipped", Rejected: "rejected"}
_OVERDUE = Reason(
    "delivery.parked_too_long",
    "No identify of this person came in time. Retry it once the person is identified, or discard it.",
)


class Settling:
    """Settles one destination's events."""

    def __init__(
        self,
        engine: Engine,
        destination: Destination,
        policy: Policy,
        pull: Pull,
        observer: Observer,
        clock: Callable[[], float] = time,
    ) -> None:
        self._engine = engine
        self._name = destination.name
        self._policy = policy
        self._pull = pull
        self._observer = observer
        self._clock = clock
        self._redact = redactor(destination.secrets())
        self._outcomes = Outcomes(engine, destination.name)
        self._parking = Parking(engine, destination.name)
        self._letters = DeadLetters(engine)

    async def find(self, job: Job) -> Settled | None:
        """Return the outcome that an event has already."""
        return await self._outcomes.find(job.person, job.event["messageId"])

    async def is_stored(self, job: Job) -> bool:
        """Return whether an event is there still: a deletion erases what is older, even if a worker holds it."""
        stream = self._engine.layout.stream("events")
        return await self._engine.reader.at_leader(stream, job.held.sequence) is not None

    async def settle(self, job: Job, outcome: Outcome, sent: Sent) -> None:
        """Record an outcome and let the event go; or put it back, to be tried again."""
        if isinstance(outcome, Misconfigured) or (isinstance(outcome, Retry) and outcome.throttled):
            await self._hold_back(job, sent)
            return
        if isinstance(outcome, Retry):
            await self._later(job, outcome, sent)
            return
        attempts = job.trying.attempts + sent.attempts
        if isinstance(outcome, Rejected):
            await self._bury(job, "rejected", outcome, attempts, sent)
        await self._finish(job, _NAMES[type(outcome)], outcome, attempts, sent.settled)

    async def _hold_back(self, job: Job, sent: Sent) -> None:
        """Put back a suspect that only waits for its destination: whatever ends its worker now is not its fault."""
        attempts, settled = job.trying.attempts + sent.attempts, max(job.settled, sent.settled)
        await self.note(
            job, replace(job.trying, attempts=attempts, settled=settled, put_back=job.held.deliveries, started=0)
        )
        await self._pull.put_back(job.held)

    async def _later(self, job: Job, outcome: Retry, sent: Sent) -> None:
        attempts = job.trying.attempts + sent.attempts
        delay = max(outcome.after or 0.0, backoff(attempts, self._policy.longest_backoff))
        first_at = job.trying.first_at or self._clock()
        if attempts >= self._policy.attempts or self._clock() - first_at + delay > self._policy.give_up_after:
            why = f"{outcome.reason.message} Given up after {attempts} {'attempt' if attempts == 1 else 'attempts'}."
            given_up = replace(outcome, reason=Reason(outcome.reason.code, why))
            await self._bury(job, "failed", given_up, attempts, sent)
            await self._finish(job, "failed", given_up, attempts, sent.settled)
            return
        trying = Trying(attempts, sent.settled, job.held.deliveries, 0, outcome.reason.code, first_at)
        await self.note(job, trying)
        self._see(job, "retrying", outcome.reason.code, attempts)
        await self._pull.put_back(job.held, delay)

    async def _finish(self, job: Job, name: str, outcome: Outcome, attempts: int, settled: int = 0) -> None:
        await self._withdraw(job)
        event, code = job.event, outcome.reason.code
        recorded = Recorded(name, code, event["messageId"], event["type"], attempts, self._clock(), recorded_as(job))
        await self._outcomes.record(job.person, recorded, str(job.held.sequence))
        # Not only after a crash: a try that was put back since then does not undo what the crash left behind.
        await self._tidy(job, name, again=job.held.deliveries > 1)
        if event["type"] == "delete":
            await erase_deletion(self._engine, job.person, event["messageId"], job.held.sequence)
        self._see(job, name, code, attempts)
        await self._tell(job, outcome, attempts, settled)
        await self.let_go(job)

    async def let_go(self, job: Job) -> None:
        """Acknowledge an event: nobody has to deal with it any more."""
        await self._pull.done(job.held)

    async def _bury(self, job: Job, name: str, outcome: Outcome, attempts: int, sent: Sent | None = None) -> None:
        answer, errors = sent.answer if sent else None, tuple(told(outcome)["errors"])
        settled = max(job.settled, sent.settled if sent else 0)
        stored = job.stored._replace(settled=settled, since=job.since)
        reason = self._redact(outcome.reason.message)
        letter = DeadLetter(
            self._name, name, outcome.reason.code, reason, self._clock(), attempts, stored, answer, errors
        )
        await self._letters.bury(letter)

    async def _withdraw(self, job: Job) -> None:
        """Take back the outcome of another time: what is recorded counts as the last word."""
        if job.before:
            await self._outcomes.withdraw(job.before)

    async def _tidy(self, job: Job, name: str, *, again: bool) -> None:
        """Erase what earlier tries left behind, so that an event is in one place only."""
        layout, reader = self._engine.layout, self._engine.reader
        at = (self._name, job.person, self._engine.people.message(job.event["messageId"]))
        if again or job.trying != UNTRIED:
            await reader.purge(layout.stream("retries"), layout.retry(*at))
        # What released it may have died before it took the parked event out.
        if again or job.stored.again == RELEASED:
            await reader.erase(layout.stream("parked"), layout.parked(*at))
        if (again or job.before) and name in {"delivered", "skipped"}:
            await reader.erase(layout.stream("dead"), layout.dead(*at))

    async def repeat(self, job: Job, found: Settled) -> None:
        """Let go an event that has its outcome, and say so to whoever waits for it."""
        event, recorded = job.event, found.recorded
        own = job.held.deliveries > 1 and found.at >= job.held.time
        if own:
            await self._tidy(job, recorded.outcome, again=True)
        if event["type"] == "delete":
            await erase_deletion(self._engine, job.person, event["messageId"], job.held.sequence)
        if own:
            reason = Reason(recorded.code, "Settled by a worker that could not say so any more.")
            await self._tell(job, OUTCOME_OF[recorded.outcome](reason), recorded.attempts)
        else:
            await self._tell(job, DUPLICATE, 0)
        await self.let_go(job)

    async def park(self, job: Job, outcome: Parked) -> None:
        """Let an event wait for its contact."""
        await self._withdraw(job)  # Else it would pass for settled once it is released.
        await self._parking.park(job.person, job.stored, job.since)
        if job.trying != UNTRIED:
            await self._engine.reader.purge(self._engine.layout.stream("retries"), self._retry_subject(job))
        self._see(job, "parked", outcome.reason.code, 0)
        await self._tell(job, outcome, 0)

    async def overdue(self, job: Job, sent: Sent) -> None:
        """Give up an event whose contact did not come in time."""
        attempts, outcome = job.trying.attempts + sent.attempts, Retry(_OVERDUE)
        await self._bury(job, "failed", outcome, attempts, sent)
        await self._finish(job, "failed", outcome, attempts, sent.settled)

    async def delete_again(self, job: Job, outcome: Outcome, sent: Sent) -> None:
        """Let go an event whose person was deleted while it was on its way, and have them deleted once more."""
        message_id = job.event["messageId"]
        deletion: Event = {"type": "delete", "userId": job.event["userId"], "messageId": f"{message_id}-forgotten"}
        stored = StoredEvent(deletion, job.stored.source, again=SENT)
        subject = self._engine.layout.again(self._name, job.person)
        key = f"forgotten.{self._name}.{job.held.sequence}"
        await self._engine.publisher.publish(Message(subject, encode_event(stored), key))
        # No record: the deletion has erased those of the person.
        attempts = job.trying.attempts + sent.attempts
        self._see(job, _NAMES.get(type(outcome), "failed"), outcome.reason.code, attempts)
        await self._tell(job, outcome, attempts, sent.settled)
        await self.let_go(job)

    async def release(self, person: str) -> None:
        """Let a person's parked events wait no more."""
        for stored in await self._parking.release(person):
            if stored.run:
                await self._publish(stored, {"line": stored.line, "outcome": "released"})

    async def erase(self, job: Job, contacts: Contacts) -> None:
        """Forget the person of a deletion."""
        await erase_before(self._engine, self._name, job.person, job.held.sequence, contacts)

    async def trying(self, job: Job) -> Trying:
        """Return what earlier tries left of an event."""
        if job.held.deliveries == 1:
            return UNTRIED
        kept = await self._engine.reader.last(self._engine.layout.stream("retries"), [self._retry_subject(job)])
        return decode_trying(kept[-1].data) if kept else UNTRIED

    async def note(self, job: Job, trying: Trying) -> None:
        """Keep what the next try, by whatever worker, has to know."""
        await self._engine.publisher.publish(Message(self._retry_subject(job), encode_trying(trying)))

    async def poison(self, job: Job) -> None:
        """Give up an event that ends every worker that begins with it."""
        message = (
            f"A worker began with this event {MOST_STARTS} times, alone, and came to no end each time. It is taken out, so that "
            "it stops nobody. Report it to the plugin's authors."
        )
        outcome = Retry(Reason("delivery.poison", message))
        await self._bury(job, "failed", outcome, job.trying.attempts)
        await self._finish(job, "failed", outcome, job.trying.attempts)

    async def unreadable(self, held: Held, person: str) -> None:
        """Bury what is stored as an event but is none: written by another program, or by a version that is too new."""
        event = {"messageId": f"unreadable-{held.sequence}", "type": "unknown", "stored": held.data.decode("latin-1")}
        message = "What is stored is no event that this version of the router can read. Was it written by a newer one?"
        outcome = Rejected(Reason("event.unreadable", message))
        job = Job(held, StoredEvent(event, "-"), person)
        await self._bury(job, "rejected", outcome, 0)
        await self._finish(job, "rejected", outcome, 0)

    async def postpone(self, held: Held, job: Job | None, seconds: float) -> None:
        """Put back an event for so long; with its job, so that it does not count as a crash.

        One delivery that came to no end makes no suspect, so the first needs no note.
        """
        try:
            if job and held.deliveries > 1:
                trying = await self.trying(job)
                await self.note(job, replace(trying, put_back=held.deliveries, started=0))
        finally:
            await self._pull.put_back(held, seconds)

    def _retry_subject(self, job: Job) -> str:
        message = self._engine.people.message(job.event["messageId"])
        return self._engine.layout.retry(self._name, job.person, message)

    def _see(self, job: Job, name: str, code: str, attempts: int) -> None:
        event = job.event
        seconds = self._clock() - job.since
        self._observer.settled(Seen(self._name, name, code, event["type"], event["messageId"], attempts, seconds))

    async def _tell(self, job: Job, outcome: Outcome, attempts: int, settled: int = 0) -> None:
        if job.stored.run is None:
            return
        stored = job.stored
        result = result_of(stored.line, self._name, stored.event, outcome, attempts, stored.dropped, settled)
        await self._publish(stored, redacted(as_json(result), self._redact))

    async def _publish(self, stored: StoredEvent, value: object) -> None:
        await self._engine.client.publish(self._engine.layout.result(stored.run or "-"), orjson.dumps(value))

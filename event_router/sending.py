"""Many events to one destination: side by side, but each person's in order.

Every event gets exactly one result. A person's events wait for each other; an event whose contact is not known yet is
parked and released by that person's identify, before anything that came later.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from event_router.attempts import Attempts, Timing
from event_router.delivery import Sender
from event_router.destination import Destination
from event_router.dispatch import decide
from event_router.hooks import Context, Transformed
from event_router.intake import read_line
from event_router.lines import Line
from event_router.memory import Contacts
from event_router.outcomes import (
    DUPLICATE,
    Delivered,
    Dropped,
    Event,
    Outcome,
    Parked,
    Reason,
    Retry,
    Skipped,
)
from event_router.parking import Parking
from event_router.results import Result, result_of
from event_router.resume import Done
from event_router.retry import Policy

# Events read ahead of those in flight, for each of these: enough to keep all places busy, few enough for any memory.
_AHEAD = 4
_INTERRUPTED = Retry(Reason("delivery.interrupted", "The run was interrupted before the event was sent. Run it again."))
_BEHIND = Retry(
    Reason("delivery.behind", "An earlier event of this person failed; this one waits for it. Run it again.")
)


@dataclass(frozen=True, slots=True)
class _Job:
    line: int
    event: Event
    dropped: tuple[Dropped, ...]


def _person(job: _Job) -> str:
    """Return whose event it is; nothing where that is not said."""
    return str(job.event.get("userId", ""))


def _lanes(job: _Job) -> tuple[str, ...]:
    """Return what an event shares with those it must not overtake: its person, its messageId."""
    message, person = f"message {job.event['messageId']}", _person(job)
    return (message, f"person {person}") if person else (message,)


class Sending:
    """One run of events to one destination.

    Args:
        destination: Where to.
        sender: Makes the requests.
        policy: Limits.
        report: Gets each result, as soon as it is known.
        done: What earlier runs settled; what this one settles is added.
        timing: Clock, sleep and chance.
    """

    def __init__(
        self,
        destination: Destination,
        sender: Sender,
        policy: Policy,
        report: Callable[[Result], None],
        *,
        done: Done | None = None,
        timing: Timing | None = None,
    ) -> None:
        self._destination = destination
        self._policy = policy
        self._report = report
        self._done = done or Done()
        self._attempts = Attempts(destination, sender, policy, timing or Timing())
        self._contacts = Contacts(destination.plugin.info.remember)
        self._parking: Parking[tuple[_Job, Parked]] = Parking(policy.most_parked)
        self._room = asyncio.Semaphore(policy.concurrency * _AHEAD)
        self._lanes: dict[str, asyncio.Task[None]] = {}
        # People of whom an event failed: what comes after it would be judged by what it left undone.
        self._behind: set[str] = set()
        self._intake: asyncio.Task[None] | None = None
        #: Events that earlier runs settled, passed over by this one.
        self.passed = 0

    def interrupt(self) -> None:
        """Read no more, let requests that are out come to their end, give up the rest."""
        self._attempts.halt(_INTERRUPTED)
        if self._intake:
            self._intake.cancel()

    async def run(self, lines: AsyncIterable[Line]) -> None:
        """Send the events on some lines; return when each has its result."""
        async with asyncio.TaskGroup() as group:
            self._intake = group.create_task(self._read(lines, group))
        for job, parked in self._parking.all():
            self._finish(job, parked)

    async def _read(self, lines: AsyncIterable[Line], group: asyncio.TaskGroup) -> None:
        async for line in lines:
            read = read_line(line)
            if isinstance(read, tuple):
                await self._room.acquire()
                self._start(_Job(line.number, *read), group)
            else:
                self._report(result_of(line.number, self._destination.name, None, read))

    def _start(self, job: _Job, group: asyncio.TaskGroup) -> None:
        lanes = _lanes(job)
        before = {self._lanes[lane] for lane in lanes if lane in self._lanes}
        task = group.create_task(self._in_turn(job, before))
        self._lanes.update(dict.fromkeys(lanes, task))

    async def _in_turn(self, job: _Job, before: set[asyncio.Task[None]]) -> None:
        if before:
            await asyncio.wait(before)
        try:
            await self._handle(job)
        finally:
            self._room.release()
            for lane in _lanes(job):
                if self._lanes.get(lane) is asyncio.current_task():
                    del self._lanes[lane]

    async def _handle(self, job: _Job) -> None:
        if self._settled_before(job):
            here = self._done.at(job.line, job.event["messageId"])
            self._learn(job.event, forget=here and job.event["type"] == "delete")
        else:
            await self._deliver(job)
        if job.event["type"] == "identify" and self._contacts.get(job.event):
            for waiting, _ in self._parking.release(_person(job)):
                if not self._settled_before(waiting):
                    await self._deliver(waiting)

    def _settled_before(self, job: _Job) -> bool:
        """Return whether an earlier run, or an earlier line, dealt with the event; say so where it is a duplicate."""
        message_id = job.event["messageId"]
        if self._done.at(job.line, message_id):
            self.passed += 1
            return True
        if self._done.has(message_id):
            self._report(result_of(job.line, self._destination.name, job.event, DUPLICATE))
            return True
        return False

    async def _deliver(self, job: _Job) -> None:
        decided = self._decide(job)
        if isinstance(decided, Transformed):
            begin = self._done.begin_at(job.line, job.event["messageId"])
            outcome, attempts, settled = await self._send(decided, begin)
            self._finish(job, outcome, attempts, job.dropped + decided.dropped, settled)
            if isinstance(outcome, Delivered | Skipped):
                self._learn(job.event, forget=decided.forget)
        elif not isinstance(decided, Parked) or not self._parking.add(_person(job), (job, decided)):
            self._finish(job, decided)

    def _decide(self, job: _Job) -> Transformed | Outcome:
        context = Context(self._destination.name, datetime.now(UTC))
        contract, decided = decide(self._destination, job.event, self._contacts.get(job.event), context)
        concerned = isinstance(decided, Transformed) or (contract and isinstance(decided, Skipped))
        return _BEHIND if concerned and _person(job) in self._behind else decided

    async def _send(self, decided: Transformed, begin: int) -> tuple[Outcome, int, int]:
        """Make the requests in order, from one on; the first that is neither delivered nor skipped ends it.

        Returns the outcome, the attempts made, and how many requests are settled.
        """
        attempts = 0
        skipped: list[Outcome] = []
        for at, request in enumerate(decided.requests[begin:], begin):
            outcome, tries = await self._attempts.settle(request)
            attempts += tries
            if isinstance(outcome, Skipped):
                skipped.append(outcome)
            elif not isinstance(outcome, Delivered):
                return outcome, attempts, at
        all_skipped = skipped and len(skipped) == len(decided.requests)
        return (skipped[0] if all_skipped else Delivered()), attempts, len(decided.requests)

    def _finish(
        self,
        job: _Job,
        outcome: Outcome,
        attempts: int = 0,
        dropped: tuple[Dropped, ...] = (),
        settled: int = 0,
    ) -> None:
        name, lost = self._destination.name, dropped or job.dropped
        result = result_of(job.line, name, job.event, outcome, attempts, lost, settled)
        self._report(result)
        if result.final:
            self._done.add(result)
        elif result.outcome == "failed" and result.user_id:
            self._behind.add(result.user_id)

    def _learn(self, event: Event, *, forget: bool) -> None:
        if forget:
            self._contacts.forget(event)
        elif event["type"] == "identify" and self._done.was_delivered(event["messageId"]):
            self._contacts.remember(event)

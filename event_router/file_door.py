"""A file's events through the engine: a door that waits for what becomes of each.

Retries, parking and contacts are the engine's and its workers'; here a line becomes a stored event, and what a worker
tells of it becomes the line's result. A person's events go one after the other, those of one messageId too.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterable, Callable
from dataclasses import dataclass, field
from secrets import token_hex
from time import time
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from event_router.engine.engine import Engine
from event_router.engine.outcomes import Outcomes, Settled
from event_router.engine.publishing import Message
from event_router.engine.stored import SENT, StoredEvent, encode_event
from event_router.event import not_json
from event_router.intake import read_line
from event_router.lines import Line
from event_router.outcomes import DUPLICATE, Dropped, Event, Outcome, Reason, Retry
from event_router.results import OUTCOME_OF, Result, from_json, result_of
from event_router.resume import Done

if TYPE_CHECKING:
    from nats.aio.msg import Msg
    from nats.aio.subscription import Subscription

#: Lines that wait for their result at once: enough to keep a worker busy, few enough for any memory.
AHEAD = 2000
INTERRUPTED = Retry(
    Reason("delivery.interrupted", "The run was interrupted before the event's outcome was known. Run it again.")
)
# Seconds without news, after which a worker's word may have been lost on the way; and what clocks may differ by.
_SILENCE = 5.0
_SKEW = 2.0
_BEHIND = Retry(
    Reason("delivery.behind", "An earlier event of this person failed; this one waits for it. Run it again.")
)


class _Job(NamedTuple):
    line: int
    event: Event
    dropped: tuple[Dropped, ...]
    person: str


@dataclass(slots=True)
class _Waiting:
    """A line on its way: when it was given to the engine, and what a worker last told of it."""

    job: _Job
    since: float = 0.0
    told: asyncio.Event = field(default_factory=asyncio.Event)
    result: Result | None = None


class FileDoor:
    """One run of lines to one destination.

    Args:
        engine: Where to.
        destination: The destination's name.
        run: Names this file's results, in this run and those that go on with it.
        report: Gets each result, as soon as it is known.
        done: What earlier runs settled; what this one settles is added.
        resumed: Whether an earlier run may have left events that are settled, but not reported.
        ahead: Lines that wait for their result at once.
    """

    def __init__(
        self,
        engine: Engine,
        destination: str,
        run: str,
        report: Callable[[Result], None],
        *,
        done: Done | None = None,
        resumed: bool = False,
        ahead: int = AHEAD,
    ) -> None:
        self._engine = engine
        self._destination = destination
        self._run = run
        self._invocation = token_hex(4)
        self._report = report
        self._done = done or Done()
        self._resumed = resumed
        self._room = asyncio.Semaphore(ahead)
        self._outcomes = Outcomes(engine, destination)
        self._subscription: Subscription | None = None
        self._heard_at = time()
        self._waiting: dict[int, _Waiting] = {}
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._released: defaultdict[str, list[_Waiting]] = defaultdict(list)
        # People of whom an event failed: what comes after it would be judged by what it left undone.
        self._behind: set[str] = set()
        #: Events that earlier runs settled, passed over by this one.
        self.passed = 0

    async def run(self, lines: AsyncIterable[Line]) -> None:
        """Send the events on some lines; return when each has its result, or waits for its contact."""
        client, subject = self._engine.client, self._engine.layout.result(self._run)
        self._subscription = await client.subscribe(subject, cb=self._heard)
        async with asyncio.TaskGroup() as group:
            async for line in lines:
                read = read_line(line)
                if isinstance(read, tuple):
                    await self._room.acquire()
                    self._start(_Job(line.number, *read, self._engine.people.person(read[0])), group)
                else:
                    self._report(result_of(line.number, self._destination, None, read))

    async def finish(self, why: Retry | None = None) -> None:
        """Report what has no result yet: parked where it waits for its contact, else given up."""
        if self._subscription:
            await self._subscription.drain()  # type: ignore[no-untyped-call]  # What is told already is heard first.
        for waiting in self._waiting.values():
            self._settle(waiting.result or self._result(waiting.job, why or INTERRUPTED))
        self._waiting.clear()

    async def catch_up(self) -> None:
        """After a while without news, look for outcomes of which a worker's word was lost."""
        if time() - self._heard_at < _SILENCE:
            return
        self._heard_at = time()
        for waiting in [one for one in self._waiting.values() if one.since and not one.told.is_set()]:
            found = await self._outcomes.find(waiting.job.person, waiting.job.event["messageId"])
            if found and found.at >= waiting.since - _SKEW:
                waiting.result = self._recorded(waiting.job, found, "Settled by a worker whose word was lost.")
                waiting.told.set()

    def _start(self, job: _Job, group: asyncio.TaskGroup) -> None:
        lanes = (job.person, f"message {job.event['messageId']}")
        before = {self._lanes[lane] for lane in lanes if lane in self._lanes}
        waiting = self._waiting[job.line] = _Waiting(job)
        task = group.create_task(self._in_turn(waiting, before))
        for lane in lanes:
            self._lanes[lane] = task
        task.add_done_callback(lambda done: self._leave(done, lanes))

    def _leave(self, task: asyncio.Task[None], lanes: tuple[str, ...]) -> None:
        self._room.release()
        for lane in lanes:
            if self._lanes.get(lane) is task:
                del self._lanes[lane]

    async def _in_turn(self, waiting: _Waiting, before: set[asyncio.Task[None]]) -> None:
        if before:
            await asyncio.wait(before)
        if await self._settled_before(waiting.job):
            del self._waiting[waiting.job.line]
        else:
            await self._send(waiting)
        # What this event released goes before whatever came later of its person.
        for released in self._released.pop(waiting.job.person, []):
            await self._result_of(released)

    async def _settled_before(self, job: _Job) -> bool:
        """Return whether there is nothing to send; report why, unless an earlier run did."""
        message_id = job.event["messageId"]
        if self._done.at(job.line, message_id):
            self.passed += 1
        elif self._done.has(message_id):
            self._report(self._result(job, DUPLICATE))
        elif job.person in self._behind:
            self._report(self._result(job, _BEHIND))
        elif self._resumed and (settled := await self._settled(job)):
            self._settle(settled)
        else:
            return False
        return True

    async def _settled(self, job: _Job) -> Result | None:
        """Return the result of an event that an earlier run sent, but did not live to report."""
        found = await self._outcomes.find(job.person, job.event["messageId"])
        if found is None or found.recorded.outcome not in {"delivered", "skipped"}:
            return None
        return self._recorded(job, found, "Settled by an earlier run, which ended before it could say so.")

    def _recorded(self, job: _Job, found: Settled, why: str) -> Result:
        recorded = found.recorded
        return self._result(job, OUTCOME_OF[recorded.outcome](Reason(recorded.code, why)), recorded.attempts)

    async def _send(self, waiting: _Waiting) -> None:
        job = waiting.job
        begin = self._done.begin_at(job.line, job.event["messageId"])
        stored = StoredEvent(job.event, "-", job.dropped, SENT, settled=begin, run=self._run, line=job.line)
        try:
            data = encode_event(stored)
        except TypeError as error:
            waiting.result = self._result(job, not_json(error))
            waiting.told.set()
        else:
            subject = self._engine.layout.again(self._destination, job.person)
            key = f"sent.{self._run}.{self._invocation}.{job.line}"
            waiting.since = time()
            await self._engine.publisher.publish(Message(subject, data, key))
        await self._result_of(waiting)

    async def _result_of(self, waiting: _Waiting) -> None:
        """Wait for a line's result; report it, unless it is only that it waits for its contact."""
        await waiting.told.wait()
        if waiting.result and waiting.result.outcome != "parked":
            del self._waiting[waiting.job.line]
            self._settle(waiting.result)

    async def _heard(self, message: Msg) -> None:
        self._heard_at = time()
        value: dict[str, Any] = orjson.loads(message.data)
        waiting = self._waiting.get(value["line"])
        if waiting is None:
            return
        if value["outcome"] == "released":
            waiting.told.clear()
            self._released[waiting.job.person].append(waiting)
        else:
            waiting.result = from_json(value)
            waiting.told.set()

    def _settle(self, result: Result) -> None:
        self._report(result)
        if result.final:
            self._done.add(result)
        elif result.outcome == "failed":
            self._behind.add(self._engine.people.person({"userId": result.user_id, "messageId": result.message_id}))

    def _result(self, job: _Job, outcome: Outcome, attempts: int = 0) -> Result:
        return result_of(job.line, self._destination, job.event, outcome, attempts, job.dropped)

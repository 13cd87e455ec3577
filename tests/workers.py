"""A worker taken apart for tests: events put into a real engine, handled in a chosen order, and what came of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

from support import Script, answer, identify
from worker_plugin import destination

from event_router.api import Contact, Event, Request
from event_router.delivery import Answer
from event_router.destination import Destination
from event_router.engine.contacts import Contacts
from event_router.engine.dead_letters import DeadLetters
from event_router.engine.engine import Engine
from event_router.engine.errors import EngineDown
from event_router.engine.layout import ACK_WAIT
from event_router.engine.outcomes import Outcomes
from event_router.engine.publishing import Message
from event_router.engine.reading import Kept
from event_router.engine.shared_state import SharedState
from event_router.engine.stored import DeadLetter, Recorded, StoredEvent, decode_letter, encode_event
from event_router.engine.upkeep import consumer
from event_router.retry import Policy
from event_router.worker.gate import Gate
from event_router.worker.handling import Handler
from event_router.worker.observing import Settled
from event_router.worker.pulling import Held, Pull
from event_router.worker.rate import Rate, interval
from event_router.worker.requests import Requests
from event_router.worker.settling import Settling
from event_router.worker.worker import Worker

PATIENCE = 10.0


class Seen:
    """An observer that keeps what it hears of."""

    def __init__(self) -> None:
        self.all: list[Settled] = []
        self._changed = asyncio.Event()

    def settled(self, settled: Settled) -> None:
        """Take note."""
        self.all.append(settled)
        self._changed.set()

    @property
    def short(self) -> list[tuple[str, str, str]]:
        """Return which event came to which outcome and code, in the order of their names."""
        return sorted((one.message_id, one.outcome, one.code) for one in self.all)

    async def until(self, count: int) -> None:
        """Wait for so many outcomes."""
        async with asyncio.timeout(PATIENCE):
            while len(self.all) < count:
                self._changed.clear()
                await self._changed.wait()


class Clock:
    """A clock that is set by hand, and a sleep that passes at once; of many that sleep the first to wake goes first."""

    def __init__(self, now: float) -> None:
        self.now = now
        self._wakes: list[float] = []

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        wake = self.now + seconds
        self._wakes.append(wake)
        await asyncio.sleep(0)
        while min(self._wakes) < wake:  # noqa: ASYNC110  # The others' turn comes in the same loop.
            await asyncio.sleep(0)
        self._wakes.remove(wake)
        self.now = max(self.now, wake)


class Values:
    """The values that workers share, without a server."""

    def __init__(self, known: dict[str, Any] | None = None) -> None:
        self.known = known or {}
        self.writes = 0
        self.broken = False

    @property
    def state(self) -> SharedState:
        """Return it as what it stands for."""
        return cast(SharedState, self)

    async def get(self, key: str) -> Any:
        """Return a value."""
        return self.known.get(key)

    async def put(self, key: str, value: Any) -> None:
        """Set a value."""
        await self.change(key, lambda old: value)

    async def change(self, key: str, change: Callable[[Any], Any]) -> Any:
        """Change a value."""
        await asyncio.sleep(0)
        if self.broken:
            raise EngineDown("engine.unavailable", "It is away.", retry_after=1)
        self.writes += 1
        self.known[key] = change(self.known.get(key))
        return self.known[key]

    async def watch(self, prefix: str, heard: Callable[[str, Any], None]) -> None:
        """Keep who wants to hear."""
        self.heard = heard


async def until(check: Callable[[], Awaitable[bool]]) -> None:
    """Ask until something is so."""
    async with asyncio.timeout(PATIENCE):
        while not await check():  # noqa: ASYNC110  # What is asked for is elsewhere, and tells nobody.
            await asyncio.sleep(0)


class Hands:
    """One worker's parts, put together as ``running`` does, but with a script for a sender."""

    def __init__(self, engine: Engine, script: Script, policy: Policy, clock: Callable[[], float] | None) -> None:
        self.engine, self.script, self.policy = engine, script, policy
        self.destination = destination()
        self.seen = Seen()
        clocks = {} if clock is None else {"clock": clock}
        self.gate = Gate(engine.state, "small", **clocks)
        self.pull = Pull(engine, "small", 64)
        self.contacts = Contacts(engine.layout, engine.publisher, engine.reader, "small", ("email", "plan"))
        self.settling = Settling(engine, self.destination, policy, self.pull, self.seen, **clocks)
        self.outcomes = Outcomes(engine, "small")
        self.worker: Worker | None = None
        self.serve(self.destination, clocks)

    def serve(self, destination: Destination, clocks: dict[str, Any] | None = None) -> None:
        """Deal with events for another destination of the same name."""
        rate = Rate(self.engine.state, "small", interval(self.policy.requests_per_second, 0))
        requests = Requests(destination, self.script, self.gate, rate, self.policy.concurrency)
        self.handler = Handler(
            destination, self.gate, requests, self.contacts, self.settling, self.pull, **clocks or {}
        )

    async def put(self, *events: Event, **changes: Any) -> None:
        """Store events; with ``again`` for this destination only."""
        layout, people = self.engine.layout, self.engine.people
        for event in events:
            person = people.person(event)
            subject = layout.again("small", person) if changes.get("again") else layout.event(person)
            await self.engine.publisher.publish(Message(subject, encode_event(StoredEvent(event, "-", **changes))))

    async def take(self, count: int) -> list[Held]:
        """Return so many events, in the order they were stored."""
        came: list[Held] = []
        async with asyncio.timeout(PATIENCE):
            while len(came) < count:
                await self.pull.ask()
                came += await self.pull.take(0.01)
        return sorted(came, key=lambda held: held.sequence)

    async def deal(self, *events: Event, **changes: Any) -> None:
        """Store events, and deal with them: one person's together, in order."""
        await self.put(*events, **changes)
        await self.handle(await self.take(len(events)))

    async def handle(self, given: list[Held]) -> None:
        """Deal with events of one person, whoever pulled them."""
        for held in given:
            self.pull.holding.setdefault(held.sequence, held)
            self.pull._ours.setdefault(held.sequence, asyncio.get_running_loop().time() + ACK_WAIT)
        lane = deque(given)
        while lane:
            held = lane.popleft()
            await self.handler.handle(held.subject.rpartition(".")[2], held, lane)

    async def lose(self) -> None:
        """Come to no end with what is held: the server hands it out again, as it does when a worker has died."""
        self.pull._rest()
        for held in list(self.pull.holding.values()):
            await self.pull.put_back(held)

    async def outcome(self, event: Event) -> Recorded | None:
        """Return the recorded outcome of an event."""
        found = await self.outcomes.find(self.engine.people.person(event), event["messageId"])
        return found.recorded if found else None

    async def kept(self, kind: str) -> list[Kept]:
        """Return what a stream keeps."""
        stream, space = self.engine.layout.stream(kind), self.engine.layout.settings.namespace
        return [kept async for kept in self.engine.reader.walk(stream, f"{space}.>")]

    async def letters(self) -> list[DeadLetter]:
        """Return the dead letters."""
        return [decode_letter(kept.data) for kept in await self.kept("dead")]

    async def left(self) -> list[str]:
        """Return in which places something of an event is left, apart from its outcome."""
        return [kind for kind in ("dead", "parked", "retries") if await self.kept(kind)]

    async def retry(self) -> None:
        """Deal with the oldest dead letter's event once more, as somebody who retries it does."""
        letters = DeadLetters(self.engine)
        found = await anext(letters.list())
        await letters.retry(found)
        await self.handle(await self.take(1))

    async def contact(self) -> Contact | None:
        """Return what is known of the person that all tests are about."""
        return await self.contacts.get_surely(self.engine.people.person(identify()), identify())

    @property
    def bodies(self) -> list[Any]:
        """Return what was sent."""
        return [request.body for request in self.script.requests]

    @property
    def kinds(self) -> list[str]:
        """Return what kinds of requests were sent."""
        return [request.kind for request in self.script.requests]

    async def idle(self) -> None:
        """Wait until the server has heard that nothing waits to be dealt with."""

        async def nothing() -> bool:
            info = await consumer(self.engine, "small")
            return not info["num_pending"] and not info["num_ack_pending"]

        await until(nothing)

    @asynccontextmanager
    async def working(self, grace: float = PATIENCE) -> AsyncIterator[None]:
        """Let a worker take and handle events for the block."""
        self.worker = Worker(self.pull, self.handler)
        running = asyncio.create_task(self.worker.run())
        try:
            yield
        finally:
            await self.worker.stop(grace)
            await running


@asynccontextmanager
async def hands(
    engine: Engine,
    *answers: Any,
    then: Any = None,
    clock: Callable[[], float] | None = None,
    loop: bool = False,
    **limits: Any,
) -> AsyncIterator[Hands]:
    """Yield a worker's parts on an engine; its pull is open, unless a worker is going to ``loop``."""
    made = Hands(engine, Script(*answers, then=then), Policy(**limits), clock)
    await made.gate.start()
    await made.contacts.listen(engine.client, lambda person: made.handler.forgotten(person))
    if not loop:
        await made.pull.start()
    yield made
    if not loop:
        await made.pull.stop()


class Slow:
    """A sender that answers when it is told to."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.go = asyncio.Event()

    async def __call__(self, request: Request) -> Answer:
        """Answer, once it may."""
        self.requests.append(request)
        await self.go.wait()
        return answer()

    async def flying(self, count: int) -> None:
        """Wait until so many requests are in flight."""

        async def enough() -> bool:
            return len(self.requests) >= count

        await until(enough)


def slow(some: Hands) -> Slow:
    """Let requests take until further notice."""
    some.script = sender = Slow()  # type: ignore[assignment]
    some.serve(some.destination)
    return sender

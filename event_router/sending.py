"""One run of ``send``: a file's events through an engine, with a worker of its own, until each has its result."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from secrets import token_hex
from threading import Event
from time import time

from event_router.destination import Destination
from event_router.engine.access import Access
from event_router.engine.engine import open_engine
from event_router.engine.errors import EngineError
from event_router.engine.settings import EngineSettings
from event_router.file_door import AHEAD, INTERRUPTED, FileDoor
from event_router.lines import Line
from event_router.outcomes import Reason, Retry
from event_router.results import Result
from event_router.resume import Done
from event_router.retry import Policy
from event_router.running import working
from event_router.worker.gate import DOWN, MISCONFIGURED, THROTTLED, Gate, GateState
from event_router.worker.observing import Silent

_LOOK = 0.1
_ENDED = Retry(
    Reason("engine.ended", "The run's nats-server ended before the event's outcome was known. Run it again.")
)


@dataclass(frozen=True, slots=True)
class Run:
    """What is sent where, and how.

    Attributes:
        destination: Where to.
        policy: Limits of delivery.
        engine: Limits of what is kept.
        destinations: The names of all destinations that the engine serves.
        done: What earlier runs settled.
        name: Stays the same for all runs that go on with each other; ``None`` where none will.
        ahead: Lines that wait for their result at once.
        own: Whether the engine is this run's own, to be brought to its settings.
        ended: Set by whoever sees that the engine's server has ended.
    """

    destination: Destination
    policy: Policy
    engine: EngineSettings
    destinations: tuple[str, ...]
    done: Done = field(default_factory=Done)
    name: str | None = None
    ahead: int = AHEAD
    own: bool = True
    ended: Event = field(default_factory=Event)

    @property
    def token(self) -> str:
        """Return what names the run in subjects."""
        return blake2b(self.name.encode(), digest_size=8).hexdigest() if self.name else token_hex(8)


async def send(
    run: Run,
    access: Access,
    lines: AsyncIterable[Line],
    report: Callable[[Result], None],
    interrupted: asyncio.Event,
) -> int:
    """Send some lines' events; return how many were settled before. Raises ``EngineError``, and what reading raises."""
    name = run.destination.name
    opened = (access, run.engine, run.destinations)
    async with open_engine(*opened, name="event-router send", change=run.own) as engine:
        door = FileDoor(engine, name, run.token, report, done=run.done, resumed=run.name is not None, ahead=run.ahead)
        async with (
            open_engine(*opened, name="event-router send, worker", change=False) as own,
            working(own, run.destination, run.policy, Silent(), grace=run.policy.timeout) as gate,
        ):
            why = await _run(door, lines, gate, run, interrupted)
        await door.finish(why)
    return door.passed


async def _run(
    door: FileDoor, lines: AsyncIterable[Line], gate: Gate, run: Run, interrupted: asyncio.Event
) -> Retry | None:
    """Send until all is settled, somebody interrupts, or the destination takes nothing for too long; return why it ends."""
    sending = asyncio.ensure_future(door.run(lines))
    since, state = time(), gate.state
    try:
        while not sending.done():
            if gate.state.name != state.name:
                since, state = time(), gate.state
            why = INTERRUPTED if interrupted.is_set() else _ENDED if run.ended.is_set() else None
            if why := why or impatience(gate.state, time() - since, run.policy, time()):
                sending.cancel()
                await asyncio.wait({sending})
                return why
            with suppress(EngineError):
                await door.catch_up()
            await asyncio.wait({sending}, timeout=_LOOK)
    finally:
        sending.cancel()
    try:
        sending.result()
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors
    return None


def impatience(state: GateState, lasting: float, policy: Policy, now: float) -> Retry | None:
    """Return why there is no use in waiting any longer; ``None`` where there is.

    >>> impatience(GateState(), 9999.0, Policy(), 0.0)
    """
    if state.name == MISCONFIGURED:
        why = f"Nothing more was sent, since an event showed that the settings are wrong: {state.message}"
        return Retry(Reason("delivery.stopped", why))
    if state.name == THROTTLED and state.until - now > policy.longest_wait:
        asked = f"{state.until - now:,.0f} more seconds of patience; longest_wait allows {policy.longest_wait:,.0f}"
        return Retry(Reason("delivery.throttled", f"The destination asked for {asked}. Send the rest later."))
    if state.name == DOWN and lasting > policy.give_up_after:
        why = f"The destination is down: {state.message} Send the rest later."
        return Retry(Reason("delivery.down", why))
    return None

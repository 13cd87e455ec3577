"""Whether a destination may be called now: what one worker learns of it holds for all of them.

Retry-After stops everybody, and nothing that anybody learns cuts it short. A destination that is down, or whose settings
are wrong, is tried by one event at a time. While the engine takes nothing, a worker holds back its own requests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from time import time
from typing import Any

from event_router.engine.errors import EngineError
from event_router.engine.layout import token
from event_router.engine.shared_state import SharedState
from event_router.outcomes import Reason

OPEN, THROTTLED, DOWN, MISCONFIGURED = "open", "throttled", "down", "misconfigured"

#: So many failed requests in a row, none answered between: the destination counts as down.
DOWN_AFTER = 5
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
#: Seconds after which wrong settings are tried once more: the key may have been enabled on the other side.
_MISCONFIGURED_PAUSE = 300.0
_FIRST_HOLD, _LONGEST_HOLD = 5.0, 60.0
#: Seconds after which what the others know is read again: what was said while we had no connection nobody repeats.
_LOOK = 3.0


@dataclass(frozen=True, slots=True)
class GateState:
    """How things stand with a destination.

    Attributes:
        name: ``open``, ``throttled``, ``down`` or ``misconfigured``.
        until: Nothing is sent before, in seconds since 1970.
        code: Of the reason.
        message: For people.
        level: How often it was found down in a row.
        patience: Until when the destination asked everybody to wait, where ``name`` says something else.
    """

    name: str = OPEN
    until: float = 0.0
    code: str = ""
    message: str = ""
    level: int = 0
    patience: float = 0.0


_PATIENCE = Reason("delivery.throttled", "The destination asked everybody to wait.")


def merged(known: GateState, news: GateState, now: float) -> GateState:
    """Return news of a destination without what would cut short a wait that it asked for.

    >>> merged(GateState("throttled", 9.0, "code", "Wait."), GateState(), now=1.0)
    GateState(name='throttled', until=9.0, code='code', message='Wait.', level=0, patience=0.0)
    """
    patience = max(_patience(known), _patience(news))
    if patience <= now:
        return news
    if news.name in {DOWN, MISCONFIGURED}:
        return replace(news, until=max(news.until, patience), patience=patience)
    of = next((one for one in (news, known) if one.name == THROTTLED), None)
    code, message = (of.code, of.message) if of else (_PATIENCE.code, _PATIENCE.message)
    return GateState(THROTTLED, patience, code, message)


def _patience(state: GateState) -> float:
    return state.until if state.name == THROTTLED else state.patience


def pause(level: int) -> float:
    """Return the seconds that a destination which is down is left alone.

    >>> pause(0), pause(3), pause(99)
    (1.0, 8.0, 60.0)
    """
    return float(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(level, 16)))


class Gate:
    """One destination's gate."""

    def __init__(self, state: SharedState, destination: str, clock: Callable[[], float] = time) -> None:
        self._shared = state
        self._key = f"gate.{token(destination)}"
        self._clock = clock
        self._failures = 0
        self._probing = False
        self._changed = asyncio.Event()
        self._seen: Any = None
        self._holds = 0
        self._held_until = 0.0
        self.state = GateState()

    async def start(self) -> None:
        """Take over what other workers know. Wrong settings are given another chance: they may be right by now."""
        await self._shared.watch("gate", self._heard)
        await self._look()
        if self.state.name == MISCONFIGURED:
            await self._tell(GateState())

    async def keep_in_step(self) -> None:
        """Look again and again what the others know, until cancelled."""
        while True:
            await asyncio.sleep(_LOOK)
            with suppress(EngineError):
                await self._look()

    @property
    def closed(self) -> bool:
        """Whether nothing may be sent now."""
        return self._until > self._clock()

    @property
    def _until(self) -> float:
        return max(self.state.until, self._held_until)

    def hold(self) -> float:
        """Hold back this worker, since the engine takes nothing; return for how long, 0 where it is held back already."""
        now = self._clock()
        if self._held_until > now:
            return 0.0
        seconds = min(_LONGEST_HOLD, _FIRST_HOLD * 2.0 ** min(self._holds, 16))
        self._holds += 1
        self._held_until = now + seconds
        return seconds

    async def held(self) -> None:
        """Wait until the engine may be asked once more."""
        while (wait := self._held_until - self._clock()) > 0:
            await self._change(wait)

    def go_on(self) -> None:
        """Hold back this worker no more."""
        self._held_until = 0.0
        self._wake()

    def taken(self) -> None:
        """Say that the engine took something; while others wait it says nothing of what it refused to them."""
        if self._held_until <= self._clock():
            self._holds = 0

    async def enter(self) -> bool:
        """Wait until a request may be sent; return whether it is the one that finds out how things stand."""
        while True:
            wait = self._until - self._clock()
            if wait > 0:
                await self._change(wait)
            elif self.state.name not in {DOWN, MISCONFIGURED}:
                return False
            elif self._probing:
                await self._change(None)
            else:
                self._probing = True
                return True

    def leave(self, *, probing: bool) -> None:
        """Say that a request which ``enter`` let in is over."""
        if probing:
            self._probing = False
            self._wake()

    async def throttle(self, seconds: float, reason: Reason) -> None:
        """Stop everybody for so long."""
        now = self._clock()
        if now + seconds <= _patience(self.state):
            return
        if self.state.name in {DOWN, MISCONFIGURED} and self.state.until > now:
            await self._tell(replace(self.state, patience=now + seconds))
        else:
            await self._tell(GateState(THROTTLED, now + seconds, reason.code, reason.message))

    async def failed(self, reason: Reason, *, probing: bool) -> None:
        """Count a request that got no use out of the destination."""
        self._failures += 1
        down = self.state.name == DOWN
        # What was under way when it went down says nothing new; only who was sent to find out does.
        if self.state.until > self._clock() or not (probing if down else self._failures >= DOWN_AFTER):
            return
        level = self.state.level + 1 if down else 0
        await self._tell(GateState(DOWN, self._clock() + pause(level), reason.code, reason.message, level))

    async def misconfigured(self, reason: Reason) -> None:
        """Stop everybody until somebody has looked at the settings, or for a long while."""
        until = self._clock() + _MISCONFIGURED_PAUSE
        await self._tell(GateState(MISCONFIGURED, until, reason.code, reason.message))

    async def answered(self) -> None:
        """Count a request that the destination has dealt with."""
        self._failures = 0
        if self.state.name in {DOWN, MISCONFIGURED} and self.state.until <= self._clock():
            await self._tell(GateState())

    async def _tell(self, state: GateState) -> None:
        self._set(state)
        # The others find out by themselves; the event that taught us must not suffer for it.
        with suppress(EngineError):
            self._hear(await self._shared.change(self._key, self._with))

    def _with(self, known: Any) -> Any:
        """Return what is shared with what we know now."""
        return asdict(merged(GateState(**(known or {})), self.state, self._clock()))

    async def _look(self) -> None:
        self._hear(await self._shared.get(self._key))

    def _heard(self, key: str, value: Any) -> None:
        if key == self._key:
            self._hear(value)

    def _hear(self, value: Any) -> None:
        """Take over what is shared, unless it is what we heard before: we may have been unable to tell what we know."""
        if value and value != self._seen:
            self._seen = value
            self._set(GateState(**value))

    def _set(self, state: GateState) -> None:
        self.state = merged(self.state, state, self._clock())
        self._failures = 0
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _change(self, seconds: float | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()

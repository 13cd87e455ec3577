"""Whether a destination may be called now: what one worker learns of it holds for all of them.

Retry-After stops everybody. A destination that is down, or whose settings are wrong, is tried by one event at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
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


@dataclass(frozen=True, slots=True)
class GateState:
    """How things stand with a destination.

    Attributes:
        name: ``open``, ``throttled``, ``down`` or ``misconfigured``.
        until: Nothing is sent before, in seconds since 1970.
        code: Of the reason.
        message: For people.
        level: How often it was found down in a row.
    """

    name: str = OPEN
    until: float = 0.0
    code: str = ""
    message: str = ""
    level: int = 0


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
        self.state = GateState()

    async def start(self) -> None:
        """Take over what other workers know. Wrong settings are given another chance: they may be right by now."""
        await self._shared.watch("gate", self._heard)
        if known := await self._shared.get(self._key):
            self._set(GateState(**known))
        if self.state.name == MISCONFIGURED:
            await self._tell(GateState())

    @property
    def closed(self) -> bool:
        """Whether nothing may be sent now."""
        return self.state.until > self._clock()

    async def enter(self) -> bool:
        """Wait until a request may be sent; return whether it is the one that finds out how things stand."""
        while True:
            wait = self.state.until - self._clock()
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
        until = self._clock() + seconds
        if until > self.state.until:
            await self._tell(GateState(THROTTLED, until, reason.code, reason.message))

    async def failed(self, reason: Reason, *, probing: bool) -> None:
        """Count a request that got no use out of the destination."""
        self._failures += 1
        down = self.state.name == DOWN
        # What was under way when it went down says nothing new; only who was sent to find out does.
        if self.closed or not (probing if down else self._failures >= DOWN_AFTER):
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
        if self.state.name in {DOWN, MISCONFIGURED} and not self.closed:
            await self._tell(GateState())

    async def _tell(self, state: GateState) -> None:
        self._set(state)
        # The others find out by themselves; the event that taught us must not suffer for it.
        with suppress(EngineError):
            await self._shared.put(self._key, asdict(state))

    def _heard(self, key: str, value: Any) -> None:
        if key == self._key:
            self._set(GateState(**value))

    def _set(self, state: GateState) -> None:
        self.state = state
        self._failures = 0
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _change(self, seconds: float | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()

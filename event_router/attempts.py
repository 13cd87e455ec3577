"""One request, until it is settled: sent, sent again with backoff, held back while the destination asks for it.

What is learnt from one request holds for all of a destination: Retry-After stops everybody, wrong credentials stop the
run, and a destination that is down is not tried with every single event.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple

from event_router.delivery import Sender
from event_router.destination import Destination
from event_router.dispatch import encode, interpret
from event_router.messages import Request, Response
from event_router.outcomes import Misconfigured, Outcome, Reason, Rejected, Retry
from event_router.retry import Policy, backoff

#: So many events given up in a row, none delivered between: the destination counts as down.
_DOWN_AFTER = 3


@dataclass(frozen=True, slots=True)
class Timing:
    """Clock, sleep and chance; tests bring their own."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Callable[[], float] = random.random


class Settled(NamedTuple):
    """What became of a request. ``Retry`` and ``Misconfigured`` mean that it was given up, for now."""

    outcome: Outcome
    attempts: int


class Attempts:
    """The requests of one destination."""

    def __init__(self, destination: Destination, sender: Sender, policy: Policy, timing: Timing) -> None:
        self._destination = destination
        self._sender = sender
        self._policy = policy
        self._timing = timing
        self._places = asyncio.Semaphore(policy.concurrency)
        self._pauses: set[asyncio.Future[None]] = set()
        self._open_at = 0.0
        self._given_up = 0
        #: Why nothing is sent any more; ``None`` while things go on.
        self.halted: Misconfigured | Retry | None = None

    def halt(self, why: Misconfigured | Retry) -> None:
        """Send nothing more. Requests that are out are waited for, those that wait to be sent again are given up."""
        self.halted = self.halted or why
        for pause in self._pauses:
            pause.cancel()

    async def settle(self, request: Request) -> Settled:
        """Send a request until there is a final outcome, or time or attempts are used up."""
        if isinstance(body := encode(request), Rejected):
            return Settled(body, 0)
        attempts, spent, held = 0, 0.0, 0.0
        while True:
            held += await self._gate()
            if self.halted:
                return Settled(self.halted, attempts)
            start = self._timing.clock()
            outcome = await self._attempt(request)
            attempts += 1
            spent += self._timing.clock() - start
            if not isinstance(outcome, Retry):
                return Settled(self._learn(outcome), attempts)
            delay = max(outcome.after or 0.0, backoff(attempts, self._timing.random))
            if outcome.throttled:
                self._open_at = max(self._open_at, self._timing.clock() + delay)
                if held + delay > self._policy.longest_wait:
                    return Settled(self._too_long(outcome, delay), attempts)
                continue
            if attempts >= self._policy.attempts or spent + delay > self._policy.give_up_after:
                return Settled(self._give_up(outcome, attempts), attempts)
            spent += delay
            await self._pause(delay)

    async def _attempt(self, request: Request) -> Outcome:
        async with self._places:
            if self.halted:
                return self.halted
            answer = await self._sender(request)
        return interpret(self._destination, request, answer) if isinstance(answer, Response) else answer

    async def _gate(self) -> float:
        """Wait while the destination asked everybody to; return the seconds it took."""
        start = self._timing.clock()
        while not self.halted and (wait := self._open_at - self._timing.clock()) > 0:
            await self._pause(wait)
        return self._timing.clock() - start

    async def _pause(self, seconds: float) -> None:
        pause = asyncio.ensure_future(self._timing.sleep(seconds))
        self._pauses.add(pause)
        await asyncio.wait({pause})
        self._pauses.discard(pause)

    def _learn(self, outcome: Outcome) -> Outcome:
        if isinstance(outcome, Misconfigured):
            why = f"Nothing more was sent, since an earlier event showed that the settings are wrong: {outcome.reason.message}"
            self.halt(Misconfigured(Reason("delivery.stopped", why)))
        else:
            self._given_up = 0
        return outcome

    def _too_long(self, outcome: Retry, delay: float) -> Retry:
        why = f"The destination asked for {delay:,.0f} more seconds of patience; longest_wait allows {self._policy.longest_wait:,.0f}."
        self.halt(Retry(Reason("delivery.throttled", f"{why} Send the rest later.")))
        return Retry(Reason(outcome.reason.code, f"{outcome.reason.message} {why}"))

    def _give_up(self, outcome: Retry, attempts: int) -> Retry:
        self._given_up += 1
        if self._given_up >= _DOWN_AFTER:
            last = f"{_DOWN_AFTER} events in a row failed, the last with: {outcome.reason.message}"
            self.halt(Retry(Reason("delivery.down", f"The destination is down. {last} Send the rest later.")))
        return Retry(Reason(outcome.reason.code, f"{outcome.reason.message} Given up after {attempts} attempts."))

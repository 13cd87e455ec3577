"""The requests that an event became, one after the other, each sent when the destination may be called."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple, cast

from event_router.delivery import Sender
from event_router.destination import Destination
from event_router.dispatch import interpret
from event_router.engine.stored import Answered
from event_router.messages import Request, Response
from event_router.outcomes import Delivered, Misconfigured, Outcome, Reason, Retry, Skipped
from event_router.retry import backoff
from event_router.wire import redactor
from event_router.worker.gate import Gate
from event_router.worker.pulling import LostError
from event_router.worker.rate import Rate

_MOST_SHOWN = 2000
_CLOSED = Retry(Reason("delivery.throttled", "The destination takes nothing now."), throttled=True)


class Sent(NamedTuple):
    """What became of an event's requests.

    Attributes:
        outcome: Of the first that was neither delivered nor skipped; else of all.
        attempts: Requests made; those that the destination put off for everybody do not count, nor those that found out
            that it is still down.
        settled: Requests that need not be made again.
        answer: The destination's last answer, if there was one.
    """

    outcome: Outcome
    attempts: int
    settled: int
    answer: Answered | None


class _Exchanged(NamedTuple):
    """What became of one request, the answer, if there was one, and how many attempts that was."""

    outcome: Outcome
    answer: Response | None = None
    attempts: int = 1


class Terms(NamedTuple):
    """On what terms an event's requests are sent.

    Attributes:
        ours: Says whether the event is ours still: what is not is not sent.
        patient: Whether it waits here while the destination takes nothing from anybody; else it comes back as it is, with
            an outcome that says so.
    """

    ours: Callable[[], bool] = lambda: True
    patient: bool = True


USUAL = Terms()


class Requests:
    """Sends one destination's requests."""

    def __init__(self, destination: Destination, sender: Sender, gate: Gate, rate: Rate, concurrency: int) -> None:
        self._destination = destination
        self._sender = sender
        self._gate = gate
        self._rate = rate
        self._places = asyncio.Semaphore(concurrency)
        self._idle: set[asyncio.Task[Any]] = set()
        self._stopped = False
        self._redact = redactor(destination.secrets())

    async def send(self, requests: tuple[Request, ...], begin: int, terms: Terms = USUAL) -> Sent:
        """Send requests in order, from one on, until one fails. Raises ``LostError``."""
        attempts, answer = 0, None
        skipped: list[Outcome] = []
        for at, request in enumerate(requests[begin:], begin):
            outcome, answered, made = await self._settle(request, terms)
            attempts += made
            answer = self._shown(answered) if answered else answer
            if isinstance(outcome, Skipped):
                skipped.append(outcome)
            elif not isinstance(outcome, Delivered):
                return Sent(outcome, attempts, at, answer)
        all_skipped = skipped and len(skipped) == len(requests)
        return Sent(skipped[0] if all_skipped else Delivered(), attempts, len(requests), answer)

    async def _settle(self, request: Request, terms: Terms) -> _Exchanged:
        """Send a request; hold it as long as the destination takes nothing from anybody, if it is patient."""
        put_off = 0
        while terms.patient or not self._gate.closed:
            exchanged = await self._once(request, terms)
            if exchanged is None:
                continue
            outcome = exchanged.outcome
            if isinstance(outcome, Retry) and outcome.throttled:
                put_off += 1
                await self._gate.throttle(max(outcome.after or 0.0, backoff(put_off)), outcome.reason)
            elif isinstance(outcome, Misconfigured):
                await self._gate.misconfigured(outcome.reason)
            else:
                return exchanged
        return _Exchanged(_CLOSED, None, 0)

    async def _once(self, request: Request, terms: Terms) -> _Exchanged | None:
        """Send a request in its turn; ``None`` where the gate closed before its turn came."""
        task = self._wait()
        try:
            async with self._places:
                probing = await self._gate.enter()
                try:
                    # After the gate: what waited there together must not go all at once when it opens.
                    await self._rate.turn()
                    if self._gate.closed:
                        return None
                    if not terms.ours():
                        raise LostError
                    self._idle.discard(task)
                    return await self._exchange(request, probing=probing)
                finally:
                    self._gate.leave(probing=probing)
        finally:
            self._idle.discard(task)

    async def opened(self) -> None:
        """Wait until the destination may be called."""
        task = self._wait()
        try:
            self._gate.leave(probing=await self._gate.enter())
        finally:
            self._idle.discard(task)

    def stop(self) -> None:
        """Cancel whoever waits to send, now and from now on: that can take as long as the destination likes."""
        self._stopped = True
        for task in self._idle:
            task.cancel()

    def _wait(self) -> asyncio.Task[Any]:
        """Return the task that is about to wait; ``stop`` cancels it as long as it is among the idle."""
        if self._stopped:
            raise asyncio.CancelledError
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        self._idle.add(task)
        return task

    async def _exchange(self, request: Request, *, probing: bool) -> _Exchanged:
        answer = await self._sender(request)
        if isinstance(answer, Response):
            exchanged = _Exchanged(interpret(self._destination, request, answer), answer)
        else:
            exchanged = _Exchanged(answer)
        await self._learn(exchanged, probing=probing)
        # Who found out for all that it is still down must not be given up for it.
        return exchanged._replace(attempts=0) if probing and isinstance(exchanged.outcome, Retry) else exchanged

    async def _learn(self, exchanged: _Exchanged, *, probing: bool) -> None:
        outcome, answer, _ = exchanged
        if isinstance(outcome, Retry):
            if not outcome.throttled:
                await self._gate.failed(outcome.reason, probing=probing)
        elif answer and not isinstance(outcome, Misconfigured):
            await self._gate.answered()

    def _shown(self, answer: Response) -> Answered:
        return Answered(answer.status, self._redact(answer.body[:_MOST_SHOWN].decode("utf-8", "replace")))

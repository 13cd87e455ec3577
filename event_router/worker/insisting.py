"""Effects that have to take place: tried until the engine takes them, so that nothing is sent again for want of a record.

While the engine takes nothing, the worker sends no more either. What was sent but not recorded is kept in mind, for the
case that its event is taken from us and comes again.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from event_router.engine.errors import UnavailableError
from event_router.worker.gate import Gate
from event_router.worker.pulling import Held, LostError, Pull
from event_router.worker.requests import Sent

_LOG = logging.getLogger("event_router.worker")
#: Events kept in mind: many more than a worker holds.
_MOST = 10_000


class Insisting:
    """Insists on effects for one worker's events."""

    def __init__(self, gate: Gate, pull: Pull) -> None:
        self._gate = gate
        self._pull = pull
        self._stopped = False
        self._unrecorded: OrderedDict[int, Sent] = OrderedDict()

    def sent(self, held: Held) -> Sent | None:
        """Return what became of an event's requests, where this worker made them and could not record it."""
        return self._unrecorded.get(held.sequence)

    async def until_taken(self, held: Held, sent: Sent, effects: Callable[[], Awaitable[None]]) -> None:
        """Let effects take place, which can be repeated. Raises ``LostError`` once the event is not ours."""
        try:
            await self._insist(held, effects)
        except Exception:
            self._keep(held, sent)
            raise
        self._gate.taken()
        self._unrecorded.pop(held.sequence, None)

    def stop(self) -> None:
        """Wait no more for an engine that is gone; one that only takes nothing now is given the time there is."""
        self._stopped = True
        self._gate.go_on()

    def _keep(self, held: Held, sent: Sent) -> None:
        if sent.attempts:
            self._unrecorded[held.sequence] = sent
            if len(self._unrecorded) > _MOST:
                self._unrecorded.popitem(last=False)

    async def _insist(self, held: Held, effects: Callable[[], Awaitable[None]]) -> None:
        while (refusal := await self._refusal(held, effects)) is not None:
            if self._stopped and not self._pull.connected:
                raise refusal
            await self._gate.held()

    async def _refusal(self, held: Held, effects: Callable[[], Awaitable[None]]) -> UnavailableError | None:
        """Try once; return why the engine took nothing, if it did not."""
        if not self._pull.keeps(held):
            raise LostError
        try:
            await effects()
        except UnavailableError as error:
            if seconds := self._gate.hold():
                _LOG.warning("No outcome can be recorded; nothing is sent for %g seconds: %s", seconds, error)
            return error
        return None

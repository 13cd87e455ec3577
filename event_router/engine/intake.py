"""The engine as the doors see it: takes events, or says why it takes none now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import time

from event_router.doors.store import Accepted, Refused, Unavailable
from event_router.engine.dead_letters import DeadLetters
from event_router.engine.engine import Engine
from event_router.engine.errors import UnavailableError
from event_router.engine.layout import INTAKE
from event_router.engine.publishing import Message
from event_router.engine.stored import SENT, DeadLetter, StoredEvent, encode_event
from event_router.outcomes import Reason
from event_router.results import told

DRAINING = Reason(
    "engine.draining", "The router takes no events while it is drained; `event-router drain --undo` ends that."
)


class Intake:
    """Stores what the doors accept.

    Attributes:
        closed: Why nothing is accepted now; ``None`` while things go on.
    """

    def __init__(self, engine: Engine, counted: Callable[[str, int], None], clock: Callable[[], float] = time) -> None:
        self._engine = engine
        self._letters = DeadLetters(engine)
        self._counted = counted
        self._clock = clock
        self.closed: Reason | None = None

    async def accept(self, accepted: Sequence[Accepted], refused: Sequence[Refused] = ()) -> None:
        """Return once all are stored and acknowledged. Raises ``Unavailable``."""
        if self.closed:
            raise Unavailable(self.closed.code, self.closed.message, 30)
        messages = [self._message(one) for one in accepted]
        messages += [self._letters.message(self._letter(one)) for one in refused]
        try:
            stored = await self._engine.publisher.publish_all(messages)
        except UnavailableError as error:
            raise Unavailable(error.code, error.message, error.retry_after) from error
        for one, kept in zip(accepted, stored, strict=False):
            if not kept.duplicate:
                self._counted(one.source, 1)

    def _message(self, one: Accepted) -> Message:
        people, layout = self._engine.people, self._engine.layout
        person, key = people.person(one.event), people.message(one.event["messageId"])
        if one.destination is None:
            return Message(layout.event(person), encode_event(StoredEvent(one.event, one.source, one.dropped)), key)
        data = encode_event(StoredEvent(one.event, one.source, one.dropped, SENT))
        return Message(layout.again(one.destination, person), data, f"{key}.{one.destination}")

    def _letter(self, one: Refused) -> DeadLetter:
        reason, errors = one.outcome.reason, tuple(told(one.outcome)["errors"])
        event = one.raw if isinstance(one.raw, dict) else {"value": one.raw}
        stored = StoredEvent(event, one.source)
        return DeadLetter(INTAKE, "rejected", reason.code, reason.message, self._clock(), 0, stored, None, errors)

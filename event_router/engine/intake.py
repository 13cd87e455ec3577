"""The engine as the doors see it: takes events, or says why it takes none now."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from time import time

from event_router.doors.store import Accepted, Refused, Unavailable
from event_router.engine.dead_letters import DeadLetters
from event_router.engine.engine import Engine
from event_router.engine.errors import EngineFull, UnavailableError
from event_router.engine.layout import INTAKE
from event_router.engine.publishing import Message, Stored
from event_router.engine.stored import SENT, DeadLetter, StoredEvent, encode_event
from event_router.outcomes import Reason, Rejected
from event_router.results import told

DRAINING = Reason(
    "engine.draining", "The router takes no events while it is drained; `event-router drain --undo` ends that."
)
_LOG = logging.getLogger("event_router.intake")


class Intake:
    """Stores what the doors accept.

    Args:
        engine: Where.
        counted: Told of events that are stored: their source, and how many.
        clock: Seconds since 1970.
        repeated: Likewise, of events that were stored already.
        refused: Likewise, of items that are no events.

    Attributes:
        closed: Why nothing is accepted now; ``None`` while things go on.
    """

    def __init__(
        self,
        engine: Engine,
        counted: Callable[[str, int], None],
        clock: Callable[[], float] = time,
        *,
        repeated: Callable[[str, int], None] = lambda *_: None,
        refused: Callable[[str, int], None] = lambda *_: None,
    ) -> None:
        self._engine = engine
        self._letters = DeadLetters(engine)
        self._counted = counted
        self._repeated = repeated
        self._refused = refused
        self._clock = clock
        self.closed: Reason | None = None

    async def accept(self, accepted: Sequence[Accepted], refused: Sequence[Refused] = ()) -> None:
        """Return once all are stored and acknowledged. Raises ``Unavailable``."""
        if self.closed:
            raise Unavailable(self.closed.code, self.closed.message, 30)
        fit: list[Message] = []
        sources: list[str] = []
        long: list[Refused] = []
        for one in accepted:
            message = self._message(one)
            if self._fits(message):
                fit.append(message)
                sources.append(one.source)
            else:
                long.append(self._too_long(one, message))
        try:
            stored = await self._engine.publisher.publish_all(fit)
            self._count(sources, stored)
            await self._keep([*refused, *long])
        except UnavailableError as error:
            raise Unavailable(error.code, error.message, error.retry_after) from error

    def _count(self, sources: Sequence[str], stored: Sequence[Stored]) -> None:
        """Tell how many events of each source are new, and how many were there; once for a batch, not for each event."""
        for (source, duplicate), number in Counter(
            zip(sources, (one.duplicate for one in stored), strict=True)
        ).items():
            (self._repeated if duplicate else self._counted)(source, number)

    async def _keep(self, refused: Sequence[Refused]) -> None:
        """Keep what is no event as far as there is room: junk, which whoever has a public key may send, closes no door."""
        try:
            await self._engine.publisher.publish_all([self._refusal(one) for one in refused])
        except EngineFull:
            codes = Counter(one.outcome.reason.code for one in refused)
            said = ", ".join(f"{code} ({number})" for code, number in sorted(codes.items()))
            _LOG.warning("There is no room for items that are no events; some are lost: %s. See refused_bytes.", said)
        for one in refused:
            self._refused(one.source, 1)

    def _message(self, one: Accepted) -> Message:
        people, layout = self._engine.people, self._engine.layout
        person = people.person(one.event)
        # Not of the messageId alone: a sender that numbers each person's events anew would lose most of them.
        key = people.message(f"{person} {one.event['messageId']}")
        if one.destination is None:
            return Message(layout.event(person), encode_event(StoredEvent(one.event, one.source, one.dropped)), key)
        data = encode_event(StoredEvent(one.event, one.source, one.dropped, SENT))
        return Message(layout.again(one.destination, person), data, f"{key}.{one.destination}")

    def _fits(self, message: Message) -> bool:
        """Return whether it finds room in one message, also once it is a dead letter with its reason and answer."""
        return len(message.data) <= self._engine.client.max_payload * 7 // 8

    def _too_long(self, one: Accepted, message: Message) -> Refused:
        most = self._engine.client.max_payload
        why = f"The event has {len(message.data):,} bytes as it is stored, too many for a nats-server that takes {most:,}."
        reason = Reason("event.too_large", f"{why} Leave something out, or raise max_payload there.")
        return Refused(one.event, Rejected(reason), one.source)

    def _refusal(self, one: Refused) -> Message:
        message = self._letters.message(self._letter(one))
        return message if self._fits(message) else self._letters.message(self._letter(one.shortened()))

    def _letter(self, one: Refused) -> DeadLetter:
        reason, errors = one.outcome.reason, tuple(told(one.outcome)["errors"])
        event = one.raw if isinstance(one.raw, dict) else {"value": one.raw}
        stored, at = StoredEvent(event, one.source), self._clock()
        return DeadLetter(INTAKE, "rejected", reason.code, reason.message, at, 0, stored, None, errors, one.cut)

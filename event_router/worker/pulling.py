"""Events pulled from a destination's consumer: a few ahead of those being worked on, each kept alive until let go.

An event that could not be kept alive goes to another worker; then it is not ours any more, to send or to record.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import orjson
from nats.errors import Error

from event_router.engine.engine import Engine
from event_router.engine.errors import EngineDown, EngineError
from event_router.engine.layout import ACK_WAIT
from event_router.engine.migration import NOT_FOUND, migrate

if TYPE_CHECKING:
    from nats.aio.msg import Msg
    from nats.aio.subscription import Subscription

_LOG = logging.getLogger("event_router.worker")
_EXPIRES = 20.0
_BEATS = 5.0
_NANOSECONDS = 1_000_000_000
_ACK, _NAK, _ALIVE = b"+ACK", b"-NAK", b"+WPI"
_GONE = (
    "The consumer of %s was gone, and is made again. What was accepted before and has no outcome yet does not come by itself; "
    "`event-router replay` brings it."
)
_BEAT, _TIME_IS_OVER = "100", "408"


class LostError(Exception):
    """An event is not ours any more: the engine has handed it out again, or is about to."""


class Held(NamedTuple):
    """An event as a worker holds it.

    Attributes:
        reply: Where to say what became of it.
        subject: Where it is stored.
        data: What is stored.
        sequence: In the stream.
        deliveries: How often it was handed out, this time included.
        time: When it was stored, in seconds since 1970.
    """

    reply: str
    subject: str
    data: bytes
    sequence: int
    deliveries: int
    time: float


def held(reply: str, subject: str, data: bytes) -> Held:
    """Read what JetStream says of a delivery in its reply subject ([DOC] NATS ADR-15: 9 tokens, or 11 and more)."""
    tokens = reply.split(".")
    at = 4 if len(tokens) == 9 else 6
    return Held(reply, subject, data, int(tokens[at + 1]), int(tokens[at]), int(tokens[at + 3]) / _NANOSECONDS)


class Pull:
    """A consumer's events for one worker.

    Args:
        engine: Where from.
        destination: Whose.
        room: Events held at once.
    """

    def __init__(self, engine: Engine, destination: str, room: int) -> None:
        self._engine = engine
        self._client = engine.client
        self._room = room
        stream, consumer = engine.layout.stream("events"), engine.layout.consumer(destination)
        self._next = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
        self._info = f"CONSUMER.INFO.{stream}.{consumer}"
        self._inbox = self._client.new_inbox()
        self._asked = 0
        self._heard_at = 0.0
        self._came: deque[Held] = deque()
        # Set when events came, and when there is room for more: either is something to do.
        self._stirred = asyncio.Event()
        self._subscription: Subscription | None = None
        #: Events in this worker's hands, by sequence.
        self.holding: dict[int, Held] = {}
        # Until when each is ours, by the loop's clock.
        self._ours: dict[int, float] = {}
        self._refused = False
        self._told = False

    async def start(self) -> None:
        """Begin to listen; nothing is pulled before ``ask``."""
        self._subscription = await self._client.subscribe(f"{self._inbox}.*", cb=self._hear, pending_bytes_limit=0)

    async def stop(self) -> list[Held]:
        """Pull no more; return what came but was not taken."""
        if self._subscription and self._client.is_connected:
            with suppress(Error):
                # What is on its way to us is still heard, so that it can be put back. What the server hands out at this
                # very moment may find nobody: it comes to another once ACK_WAIT is over.
                await self._subscription.drain()  # type: ignore[no-untyped-call]
        return self._rest()

    async def ask(self) -> None:
        """Ask for as many events as there is room for, unless it is hardly worth it. Raises ``EngineDown``."""
        now = _clock()
        if self._asked and now - self._heard_at > 2 * _BEATS + 1:
            self._asked = 0  # The server forgot us: it restarted, or the connection broke.
        if self._worth_asking():
            room = self._room - len(self.holding) - self._asked
            wanted = {
                "batch": room,
                "expires": int(_EXPIRES * _NANOSECONDS),
                "idle_heartbeat": int(_BEATS * _NANOSECONDS),
            }
            self._asked += room
            self._heard_at = now
            await self._say(self._next, orjson.dumps(wanted), f"{self._inbox}.{room}")

    async def take(self, seconds: float) -> list[Held]:
        """Return the events that came, after waiting so long at most until some come or there is room to ask for more."""
        if not self._came:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._stirred.wait()
        self._stirred.clear()
        return self._rest()

    async def restore(self) -> None:
        """Make the consumer again, and its stream, where the server said that there is none. Raises ``EngineError``."""
        if not self._refused:
            return
        reader, layout = self._engine.reader, self._engine.layout
        answer = await reader.ask_softly(self._info)
        if answer.get("error", {}).get("err_code") in NOT_FOUND:
            if not self._told:
                _LOG.warning(_GONE, self._info.rpartition(".")[2])
            self._told = True
            await migrate(reader, layout, self._engine.destinations)
        self._refused = self._told = False

    @property
    def connected(self) -> bool:
        """Whether there is a connection to the engine now."""
        return self._client.is_connected

    def keeps(self, one: Held) -> bool:
        """Return whether an event that was handed to us is ours still."""
        now = self.holding.get(one.sequence)
        return now is not None and now.deliveries <= one.deliveries and self._ours[one.sequence] > _clock()

    def drop(self, one: Held) -> None:
        """Forget an event that is ours no more."""
        now = self.holding.get(one.sequence)
        if now is not None and now.deliveries <= one.deliveries:
            self._let_go(one)

    async def done(self, one: Held) -> None:
        """Let an event go: it has its outcome. Raises ``EngineDown``."""
        if self._give_up(one):
            await self._say(one.reply, _ACK)

    async def put_back(self, one: Held, seconds: float = 0.0) -> None:
        """Give an event back, to be handed out again after a while. Raises ``EngineDown``."""
        if self._give_up(one):
            delay = b' {"delay": %d}' % int(seconds * _NANOSECONDS) if seconds else b""
            await self._say(one.reply, _NAK + delay)

    async def keep_alive(self) -> None:
        """Say of every event in our hands, again and again, that it is worked on."""
        while True:
            await asyncio.sleep(ACK_WAIT / 3)
            with suppress(EngineError):
                await self._extend(_clock() + ACK_WAIT)

    async def _extend(self, until: float) -> None:
        """Keep until some time what is ours; what is not is another's to keep. Raises ``EngineDown``."""
        kept = [one for one in self.holding.values() if self.keeps(one)]
        if not kept:
            return
        for one in kept[:-1]:
            await self._say(one.reply, _ALIVE)
        # Only an answer shows that it was heard, and all before it.
        await self._heard_of(kept[-1])
        self._ours |= {one.sequence: until for one in kept if self.holding.get(one.sequence) == one}

    async def _heard_of(self, one: Held) -> None:
        try:
            await self._client.request(one.reply, _ALIVE, timeout=ACK_WAIT / 3)
        except Error as error:
            raise _deaf(error) from error

    def _give_up(self, one: Held) -> bool:
        """Let an event go; return whether it was ours."""
        ours = self.keeps(one)
        self.drop(one)
        return ours

    def _rest(self) -> list[Held]:
        came = list(self._came)
        self._came.clear()
        return came

    def _let_go(self, one: Held) -> None:
        del self.holding[one.sequence], self._ours[one.sequence]
        if self._worth_asking():
            self._stirred.set()

    def _worth_asking(self) -> bool:
        return (self._room - len(self.holding) - self._asked) * 4 >= self._room

    async def _say(self, subject: str, data: bytes, reply: str = "") -> None:
        try:
            await self._client.publish(subject, data, reply=reply)
        except Error as error:
            raise _deaf(error) from error

    async def _hear(self, message: Msg) -> None:
        self._heard_at = _clock()
        if message.reply:
            one = held(message.reply, message.subject, message.data)
            self._asked = max(0, self._asked - 1)
            self.holding[one.sequence] = one
            self._ours[one.sequence] = self._heard_at + ACK_WAIT
            self._came.append(one)
            self._stirred.set()
            return
        headers = message.headers or {}
        if (status := headers.get("Status")) != _BEAT:
            self._refused |= status != _TIME_IS_OVER
            # The request is over, with so many of its events not handed out.
            self._asked = max(
                0, self._asked - int(headers.get("Nats-Pending-Messages", message.subject.rpartition(".")[2]))
            )


def _clock() -> float:
    return asyncio.get_running_loop().time()


def _deaf(error: Error) -> EngineDown:
    why = f"The engine cannot be told what became of events ({type(error).__name__}). Nothing is lost."
    return EngineDown("engine.unavailable", why, retry_after=2)

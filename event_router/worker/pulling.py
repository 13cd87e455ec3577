"""Events pulled from a destination's consumer: a few ahead of those being worked on, each kept alive until let go."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import orjson
from nats.errors import Error

from event_router.engine.engine import Engine
from event_router.engine.errors import EngineDown, EngineError
from event_router.engine.layout import ACK_WAIT

if TYPE_CHECKING:
    from nats.aio.msg import Msg
    from nats.aio.subscription import Subscription

_EXPIRES = 20.0
_BEATS = 5.0
_NANOSECONDS = 1_000_000_000
_ACK, _NAK, _ALIVE = b"+ACK", b"-NAK", b"+WPI"


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
        self._inbox = self._client.new_inbox()
        self._asked = 0
        self._heard_at = 0.0
        self._came: deque[Held] = deque()
        # Set when events came, and when there is room for more: either is something to do.
        self._stirred = asyncio.Event()
        self._subscription: Subscription | None = None
        #: Events in this worker's hands, by sequence.
        self.holding: dict[int, Held] = {}

    async def start(self) -> None:
        """Begin to listen; nothing is pulled before ``ask``."""
        self._subscription = await self._client.subscribe(f"{self._inbox}.*", cb=self._hear, pending_bytes_limit=0)

    async def stop(self) -> list[Held]:
        """Pull no more; return what came but was not taken."""
        if self._subscription and self._client.is_connected:
            with suppress(Error):
                # What the server has handed out already is still heard, so that it can be put back.
                await self._subscription.drain()  # type: ignore[no-untyped-call]
        return self._rest()

    async def ask(self) -> None:
        """Ask for as many events as there is room for, unless it is hardly worth it. Raises ``EngineDown``."""
        now = asyncio.get_running_loop().time()
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

    async def done(self, one: Held) -> None:
        """Let an event go: it has its outcome. Raises ``EngineDown``."""
        self._let_go(one)
        await self._say(one.reply, _ACK)

    async def put_back(self, one: Held, seconds: float = 0.0) -> None:
        """Give an event back, to be handed out again after a while. Raises ``EngineDown``."""
        self._let_go(one)
        delay = b' {"delay": %d}' % int(seconds * _NANOSECONDS) if seconds else b""
        await self._say(one.reply, _NAK + delay)

    async def keep_alive(self) -> None:
        """Say of every event in our hands, again and again, that it is worked on."""
        while True:
            await asyncio.sleep(ACK_WAIT / 3)
            with suppress(EngineError):
                for one in list(self.holding.values()):
                    await self._say(one.reply, _ALIVE)

    def _rest(self) -> list[Held]:
        came = list(self._came)
        self._came.clear()
        return came

    def _let_go(self, one: Held) -> None:
        self.holding.pop(one.sequence, None)
        if self._worth_asking():
            self._stirred.set()

    def _worth_asking(self) -> bool:
        return (self._room - len(self.holding) - self._asked) * 4 >= self._room

    async def _say(self, subject: str, data: bytes, reply: str = "") -> None:
        try:
            await self._client.publish(subject, data, reply=reply)
        except Error as error:
            why = f"The engine cannot be told what became of events ({type(error).__name__}). Nothing is lost."
            raise EngineDown("engine.unavailable", why, retry_after=2) from error

    async def _hear(self, message: Msg) -> None:
        self._heard_at = asyncio.get_running_loop().time()
        if message.reply:
            one = held(message.reply, message.subject, message.data)
            self._asked = max(0, self._asked - 1)
            self.holding[one.sequence] = one
            self._came.append(one)
            self._stirred.set()
            return
        headers = message.headers or {}
        if headers.get("Status") != "100":
            # The request is over, with so many of its events not handed out.
            self._asked = max(
                0, self._asked - int(headers.get("Nats-Pending-Messages", message.subject.rpartition(".")[2]))
            )

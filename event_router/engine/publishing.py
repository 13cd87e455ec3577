"""Writing to JetStream: many messages on their way at once, each acknowledged before anybody is told that it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import orjson

from event_router.engine.errors import EngineDown, EngineError, EngineFull
from event_router.engine.replies import Replies, Value, settle, within

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

#: Seconds that JetStream has to acknowledge a write.
PATIENCE = 5.0
_MESSAGE_ID = "Nats-Msg-Id"
_EXPECTED = "Nats-Expected-Last-Subject-Sequence"
# [DOC] nats-server server/errors.json: 10023 insufficient resources, 10047 insufficient storage, 10054 message exceeds
# maximum, 10077 stream store failed (its text says which limit was reached).
_FULL = frozenset({10023, 10047, 10077})
_WRONG_SEQUENCE = frozenset({10071, 10164})


class Message(NamedTuple):
    """What is to be stored.

    Attributes:
        subject: Where.
        data: What.
        id: Within the stream's window only one message of an id is stored.
        expected: Sequence of the last message on the subject, 0 for none: anything else refuses the write.
    """

    subject: str
    data: bytes
    id: str | None = None
    expected: int | None = None


class Stored(NamedTuple):
    """What became of a write: its sequence in the stream, and whether the stream had that id already."""

    sequence: int
    duplicate: bool


class ConflictError(EngineError):
    """Somebody else wrote to the subject first."""

    def __init__(self) -> None:
        super().__init__("engine.conflict", "Another worker wrote the same value first.")


class Publisher:
    """Publishes over one connection."""

    def __init__(self, client: Client, replies: Replies) -> None:
        self._client = client
        self._replies = replies

    async def publish(self, message: Message) -> Stored:
        """Store one message. Raises ``ConflictError``, ``EngineFull``, ``EngineDown``."""
        # Not by way of publish_all: workers do this for every event.
        done: asyncio.Future[Msg | None] = asyncio.get_running_loop().create_future()
        return _stored(await self._write((message,), [self._replies.listen(partial(settle, done))], done))

    async def publish_all(self, messages: Sequence[Message]) -> list[Stored]:
        """Store messages; return when every one is acknowledged. Raises ``ConflictError``, ``EngineFull``, ``EngineDown``.

        When it raises, some may be stored all the same: whoever tries again sends the same ids.
        """
        if not messages:
            return []
        group = _Group(len(messages))
        inboxes = [self._replies.listen(partial(group.heard, at)) for at in range(len(messages))]
        return [_stored(answer) for answer in await self._write(messages, inboxes, group.done)]

    async def _write(
        self, messages: Sequence[Message], inboxes: Sequence[str], done: asyncio.Future[Value | None]
    ) -> Value:
        """Publish messages, and return what becomes of them."""
        try:
            await self._send(messages, inboxes)
            answer = await within(PATIENCE, done)
        except EngineError:
            raise
        except Exception as error:  # The client raises errors of many kinds; to us they all mean one thing.
            raise _down(f"could not write ({type(error).__name__})") from error
        finally:
            for inbox in inboxes:
                self._replies.forget(inbox)
        if answer is None:
            raise _down(f"got no acknowledgement within {PATIENCE:g} seconds")
        return answer

    async def _send(self, messages: Sequence[Message], inboxes: Sequence[str]) -> None:
        if not self._client.is_connected:
            raise _down("is not connected to nats-server")
        for message, inbox in zip(messages, inboxes, strict=True):
            await self._client.publish(message.subject, message.data, reply=inbox, headers=_headers(message))


class _Group:
    """Acknowledgements that are waited for together, so that a batch costs one future."""

    def __init__(self, size: int) -> None:
        self.done: asyncio.Future[list[Msg] | None] = asyncio.get_running_loop().create_future()
        self._answers: dict[int, Msg] = {}
        self._size = size

    def heard(self, at: int, message: Msg) -> None:
        self._answers[at] = message
        if len(self._answers) == self._size:
            settle(self.done, [self._answers[at] for at in range(self._size)])


def _headers(message: Message) -> dict[str, str] | None:
    headers = {} if message.id is None else {_MESSAGE_ID: message.id}
    if message.expected is not None:
        headers[_EXPECTED] = str(message.expected)
    return headers or None


def _stored(acknowledgement: Msg) -> Stored:
    """Read an acknowledgement. Raises what it says went wrong."""
    if not acknowledgement.data:
        raise _down("found no stream that takes it now: JetStream has no leader at the moment, or does not run")
    answer = orjson.loads(acknowledgement.data)
    if error := answer.get("error"):
        raise refusal(error)
    return Stored(answer["seq"], answer.get("duplicate", False))


def refusal(error: dict[str, object]) -> EngineError:
    """Return what an error of JetStream means to us."""
    code, words = error.get("err_code"), str(error.get("description", ""))
    if code in _WRONG_SEQUENCE:
        return ConflictError()
    if code in _FULL:
        why = f"The engine has no room: {words}. Raise the limit in [engine], or free space; `event-router status` shows what is kept."
        return EngineFull("engine.full", why, retry_after=30)
    return _down(f"was refused: {words} ({code})")


def _down(what: str) -> EngineDown:
    return EngineDown("engine.unavailable", f"The engine {what}. Nothing is lost; try again.", retry_after=2)

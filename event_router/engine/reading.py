"""Reading from JetStream without a consumer: many messages in one request, answered by any replica."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from event_router.engine.errors import EngineDown, EngineError
from event_router.engine.publishing import PATIENCE, refusal
from event_router.engine.replies import Replies, within

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

#: Subjects asked for in one request, or messages read in one.
_MOST_SUBJECTS = 200
# [DOC] NATS ADR-31: more than 1,024 are answered by 413 and none at all.
_MOST_MESSAGES = 1024
_MOST_AT_ONCE = 50
_END, _NOTHING, _TOO_MANY = "204", "404", "413"
# [DOC] nats-server server/errors.json: 10037 no message found; 10043 sequence not found, 10057 delete failed, which is
# what it says of a sequence that it never had.
_NOT_FOUND = 10037
_GONE = frozenset({10043, 10057})


class Kept(NamedTuple):
    """A stored message.

    Attributes:
        subject: Where it is.
        sequence: In its stream.
        time: When it was stored, RFC 3339.
        data: What it holds.
    """

    subject: str
    sequence: int
    time: str
    data: bytes

    @property
    def epoch(self) -> float:
        """When it was stored, in seconds since 1970."""
        return epoch(self.time)


def epoch(time: str) -> float:
    """Return a server's time, which has nanoseconds, in seconds since 1970."""
    whole, _, rest = time.rstrip("Z").partition(".")
    seconds = datetime.fromisoformat(f"{whole}+00:00").timestamp()
    return seconds + (float(f"0.{rest}") if rest else 0.0)


class _Got(NamedTuple):
    """An answer: its messages, how it ended, and how many more there are that match."""

    kept: list[Kept]
    status: str
    more: int


class Reader:
    """Reads over one connection."""

    def __init__(self, client: Client, replies: Replies) -> None:
        self._client = client
        self._replies = replies

    async def ask(self, subject: str, body: Any = None) -> dict[str, Any]:
        """Ask JetStream's API; return the answer. Raises ``EngineError``."""
        answer = await self.ask_softly(subject, body)
        if error := answer.get("error"):
            raise refusal(error)
        return answer

    async def ask_softly(self, subject: str, body: Any = None) -> dict[str, Any]:
        """Ask JetStream's API; return the answer, whose ``error`` may say that there is none. Raises ``EngineDown``."""
        data = b"" if body is None else orjson.dumps(body)
        try:
            answer = await self._client.request(f"$JS.API.{subject}", data, timeout=PATIENCE)
        except Exception as error:
            raise _unreachable(subject, type(error).__name__) from error
        return orjson.loads(answer.data)  # type: ignore[no-any-return]

    async def last(self, stream: str, subjects: Sequence[str]) -> list[Kept]:
        """Return the newest message on each subject. One may have wildcards; its messages come in the order they were stored.

        Of a subject that stands for more than a thousand others the oldest messages come, and not all.
        """
        found: list[Kept] = []
        for at in range(0, len(subjects), _MOST_SUBJECTS):
            found += await self._last(stream, list(subjects[at : at + _MOST_SUBJECTS]))
        return found

    async def _last(self, stream: str, subjects: list[str]) -> list[Kept]:
        got = await self._get(stream, {"multi_last": subjects, "batch": _MOST_MESSAGES})
        if got.status != _TOO_MANY:
            return got.kept
        if len(subjects) == 1:
            return (await self._get(stream, {"seq": 1, "next_by_subj": subjects[0], "batch": _MOST_SUBJECTS})).kept
        half = len(subjects) // 2
        return await self._last(stream, subjects[:half]) + await self._last(stream, subjects[half:])

    async def last_at_leader(self, stream: str, subject: str) -> Kept | None:
        """Return the newest message on a subject as the stream's leader has it: never older than what was acknowledged."""
        return await self._at_leader(stream, {"last_by_subj": subject})

    async def at_leader(self, stream: str, sequence: int) -> Kept | None:
        """Return a message as the stream's leader has it; ``None`` where it is gone."""
        return await self._at_leader(stream, {"seq": sequence})

    async def _at_leader(self, stream: str, wanted: dict[str, Any]) -> Kept | None:
        answer = await self.ask_softly(f"STREAM.MSG.GET.{stream}", wanted)
        if error := answer.get("error"):
            if error.get("err_code") == _NOT_FOUND:
                return None
            raise refusal(error)
        message = answer["message"]
        return Kept(message["subject"], message["seq"], message["time"], b64decode(message.get("data", "")))

    async def walk(self, stream: str, subject: str, start: int = 1) -> AsyncIterator[Kept]:
        """Yield the messages on a subject, which may have wildcards, from a sequence on."""
        while True:
            got = await self._get(stream, {"seq": start, "next_by_subj": subject, "batch": _MOST_SUBJECTS})
            for message in got.kept:
                yield message
            if not got.more:
                return
            start = got.kept[-1].sequence + 1

    async def first_since(self, stream: str, time: str) -> Kept | None:
        """Return the first message that was stored at a time, or after it."""
        found = await self._get(stream, {"start_time": time, "batch": 1})
        return found.kept[0] if found.kept else None

    async def next(self, stream: str, subjects: Sequence[str], start: int) -> Kept | None:
        """Return the first message on any of some subjects, from a sequence on."""
        found = [await self._get(stream, {"seq": start, "next_by_subj": one, "batch": 1}) for one in subjects]
        return min((kept for got in found for kept in got.kept), key=lambda kept: kept.sequence, default=None)

    async def count(self, stream: str, subject: str, since: str | None = None) -> int:
        """Return how many messages a subject with wildcards has, since a time; counted by the server, one is sent."""
        start: dict[str, Any] = {"start_time": since} if since else {"seq": 1}
        got = await self._get(stream, {**start, "next_by_subj": subject, "batch": 1})
        return len(got.kept) + got.more

    async def erase(self, stream: str, subject: str, up_to: int | None = None) -> int:
        """Erase the messages on a subject for good: overwritten on the disk, not only forgotten. Return how many.

        This is for the data of people who are to be forgotten: for each message the server reads a whole file of up to
        8 MiB, which takes some 15 ms. ``purge`` and ``delete`` take less than one.

        Args:
            stream: Which.
            subject: With wildcards, if need be.
            up_to: The last sequence to go; ``None`` for all.
        """
        gone = [kept.sequence async for kept in self.walk(stream, subject) if up_to is None or kept.sequence <= up_to]
        for sequence in gone:
            await self._delete(stream, sequence, overwrite=True)
        # A replica that lags may not have shown all; the leader has them.
        return len(gone) + await self.purge(stream, subject, up_to)

    async def purge(self, stream: str, subject: str, up_to: int | None = None) -> int:
        """Delete the messages on a subject, up to a sequence. Return how many."""
        wanted = {"filter": subject} if up_to is None else {"filter": subject, "seq": up_to + 1}
        return int((await self.ask(f"STREAM.PURGE.{stream}", wanted))["purged"])

    async def delete(self, stream: str, *sequences: int) -> None:
        """Delete messages, many at once; one that is gone already is no error."""
        for at in range(0, len(sequences), _MOST_AT_ONCE):
            await asyncio.gather(*(self._delete(stream, one) for one in sequences[at : at + _MOST_AT_ONCE]))

    async def _delete(self, stream: str, sequence: int, *, overwrite: bool = False) -> None:
        answer = await self.ask_softly(f"STREAM.MSG.DELETE.{stream}", {"seq": sequence, "no_erase": not overwrite})
        if (error := answer.get("error")) and error.get("err_code") not in _GONE:
            raise refusal(error)

    async def _get(self, stream: str, wanted: dict[str, Any]) -> _Got:
        got: list[Kept] = []
        done: asyncio.Future[_Got | None] = asyncio.get_running_loop().create_future()

        def hear(message: Msg) -> None:
            if done.done():
                return
            headers = message.headers or {}
            status = headers.get("Status")
            if status is None:
                got.append(_kept(message, headers))
            elif status in {_END, _NOTHING, _TOO_MANY}:
                done.set_result(_Got(got, status, int(headers.get("Nats-Num-Pending", 0))))
            else:
                done.set_exception(_unreachable(f"DIRECT.GET.{stream}", f"status {status}"))

        inbox = self._replies.listen(hear)
        try:
            await self._client.publish(f"$JS.API.DIRECT.GET.{stream}", orjson.dumps(wanted), reply=inbox)
            answer = await within(PATIENCE, done)
        except EngineError:
            raise
        except Exception as error:
            raise _unreachable(f"DIRECT.GET.{stream}", type(error).__name__) from error
        finally:
            self._replies.forget(inbox)
        if answer is None:
            raise _unreachable(f"DIRECT.GET.{stream}", "no answer in time")
        return answer


def _kept(message: Msg, headers: dict[str, str]) -> Kept:
    return Kept(headers["Nats-Subject"], int(headers["Nats-Sequence"]), headers["Nats-Time-Stamp"], message.data)


def _unreachable(what: str, why: str) -> EngineDown:
    message = f"nats-server did not answer in time ({what}: {why}). Nothing is lost; see that it runs, and that it can be reached."
    return EngineDown("engine.unavailable", message, retry_after=2)

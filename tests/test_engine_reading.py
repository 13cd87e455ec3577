"""Reads: many in one request, counted by the server, erased for good."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from engines import engine, requests
from hypothesis import given
from hypothesis import strategies as st

from event_router.engine import reading
from event_router.engine.engine import Engine
from event_router.engine.errors import EngineDown
from event_router.engine.publishing import Message
from event_router.engine.reading import Reader, epoch

pytestmark = pytest.mark.anyio
_FIRST, _LAST = (datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None) for year in (1970, 2200))


async def park(opened: Engine, person: str, number: int, start: int = 0) -> None:
    """Store so many messages of a person, on subjects of their own."""
    subjects = [opened.layout.parked("d", person, f"m{at}") for at in range(start, start + number)]
    await opened.publisher.publish_all([Message(subject, subject.encode()) for subject in subjects])


@given(st.datetimes(_FIRST, _LAST), st.integers(0, 999))
def test_a_servers_time_has_nanoseconds(moment: datetime, nanoseconds: int) -> None:
    """They are more than a float of this size can tell apart, and no reason to fail."""
    text = f"{moment:%Y-%m-%dT%H:%M:%S.%f}{nanoseconds:03}".rstrip("0").rstrip(".") + "Z"
    assert epoch(text) == pytest.approx(moment.replace(tzinfo=UTC).timestamp(), abs=2e-6)


async def test_the_newest_on_each_subject_is_one_request(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Subjects that hold nothing are left out."""
    async with engine(nats) as opened:
        await park(opened, "P", 3)
        await park(opened, "P", 1)
        sent = requests(opened, monkeypatch)
        subjects = [opened.layout.parked("d", person, "*") for person in "PQ"]
        found = await opened.reader.last(opened.layout.stream("parked"), subjects)
        assert [kept.sequence for kept in found] == [2, 3, 4]
        assert found[-1].data == opened.layout.parked("d", "P", "m0").encode()
        assert len(sent) == 1


async def test_more_subjects_than_one_request_has_are_several(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them are answered."""
    async with engine(nats) as opened:
        await park(opened, "P", 250)
        sent = requests(opened, monkeypatch)
        subjects = [opened.layout.parked("d", "P", f"m{at}") for at in range(250)]
        assert len(await opened.reader.last(opened.layout.stream("parked"), subjects)) == 250
        assert len(sent) == 2


async def test_more_messages_than_one_answer_has_take_nothing_from_other_subjects(nats: str) -> None:
    """Of the one that has too many come the oldest."""
    async with engine(nats) as opened:
        await park(opened, "P", 1100)
        await park(opened, "Q", 2)
        subjects = [opened.layout.parked("d", person, "*") for person in "QPR"]
        found = await opened.reader.last(opened.layout.stream("parked"), subjects)
        sequences = [kept.sequence for kept in found]
        assert sequences[:2] == [1101, 1102]
        assert sequences[2:] == list(range(1, len(sequences) - 1))


async def test_a_walk_sees_everything_from_where_it_begins(nats: str) -> None:
    """More than one answer has, and where there is nothing, nothing."""
    async with engine(nats) as opened:
        await park(opened, "P", 450)
        stream, subject = opened.layout.stream("parked"), opened.layout.parked("d", "P", "*")
        assert [one.sequence async for one in opened.reader.walk(stream, subject)] == list(range(1, 451))
        assert [one.sequence async for one in opened.reader.walk(stream, subject, 450)] == [450]
        assert [one async for one in opened.reader.walk(stream, opened.layout.parked("d", "Q", "*"))] == []


async def test_the_leader_knows_the_newest(nats: str) -> None:
    """Or that there is none."""
    async with engine(nats) as opened:
        await park(opened, "P", 2)
        stream = opened.layout.stream("parked")
        kept = await opened.reader.last_at_leader(stream, opened.layout.parked("d", "P", "*"))
        assert kept
        assert (kept.sequence, kept.data) == (2, kept.subject.encode())
        assert await opened.reader.last_at_leader(stream, opened.layout.parked("d", "Q", "*")) is None
        with pytest.raises(EngineDown):
            await opened.reader.last_at_leader("no-such-stream", ">")


async def test_counting_by_subject_and_time(nats: str) -> None:
    """As many as there are, without sending them."""
    async with engine(nats) as opened:
        await park(opened, "P", 30)
        await park(opened, "Q", 2)
        stream = opened.layout.stream("parked")
        (first,) = await opened.reader.last(stream, [opened.layout.parked("d", "P", "m29")])
        for person, since, number in [("P", None, 30), ("*", None, 32), ("R", None, 0), ("Q", first.time, 2)]:
            subject = opened.layout.parked("d", person, "*")
            assert await opened.reader.count(stream, subject, since) == number
        assert await opened.reader.count(stream, opened.layout.parked("d", "P", "*"), first.time) == 1


async def test_finding_by_time_and_by_several_subjects(nats: str) -> None:
    """The first there is, or none."""
    async with engine(nats) as opened:
        await park(opened, "P", 2)
        await park(opened, "Q", 2)
        stream = opened.layout.stream("parked")
        subjects = [opened.layout.parked("d", person, "*") for person in "RQP"]
        second = await opened.reader.next(stream, subjects, 2)
        assert second
        assert second.sequence == 2
        assert await opened.reader.next(stream, subjects, 5) is None
        since = await opened.reader.first_since(stream, second.time)
        assert since
        assert since.sequence == 2
        assert await opened.reader.first_since(stream, "2200-01-01T00:00:00Z") is None


async def test_erasing_takes_what_is_meant_and_no_more(nats: str) -> None:
    """Up to a sequence, and of one subject only; once more is no error."""
    async with engine(nats) as opened:
        stream, subject = opened.layout.stream("parked"), opened.layout.parked("d", "P", "*")
        await park(opened, "P", 3)
        await park(opened, "Q", 1)
        assert await opened.reader.erase(stream, subject, 2) == 2
        assert [one.sequence async for one in opened.reader.walk(stream, ">")] == [3, 4]
        assert await opened.reader.erase(stream, subject) == 1
        assert await opened.reader.erase(stream, subject) == 0
        await opened.reader.delete(stream, 1, 999)
        await opened.reader.delete(stream)
        assert [one.sequence async for one in opened.reader.walk(stream, ">")] == [4]


async def test_deleting_takes_what_is_meant_and_no_more(nats: str) -> None:
    """By sequence, or by subject."""
    async with engine(nats) as opened:
        stream = opened.layout.stream("parked")
        await park(opened, "P", 120)
        await opened.reader.delete(stream, *range(1, 111))
        assert await opened.reader.purge(stream, opened.layout.parked("d", "P", "*"), 115) == 5
        assert await opened.reader.purge(stream, opened.layout.parked("d", "Q", "*")) == 0
        assert [one.sequence async for one in opened.reader.walk(stream, ">")] == list(range(116, 121))


async def test_what_a_lagging_replica_does_not_show_is_purged_all_the_same(
    nats: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The leader knows of it."""

    async def nothing(*_: Any) -> reading._Got:
        return reading._Got([], "404", 0)

    async with engine(nats) as opened:
        await park(opened, "P", 3)
        with monkeypatch.context() as lagging:
            lagging.setattr(Reader, "_get", nothing)
            assert await opened.reader.erase(opened.layout.stream("parked"), ">", 2) == 2


async def test_refusals_are_errors(nats: str) -> None:
    """Of the interface, of a deletion, and of a read from what is not there."""
    async with engine(nats) as opened:
        with pytest.raises(EngineDown, match="stream not found"):
            await opened.reader.ask("STREAM.INFO.no-such-stream")
        with pytest.raises(EngineDown, match="stream not found"):
            await opened.reader.delete("no-such-stream", 1)
        with pytest.raises(EngineDown, match="503"):
            await opened.reader.last("no-such-stream", ["a"])


async def test_silence_is_an_error(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while, or at once where there is no connection any more."""
    async with engine(nats) as opened:
        reader = opened.reader
    for call in (lambda: reader.ask("INFO"), lambda: reader.last("s", ["a"])):
        with pytest.raises(EngineDown, match="ConnectionClosedError"):
            await call()
    async with engine(nats) as opened:

        async def lost(*_: Any, **__: Any) -> None:
            return

        with monkeypatch.context() as silent:
            silent.setattr(reading, "PATIENCE", 0.05)
            silent.setattr(opened.client, "publish", lost)
            with pytest.raises(EngineDown, match="no answer in time"):
                await opened.reader.last("s", ["a"])


async def test_an_answer_that_goes_on_after_its_end_is_passed_over(nats: str) -> None:
    """A replica that answers twice, for example."""
    async with engine(nats) as opened:
        replies = opened.reader._replies

        class Twice:
            def listen(self, listener: Any) -> str:

                def twice(message: Any) -> None:
                    listener(message)
                    listener(message)

                return replies.listen(twice)

            def forget(self, inbox: str) -> None:
                replies.forget(inbox)

        reader = Reader(opened.client, Twice())  # type: ignore[arg-type]
        assert await reader.last(opened.layout.stream("parked"), ["a"]) == []

"""Jobs: what is read, what is fresh, what is suspect, what is settled."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import identify

from event_router.engine.outcomes import Settled
from event_router.engine.stored import (
    OVERDUE,
    RELEASED,
    REPLAYED,
    RETRIED,
    SENT,
    Recorded,
    StoredEvent,
    Trying,
    encode_event,
)
from event_router.worker.jobs import Job, is_settled, read_job, recorded_as
from event_router.worker.pulling import Held

NOW = 1_800_000_000.0


def held(data: bytes = b"", deliveries: int = 1) -> Held:
    """Return a delivery."""
    return Held("reply", "t.event.p", data, 7, deliveries, NOW)


def job(again: str | None = None, deliveries: int = 1, **changes: Any) -> Job:
    """Return a job."""
    return Job(held(deliveries=deliveries), StoredEvent(identify(), "-", again=again), "p", **changes)


def settled(outcome: str = "delivered", at: float = NOW - 1, again: str | None = None) -> Settled:
    """Return a recorded outcome."""
    return Settled(Recorded(outcome, "code", "m-1", "identify", 1, at, again), 3, at)


def test_what_was_stored_is_read() -> None:
    """A job is the event, whose it is, and since when it waits."""
    read = read_job(held(encode_event(StoredEvent(identify(), "web"))), "p")
    assert read is not None
    assert (read.event, read.person, read.since) == (identify(), "p", NOW)
    again = job()
    assert Job(again.held, again.stored._replace(since=5.0), "p").since == 5.0


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b'"text"',
        b'{"event": [], "source": "-"}',
        b'{"event": {"type": "identify"}, "source": "-"}',
        b'{"event": {"messageId": 1, "type": "identify"}, "source": "-"}',
        b'{"event": {"messageId": "m", "type": "dance"}, "source": "-"}',
        b'{"event": {"messageId": "m", "type": ["identify"]}, "source": "-"}',
        b'{"event": {"messageId": "m", "type": "page"}, "source": "-", "new": 1}',
        b'{"event": {"messageId": "m", "type": "page"}, "source": "-", "dropped": [1]}',
    ],
)
def test_what_is_no_event_is_none(data: bytes) -> None:
    """Whatever another program or version stored, it is found out before anybody works on it."""
    assert read_job(held(data), "p") is None


@given(st.binary(max_size=50))
def test_reading_never_raises(data: bytes) -> None:
    """Bytes are an event or none."""
    assert read_job(held(data), "p") is None


@pytest.mark.parametrize(("again", "deliveries", "fresh"), [(None, 1, True), (None, 2, False), (SENT, 1, False)])
def test_fresh(again: str | None, deliveries: int, fresh: bool) -> None:
    """Only what is handed out for the first time, newly accepted, cannot have been dealt with."""
    assert job(again, deliveries).fresh is fresh


@pytest.mark.parametrize(
    ("deliveries", "put_back", "suspect"), [(1, 0, False), (2, 0, False), (3, 0, True), (9, 8, False), (9, 6, True)]
)
def test_suspect(deliveries: int, put_back: int, suspect: bool) -> None:
    """Two deliveries that came to no end make a suspect; those that were put back on purpose do not count."""
    one = job(deliveries=deliveries, trying=Trying(put_back=put_back))
    assert one.suspect is suspect
    assert one.crashes == deliveries - 1 - put_back


def test_requests_settled_before() -> None:
    """What an earlier run or an earlier try has got through is not asked for again."""
    assert job(trying=Trying(settled=1)).settled == 1
    one = job()
    assert Job(one.held, one.stored._replace(settled=2), "p", Trying(settled=1)).settled == 2


@pytest.mark.parametrize(
    ("again", "found", "is_so"),
    [
        (None, None, False),
        (None, settled(), True),
        (RELEASED, settled(), True),
        (REPLAYED, settled(), False),
        (REPLAYED, settled(at=NOW), True),
        (RETRIED, settled("failed"), False),
        (RETRIED, settled("failed", NOW + 1), True),
        (SENT, settled(), True),
        (SENT, settled("rejected"), False),
        (SENT, settled("rejected", NOW + 1), True),
        (None, settled("skipped", again=REPLAYED), False),
        (OVERDUE, settled("skipped", NOW + 1, REPLAYED), False),
        (None, settled("delivered", again=REPLAYED), True),
        (REPLAYED, settled("skipped", NOW + 1, REPLAYED), True),
        (None, settled("skipped", again=RETRIED), True),
    ],
)
def test_settled(again: str | None, found: Settled | None, is_so: bool) -> None:
    """A recorded outcome ends an event, unless it is dealt with once more on purpose and has none since then."""
    assert is_settled(job(again), found) is is_so


@pytest.mark.parametrize(
    ("again", "before", "said"),
    [
        (None, None, None),
        (RETRIED, None, RETRIED),
        (REPLAYED, None, REPLAYED),
        (REPLAYED, settled(again=None), None),
        (REPLAYED, settled(again=REPLAYED), REPLAYED),
        (None, settled(again=REPLAYED), None),
    ],
)
def test_recorded_as(again: str | None, before: Settled | None, said: str | None) -> None:
    """An outcome is a replay's only where the event itself has none: else a later duplicate would pass for unsettled."""
    assert recorded_as(job(again, before=before)) == said

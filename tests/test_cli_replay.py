"""``event-router replay``: what is said, and how moments are read."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from engines import settle_all
from hypothesis import given
from hypothesis import strategies as st
from operators import NAMES, Place, place
from support import identify, track

from event_router.cli.moments import moment
from event_router.engine.engine import Engine
from event_router.engine.parking import Parking
from event_router.engine.stored import StoredEvent, decode_event
from event_router.times import to_utc


@pytest.fixture
def here(nats: str, tmp_path: Path) -> Iterator[Place]:
    """Return a router's engine with three events."""
    with place(nats, tmp_path) as found:
        found.accept(identify(), track(), {"type": "delete", "messageId": "d", "userId": "9"})
        found.do(lambda engine: settle_all(engine, *NAMES))
        yield found


def test_replay(here: Place) -> None:
    """It says the times, how many events there were, and what was left out; begun again it gives nothing twice."""
    done = here.call("replay", "--since", "1h", "--until", "2999-01-01")
    assert done.exit_code == 0, done.output
    assert "Replaying --since " in done.output
    assert "--until 2999-01-01T00:00:00.000Z" in done.output
    assert "2 events, accepted from " in done.output
    assert "4 given once more to promoter, other." in done.output
    assert "1 deletions left out" in done.output
    times = done.output.splitlines()[0].split()[1:]
    again = here.call("replay", *times)
    assert "0 given once more" in again.output
    assert "4 left out: this same replay, begun before, has given them already." in again.output
    assert len(here.again("promoter")) == 2


def test_replay_some(here: Place) -> None:
    """The options choose; a dry run gives nothing; what waits is told."""
    done = here.call("replay", "--since", "1h", "--to", "promoter", "--user", "12345", "--event", "friend invited")
    assert "1 given once more to promoter." in done.output
    done = here.call("replay", "--since", "1h", "--to", "other", "--surveys", "--dry-run")
    assert "2 would be given once more to other." in done.output
    assert here.again("other") == []
    assert here.call("replay", "--since", "1h", "--to", "other", "--surveys").exit_code == 0
    assert [decode_event(data).surveys for _, _, data in here.again("other")] == [True, True]
    assert "No event that is kept" in here.call("replay", "--since", "1h", "--user", "nobody").output


def test_what_waits_is_told(here: Place) -> None:
    """Events without an outcome are left out, and counted."""

    async def park(engine: Engine) -> None:
        await Parking(engine, "other").park(engine.people.person(track()), StoredEvent(track(), "web"), 1.0)

    here.do(park)
    done = here.call("replay", "--since", "1h", "--to", "other")
    assert "1 given once more to other." in done.output
    assert "1 left out: they have no outcome yet; what waits comes without a replay." in done.output


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--since", "yesterday"), "is neither a time such as"),
        (("--since", "1h", "--to", "promotor"), "config.no_destination"),
        ((), "--since"),
    ],
)
def test_what_cannot_be_replayed(here: Place, args: tuple[str, ...], said: str) -> None:
    """Wrong times and names end with code 2."""
    done = here.call("replay", *args)
    assert (done.exit_code, said in done.output) == (2, True)


def test_a_progress_bar_on_a_terminal(here: Place) -> None:
    """Where standard error is a terminal there is a bar."""
    terminal, into = pty.openpty()
    args = [sys.executable, "-P", "-m", "event_router", "replay", "--since", "1h", "--config", str(here.path)]
    with os.fdopen(terminal, "rb", buffering=0) as shown, os.fdopen(into, "wb", buffering=0) as errors:
        subprocess.run([*args, "--nats", here.url], stdout=subprocess.PIPE, stderr=errors, check=True)
        seen = b""
        while b"100%" not in seen:
            seen += shown.read(4096)
    assert b"Replaying  [" in seen


@given(st.integers(0, 999_999), st.sampled_from([("s", 1), ("m", 60), ("h", 3600), ("d", 86_400), ("w", 604_800)]))
def test_how_long_ago(number: int, unit: tuple[str, int]) -> None:
    """A number and a unit are so long before now."""
    assert moment(f" {number}{unit[0]} ", 1e9) == 1e9 - number * unit[1]


@given(st.integers(0, 4_000_000_000_000))
def test_times(milliseconds: int) -> None:
    """A time is itself, to the millisecond; without a zone it is UTC."""
    time = datetime.fromtimestamp(milliseconds / 1000, UTC)
    for text in (time.isoformat(), time.replace(tzinfo=None).isoformat()):
        found = moment(text, 0.0)
        assert found is not None
        assert abs(found - time.timestamp()) <= 0.001


@given(st.floats(1e9, 4e9))
def test_what_is_shown_is_what_was_meant(now: float) -> None:
    """A replay that is begun again with the times that it showed is the same one."""
    meant = moment("0s", now)
    assert moment(str(to_utc(meant)), 0.0) == meant


@pytest.mark.parametrize("text", ["", "h", "5", "5y", "now", "-1h"])
def test_no_moments(text: str) -> None:
    """What is no moment is none."""
    assert moment(text, 0.0) is None

"""``event-router drain``: doors that close, and what still waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from time import time

import orjson
import pytest
from operators import NAMES, Place, place
from support import identify

from event_router.cli import drain as drain_command
from event_router.engine.engine import Engine
from event_router.engine.parking import Parking
from event_router.engine.stored import StoredEvent
from event_router.worker.gate import GateState


@pytest.fixture
def here(nats: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Return a router's engine in which nothing waits, and look at it without pauses."""
    monkeypatch.setattr(drain_command, "_PAUSE", 0.0)
    with place(nats, tmp_path) as found:
        yield found


def is_draining(here: Place) -> bool:
    """Return whether the doors are closed."""
    found: bool = orjson.loads(here.call("status", "--json").output)["draining"]
    return found


def test_nothing_waits(here: Place) -> None:
    """It ends at once; parked events may stay, and the doors are closed until --undo."""

    async def park(engine: Engine) -> None:
        await Parking(engine, "promoter").park("person", StoredEvent(identify(), "web"), time())

    here.do(park)
    done = here.call("drain")
    assert done.exit_code == 0, done.output
    assert "promoter: nothing waits (1 parked, 0 dead letters)" in done.output
    assert "until `event-router drain --undo`" in done.output
    assert is_draining(here)
    assert "open again" in here.call("drain", "--undo").output
    assert not is_draining(here)


def test_something_waits(here: Place) -> None:
    """After its time it says what waits, and why; a destination whose events are all done is not in the way."""

    async def throttle(engine: Engine) -> None:
        state = GateState("throttled", time() + 60, "promoter.throttled", "Promoter asks for patience.")
        await engine.state.put("gate.promoter", asdict(state))

    here.accept(identify())
    here.do(throttle)
    done = here.call("drain", "--timeout", "0.05")
    assert done.exit_code == 1, done.output
    assert "promoter: 1 events wait, 0 are in work or wait to be tried again; it is throttled: Promoter" in done.output
    assert "other: 1 events wait, 0 are in work or wait to be tried again (0 parked" in done.output
    assert "Not all is settled." in done.output
    assert is_draining(here)


def test_it_waits_for_what_comes_to_an_end(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks again until nothing waited several times in a row."""
    looks = iter([True, False, True, False, False, False])

    async def busy(engine: Engine) -> bool:
        assert engine.destinations == NAMES
        return next(looks)

    monkeypatch.setattr(drain_command, "_busy", busy)
    assert here.call("drain").exit_code == 0
    assert list(looks) == []

"""``event-router status``: the table, the JSON, and the table that is shown again and again."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import time

import orjson
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from operators import Place, letter, place
from support import identify, track

from event_router.cli import main
from event_router.cli import status as status_command
from event_router.cli.status_table import seconds, size, table
from event_router.engine.engine import Engine
from event_router.engine.errors import EngineDown
from event_router.engine.outcomes import Outcomes
from event_router.engine.server import own_server
from event_router.engine.status import DestinationStatus, Status
from event_router.engine.stored import Recorded
from event_router.engine.upkeep import Room


@pytest.fixture
def here(nats: str, tmp_path: Path) -> Iterator[Place]:
    """Return a router's engine with two events, an outcome, and a dead letter of a batch's item."""
    with place(nats, tmp_path) as found:
        found.accept(identify(), track())
        found.bury(letter({"value": 5}, "-"))

        async def settle(engine: Engine) -> None:
            recorded = Recorded("skipped", "promoter.no_campaign", "m-1", "identify", 0, time())
            await Outcomes(engine, "promoter").record("person", recorded, "1")

        found.do(settle)
        yield found


def test_as_json(here: Place) -> None:
    """Programs get one JSON object: totals for each destination, and codes."""
    done = here.call("status", "--json")
    assert done.exit_code == 0, done.output
    value = orjson.loads(done.output)
    assert (value["accepted"], value["refused"], value["draining"]) == (2, 1, False)
    first = value["destinations"][0]
    assert (first["name"], first["lag"], first["skipped"], first["delivered"]) == ("promoter", 2, 1, 0)
    assert first["outcomes"] == {"skipped": {"promoter.no_campaign": 1}}
    assert {room["name"] for room in value["rooms"]} >= {"events", "outcomes", "dead"}


def test_as_table(here: Place) -> None:
    """People get a row for each destination, the reasons, and how full it is."""
    done = here.call("status")
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert "accepted 2, refused 1, doors open" in lines[0]
    assert re.match(r"promoter +open +0 +1 +0 +0 +0 +0 +0 +2 +0 +0 s +0.1/s", lines[3])
    assert any(re.match(r"promoter +skipped +promoter.no_campaign +1", line) for line in lines)
    assert any(re.match(r"events +\d+ B +16.0 MiB +0%", line) for line in lines)


def test_the_table_says_why_nothing_is_sent() -> None:
    """A destination that is not open has a line of its own; nothing in it plays with the terminal."""
    one = DestinationStatus("a", "throttled", "Wait.\x1b[2J", until=130.0)
    other = DestinationStatus("b", "misconfigured", "Wrong key.", until=90.0)
    lines = list(table(Status(100.0, 0, 0, True, (one, other), (Room("events", 1, 4),), ("gone",))))
    assert any(line.startswith("gone is not configured here") for line in lines)
    assert "doors closed: the router is drained" in lines[0]
    assert "a is throttled for 30 s: Wait.\N{REPLACEMENT CHARACTER}[2J" in lines
    assert "b is misconfigured: Wrong key." in lines
    assert "outcome" not in "".join(lines[1:-2])


@given(st.floats(0, 1e9))
def test_seconds_are_short(number: float) -> None:
    """A time span has a number and a unit, whatever it is."""
    assert re.fullmatch(r"\d+ (s|min|h|d)", seconds(number))


@given(st.integers(0, 2**60))
def test_sizes_are_short(number: int) -> None:
    """Bytes have a number and a unit, whatever they are."""
    assert re.fullmatch(r"\d+ B|\d+\.\d ([KMGT]iB)", size(number))


def on_data(here: Place, data: Path, *args: str) -> Result:
    """Call the command for a folder."""
    return CliRunner().invoke(main, ["status", "--config", str(here.path), "--data", str(data), *args])


def show(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Let Ctrl-C come after the table was shown so many times."""
    shown: list[None] = []

    async def pause() -> None:
        shown.append(None)
        if len(shown) == times:
            raise KeyboardInterrupt

    monkeypatch.setattr(status_command, "_pause", pause)


def test_watch(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table comes again and again, until Ctrl-C; a cluster that does not answer for a while is no end."""
    show(monkeypatch, 3)
    answers: Iterator[str | EngineDown] = iter(
        ["one", EngineDown("engine.unavailable", "Nothing answers.", retry_after=2), "three"]
    )

    async def text(engine: Engine) -> str:
        found = next(answers)
        if isinstance(found, EngineDown):
            raise found
        return found

    monkeypatch.setattr(status_command, "_text", text)
    done = here.call("status", "--watch")
    assert done.exit_code == 0, done.output
    assert done.output.split() == ["one", "[engine.unavailable]", "Nothing", "answers.", "three"]


def test_watch_needs_a_router(here: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs no nats-server in the router's place; it ends with the router whose server it is."""
    data = tmp_path / "data"
    with own_server(data) as url:
        replace(here, url=url).start()
        show(monkeypatch, 1)
        done = on_data(here, data, "--watch")
        assert (done.exit_code, "accepted 0" in done.output) == (0, True), done.output

        async def text(engine: Engine) -> str:
            raise EngineDown("engine.unavailable", "Nothing answers.", retry_after=2)

        monkeypatch.setattr(status_command, "_text", text)
        done = on_data(here, data, "--watch")
        assert (done.exit_code, "engine.unavailable" in done.output) == (2, True)
    done = on_data(here, data, "--watch")
    assert (done.exit_code, "engine.not_running" in done.output) == (2, True)


def test_a_folder_without_a_router(here: Place, tmp_path: Path) -> None:
    """It looks into what there is, and makes nothing; where no router runs it runs the server for the moment."""
    done = on_data(here, tmp_path / "nothing")
    assert (done.exit_code, "engine.no_data" in done.output) == (2, True)
    assert not (tmp_path / "nothing").exists()
    with own_server(tmp_path / "data") as url:
        replace(here, url=url).start()
    done = on_data(here, tmp_path / "data", "--json")
    assert done.exit_code == 0, done.output
    assert orjson.loads(done.output)["accepted"] == 0


def test_the_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two tables it waits."""
    monkeypatch.setattr(status_command, "_EVERY", 0.0)
    asyncio.run(asyncio.wait_for(status_command._pause(), 5))

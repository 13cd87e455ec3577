"""``event-router run`` as the program that it is: it starts, takes events, delivers them, and stops."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import orjson
import pytest
from click.testing import CliRunner, Result
from engines import limits
from programs_run import program
from support import KEY, identify, track

from event_router.cli import main
from event_router.cli.lifetime import Stopped
from event_router.cli.process import Process
from event_router.running import WorkerEnded

PATIENCE = 30.0
CONFIG = """
[engine]
namespace = "{namespace}"
[destinations.promoter]
plugin = "promoter"
api_key = {{ env = "PROMOTER_API_KEY" }}
campaign_id = 1
base_url = "{mock}"
segment_url = "{mock}/api/segment/"
"""


@pytest.fixture
def here(tmp_path: Path, mock: str) -> Path:
    """Return a folder with a configuration for the mock."""
    (tmp_path / "router.toml").write_text(CONFIG.format(mock=mock, namespace=limits().namespace))
    return tmp_path


def command(here: Path, *args: str) -> list[str]:
    """Return the command that runs a router on a free port."""
    options = ["--config", str(here / "router.toml"), "--port", "0", *args]
    return [sys.executable, "-P", "-m", "event_router", "run", *options]


def environ() -> dict[str, str]:
    """Return the environment with the key."""
    return {**os.environ, "PROMOTER_API_KEY": KEY}


def attempt(here: Path, *args: str) -> tuple[int, str]:
    """Return the exit code and the errors of a router that does not start."""
    done = subprocess.run(
        command(here, *args), env=environ(), capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


def running(here: Path, *args: str) -> AbstractContextManager[tuple[str, subprocess.Popen[str]]]:
    """Run a router for the block; yield the address that it prints, and its process."""
    return program(command(here, *args), here, {"PROMOTER_API_KEY": KEY})


def call(here: Path, *args: str) -> Result:
    """Run another command for the same configuration and folder."""
    where = ["--config", str(here / "router.toml"), "--data", str(here / "data")]
    return CliRunner(env={"PROMOTER_API_KEY": KEY}).invoke(main, [*args, *where])


def settled(here: Path, **wanted: int) -> dict[str, Any]:
    """Return the destination's status once its figures are as they should be."""
    deadline = monotonic() + PATIENCE
    while True:
        done = call(here, "status", "--json")
        found: dict[str, Any] = orjson.loads(done.output)["destinations"][0]
        if all(found[name] == number for name, number in wanted.items()):
            return found
        assert monotonic() < deadline, found


def post(url: str, *events: Any) -> None:
    """Send a batch, as an SDK does."""
    httpx.post(f"{url}/v1/batch", json={"batch": events}).raise_for_status()


def test_a_worker_that_ends_by_itself_ends_the_process(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With exit code 1, so that whoever runs it starts it again."""

    async def run(*_: object) -> None:
        raise WorkerEnded("gone")

    monkeypatch.setattr(Process, "run", run)
    monkeypatch.setattr("event_router.logs.set_up", lambda level: None)
    assert call(here, "run").exit_code == 1


def test_who_only_looks_needs_no_configuration(
    here: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine knows its destinations; only a namespace that is not the usual one has to be said."""
    text = (here / "router.toml").read_text()
    (here / "router.toml").write_text("\n".join(line for line in text.splitlines() if "namespace" not in line))
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    with running(here, "--data", str(here / "data")) as (url, _):
        post(url, identify())
        settled(here, delivered=1)
        looked = CliRunner().invoke(main, ["status", "--json", "--data", str(here / "data")])
        assert orjson.loads(looked.output)["destinations"][0]["delivered"] == 1
        listed = CliRunner().invoke(main, ["failed", "list", "--json", "--data", str(here / "data")])
        assert orjson.loads(listed.output) == []


def test_from_the_first_event_to_the_next_start(here: Path, mock: str) -> None:
    """Events are delivered, what fails is listed, SIGTERM ends it within its grace, and the next start goes on."""
    data = str(here / "data")
    with running(here, "--data", data) as (url, process):
        post(url, identify(), track(), identify(messageId="bad", userId="9", traits={"email": "no"}))
        settled(here, delivered=2, rejected=1, lag=0)
        failed = orjson.loads(call(here, "failed", "list", "--json").output)
        assert [(one["code"], one["message_id"]) for one in failed] == [("contract.pattern", "bad")]
        assert "event_router_outcomes_total" in httpx.get(f"{url}/metrics").text
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    log = [json.loads(line) for line in (here / "log").read_text().splitlines()]
    assert {"delivered", "rejected", "Ready."} <= {line["message"] for line in log}
    with running(here, "--data", data) as (url, _):
        post(url, identify(), track(messageId="m-4"))
        assert settled(here, delivered=2, skipped=1, lag=0)["dead"] == 1
    # Promoter surveys nobody twice within 24 hours.
    journal = httpx.get(f"{mock}/__mock__/requests").json()["requests"]
    assert [one["path"] for one in journal] == ["/api/contacts/", "/api/v2/survey/", "/api/v2/survey/"]


def test_drained_and_replayed_while_it_runs(here: Path, mock: str) -> None:
    """Commands reach the router that runs: its doors close and open, its events come once more."""
    with running(here, "--data", str(here / "data")) as (url, _):
        post(url, identify())
        done = call(here, "drain")
        assert done.exit_code == 0, done.output
        refused = httpx.post(f"{url}/v1/identify", json=identify(messageId="m-9"))
        assert (refused.status_code, refused.json()["code"]) == (503, "engine.draining")
        call(here, "drain", "--undo")
        assert "1 given once more" in call(here, "replay", "--since", "1h").output
        settled(here, skipped=0, delivered=1, lag=0, working=0)
    assert len(httpx.get(f"{mock}/__mock__/requests").json()["requests"]) == 2


def test_the_data_are_one_routers(here: Path) -> None:
    """A second router on the same folder does not start; the end of its nats-server ends a router."""
    data = here / "data"
    with running(here, "--data", str(data)) as (_, process):
        code, errors = attempt(here, "--data", str(data))
        assert (code, "[engine.data_in_use]" in errors) == (2, True)
        os.kill(json.loads((data / "engine.json").read_text())["pid"], signal.SIGKILL)
        assert process.wait(PATIENCE) == 1
    assert "nats-server ended with status" in (here / "log").read_text()


def test_parts(here: Path, nats: str) -> None:
    """Doors and workers run apart on one cluster; who only works takes no events, whatever the address."""
    with running(here, "--nats", nats, "--part", "workers", "--host", "0.0.0.0") as (worker, _):
        worker = worker.replace("0.0.0.0", "127.0.0.1")
        answer = httpx.post(f"{worker}/v1/identify", json=identify())
        assert (answer.status_code, answer.json()["code"]) == (503, "door.closed")
        assert answer.headers["retry-after"] == "30"
        assert httpx.get(f"{worker}/readyz").status_code == 200
        with running(here, "--nats", nats, "--part", "doors") as (door, _):
            post(door, identify())
            deadline = monotonic() + PATIENCE
            while 'outcome="delivered"' not in httpx.get(f"{worker}/metrics").text:
                assert monotonic() < deadline
            assert 'outcome="delivered"' not in httpx.get(f"{door}/metrics").text


def test_a_port_that_is_taken(here: Path, nats: str) -> None:
    """It says what to do, and ends before it works on anything."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, errors = attempt(here, "--nats", nats, "--port", str(taken.getsockname()[1]))
    assert (code, "[run.no_port]" in errors) == (2, True)


@pytest.mark.parametrize(
    ("text", "args", "said"),
    [
        (None, ("--host", "0.0.0.0"), "config.no_sources"),
        ("", (), "config.no_destinations"),
        ('[destinations.a]\nplugin = "none"\n', (), "config.no_plugin"),
        ("[", (), "config.not_toml"),
        (None, ("--nats", "http://x"), "engine.bad_url"),
    ],
)
def test_what_it_does_not_start_with(here: Path, text: str | None, args: tuple[str, ...], said: str) -> None:
    """Open doors for everybody, nowhere to send to, and settings that are wrong."""
    if text is not None:
        (here / "router.toml").write_text(text)
    code, errors = attempt(here, *args)
    assert (code, said in errors) == (2, True)


@pytest.mark.parametrize(
    ("option", "value"), [("--port", "-1"), ("--port", "65536"), ("--grace", "-1"), ("--grace", "inf")]
)
def test_numbers_that_make_no_sense(option: str, value: str) -> None:
    """They are refused with a sentence that names the option."""
    done = CliRunner().invoke(main, ["run", option, value])
    assert done.exit_code == 2
    assert f"Invalid value for '{option}'" in done.output


def test_replicas_of_one_server(here: Path, nats: str) -> None:
    """What a cluster cannot give is told; the number goes before the configuration's."""
    code, errors = attempt(here, "--nats", nats, "--replicas", "3")
    assert (code, "[engine.not_made]" in errors) == (2, True)


def test_a_server_that_ends_too_early_or_too_late() -> None:
    """A server that ends before anybody waits ends the router at once; one that ends after it does nothing."""
    stopped = Stopped()
    stopped.by_server(9)
    asyncio.run(asyncio.wait_for(stopped.wait(), 5))
    stopped.by_server(9)
    assert stopped.code == 1

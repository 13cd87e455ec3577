"""``event-router transformer`` as the program that it is."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from http.client import HTTPResponse
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import orjson
import pytest
from click.testing import CliRunner, Result
from door import served
from engines import limits
from programs_run import program, stop
from rudder_cases import CONFIG, destination
from rudder_transformer import Transformer
from support import identify, track

from event_router.cli import main

PATIENCE = 30.0
LARGE = 200_000_000


def command(*args: str) -> list[str]:
    """Return the command that runs a transformer on a free port."""
    return [sys.executable, "-P", "-m", "event_router", "transformer", "--port", "0", *args]


def running(here: Path, *args: str) -> AbstractContextManager[tuple[str, subprocess.Popen[str]]]:
    """Run a transformer for the block; yield the address that it prints, and its process."""
    return program(command(*args), here)


@contextmanager
def waiting(here: Path, *args: str) -> Iterator[subprocess.Popen[str]]:
    """Run a transformer that waits for an upstream that is not there, for the block."""
    given = command("--upstream", "http://127.0.0.1:1", *args)
    process = subprocess.Popen(given, cwd=here, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        assert any("the port stays closed" in line for line in process.stderr)
        yield process
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


def attempt(here: Path, *args: str) -> tuple[int, str]:
    """Return the exit code and the errors of a transformer that does not start."""
    done = subprocess.run(command(*args), cwd=here, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.stdout == ""
    return done.returncode, done.stderr


def call(*args: str) -> Result:
    """Return how a command ends that does not get so far as to serve."""
    return CliRunner(env={"EVENT_ROUTER_NATS": "nats://127.0.0.1:1"}).invoke(main, ["transformer", *args])


def element(event: Any) -> dict[str, Any]:
    """Return an element of a processor's body."""
    return {"message": event, "metadata": {"jobId": 1}, "destination": destination(CONFIG)}


def post(url: str, body: bytes, headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """Return a transformer's answer."""
    path = f"{url}/v0/destinations/promoter"
    answer = httpx.post(path, content=body, headers=headers, trust_env=False, timeout=PATIENCE)
    assert (answer.status_code, answer.headers["apiVersion"]) == (200, "2")
    found: list[dict[str, Any]] = answer.json()
    return found


def ask(url: str, *events: Any) -> list[dict[str, Any]]:
    """Return what a transformer makes of events."""
    return post(url, orjson.dumps([element(event) for event in events]))


def test_stateless(tmp_path: Path) -> None:
    """It prints its address once it is ready, answers, remembers, and stops when it is asked to; it leaves nothing."""
    with running(tmp_path, "--stateless") as (url, process):
        assert url.startswith("http://127.0.0.1:")
        assert httpx.get(f"{url}/features", trust_env=False).json()["routerTransform"] == {"PROMOTER": True}
        assert ask(url, identify())[0]["statusCode"] == 200
        assert ask(url, track())[0]["output"]["endpointPath"] == "survey"
        assert stop(process) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_contacts_outlast_it(tmp_path: Path) -> None:
    """Without --stateless a restart forgets nothing; a second process in the folder finds the same."""
    with running(tmp_path) as (url, process):
        assert ask(url, identify())[0]["statusCode"] == 200
        with running(tmp_path) as (beside, _):
            assert ask(beside, track())[0]["output"]["endpointPath"] == "survey"
        assert stop(process) == 0
    with running(tmp_path) as (url, process):
        assert ask(url, track())[0]["output"]["endpointPath"] == "survey"
        assert stop(process) == 0


def test_the_other_process_goes(tmp_path: Path) -> None:
    """Whoever has joined another process's nats-server ends with it, for the next one would never be found."""
    with running(tmp_path) as (_, first), running(tmp_path) as (beside, second):
        assert ask(beside, identify())[0]["statusCode"] == 200
        assert stop(first) == 0
        assert second.wait(PATIENCE) == 1
    assert "which another process ran, is gone" in (tmp_path / "log").read_text()


def test_on_a_cluster(tmp_path: Path, nats: str) -> None:
    """With --nats every replica knows what one has learnt."""
    (tmp_path / "router.toml").write_text(f'[engine]\nnamespace = "{limits().namespace}"\n')
    with running(tmp_path, "--nats", nats) as (one, _), running(tmp_path, "--nats", nats) as (other, process):
        ask(one, identify())
        assert ask(other, track())[0]["output"]["endpointPath"] == "survey"
        assert stop(process) == 0


def test_drain(tmp_path: Path) -> None:
    """A request that is under way when it is stopped is answered; a new one finds nobody."""
    body = orjson.dumps([element(identify())])
    with running(tmp_path, "--stateless") as (url, process):
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as connection:
            head = f"POST /v0/destinations/promoter HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n"
            connection.sendall(head.encode() + body[:10])
            # It has begun with it once another request, sent later, is answered.
            assert ask(url, identify())[0]["statusCode"] == 200
            process.send_signal(signal.SIGTERM)
            _refused(host, int(port))
            connection.sendall(body[10:])
            response = HTTPResponse(connection)
            response.begin()
            assert json.loads(response.read())[0]["statusCode"] == 200
            assert response.status == 200
        assert process.wait(PATIENCE) == 0


def _refused(host: str, port: int) -> None:
    """Wait until nobody listens any more."""
    until = monotonic() + PATIENCE
    while monotonic() < until:
        with suppress(ConnectionResetError), socket.socket() as one:
            if one.connect_ex((host, port)) != 0:
                return
    pytest.fail("It listens still.")


def test_upstream(tmp_path: Path) -> None:
    """Another transformer's types are its own, and what both can do is said by one."""
    with served(Transformer().app) as behind, running(tmp_path, "--stateless", "--upstream", behind) as (url, _):
        features = httpx.get(f"{url}/features", trust_env=False).json()
        assert features["supportTransformerProxyV1"] is True
        unknown = httpx.post(f"{url}/v0/destinations/other", content=b"[]", trust_env=False)
        assert unknown.headers["X-Rudder-Error-Reason"] == "unserved"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopped_while_upstream_is_awaited(tmp_path: Path, number: signal.Signals) -> None:
    """A signal ends it then as well, and it has never said that it is ready."""
    with waiting(tmp_path, "--stateless") as process:
        process.send_signal(number)
        assert process.wait(PATIENCE) == 0
        assert process.stdout is not None
        assert process.stdout.read() == ""


def test_its_server_ends_while_upstream_is_awaited(tmp_path: Path) -> None:
    """So does the end of its own nats-server, since nothing could be kept."""
    with waiting(tmp_path) as process:
        os.kill(json.loads((tmp_path / "router-data" / "engine.json").read_text())["pid"], signal.SIGKILL)
        assert process.wait(PATIENCE) == 1


@pytest.mark.parametrize("where", [["--stateless"], ["--nats", "nats://127.0.0.1:1"]])
def test_upstream_that_is_no_address(where: list[str]) -> None:
    """An address that is none is said at once, before anything else is tried; the environment asks for no cluster."""
    done = call("--upstream", "ftp://x", *where)
    assert done.exit_code == 2
    assert "[transformer.bad_upstream]" in done.output


@pytest.mark.parametrize("option", ["data", "nats", "creds", "tls-ca", "tls-cert", "tls-key", "replicas"])
def test_options_that_would_not_count(option: str) -> None:
    """Where contacts are to be kept is not asked of one that keeps none."""
    done = call("--stateless", f"--{option}", "3")
    assert done.exit_code == 2
    assert (
        f"[transformer.stateless] With --stateless contacts are kept nowhere but in the process, so --{option}"
        in done.output
    )


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--port", "-1"),
        ("--port", "65536"),
        ("--max-body", "0"),
        ("--max-memory", "0"),
        ("--grace", "-1"),
        ("--grace", "inf"),
    ],
)
def test_numbers_that_make_no_sense(option: str, value: str) -> None:
    """They are refused with a sentence that names the option."""
    done = call(option, value)
    assert done.exit_code == 2
    assert f"Invalid value for '{option}'" in done.output


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux says how much memory a process takes")
def test_a_large_body(tmp_path: Path) -> None:
    """200 MB are answered, neighbours meanwhile, whatever --max-memory is, and the memory is given back."""
    elements = [element(identify(userId=f"u-{at}", context={"page": {"title": "x" * 2_000_000}})) for at in range(100)]
    body = orjson.dumps(elements)
    assert len(body) > LARGE
    with running(tmp_path, "--stateless") as (url, process), ThreadPoolExecutor(1) as beside:
        ask(url, identify())
        before = memory(process)
        large = beside.submit(post, url, gzip.compress(body, 1), {"content-encoding": "gzip"})
        answered = 0
        while not large.done():
            answered += [one["statusCode"] for one in ask(url, identify())] == [200]
        assert [one["statusCode"] for one in large.result()] == [200] * 100
        assert answered >= 5
        # Its answer goes out before the memory is given back; the next one after that.
        ask(url, identify())
        assert memory(process) < before + 60_000


def memory(process: subprocess.Popen[str]) -> int:
    """Return the kilobytes of memory that a process takes."""
    (line,) = re.findall(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text(), re.MULTILINE)
    return int(line)


def test_port_that_is_taken(tmp_path: Path) -> None:
    """Somebody else's port is not ours."""
    with running(tmp_path, "--stateless") as (url, _):
        code, errors = attempt(tmp_path, "--stateless", "--port", url.rpartition(":")[2])
    assert code == 2
    assert "[run.no_port]" in errors


def test_engine_that_is_away(tmp_path: Path) -> None:
    """A cluster that cannot be reached is said at once."""
    code, errors = attempt(tmp_path, "--nats", "nats://127.0.0.1:1")
    assert code == 2
    assert "[engine.unreachable]" in errors


def test_no_plugins(tmp_path: Path) -> None:
    """Without a plugin there is nothing to serve; one that does not load is named."""
    broken = tmp_path / "broken-1.0.dist-info"
    broken.mkdir()
    (broken / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (broken / "entry_points.txt").write_text("[event_router]\npromoter = no_such_module\n")
    script = (
        "import sys; from importlib.metadata import distributions; from event_router import plugins\n"
        f"plugins.entry_points = lambda group: next(iter(distributions(path=[{str(tmp_path)!r}]))).entry_points\n"
        "from event_router.cli import main; main(['transformer', '--stateless'])"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 2
    assert "[plugin.none]" in done.stderr
    assert "plugin.import_failed" in done.stderr

"""Our own nats-server: it starts, others join it, it ends with us whatever ends us, and it keeps its data."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from event_router.engine import server
from event_router.engine.connection import Access, check_server, connect
from event_router.engine.errors import EngineError
from event_router.engine.folder import claimed, known
from event_router.engine.server import info, own_server, running, stop, tied

ROUTER = """
import sys
from pathlib import Path
from event_router.engine.server import own_server
with own_server(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@contextmanager
def router(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a program that does no more than run a server; yield it with the server's URL."""
    with subprocess.Popen(
        [sys.executable, "-c", ROUTER, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def program(folder: Path, text: str) -> Path:
    """Return a program in the place of a nats-server."""
    path = folder / "nats-server"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@contextmanager
def answering(line: bytes) -> Iterator[str]:
    """Run a server that sends a line to its first client; yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(line)

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


@pytest.mark.anyio
async def test_it_can_do_what_the_engine_needs(tmp_path: Path) -> None:
    """A client with the URL has JetStream of a new enough server."""
    with own_server(tmp_path) as url:
        client = await connect(Access(url), name="test")
        await check_server(client)
        assert client.max_payload == 8 * 1024**2
        await client.close()


@pytest.mark.anyio
async def test_nobody_else_is_let_in(tmp_path: Path) -> None:
    """Other users of the machine reach the port, but no more; the log does not have the password."""
    with own_server(tmp_path) as url:
        address = url.rpartition("@")[2]
        for who in ("", "event-router:guess@"):
            with pytest.raises(EngineError) as caught:
                await connect(Access(f"nats://{who}{address}"), name="test")
            assert caught.value.code == "engine.refused_credentials"
    password = url.split(":")[2].partition("@")[0]
    assert password not in (tmp_path / "nats-server.log").read_text("utf-8")


def test_files(tmp_path: Path) -> None:
    """Only we can read what the folder holds, but for the port."""
    with own_server(tmp_path):
        assert [
            path.name for path in tmp_path.iterdir() if path.stat().st_mode & 0o077 and path.suffix != ".ports"
        ] == []


def test_running(tmp_path: Path) -> None:
    """Another command finds the router's server while it runs, and not after."""
    assert running(tmp_path) is None
    with own_server(tmp_path) as url:
        assert running(tmp_path) == url
        left = (tmp_path / "engine.json").read_text()
    assert running(tmp_path) is None
    (tmp_path / "engine.json").write_text(left)
    assert running(tmp_path) is None


def test_another_server_on_the_old_port(tmp_path: Path) -> None:
    """A server that took the port of one that is gone is not taken for it."""
    with own_server(tmp_path / "a"):
        kept = json.loads((tmp_path / "a" / "engine.json").read_text())
        (tmp_path / "engine.json").write_text(json.dumps(kept | {"server_id": "another"}))
        assert running(tmp_path) is None


@pytest.mark.parametrize("line", [b"", b"SSH-2.0\r\n", b"INFO [1]\r\n", b"INFO \xff\r\n"])
def test_info_of_something_else(line: bytes) -> None:
    """What is no nats-server says nothing."""
    with answering(line) as address:
        assert info(address) == {}


@pytest.mark.parametrize("address", ["", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:1"])
def test_info_of_nothing(address: str) -> None:
    """Where none can be reached, nothing is said."""
    assert info(address) == {}


def test_a_second_router(tmp_path: Path) -> None:
    """It fails at once, names the first one's process, and leaves the first one alone."""
    with router(tmp_path) as (process, url):
        with pytest.raises(EngineError, match=f"process {process.pid}") as caught, own_server(tmp_path):
            pass
        assert caught.value.code == "engine.data_in_use"
        assert running(tmp_path) == url


@pytest.mark.anyio
@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux ends a child with its parent.")
async def test_a_router_that_is_killed(tmp_path: Path) -> None:
    """Its server ends too; the next router starts at once, with the data that was acknowledged."""
    with router(tmp_path) as (process, url):
        client = await connect(Access(url), name="test")
        stream = client.jetstream()
        await stream.add_stream(name="S", subjects=["s"])
        await stream.publish("s", b"kept")
        await client.close()
        process.kill()
        process.wait()
    # The old server holds a lock to its end, which the new one waits for.
    with own_server(tmp_path) as again:
        assert info(url.rpartition("@")[2]) == {}
        client = await connect(Access(again), name="test")
        assert (await client.jetstream().get_last_msg("S", "s")).data == b"kept"
        await client.close()


def test_ctrl_c_does_not_reach_it(tmp_path: Path) -> None:
    """A terminal's signal to our group leaves the server to us, who still need it to drain."""
    with own_server(tmp_path):
        found = known(tmp_path)
        assert found
        assert os.getpgid(found.pid) != os.getpgrp()


def test_a_server_that_ends(tmp_path: Path) -> None:
    """Its owner is told at once, with the status."""
    heard, statuses = threading.Event(), list[int]()

    def on_exit(status: int) -> None:
        statuses.append(status)
        heard.set()

    with own_server(tmp_path, on_exit=on_exit):
        found = known(tmp_path)
        assert found
        os.kill(found.pid, signal.SIGKILL)
        assert heard.wait(20)
    assert statuses == [-signal.SIGKILL]


def test_our_own_end_is_no_news(tmp_path: Path) -> None:
    """Who ends the block is not called back, and with nobody to call nothing happens."""
    statuses: list[int] = []
    before = set(threading.enumerate())
    with own_server(tmp_path / "a", on_exit=statuses.append), own_server(tmp_path / "b", sync="always"):
        watching = set(threading.enumerate()) - before
    for thread in watching:
        thread.join(20)
    assert statuses == []


@pytest.mark.parametrize("sync", ["nonsense", '1s" } x: "'])
def test_a_server_that_does_not_start(tmp_path: Path, sync: str) -> None:
    """The error shows the end of the log; nothing goes on, and the folder is free."""
    with (
        pytest.raises(EngineError, match="ended with status 1 at its start") as caught,
        own_server(tmp_path, sync=sync),
    ):
        pass
    assert caught.value.code == "engine.start_failed"
    assert f"{tmp_path}/nats-server.log:\n" in caught.value.message
    assert "sync" in caught.value.message
    with own_server(tmp_path):
        pass


def test_a_server_that_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is ended, and the folder is free."""
    monkeypatch.setattr(server, "START", 0.05)
    with monkeypatch.context() as patched:
        patched.setattr(server, "find_server", lambda environ: program(tmp_path, "exec sleep 60"))
        with pytest.raises(EngineError, match=r"did not start within 0\.05 s") as caught, own_server(tmp_path / "data"):
            pass
    assert caught.value.code == "engine.start_failed"
    with claimed(tmp_path / "data", 0):
        pass


def test_a_server_that_does_not_heed_a_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is killed."""
    monkeypatch.setattr(server, "STOP", 0.05)
    stubborn = ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.01; done"]
    with subprocess.Popen(stubborn, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline()
        stop(process)
    assert process.returncode == -signal.SIGKILL


def test_a_log_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says where the log would be."""
    monkeypatch.setattr(server, "find_server", lambda environ: program(tmp_path, "rm data/nats-server.log; exit 3"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EngineError, match=f"Its log cannot be read: {tmp_path}/data/"), own_server(tmp_path / "data"):
        pass


def test_what_an_old_server_left(tmp_path: Path) -> None:
    """A note of a port by a server that was killed is not believed, but removed."""
    (tmp_path / "nats-server_1.ports").write_text('{"nats":["nats://127.0.0.1:1"]}')
    with own_server(tmp_path) as url:
        assert not url.endswith(":1")
        assert not (tmp_path / "nats-server_1.ports").exists()


def test_a_folder_with_a_strange_name(tmp_path: Path) -> None:
    """Quotes, spaces, and what other alphabets have do no harm."""
    data = tmp_path / "a \"b\" $HOME 'ü' \\ {x}"
    with own_server(data) as url:
        assert running(data) == url
    assert (data / "jetstream").is_dir()


def test_a_relative_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder is where we are, not where the server would look."""
    monkeypatch.chdir(tmp_path)
    with own_server(Path("data")):
        assert (tmp_path / "data" / "jetstream").is_dir()


def test_a_parent_that_ended_before() -> None:
    """A server whose router ended before it could be tied to it does not start."""
    command = tied(Path("/bin/echo"), "started")
    command[command.index(str(os.getpid()))] = "1"
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    assert (done.returncode, done.stdout) == (1, "")
    assert "The router ended" in done.stderr

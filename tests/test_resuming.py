"""Interrupted by Ctrl-C or killed: run again, and only what was not done is sent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import orjson
import pytest
from support import KEY, identify

_COUNT = 40


class _Promoter(ThreadingHTTPServer):
    """A server that answers some requests, then holds the rest until it is told to go on."""

    daemon_threads = True

    def __init__(self, free: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.free = free
        self.keys: list[str] = []
        self.lock = threading.Lock()
        self.held = threading.Event()
        self.go = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    server: _Promoter
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer, or hold."""
        self.rfile.read(int(self.headers["content-length"]))
        with self.server.lock:
            self.server.free -= 1
            hold = self.server.free < 0
        if hold:
            self.server.held.set()
            self.server.go.wait(30)
        with self.server.lock:
            self.server.keys.append(self.headers["idempotency-key"])
        try:
            self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def promoter(free: int) -> Iterator[_Promoter]:
    """Run the server in a thread."""
    with _Promoter(free) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.go.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the events of many people."""
    people = (identify(messageId=f"m{at}", userId=f"u{at}") for at in range(_COUNT))
    (tmp_path / "events.ndjson").write_bytes(b"".join(orjson.dumps(person) + b"\n" for person in people))
    return tmp_path


def start(folder: Path, server: _Promoter) -> subprocess.Popen[str]:
    """Start a run as a program of its own."""
    url = f"http://127.0.0.1:{server.server_port}"
    (folder / "router.toml").write_text(
        f'[delivery]\nconcurrency = 2\n[destinations.promoter]\nplugin = "promoter"\napi_key = "{KEY}"\nbase_url = "{url}"\n'
    )
    args = [sys.executable, "-P", "-m", "event_router", "send", "events.ndjson", "--results", "out.ndjson"]
    return subprocess.Popen(
        args, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=dict(os.environ)
    )


def lines_of(folder: Path) -> list[int]:
    """Return the lines that have a final result."""
    values = [orjson.loads(line) for line in (folder / "out.ndjson").read_bytes().splitlines()]
    return sorted(value["line"] for value in values if value["outcome"] == "delivered")


def finish(folder: Path, seen: list[str]) -> list[str]:
    """Run again to the end; return the keys that were sent."""
    with promoter(10_000) as server:
        run = start(folder, server)
        said, _ = run.communicate(timeout=60)
        assert run.returncode == 0, said
        assert lines_of(folder) == list(range(1, _COUNT + 1))
        return server.keys


def test_killed(folder: Path) -> None:
    """After kill -9 the results are whole, and the next run sends what was not; what was sent is known, reported or not."""
    with promoter(12) as server:
        run = start(folder, server)
        assert server.held.wait(30)
        run.kill()
        run.communicate(timeout=60)
        settled = lines_of(folder)
    assert 1 <= len(settled) <= 12
    sent = finish(folder, server.keys)
    assert len(set(sent)) == len(sent)
    assert not {f"promoter:m{line - 1}" for line in settled} & set(sent)
    answered = set(server.keys[:12])
    assert answered | set(sent) == {f"promoter:m{at}" for at in range(_COUNT)}


def test_interrupted(folder: Path) -> None:
    """Ctrl-C waits for what is out, says so with code 130, and the next run sends the rest."""
    with promoter(12) as server:
        run = start(folder, server)
        assert server.held.wait(30)
        run.send_signal(signal.SIGINT)
        server.go.set()
        said, _ = run.communicate(timeout=60)
        assert run.returncode == 130, said
        assert "delivery.interrupted" in said
        first = list(server.keys)
    assert len(first) < _COUNT
    assert not set(first) & set(finish(folder, first))


def test_its_engine_ends(folder: Path) -> None:
    """A run whose nats-server dies ends with a word for every event, and the next run sends the rest."""
    with promoter(12) as server:
        run = start(folder, server)
        assert server.held.wait(30)
        os.kill(orjson.loads((folder / "out.ndjson.engine" / "engine.json").read_bytes())["pid"], signal.SIGKILL)
        server.go.set()
        said, _ = run.communicate(timeout=60)
        assert run.returncode == 1, said
        assert "engine.ended" in said
    finish(folder, server.keys)

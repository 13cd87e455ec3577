"""A nats-server of our own: its start, how to join it, and an end that it cannot outlive us by."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from event_router.engine.binary import NAME, find_server
from event_router.engine.errors import EngineError
from event_router.engine.folder import Running, append, claimed, known, published, usable, write

#: Seconds to start: large stores are read through first. A server that fails is noticed at once.
START = 120.0
#: Seconds to stop before it is killed; what is acknowledged is kept either way.
STOP = 10.0

_USER = "event-router"
_PAUSE = 0.02
_LOG_LINES = 5
# The program that becomes the server asks the kernel for the signal, since Popen's preexec_fn is not safe beside
# other threads.
_TIED = """
import ctypes, os, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
if os.getppid() != int(sys.argv[1]):
    sys.exit("The router ended before its nats-server started.")
os.execv(sys.argv[2], sys.argv[2:])
"""
_CONFIG = """\
# Written anew at each start of event-router.
listen: "127.0.0.1:-1"
ports_file_dir: {data}
server_name: "event-router"
max_payload: 8MB
# The streams have limits of their own, and the router watches the disk.
jetstream {{ store_dir: {data}, max_mem: 64MB, max_file: 1PB, sync_interval: {sync} }}
authorization {{ user: {user}, password: {password} }}
logfile: {log}
logfile_size_limit: 10MB
logfile_max_num: 3
"""


@contextmanager
def own_server(data: Path, *, sync: str = "1s", on_exit: Callable[[int], None] | None = None) -> Iterator[str]:
    """Run a nats-server with its files in a folder, and yield its URL, credentials included.

    It ends with the block, and also when this process is killed. Enter the block in a thread that outlives it.

    Args:
        data: The folder; made where it is not there. One router at a time.
        sync: How often JetStream syncs its files to disk, such as ``1s``, or ``always``.
        on_exit: Called in another thread, with the exit status, where the server ends before the block does.

    Raises:
        EngineError: ``engine.no_server``, ``engine.data_in_use``, ``engine.data_not_usable``,
            or ``engine.start_failed``.
    """
    data = data.absolute()
    binary = find_server(os.environ)
    password = secrets.token_urlsafe(24)
    with claimed(data) as lock, _process(binary, data, _config(data, sync, password), lock) as process:
        found = _ready(process, data)
        found = replace(found, url=f"nats://{_USER}:{password}@{found.url}")
        with published(data, found), _watched(process, on_exit):
            yield found.url


def running(data: Path) -> str | None:
    """Return the URL of the server that a router runs in a folder, or ``None`` where none does."""
    found = known(data)
    if found is None or info(urlsplit(found.url).netloc.rpartition("@")[2]).get("server_id") != found.server_id:
        return None
    return found.url


def info(host: str, timeout: float = 1.0) -> dict[str, Any]:
    """Return what the nats-server at ``address:port`` says of itself; nothing where none answers."""
    address, _, port = host.rpartition(":")
    try:
        with socket.create_connection((address, int(port)), timeout) as connection, connection.makefile("rb") as lines:
            found = json.loads(lines.readline().removeprefix(b"INFO "))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server: with a signal that it may heed, then with one that it cannot ignore."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP)
    process.kill()
    process.wait()


def tied(program: Path, *arguments: str) -> list[str]:
    """Return the command that runs a program which ends when the thread ends that started it (on Linux)."""
    return [sys.executable, "-I", "-S", "-c", _TIED, str(os.getpid()), str(program), *arguments]


def _config(data: Path, sync: str, password: str) -> str:
    values = {
        "data": str(data),
        "sync": sync,
        "user": _USER,
        "password": password,
        "log": str(data / "nats-server.log"),
    }
    return _CONFIG.format_map({name: json.dumps(value, ensure_ascii=False) for name, value in values.items()})


@contextmanager
def _process(binary: Path, data: Path, config: str, lock: IO[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run the server for the block. It holds the lock for as long as it lives, however long that is."""
    with usable(data):
        for old in data.glob("*.ports"):
            old.unlink()
        write(data / "nats-server.conf", config)
        process = _spawn(binary, data, lock)
    try:
        yield process
    finally:
        stop(process)


def _spawn(binary: Path, data: Path, lock: IO[str]) -> subprocess.Popen[bytes]:
    command = tied(binary, "-c", str(data / "nats-server.conf"))
    with append(data / "nats-server.log") as log:
        # Its own session, so that Ctrl-C reaches the router only, which still needs the server to drain.
        return subprocess.Popen(  # noqa: S603
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, pass_fds=[lock.fileno()], start_new_session=True
        )


def _ready(process: subprocess.Popen[bytes], data: Path) -> Running:
    """Return how to reach the server, without credentials, once JetStream is there. Raises ``EngineError``."""
    deadline = time.monotonic() + START
    while not _ended(process, _PAUSE) and time.monotonic() < deadline:
        host = _host(data, process.pid)
        found = info(host) if host else {}
        if found.get("jetstream"):
            return Running(host, process.pid, found["server_id"])
    status = process.poll()
    what = f"did not start within {START:g} s" if status is None else f"ended with status {status} at its start"
    raise EngineError("engine.start_failed", f"The nats-server in {data} {what}. {_log(data)}")


def _ended(process: subprocess.Popen[bytes], patience: float) -> bool:
    with suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    return process.returncode is not None


def _host(data: Path, pid: int) -> str:
    """Return ``address:port`` of a server, empty as long as it has not said so."""
    try:
        found = json.loads((data / f"{NAME}_{pid}.ports").read_text("utf-8"))
        return urlsplit(str(found["nats"][0])).netloc
    except (OSError, ValueError):
        return ""


def _log(data: Path) -> str:
    """Return the last lines of a server's log, for people."""
    path = data / "nats-server.log"
    try:
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return f"Its log cannot be read: {path}."
    return "\n".join([f"The end of {path}:", *lines[-_LOG_LINES:]])


@contextmanager
def _watched(process: subprocess.Popen[bytes], on_exit: Callable[[int], None] | None) -> Iterator[None]:
    """Call back where the server ends within the block."""
    ending = threading.Event()

    def watch() -> None:
        status = process.wait()
        if on_exit is not None and not ending.is_set():
            on_exit(status)

    threading.Thread(target=watch, name="nats-server", daemon=True).start()
    try:
        yield
    finally:
        ending.set()

"""The data folder of a router that runs its own nats-server: who may use it, and how to reach who does.

``lock`` is held by the router and ``server.lock`` by its server. So a second router fails at once while a first one
runs, and the next one after a kill waits until the old server has ended.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from event_router.engine.errors import EngineError

#: Seconds for the server of a killed router to end.
PREDECESSOR = 10.0
_PAUSE = 0.02
_PRIVATE = 0o600


@dataclass(frozen=True, slots=True)
class Running:
    """How to reach the server that a router runs, as kept in ``DIR/engine.json``.

    Attributes:
        url: Where it listens, with credentials.
        pid: The server's process.
        server_id: What it calls itself; new at each start.
    """

    url: str
    pid: int
    server_id: str


@contextmanager
def claimed(data: Path, patience: float = PREDECESSOR) -> Iterator[IO[str]]:
    """Make a folder ours for the block, and yield the file that its server has to inherit.

    Raises:
        EngineError: ``engine.data_in_use`` or ``engine.data_not_usable``.
    """
    with ExitStack() as stack:
        with usable(data):
            data.mkdir(mode=0o700, parents=True, exist_ok=True)
            router, server = (stack.enter_context(_opened(data / name)) for name in ("lock", "server.lock"))
            _claim_router(data, router)
            _claim_server(data, server, patience)
        yield server


@contextmanager
def usable(data: Path) -> Iterator[None]:
    """Report what the system refuses in the block. Raises ``EngineError``."""
    try:
        yield
    except OSError as error:
        raise EngineError(
            "engine.data_not_usable",
            f"{error.filename or data} cannot be used: {error.strerror}. "
            "Name a folder on a local disk that you may write to with --data.",
        ) from error


@contextmanager
def published(data: Path, found: Running) -> Iterator[None]:
    """Tell other commands for the block how to reach the server."""
    path = data / "engine.json"
    with usable(data):
        write(path, json.dumps(asdict(found)))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def known(data: Path) -> Running | None:
    """Return what the last router said of its server, or ``None``; it may run no more."""
    try:
        return Running(**json.loads((data / "engine.json").read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write(path: Path, text: str) -> None:
    """Write a file that only we can read, at once or not at all. Raises ``OSError``."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def append(path: Path) -> IO[bytes]:
    """Open a file that only we can read, to write at its end. Raises ``OSError``."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _PRIVATE), "ab")


def _opened(path: Path) -> IO[str]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, _PRIVATE), "r+", encoding="utf-8")


def _claim_router(data: Path, lock: IO[str]) -> None:
    if not _locked(lock):
        raise EngineError(
            "engine.data_in_use",
            f"Another event-router (process {lock.read().strip() or 'unknown'}) works in {data}. "
            "Stop it, or name another folder with --data.",
        )
    lock.truncate()
    lock.write(str(os.getpid()))
    lock.flush()


def _claim_server(data: Path, lock: IO[str], patience: float) -> None:
    deadline = time.monotonic() + patience
    while not _locked(lock):
        if time.monotonic() > deadline:
            old = known(data)
            raise EngineError(
                "engine.data_in_use",
                f"The nats-server (process {old.pid if old else 'unknown'}) of a router that ended still works in "
                f"{data}. Wait for it, or end it with `kill`, then start again.",
            )
        time.sleep(_PAUSE)


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

"""What a function asks of the machine is seen, and what it may ask is not."""

from __future__ import annotations

import logging
import os
import random
import sys
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from gallery import plugins_tiny
from gallery.plugins_good import good

from contract_tests.destination import watching
from contract_tests.destination.hooks import hooks_of
from contract_tests.destination.importing import modules_of, seen_importing
from contract_tests.destination.watching import Seen, watched, writes


def seen(call: Callable[[], Any]) -> Seen:
    """Return what a call asks for."""
    with watched() as found:
        call()
    return found


def in_a_thread() -> None:
    """Do nothing, in a thread, and wait for it."""
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda: Path(os.devnull).read_bytes(), "open"),
        (lambda: list(Path("/").iterdir()), "os.listdir"),
        (lambda: print(end=""), "print"),
        (in_a_thread, "start_new_thread"),
        (lambda: os.system("true"), "os.system"),
    ],
)
def test_io_is_seen(call: Callable[[], Any], what: str) -> None:
    """Files, output, threads and processes."""
    assert any(one.startswith(what) for one in seen(call).io)


@pytest.mark.parametrize(
    "call",
    [
        time.time,
        time.monotonic_ns,
        lambda: datetime.now(UTC),
        date.today,
        random.random,
        lambda: random.choice("ab"),
        lambda: os.urandom(1),
        uuid.uuid4,
        os.getpid,
        lambda: os.environ.get("HOME"),
        lambda: os.getenv("HOME"),
    ],
)
def test_asking_is_seen(call: Callable[[], Any]) -> None:
    """Clocks, chance, the environment and the process."""
    assert len(seen(lambda: call()).asked) >= 1


@pytest.mark.parametrize(
    "call",
    [
        lambda: datetime.fromisoformat("2026-11-23T00:00:00+00:00"),
        lambda: random.Random("a seed of the event").random(),
        lambda: uuid.uuid5(uuid.NAMESPACE_URL, "a"),
        lambda: logging.getLogger("quiet").debug("nothing"),
        lambda: logging.getLogger("heard").makeRecord("heard", 10, "f", 1, "m", (), None),
        lambda: logging.Formatter().formatException((ValueError, ValueError("a"), None)),
        lambda: sorted([3, 1, 2]),
    ],
)
def test_what_depends_on_arguments_is_let_pass(call: Callable[[], Any]) -> None:
    """Values from values, and log records, which have a time of their own."""
    assert seen(call) == Seen()


def test_importing_is_let_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module may be imported when it is first needed, and may ask for the time meanwhile; it may not write."""
    (tmp_path / "lazily.py").write_text("import time\nNOW = time.time()\n")
    (tmp_path / "writing.py").write_text("import os\nopen(os.devnull, 'w').close()\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert seen(lambda: __import__("lazily")) == Seen()
    assert seen(lambda: __import__("writing")).io == [f"open {os.devnull!r}"]


def test_only_the_block_and_its_thread_are_watched() -> None:
    """What another thread does meanwhile is its own business, and so is what comes after the block."""
    with watched() as found:
        pass
    watching._audited("os.remove", ())
    assert found == Seen()
    found = Seen()
    watching._watches.append(watching._Watch(-1, found))
    try:
        watching._audited("os.remove", ())
    finally:
        watching._watches.pop()
    assert found == Seen()


def test_events_are_told_apart() -> None:
    """Audit events and calls of C functions, handed over as Python does."""
    importer: dict[str, Any] = {"call": watching._audited}
    exec(compile("def read(*given): call(*given)", "<frozen importlib>", "exec"), importer)
    with watched() as found:
        watching._audited("os.remove", ("a",))
        watching._audited("open", ("a", "r", os.O_RDONLY))
        watching._audited("import", ("a",))
        importer["read"]("open", ("b", "r", os.O_RDONLY))
    assert found.io == ["os.remove", "open 'a'"]
    frame: Any = SimpleNamespace(f_code=SimpleNamespace(co_filename="a.py"), f_back=None)
    calls = (time.time, print, len, date.today, random.random)
    for event, what in (*(("c_call", one) for one in calls), ("return", None), ("call", None)):
        watching._profiled(found, frame, event, what)
    frame.f_code = watching._ENVIRONMENT
    watching._profiled(found, frame, "call", None)
    assert found.io[2:] == ["print"]
    assert found.asked == ["time.time", "date.today", "random.random", "os.environ"]


def test_writing_is_told_from_reading() -> None:
    """By the mode, or by the flags."""
    assert writes("open", ("a", "w", 0))
    assert writes("open", ("a", None, os.O_CREAT))
    assert not writes("open", ("a", "rb", os.O_RDONLY))
    assert not writes("open", ("a",))
    assert not writes("os.listdir", ("a", "w", 0))


def test_a_profiler_is_put_back() -> None:
    """Who measures the tests goes on measuring."""
    calls: list[str] = []

    def profile(frame: Any, event: str, what: Any) -> None:
        calls.append(event)

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        with watched():
            pass
        assert sys.getprofile() is profile
    finally:
        sys.setprofile(before)


def test_modules_of_a_plugin() -> None:
    """A module's own, an object's class', and those of its hooks."""
    assert modules_of(plugins_tiny, hooks_of(plugins_tiny)) == ("gallery.plugins_tiny",)
    assert modules_of(good, hooks_of(good)) == ("gallery.plugins_good",)
    assert modules_of(SimpleNamespace(), {}) == ()


def test_imports_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a Python of its own: connections, threads, processes, files that are written; not those that are read."""
    programs = {
        "quiet_one": "import json, pathlib\npathlib.Path(__file__).read_text()\n",
        "connects": "import socket\ntry:\n    socket.create_connection(('127.0.0.1', 9), 0.1)\nexcept OSError:\n    pass\n",
        "starts": "import threading\nthreading.Thread(target=int).start()\n",
        "writes_it": "import os\nopen(os.devnull, 'w').close()\n",
        "when_asked": (
            "import os\nfrom event_router.api import hookimpl\n"
            "@hookimpl\ndef destination_info():\n    os.system('true')\n"
        ),
    }
    for name, text in programs.items():
        (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    found = seen_importing(tuple(programs))
    assert found["missing"] == []
    starts = ("socket.", "a thread", f"open {os.devnull!r} to write", "os.system")
    assert all(any(one.startswith(start) for one in found["found"]) for start in starts)
    assert len(found["found"]) == len([one for one in found["found"] if one.startswith(starts)])
    assert seen_importing(("quiet_one",)) == {"found": [], "missing": []}


def test_what_cannot_be_imported_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that is not there is no finding; one that raises is."""
    (tmp_path / "raises_it.py").write_text("raise RuntimeError('not today')\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert seen_importing(("nosuch", "nosuch.below")) == {"found": [], "missing": ["nosuch", "nosuch.below"]}
    found = seen_importing(("raises_it",))
    assert found["found"] == ["an exception: RuntimeError: not today"]

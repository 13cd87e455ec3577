"""What a function asks of the machine while it runs: files, connections and processes; time, chance and its own process.

Python itself tells: through audit events, and through its profiling hook. Importing a module reads files; that is let pass.
"""

from __future__ import annotations

import os
import random
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from threading import get_ident
from types import FrameType
from typing import Any, Final

from contract_tests.pausing import without_collecting

#: Audit events of I/O, by the beginning of their names.
_IO: Final = re.compile(
    r"open$|os\.|socket\.|subprocess\.|shutil\.|tempfile\.|urllib\.|http\.|ftplib\.|smtplib\.|poplib\.|imaplib\.|sqlite3\."
    r"|glob\.|pathlib\.|webbrowser\.|ctypes\.dlopen|mmap\.|syslog\.|fcntl\.|_thread\.start|pty\.|signal\."
)
#: Those that reading a module is made of.
_READING: Final = frozenset({"open", "os.listdir", "os.scandir"})
_WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
#: Functions written in C, by module, whose answer is not in their arguments.
_ASKING: Final[Mapping[str, frozenset[str]]] = {
    "time": frozenset(
        f"{name}{unit}"
        for name in ("time", "monotonic", "perf_counter", "process_time", "thread_time")
        for unit in ("", "_ns")
    )
    | {"clock_gettime", "clock_gettime_ns"},
    "posix": frozenset({"urandom", "getrandom", "getpid", "getppid", "getcwd", "uname", "getlogin"}),
    "_uuid": frozenset({"generate_time_safe"}),
}
#: What starts a thread, for which older Pythons have no audit event.
THREADS: Final = frozenset({"start_new_thread", "start_joinable_thread"})
_LOGGING: Final = ("/logging/__init__.py", "\\logging\\__init__.py")
_NOW: Final = frozenset({"now", "utcnow", "today"})
_SHARED_RANDOM: Final = random.random.__self__  # type: ignore[attr-defined]  # The generator behind the module's functions.
_ENVIRONMENT: Final = type(os.environ).__getitem__.__code__


@dataclass(slots=True)
class Seen:
    """What a function asked for.

    Attributes:
        io: Audit events of I/O.
        asked: Functions that tell the time, or chance, or something of the process.
    """

    io: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Watch:
    thread: int
    seen: Seen


_watches: list[_Watch] = []
_hooked: list[bool] = []


@contextmanager
def watched() -> Iterator[Seen]:
    """Yield what is asked for in the block, by this thread."""
    seen, profile = Seen(), sys.getprofile()
    _hook_once()
    with without_collecting():
        _watches.append(_Watch(get_ident(), seen))
        sys.setprofile(partial(_profiled, seen))
        try:
            yield seen
        finally:
            sys.setprofile(profile)
            _watches.pop()


def _hook_once() -> None:
    if not _hooked:
        _hooked.append(True)
        # There is no way to remove it; out of the blocks it does nothing.
        sys.addaudithook(_audited)


def _audited(event: str, values: tuple[Any, ...]) -> None:
    if not _watches or _watches[-1].thread != get_ident() or not _IO.match(event):
        return
    if event in _READING and not writes(event, values) and _importing(sys._getframe(1)):  # noqa: SLF001
        return
    what = f" {values[0]!r}" if event in _READING and values else ""
    _watches[-1].seen.io.append(f"{event}{what}")


def writes(event: str, values: tuple[Any, ...]) -> bool:
    """Return whether an audit event is a file being opened to be written."""
    if event != "open" or len(values) < 3:
        return False
    mode, flags = values[1], values[2]
    return bool(set(mode or "") & set("wax+")) or (isinstance(flags, int) and bool(flags & _WRITES))


def _profiled(seen: Seen, frame: FrameType, event: str, what: Any) -> None:
    if event == "call" and frame.f_code is _ENVIRONMENT:
        found = "os.environ"
    elif event == "c_call":
        found = _asks(what)
    else:
        return
    # A log record with an exception is printed, into a text.
    if (what is print and not _logging(frame)) or getattr(what, "__name__", "") in THREADS:
        seen.io.append(what.__name__)
    elif found and not _importing(frame):
        seen.asked.append(found)


def _asks(function: Any) -> str:
    """Return what a function written in C asks for; nothing where its arguments are all it knows."""
    owner, name = getattr(function, "__self__", None), function.__name__
    module = function.__module__ or ""
    if name in _ASKING.get(module, ()):
        return f"{module}.{name}"
    if isinstance(owner, type) and issubclass(owner, date) and name in _NOW:
        return f"{owner.__name__}.{name}"
    return f"random.{name}" if owner is _SHARED_RANDOM else ""


def _importing(frame: FrameType | None) -> bool:
    """Return whether code runs because a module is imported, or because something is logged."""
    return any(name.startswith("<frozen importlib") or name.endswith(_LOGGING) for name in _files(frame))


def _logging(frame: FrameType | None) -> bool:
    """Return whether code runs because something is logged."""
    return any(name.endswith(_LOGGING) for name in _files(frame))


def _files(frame: FrameType | None) -> Iterator[str]:
    """Yield the files of the code that runs, the innermost first."""
    while frame is not None:
        yield frame.f_code.co_filename
        frame = frame.f_back

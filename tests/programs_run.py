"""Programs as processes of their own: started, told from their first line that they are ready, ended by their handle."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

#: Seconds within which a program is ready, and within which it ends once it is asked to.
PATIENCE = 60.0


@contextmanager
def program(
    command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run a program in a folder for the block; yield its first line, which is its address, and its process.

    What it says beside that is in the folder's ``log``, after what others have said there. At the end of the block it is
    asked to stop, unless it has ended by then.
    """
    env = {**os.environ, **(environment or {})}
    with (folder / "log").open("a") as log:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        yield _first_line(process, folder / "log"), process
    finally:
        # Not killed: the coverage that it measures is written as it ends.
        process.terminate()
        with _patience(process):
            process.communicate()


def stop(process: subprocess.Popen[str]) -> int:
    """Ask a program to stop; return its exit code."""
    process.terminate()
    with _patience(process):
        return process.wait()


def _first_line(process: subprocess.Popen[str], log: Path) -> str:
    assert process.stdout is not None
    with _patience(process):
        line = process.stdout.readline().strip()
    assert line, f"It ended, or was killed after {PATIENCE:.0f} s, before it was ready: {log.read_text()}"
    return line


@contextmanager
def _patience(process: subprocess.Popen[str]) -> Iterator[None]:
    """Wait for a process within the block, and kill it where that takes too long."""
    impatience = Timer(PATIENCE, process.kill)
    impatience.start()
    try:
        yield
    finally:
        impatience.cancel()

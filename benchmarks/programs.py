"""Programs that benchmarks measure from outside."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import clock_gettime, perf_counter

_STARTS = 5


@dataclass(frozen=True, slots=True)
class Program:
    """A program under measurement.

    Attributes:
        pid: Its process.
        url: The address that it has printed.
    """

    pid: int
    url: str

    @property
    def port(self) -> int:
        """The port of its address."""
        return int(self.url.rpartition(":")[2])

    def cpu(self) -> float:
        """Return the seconds of CPU that all its threads have had so far."""
        # Linux's clock of another process, as clock_getcpuclockid(3) makes it: far finer than the ticks in /proc.
        return clock_gettime((~self.pid << 3) | 2)

    def memory(self, name: str) -> float:
        """Return its memory in MB, by a name of ``/proc/PID/status``."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        found = dict(line.split(":", 1) for line in lines)
        return int(found[name].split()[0]) * 1024 / 1e6


@contextmanager
def running(*args: str, cwd: Path | None = None) -> Iterator[Program]:
    """Run Python with some arguments; what it runs prints its address once it is ready."""
    command = [sys.executable, "-P", *args]
    quiet = None if "BENCH_LOGS" in os.environ else subprocess.DEVNULL
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=quiet, text=True, cwd=cwd) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().strip()
            assert url, f"{' '.join(args)} ended before it was ready; BENCH_LOGS=1 shows why"
            yield Program(process.pid, url)
        finally:
            process.terminate()
            process.wait(60)


@contextmanager
def program(*args: str, cwd: Path | None = None) -> Iterator[str]:
    """Run one of our modules, which prints its address first; yield the address."""
    with running("-m", *args, cwd=cwd) as one:
        yield one.url


def start_to_ready(*args: str) -> float:
    """Return the milliseconds from the start of a program to its address, the fastest of some."""
    times = []
    for _ in range(_STARTS):
        start = perf_counter()
        with running(*args):
            times.append(perf_counter() - start)
    return min(times) * 1e3

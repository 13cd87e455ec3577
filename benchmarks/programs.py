"""Programs that benchmarks measure from outside."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def program(*args: str, cwd: Path | None = None) -> Iterator[str]:
    """Run one of ours, which prints its address first; yield the address."""
    command = [sys.executable, "-P", "-m", *args]
    quiet = None if "BENCH_LOGS" in os.environ else subprocess.DEVNULL
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=quiet, text=True, cwd=cwd) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
            process.wait(60)

"""The heap: what is free is given back to the machine."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from event_router.rudder import heap

PROGRAM = """
from event_router.rudder.heap import give_back
def memory():
    (line,) = [line for line in open("/proc/self/status") if line.startswith("VmRSS")]
    return int(line.split()[1])
kept = [bytes(22_000) + b"x" for _ in range(10_000)]
high, last = memory(), kept.pop()
del kept
give_back()
print(high - memory())
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the C library has no way")
def test_memory_is_given_back() -> None:
    """Of 220 MB below something that stays, nearly all."""
    assert Path("/proc/self/status").exists()
    done = subprocess.run([sys.executable, "-P", "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 150_000


def test_a_c_library_without_a_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing to be done."""
    monkeypatch.setattr(ctypes, "CDLL", lambda name: SimpleNamespace())
    heap.give_back()

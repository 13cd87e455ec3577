"""A program that does not outlive who has started it: what asks one to end asks the other as well."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NamedTuple

#: What asks a program to end: an operator, and a CI job that is cancelled or takes too long.
_ASKS = (signal.SIGINT, signal.SIGTERM)


class Ended(NamedTuple):
    """How a program ended.

    Attributes:
        status: Its exit status.
        signal: What asked for it; ``None`` where nobody did.
    """

    status: int
    signal: signal.Signals | None


def run(command: Sequence[str], stdout: int) -> Ended:
    """Run a program to its end, and let it end in its own way where this one is asked to.

    pytest does so at SIGINT only. It gets it in a group of its own, as all its processes do from a terminal, and gets it once:
    what comes twice would break off what it ends.
    """
    asked: list[signal.Signals] = []
    with _heeded(asked), subprocess.Popen(command, stdout=stdout, process_group=0) as process:  # noqa: S603
        told = False
        while (status := _status(process)) is None:
            if asked and not told:
                told = True
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGINT)
    return Ended(status, asked[0] if asked else None)


def _status(process: subprocess.Popen[bytes]) -> int | None:
    """Return the exit status once there is one; ``None`` after a while, in which a signal may have come."""
    try:
        return process.wait(0.1)
    except subprocess.TimeoutExpired:
        return None


@contextmanager
def _heeded(asked: list[signal.Signals]) -> Iterator[None]:
    """Gather what asks this program to end, for the block. Whoever ignored it gives a child what it needs to heed it."""

    def heed(number: int, _: FrameType | None) -> None:
        asked.append(signal.Signals(number))

    before = {one: signal.signal(one, heed) for one in _ASKS}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)

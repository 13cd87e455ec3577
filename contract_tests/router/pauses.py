"""Waiting for what a router has to do: look, and look again, until it is so or patience is at its end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import TypeVar

Found = TypeVar("Found")

#: Seconds between the first two looks, and the most between any two.
_PAUSE, _LONGEST = 0.01, 0.1
#: Seconds in which nothing more may come, where nothing else can tell: a router under test tries again sooner.
QUIET = 0.5

_nobody = threading.Event()


def pass_by(seconds: float) -> None:
    """Let time pass, where that alone is what a router has to outlast."""
    _nobody.wait(seconds)


def found_within(seconds: float, look: Callable[[], Found]) -> Found:
    """Return what a look finds as soon as it finds something, and in the end what it found last."""
    deadline, wait = monotonic() + seconds, _PAUSE
    while not (found := look()) and monotonic() < deadline:
        _nobody.wait(wait)
        wait = min(_LONGEST, 1.3 * wait)  # What does not come at once takes its time.
    return found

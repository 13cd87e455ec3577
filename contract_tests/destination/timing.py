"""A hook is quick, and its work grows with the event's size only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import inf
from time import perf_counter, thread_time
from typing import Any, Final

from contract_tests.contract import requirement
from contract_tests.destination.base import DestinationBase, transforming
from contract_tests.destination.events import Case, with_values
from contract_tests.destination.hostile import LARGEST
from contract_tests.destination.subject import Subject
from contract_tests.pausing import without_collecting

_PATIENCE: Final = 0.5
#: How often it may be measured until one time is good; other programs make times longer, never shorter.
_ATTEMPTS: Final = 3
_TRIES: Final = 12
#: Linear is 4, quadratic is 16.
_MOST: Final = 9.0
#: Seconds after which a hook is not tried again: what takes so long is measured well enough.
_BUDGET: Final = 2.0
#: Seconds that nobody minds, below which clocks are too coarse to compare.
_NEGLIGIBLE: Final = 0.002


def _keys(size: int) -> dict[str, Any]:
    return {f"key{number:05}": "v" * 10 for number in range(size // 25)}


def _text(size: int) -> dict[str, Any]:
    return {"text": "word " * (size // 5)}


def _list(size: int) -> dict[str, Any]:
    return {"list": ["v" * 10 for _ in range(size // 14)]}


def _depth(size: int) -> dict[str, Any]:
    value: Any = "bottom"
    for _ in range(size // 400):
        value = {"level": value, "text": "v" * 380}
    return {"deep": value}


_SHAPES: Final[Mapping[str, Callable[[int], dict[str, Any]]]] = {
    "many names": _keys,
    "a long text": _text,
    "a long list": _list,
    "many levels": _depth,
}


class Timing(DestinationBase):
    """Time by the clock, and by the processor."""

    @requirement("DST-080")
    def test_hooks_are_quick(self, destination: Subject) -> None:
        """With the largest event, of each shape."""
        transforming(destination)
        for name, case in _large(destination, LARGEST):
            best = _best(destination, case, perf_counter, _ATTEMPTS, _PATIENCE)
            wanted = f"{case.route.hook} is done within {_PATIENCE} s with an event of {LARGEST // 1024} KiB of {name}"
            destination.expect(best <= _PATIENCE, wanted, f"{best:.2f} s at best")

    @requirement("DST-081")
    def test_work_grows_with_the_event(self, destination: Subject) -> None:
        """Four times the event takes no more than nine times as long, of each shape."""
        transforming(destination)
        for (name, small), (_, large) in zip(
            _large(destination, LARGEST // 4), _large(destination, LARGEST), strict=True
        ):
            quick = _best(destination, small, thread_time, _TRIES, 0.0, _BUDGET)
            # A busy machine may slow a few tries down, but not all of many.
            slow = _best(destination, large, thread_time, 10 * _TRIES, _MOST * quick + _NEGLIGIBLE, _BUDGET)
            wanted = f"{large.route.hook} takes at most {_MOST:g} times as long for four times as much of {name}"
            came = f"{quick * 1000:.2f} ms, and {slow * 1000:.2f} ms for four times as much"
            destination.expect(slow <= _MOST * quick + _NEGLIGIBLE, wanted, came)


def _large(destination: Subject, size: int) -> Iterator[tuple[str, Case]]:
    """Yield a large event of each shape for each route that allows it."""
    for case in destination.firsts:
        for name, shape in _SHAPES.items():
            larger = with_values(case, shape(size))
            if larger is not None:
                yield name, larger


def _best(
    destination: Subject, case: Case, clock: Callable[[], float], tries: int, enough: float, budget: float = inf
) -> float:
    """Return the shortest time that a hook took for a case.

    It is not tried again once that is short enough, or all times together have come to ``budget``.
    """
    best, spent = inf, 0.0
    with without_collecting():
        while tries and best > enough and spent < budget:
            call = destination.ready(case)
            before = clock()
            call()
            took = clock() - before
            best, spent, tries = min(best, took), spent + took, tries - 1
    return best

"""Time: four times the event takes about four times as long.

Measured on the thread's own clock, the best of a few, and again where it is too long, so that a busy machine is no failure.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from time import thread_time
from typing import Any

import pytest

from contract_tests.contract import requirement
from contract_tests.events.plain import PLAIN, order
from contract_tests.events.subject import EventTests
from contract_tests.findings import expect
from contract_tests.pausing import without_collecting

#: How large the smaller event is, and how many times that the larger one.
SIZE, TIMES = 2_000, 4
#: What the larger one may take at most, of the smaller one's time: quadratic work would take sixteen times as long.
MOST = 9
#: Seconds that are too short to say anything.
SHORT = 0.004
_BEST_OF, _ATTEMPTS = 3, 3
_NEW = itertools.count()


def _text(size: int) -> str:
    return "a b " * (size * 2)


#: Events of any size; every time with other names, so that what a canonicaliser remembers of earlier ones is no help.
SHAPES: dict[str, Callable[[int, str], dict[str, Any]]] = {
    "many traits": lambda size, new: {**PLAIN, "traits": {f"Trait {new} {at}": at for at in range(size)}},
    "many keys": lambda size, new: {**PLAIN, **{f"key_{new}_{at}": at for at in range(size)}},
    "many properties": lambda size, new: order(order_id="o", **{f"Property {new} {at}": str(at) for at in range(size)}),
    "many products": lambda size, new: order(products=[{"id": f"{new} {at}", "price": f"${at}"} for at in range(size)]),
    "a long name": lambda size, new: {**PLAIN, "traits": {"email": new + _text(size), "name": new + _text(size)}},
    "a long event": lambda size, new: {**PLAIN, "type": "track", "event": new + _text(size)},
    "a long type": lambda size, new: {**PLAIN, "type": new + _text(size)},
    "a long amount": lambda size, new: order(order_id=new, total="9," * size),
    "no id": lambda size, new: {"type": "page", "properties": {f"p {new} {at}": [at] for at in range(size)}},
}


class SpeedTests(EventTests):
    """The time that an event takes."""

    @requirement("EVT-060")
    @pytest.mark.parametrize("shape", SHAPES)
    def test_linear(self, shape: str) -> None:
        """An event four times as large takes no more than nine times as long."""
        figures = [self._figures(SHAPES[shape])]
        while not _good(*figures[-1]) and len(figures) < _ATTEMPTS:
            figures.append(self._figures(SHAPES[shape]))
        short, long = figures[-1]
        wanted = f"{shape}: {TIMES} times the size takes no more than {MOST} times as long"
        expect(_good(short, long), wanted, f"{1000 * short:.2f} ms for {SIZE}, {1000 * long:.2f} ms for {SIZE * TIMES}")

    def _figures(self, shape: Callable[[int, str], dict[str, Any]]) -> tuple[float, float]:
        return self._seconds(shape, SIZE), self._seconds(shape, SIZE * TIMES)

    def _seconds(self, shape: Callable[[int, str], dict[str, Any]], size: int) -> float:
        with without_collecting():
            return min(self._once(shape(size, f"{next(_NEW):x}")) for _ in range(_BEST_OF))

    def _once(self, raw: dict[str, Any]) -> float:
        started = thread_time()
        try:
            self.canonicalise(raw)
        except Exception:  # noqa: BLE001  # EVT-020 is about that.
            return 0.0
        return thread_time() - started


def _good(short: float, long: float) -> bool:
    return long < SHORT or long <= MOST * short

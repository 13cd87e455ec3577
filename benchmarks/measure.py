"""Measuring side by side: every candidate in turn, many short rounds, the fastest of each.

The machine is shared, so absolute figures wander by half; the fastest of many interleaved rounds is what the code costs
when nobody disturbs it, and the ratio of two such figures holds still.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from time import perf_counter

import orjson

_ROUNDS = 60
_SECONDS = 0.004


def fastest(candidates: Mapping[str, Callable[[], object]], rounds: int = _ROUNDS) -> dict[str, float]:
    """Return the microseconds that one call of each candidate takes, at best."""
    repeats = {name: _repeats(call) for name, call in candidates.items()}
    best = dict.fromkeys(candidates, float("inf"))
    for _ in range(rounds):
        for name, call in candidates.items():
            best[name] = min(best[name], _timed(call, repeats[name]) / repeats[name] * 1e6)
    return best


def _repeats(call: Callable[[], object]) -> int:
    return max(1, int(_SECONDS / max(_timed(call, 50) / 50, 1e-9)))


def _timed(call: Callable[[], object], times: int) -> float:
    start = perf_counter()
    for _ in range(times):
        call()
    return perf_counter() - start


def report(benchmark: str, ratios: Mapping[str, float], absolute: Mapping[str, float]) -> None:
    """Print the figures as one JSON line, which must be the last."""
    figures = {
        "benchmark": benchmark,
        "ratios": {name: round(value, 2) for name, value in ratios.items()},
        "absolute": {name: round(value, 2) for name, value in absolute.items()},
        "python": platform.python_version(),
    }
    print(orjson.dumps(figures).decode())

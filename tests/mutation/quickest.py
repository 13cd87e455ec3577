"""A pytest plugin for mutmut's runs: the quickest tests first, since the first that fails is enough."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

#: Where mutmut keeps how long each test took when it looked which tests call which function.
TIMES = Path("mutmut-stats.json")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the tests; as long as nothing is known of them, they stay as they are."""
    if TIMES.is_file():
        seconds = json.loads(TIMES.read_text("utf-8"))["duration_by_test"]
        items.sort(key=lambda item: float(seconds.get(item.nodeid, 0)))

"""The door without code: ``pytest --pyargs contract_tests --canonicaliser=module:function``."""

from __future__ import annotations

import pytest

from contract_tests.events import EventContract


class TestEvents(EventContract):
    """The function of ``--canonicaliser``."""

    @classmethod
    def name_of(cls, config: pytest.Config) -> str:
        """Return its name."""
        return str(config.getoption("--canonicaliser"))

"""The door without code: ``pytest --pyargs contract_tests --router-url=URL --promoter-url=URL --promoter-key=KEY``."""

from __future__ import annotations

import pytest

from contract_tests.router import RouterContract


class TestRouter(RouterContract):
    """The router at ``--router-url``."""

    @classmethod
    def name_of(cls, config: pytest.Config) -> str:
        """Return its address."""
        return str(config.getoption("--router-url"))

"""The door without code: ``pytest --pyargs contract_tests --promoter-url=URL --promoter-key=KEY``."""

from __future__ import annotations

import pytest

from contract_tests.vendor import VendorContract


class TestVendor(VendorContract):
    """The server of ``--promoter-url``."""

    @classmethod
    def name_of(cls, config: pytest.Config) -> str:
        """Return its address."""
        return str(config.getoption("--promoter-url"))

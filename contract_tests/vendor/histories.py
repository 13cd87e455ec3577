"""Whole histories, against a model."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from contract_tests.contract import requirement
from contract_tests.models.promoter import promoter_machine
from contract_tests.vendor.api import Api
from contract_tests.vendor.base import VendorTests

#: A history is many requests, so there are fewer of them than examples of other properties.
_PER_HISTORY = 4
_STEPS = 30


class Histories(VendorTests):
    """What many steps come to."""

    @requirement("VND-150", needs="control")
    def test_histories(self, api: Api, request: pytest.FixtureRequest) -> None:
        """After any history of writes, unsubscribes, waits, limits and repeats the server holds what a model of it holds."""
        able = {name: self.supported(name, request.config) for name in ("idempotency", "campaigns")}
        examples = settings().max_examples // _PER_HISTORY
        chosen = settings(
            max_examples=max(1, examples),
            stateful_step_count=_STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        machine = promoter_machine(api.url, api.plane, idempotent=able["idempotency"], campaigns=able["campaigns"])
        run_state_machine_as_test(machine, settings=chosen)

"""Whole histories: everything that may happen, in any order."""

from __future__ import annotations

import pytest

from contract_tests.contract import requirement
from contract_tests.reporting import JOURNAL
from contract_tests.router.running import RunningRouter
from contract_tests.router.sending import Door
from contract_tests.router.subject import RouterSubject
from contract_tests.router.witness import Witness


class Histories(RouterSubject):
    """The requirement of all others together."""

    @requirement("RTR-700", needs="control")
    def test_every_history_ends_well(
        self, request: pytest.FixtureRequest, door: Door, witness: Witness, router: RunningRouter, promoter_key: str
    ) -> None:
        """Events, failures, crashes and time in any order: each event ends once, and the newest identify counts."""
        # Here, since the model is made of this package's other modules.
        from contract_tests.models.router import History, run

        history, everything = History(router, door, witness), request.node.stash[JOURNAL]
        secrets = (promoter_key, door.write_key)
        request.node.stash[JOURNAL] = lambda: (
            [line for tale in history.failed for line in tale.journal(secrets)] or everything()
        )
        run(history, request.config.getoption("--hypothesis-seed", None))

"""Whole histories: everything that may happen, in any order."""

from __future__ import annotations

from contract_tests.contract import requirement
from contract_tests.router.running import RunningRouter
from contract_tests.router.sending import Door
from contract_tests.router.subject import RouterSubject
from contract_tests.router.witness import Witness


class Histories(RouterSubject):
    """The requirement of all others together."""

    @requirement("RTR-700", needs="control")
    def test_every_history_ends_well(self, door: Door, witness: Witness, router: RunningRouter) -> None:
        """Events, failures, crashes and time in any order: each event ends once, and the newest identify counts."""
        # Here, since the model is made of this package's other modules.
        from contract_tests.models.router import History, run

        run(History(router, door, witness))

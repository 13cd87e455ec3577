"""What every destination plugin promises, as tests to inherit.

    class TestMine(DestinationContract):
        plugin = my_package.plugin
        settings = {"api_key": Secret("s3cret-of-mine")}

Settings are as the plugin's hooks get them before ``load_settings``: validated, secrets as ``Secret``. Unless they are given,
they are made of the plugin's settings schema.
"""

from __future__ import annotations

from contract_tests.destination.completeness import Completeness
from contract_tests.destination.contracts import Contracts
from contract_tests.destination.discretion import Discretion
from contract_tests.destination.examples import Examples
from contract_tests.destination.idempotency import Idempotency
from contract_tests.destination.identity import Identity
from contract_tests.destination.outcomes import Outcomes
from contract_tests.destination.privacy import Privacy
from contract_tests.destination.purity import Purity
from contract_tests.destination.results import Results
from contract_tests.destination.timing import Timing

__all__ = ["DestinationContract"]


class DestinationContract(
    Identity, Contracts, Purity, Results, Completeness, Outcomes, Examples, Privacy, Discretion, Idempotency, Timing
):
    """Pure, deterministic, discreet, quick, and never at a loss for an answer."""

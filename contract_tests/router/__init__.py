"""What every event router promises, over HTTP, as tests to inherit.

    class TestMine(RouterContract):
        @pytest.fixture
        def promoter_url(self): return "http://127.0.0.1:8080"  # A mock-promoter.

        @pytest.fixture
        def router(self): return my_router  # A RunningRouter, or an object with its methods.

The router sends to that Promoter with ``promoter_key``, surveys by campaign 1 for all track events, and tries again
within a second. Promoter may hold anything already: every test makes people of its own.
"""

from contract_tests.router.crashes import Crashes
from contract_tests.router.deletion import Deletion
from contract_tests.router.doors import Doors
from contract_tests.router.histories import Histories
from contract_tests.router.once import Once
from contract_tests.router.ordering import Ordering
from contract_tests.router.retries import Retries
from contract_tests.router.routing import Routing
from contract_tests.router.running import RouterProgram, RunningRouter
from contract_tests.router.secrecy import Secrecy

__all__ = ["RouterContract", "RouterProgram", "RunningRouter"]


# pytest begins with the tests of the last one.
class RouterContract(Histories, Crashes, Secrecy, Deletion, Once, Retries, Ordering, Routing, Doors):
    """Doors, routing, order, retries, idempotency, deletion, secrecy, crashes, and whole histories."""

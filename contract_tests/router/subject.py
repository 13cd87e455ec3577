"""Who is tested: a router, the Promoter that it sends to, and what tests ask both of them with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar

import pytest

from contract_tests.contract import MARK, Contract, ContractError, ids_of
from contract_tests.control import Control, excerpt
from contract_tests.reporting import JOURNAL
from contract_tests.router.faults import Faults
from contract_tests.router.first import PLAIN, expect_answers, expect_control, undelivered
from contract_tests.router.running import RouterProgram, RunningRouter
from contract_tests.router.sending import Door
from contract_tests.router.witness import Witness, newest

#: What a router under test may lack, and why that can be.
CAPABILITIES = {
    "control": "Promoter has a control plane at /__mock__/, as mock-promoter has it: its journal tells what came; taken for "
    "granted unless nothing at all is declared",
    "deletion": "the tracking API takes delete events; taken for granted unless it is left out of what is declared",
    "restart": "the router is a program that can be killed and started again, and Promoter has a control plane",
}
#: The program of a class.
_PROGRAM = pytest.StashKey[RouterProgram]()
#: That a class has a router and a Promoter that answer, and what of plain events is not delivered.
_ANSWERS, _UNDELIVERED = pytest.StashKey[bool](), pytest.StashKey[str]()


class RouterSubject(Contract):
    """The fixtures of all requirements of routers; override those that the options do not say for you.

    Some need what ``CAPABILITIES`` lists; whether it is there is found out.
    """

    family: ClassVar[str] = "RTR"
    _asked: pytest.FixtureRequest

    @pytest.fixture(autouse=True)
    def _ask_first(self, request: pytest.FixtureRequest, promoter_url: str, patience: float) -> None:
        """Look, once for a class, whether its router and Promoter answer; this goes by its name before other fixtures."""
        self._asked = request
        known = request.node.getparent(pytest.Class).stash
        if _ANSWERS not in known:
            if self.sees(request.config):
                expect_control(promoter_url)
            expect_answers(request.getfixturevalue("router"), patience)
            known[_ANSWERS] = True

    @pytest.fixture(autouse=True)
    def _plain_events_first(self, request: pytest.FixtureRequest, door: Door, witness: Witness) -> None:
        """Skip what says nothing of a router that does not even deliver plain events; this goes after Contract's."""
        marks = list(request.node.iter_markers(MARK))
        if PLAIN & set(ids_of(marks)) or not any(mark.kwargs.get("needs") for mark in marks):
            return
        known = request.node.getparent(pytest.Class).stash
        if _UNDELIVERED not in known:
            known[_UNDELIVERED] = undelivered(door, witness)
        if known[_UNDELIVERED]:
            pytest.skip(known[_UNDELIVERED])

    def sees(self, config: pytest.Config) -> bool:
        """Return whether the Promoter tells what came: unless it is declared that there is nothing to be seen."""
        declared = self.declared(config)
        return declared is None or bool(declared)

    def lacking(self, capability: str) -> str | None:
        """Return why a capability is not there; ``None`` where it is. Without a control plane no test begins."""
        router: RunningRouter = self._asked.getfixturevalue("router")
        return router.fixed or None if capability == "restart" else None

    @pytest.fixture
    def patience(self, request: pytest.FixtureRequest) -> float:
        """Return the seconds within which the router has to do what it has to do."""
        return float(request.config.getoption("--contract-patience"))

    @pytest.fixture
    def promoter_url(self, request: pytest.FixtureRequest) -> str:
        """Return where the Promoter answers that the router sends to."""
        url = request.config.getoption("--promoter-url")
        if not url:
            message = (
                "Say where the router sends to: --promoter-url, or a fixture promoter_url; see docs/contract-tests.md."
            )
            raise ContractError("contract_tests.no_promoter", message)
        return str(url)

    @pytest.fixture
    def promoter_key(self, request: pytest.FixtureRequest) -> str:
        """Return the key that the router has for Promoter."""
        return str(request.config.getoption("--promoter-key"))

    @pytest.fixture
    def write_key(self, request: pytest.FixtureRequest) -> str:
        """Return what the router knows its sources by."""
        return str(request.config.getoption("--router-write-key"))

    @pytest.fixture
    def router(
        self, request: pytest.FixtureRequest, promoter_url: str, promoter_key: str, write_key: str, patience: float
    ) -> RunningRouter:
        """Return the router: that at ``--router-url``, started by ``--router-command`` if there is one."""
        url, command = (request.config.getoption(name) for name in ("--router-url", "--router-command"))
        if not url:
            message = "Say where the router answers: --router-url, or a fixture router; see docs/contract-tests.md."
            raise ContractError("contract_tests.no_router", message)
        if not command:
            return RunningRouter(url)
        environ = {"PROMOTER_URL": promoter_url, "PROMOTER_API_KEY": promoter_key, "ROUTER_WRITE_KEY": write_key}

        def program() -> RouterProgram:
            folder = request.getfixturevalue("tmp_path_factory").mktemp("router")
            return RouterProgram(command, url, folder, environ, patience, (promoter_key, write_key))

        return _started(request, program)

    @pytest.fixture
    def door(self, router: RunningRouter, promoter_key: str, write_key: str, patience: float) -> Iterator[Door]:
        """Return a sender to the router."""
        with Door(router.url, write_key, patience, (promoter_key,)) as door:
            yield door

    @pytest.fixture
    def witness(
        self, request: pytest.FixtureRequest, promoter_url: str, promoter_key: str, patience: float
    ) -> Iterator[Witness]:
        """Return who knows what Promoter saw."""
        with Control(promoter_url, api_key=promoter_key) as control:
            yield Witness(control, patience, newest(control) if self.sees(request.config) else 0)

    @pytest.fixture
    def faults(self, witness: Witness) -> Iterator[Faults]:
        """Return who lets Promoter fail, until the test is over."""
        faults = Faults(witness.control)
        yield faults
        faults.lift()

    @pytest.fixture(autouse=True)
    def _journal(self, request: pytest.FixtureRequest, witness: Witness, promoter_key: str, write_key: str) -> None:
        """Show, where a test fails, what was sent to the router and to Promoter since it began."""

        def lines() -> list[str]:
            door = request.node.funcargs.get("door")
            came = witness.everything() if self.sees(request.config) else []
            told = [excerpt(row, (promoter_key, write_key)) for row in came]
            return (door.lines if isinstance(door, Door) else []) + told

        request.node.stash[JOURNAL] = lines


def _started(request: pytest.FixtureRequest, make: Callable[[], RouterProgram]) -> RouterProgram:
    """Return the program of the test's class, which runs; a test before may have left it dead."""
    node = request.node.getparent(pytest.Class)
    if _PROGRAM not in node.stash:
        program = node.stash[_PROGRAM] = make()
        node.addfinalizer(program.stop)
    found: RouterProgram = node.stash[_PROGRAM]
    found.start()
    return found

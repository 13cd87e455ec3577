"""The model of a router: a good one lives through every history, and how a bad end is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from support import KEY
from toy_routers import asking, toy

from contract_tests.findings import BrokenRequirement
from contract_tests.models.router import CRASHES, History, router_machine
from contract_tests.router.witness import Witness


@pytest.fixture
def history(tmp_path: Path, mock: str) -> Iterator[History]:
    """Return what histories of a toy router happen to."""
    with toy(tmp_path, mock) as router, asking(router, mock) as (door, witness):
        yield History(router, door, witness)


def test_histories_of_a_good_router(history: History) -> None:
    """As Hypothesis makes them."""
    few = settings(max_examples=4, stateful_step_count=8, deadline=None, phases=(Phase.generate,))
    run_state_machine_as_test(router_machine(history), settings=few)


def test_everything_at_once(history: History) -> None:
    """Each kind of step, in one history."""
    machine = router_machine(history)()
    fault = {"effect": {"kind": "status", "status": 503}, "times": 2}
    refusal = {"effect": {"kind": "status", "status": 408}, "times": 2}
    machine.accept([(0, "track", 60), (0, "identify", 50), (1, "order", 40), (2, "track", 30)])
    machine.fail([fault, refusal], (0, "order", 20))
    machine.repeat(7)
    machine.crash()
    machine.heal()
    machine.advance(25)
    machine.advance(1)
    machine.accept([(0, "track", 10), (0, "identify", 100)])
    assert machine.crashes == 1 < CRASHES
    assert history.witness.control.call("GET", "/clock")["mode"] == "offset"
    machine.teardown()
    assert history.witness.control.call("GET", "/clock")["mode"] == "real"


def test_a_clock_of_others_is_left(history: History) -> None:
    """Where somebody has set it, time does not pass."""
    control = history.witness.control
    control.freeze("2026-03-01T09:00:00Z")
    machine = router_machine(history)()
    machine.advance(25)
    machine.teardown()
    assert control.now() == "2026-03-01T09:00:00Z"


def test_what_never_ends_is_told(history: History) -> None:
    """An event that Promoter never heard of, and which it is."""
    hasty = History(history.router, history.door, Witness(history.witness.control, 0.1))
    machine = router_machine(hasty)()
    machine.accept([(0, "identify", 60)])
    lost = machine.people[0].order()
    machine.accepted.append((machine.people[0], lost))
    with pytest.raises(BrokenRequirement, match=f"Order Completed {lost['messageId']} ends at Promoter within 0.1 s"):
        machine.teardown()


def test_what_is_done_twice_is_told(history: History, mock: str) -> None:
    """An order that is stored a second time, by somebody who has no ``Idempotency-Key``."""
    machine = router_machine(history)()
    machine.accept([(0, "order", 60)])
    person, order = machine.accepted[0]
    machine.once(person, order)
    (row,) = history.witness.containing(order["messageId"])
    httpx.post(f"{mock}/api/segment/", json=row["body"], auth=(KEY, "")).raise_for_status()
    with pytest.raises(BrokenRequirement, match="is done once"):
        machine.once(person, order)


def test_an_older_name_is_told(history: History, mock: str) -> None:
    """A contact that has another name than the newest identify says."""
    hasty = History(history.router, history.door, Witness(history.witness.control, 1.0))
    machine = router_machine(hasty)()
    machine.accepted.append((machine.people[0], machine.people[0].identify("Kate")))
    with pytest.raises(BrokenRequirement, match="the newest identify counts: first_name Kate within 1 s"):
        machine.teardown()

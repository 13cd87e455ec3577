"""The model of a router: a good one lives through every history, and how a bad end is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from support import KEY
from toy_routers import asking, toy

from contract_tests.findings import BrokenRequirement
from contract_tests.models.router import CRASHES, History, router_machine, run
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
    with pytest.raises(
        BrokenRequirement, match=f"{lost['messageId']} of {lost['userId']} ends at Promoter within 0.1 s"
    ):
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
    with pytest.raises(BrokenRequirement, match=r"the newest identify of \w+ counts: first_name Kate within 1 s"):
        machine.teardown()


def test_a_bad_end_tells_the_steps(history: History) -> None:
    """In their order, with people by their ids; whatever is cleaned up after that adds nothing, and breaks nothing."""
    machine = router_machine(history)()
    machine.accept([(0, "identify", 60), (1, "order", 50)])
    machine.fail([{"effect": {"kind": "status", "status": 503}, "times": 2}], (0, "order", 20))
    ended = RuntimeError("It has moved.")

    def refuse(*events: object) -> None:
        raise ended

    history.door.accept = refuse  # type: ignore[method-assign]
    with pytest.raises(RuntimeError, match="It has moved") as raised:
        machine.repeat(1)
    machine.teardown()
    (first, one), (second, other), (_, last) = machine.accepted
    again = f"Order Completed {other['messageId']} of {second.id}, which happened at {other['timestamp']}"
    batch = f"identify {one['messageId']} of {first.id}, which happened at {one['timestamp']}; {again}"
    assert raised.value.__notes__ == [
        f"1. the router is sent: {batch}",
        f'2. Promoter fails, for each order of {first.id}: {{"kind": "status", "status": 503}}, times: 2',
        f"3. the router is sent: Order Completed {last['messageId']} of {first.id}, which happened at {last['timestamp']}",
        f"4. the router is sent again: {again}",
    ]
    assert history.failed == [machine.tale]


def test_a_step_within_a_step_is_told_once(history: History) -> None:
    """What fails in the end, while the router is sent something, has each step once."""
    machine = router_machine(history)()
    machine.accept([(0, "order", 60)])
    history.door.accept = None  # type: ignore[method-assign, assignment]
    with pytest.raises(TypeError) as raised:
        machine.teardown()
    assert [note.partition(". ")[0] for note in raised.value.__notes__] == ["1", "2", "3"]


def test_the_journal_is_that_of_the_history(history: History, mock: str) -> None:
    """What was sent before is left out, and what others were sent, where it is known for whom it ended badly."""
    before = router_machine(history)()
    before.accept([(0, "order", 60)])
    before.teardown()
    machine = router_machine(history)()
    machine.accept([(0, "order", 60), (1, "order", 50)])
    machine.once(*machine.accepted[1])
    machine.once(*machine.accepted[0])
    sent, came = machine.tale.journal((KEY,))
    assert sent.startswith("to the router: POST /v1/batch")
    assert machine.people[0].id in came
    for _ in range(5):
        machine.accept([(0, "order", 40)])
    machine.once(*machine.accepted[-1])
    first, *told = machine.tale.journal()
    assert first == "of this history, 2 earlier lines are left out"
    assert [line.startswith("to the router") for line in told] == [True] * 4 + [False] * 6


@pytest.mark.parametrize("chosen", [7, None])
def test_the_first_bad_history_is_the_last(history: History, chosen: int | None) -> None:
    """It is told as it was, with how its steps are made again."""
    calls: list[object] = []

    def refuse(*events: object) -> None:
        calls.append(events)
        raise RuntimeError("It has moved.")

    history.door.accept = refuse  # type: ignore[method-assign]
    with pytest.raises(RuntimeError, match="It has moved") as raised:
        run(history, chosen)
    assert len(calls) == 1
    assert raised.value.__context__ is None
    *steps, again = raised.value.__notes__
    assert steps
    assert again.startswith("the same steps by other people, by the same --contract-examples and --hypothesis-seed=")
    assert chosen is None or again.endswith("=7")


def test_what_is_no_history_is_raised_as_it_is(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as a Promoter that cannot be reached when one begins."""

    def gone(self: History) -> None:
        raise OSError("gone")

    monkeypatch.setattr(History, "tale", gone)
    with pytest.raises(OSError, match="gone"):
        run(history)


def test_the_same_seed_makes_the_same_steps(history: History) -> None:
    """But for people, ids and times."""
    assert _steps(history, 11) == _steps(history, 11)


def _steps(history: History, chosen: int) -> list[str]:
    def refuse(*events: object) -> None:
        raise RuntimeError("It has moved.")

    history.failed.clear()
    history.door.accept = refuse  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        run(history, chosen)
    return [re.sub(r"[0-9a-f]{32}|at \S+Z", "…", step) for step in history.failed[0].steps]

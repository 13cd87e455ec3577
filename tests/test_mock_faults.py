"""Faults as data: which requests they strike, in which order, how often."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from mock_plane import entry

from mock_promoter.faults import Fault, Faults

RESET, LATE = {"kind": "reset"}, {"kind": "latency", "seconds": 1}


def taken(faults: Faults, count: int, **request: str) -> list[int | None]:
    """Return the ids of the faults that strike so many requests."""
    struck = [faults.take(entry(number, **request)) for number in range(1, count + 1)]
    return [fault.id if fault else None for fault in struck]


def test_a_script() -> None:
    """Faults with ``times`` are used up in the order they were added; one without goes on."""
    faults = Faults()
    faults.add({}, RESET, times=2)
    faults.add({}, LATE, times=1)
    assert taken(faults, 4) == [1, 1, 2, None]
    faults.add({}, RESET)
    assert taken(faults, 3) == [3, 3, 3]


def test_only_what_matches_is_struck() -> None:
    """A request that is not meant uses nothing up, and the next fault has its turn."""
    faults = Faults()
    faults.add({"method": "GET"}, RESET, times=1)
    faults.add({"account": "other"}, LATE)
    assert taken(faults, 2) == [None, None]
    assert taken(faults, 2, account="other") == [2, 2]
    assert taken(faults, 2, method="GET") == [1, None]


def test_as_json() -> None:
    """Everything that tells how it stands."""
    faults = Faults()
    fault = faults.add({"account": "a"}, LATE, times=3, probability=0.5, seed=7)
    assert fault.as_json() == {
        "id": 1,
        "match": {"account": "a"},
        "effect": LATE,
        "times": 3,
        "left": 3,
        "probability": 0.5,
        "seed": 7,
        "used": 0,
        "account": "a",
    }
    always = faults.add({}, RESET).as_json()
    assert (always["times"], always["left"], always["probability"], always["account"]) == (None, None, None, None)


def test_taking_away() -> None:
    """One, those of an account, all; ids are never given again."""
    faults = Faults()
    first = faults.add({"account": "a"}, RESET)
    faults.add({"account": "b"}, RESET)
    faults.add({}, RESET)
    assert faults.get(1) is first
    faults.remove(first)
    assert faults.get(1) is None
    faults.clear("b")
    assert [fault.id for fault in faults] == [3]
    faults.clear()
    assert list(faults) == []
    assert faults.add({}, RESET).id == 4


@given(st.lists(st.integers(1, 4), max_size=4), st.integers(0, 20))
def test_times_are_kept_to(times: list[int], requests: int) -> None:
    """Whatever the numbers: the faults strike as often as they say in all, in their order, and no more."""
    faults = Faults()
    for number in times:
        faults.add({}, RESET, times=number)
    script = [number for number, often in enumerate(times, 1) for _ in range(often)]
    assert taken(faults, requests) == (script + [None] * requests)[:requests]
    assert sum(fault.used for fault in faults) == min(sum(times), requests)
    assert all(fault.left is not None and fault.left >= 0 for fault in faults)


@given(st.integers(0, 2**53), st.sampled_from([0.0, 0.3, 1.0]))
def test_chance_repeats_itself(seed: int, probability: float) -> None:
    """The same seed strikes the same requests; 0 never does, 1 always."""
    runs = []
    for _ in range(2):
        fault = Fault(1, {}, RESET, probability=probability, seed=seed)
        runs.append([fault.strikes(entry(number)) for number in range(50)])
    assert runs[0] == runs[1]
    assert sum(runs[0]) == fault.used
    assert (sum(runs[0]) == 0, sum(runs[0]) == 50) == (probability == 0, probability == 1)


def test_chance_keeps_to_its_measure() -> None:
    """Of many requests about so many are struck, and another seed strikes others."""
    one, other = (Fault(1, {}, RESET, probability=0.3, seed=seed) for seed in (1, 2))
    struck = [[fault.strikes(entry(number)) for number in range(1000)] for fault in (one, other)]
    assert 250 < one.used < 350
    assert struck[0] != struck[1]


def test_chance_and_times() -> None:
    """What chance spares is not counted."""
    fault = Fault(1, {}, RESET, times=2, probability=0.5, seed=3)
    assert sum(fault.strikes(entry(number)) for number in range(50)) == 2
    assert fault.left == 0

"""Routers that are broken in one way each fail exactly the requirements that this breaks."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from gallery.routers import BROKEN, KEY, UNSTABLE, WRITE_KEY
from kit_routers import Verdicts, said, verdicts
from kit_runs import failed

from contract_tests.requirements import requirements
from contract_tests.router.first import PLAIN

#: Whole histories find, if chance wills, what other requirements are about: they have a test of their own.
HISTORIES = "RTR-700"
PATIENCE = "--contract-patience=3"
GOOD = "ToyRouter"
#: Those that take branches of the tests that no other router takes, with what fails of the requirements that are theirs or near.
_SEEN: Mapping[str, set[str]] = {
    "TakesJsonOnly": {"RTR-010"},
    "LosesParked": set(),
    "NewKeys": {"RTR-410"},
    "NoKeys": set(),
    "IgnoresDeletions": set(),
    "GivesUp": set(),
    "GivesUpOnBreaks": set(),
}
_NEAR = "RTR-010 or RTR-220 or RTR-400 or RTR-410 or RTR-505 or RTR-510 or RTR-610"


class Judged(NamedTuple):
    """What became of all routers, and what was said of them."""

    verdicts: Verdicts
    said: str


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """Return what became of all routers; the first of pytest-xdist's workers that asks finds it out for all."""
    here = tmp_path_factory.getbasetemp()
    here = here.parent if "PYTEST_XDIST_WORKER" in os.environ else here
    with (here / "routers.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _known(here / "routers")


def _known(folder: Path) -> Judged:
    file = folder / "verdicts.json"
    if not file.exists():
        names = [GOOD, *(one.__name__ for one in BROKEN)]
        found = verdicts(folder, names, PATIENCE, "-k", "not every_history")
        file.write_text(json.dumps([found, said(folder)]))
    return Judged(*json.loads(file.read_text()))


def test_what_others_are_about_is_left_to_them(tmp_path: Path) -> None:
    """Where what a requirement builds on is broken, that is told by its own requirement, and by no other."""
    found = verdicts(tmp_path, list(_SEEN), PATIENCE, "-k", _NEAR)
    assert {name: set(failed(results)) for name, results in found.items()} == _SEEN


@pytest.mark.gallery
@pytest.mark.parametrize("one", BROKEN, ids=lambda one: one.__name__)
def test_each_fails_what_it_breaks(judged: Judged, one: type) -> None:
    """Not one id more, not one less."""
    assert _wrong(judged.verdicts[one.__name__], set(BROKEN[one])) == set(BROKEN[one])


def _wrong(found: Mapping[str, str], ids: set[str]) -> set[str]:
    """Return what does not hold; where plain events are not delivered, what nothing is shown of is not meant."""
    return set(failed({name: result for name, result in found.items() if not (ids & PLAIN and result == "not shown")}))


@pytest.mark.gallery
def test_what_builds_on_plain_events_is_not_shown(judged: Judged) -> None:
    """Where they are not delivered, others say that they cannot be seen; where they are, nothing is left out."""
    unseen = {name for name, found in judged.verdicts.items() if "not shown" in found.values()}
    assert unseen == {"DeliversNothing", "DropsTracks", "DropsOrdersOfStrangers"}


@pytest.mark.gallery
def test_what_is_not_broken_holds(judged: Judged) -> None:
    """The router that all of them are made of meets every requirement."""
    assert set(judged.verdicts[GOOD].values()) == {"met"}


@pytest.mark.gallery
def test_no_failure_tells_a_key(judged: Judged) -> None:
    """Whatever is wrong with a router, it is told without its keys, and with what to do."""
    assert judged.said.count("\ndo: ") >= len(BROKEN) - 2  # Of a SHOULD nothing is told unless it is asked for.
    assert KEY not in judged.said
    assert WRITE_KEY not in judged.said


def test_every_requirement_is_broken_by_some() -> None:
    """There is no requirement whose tests nobody has seen to fail."""
    own = {name for name, one in requirements().items() if one.family == "RTR" and one.level != "RETIRED"}
    assert own == {name for ids in BROKEN.values() for name in ids} | {HISTORIES}


@pytest.mark.gallery
def test_histories_find_what_they_are_for(tmp_path: Path) -> None:
    """Events lost, and values overwritten, at some step of some history are found; the good router lives through all."""
    names = [GOOD, *(one.__name__ for one in UNSTABLE)]
    found = verdicts(tmp_path, names, "--contract-patience=6", "--contract-examples=600", "-k", "every_history")
    assert found == {name: {HISTORIES: "met" if name == GOOD else "broken"} for name in names}

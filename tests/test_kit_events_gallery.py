"""Canonicalisers that are broken in one way fail exactly the requirements that this breaks."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from gallery import canonicalisers_apart, canonicalisers_honest
from gallery.canonicalisers import BROKEN
from hypothesis import Phase, settings
from kit_runs import exhibits, failed, judged

# Imported here, so that each of the runs need not import it anew.
from contract_tests.events import EventContract
from contract_tests.requirements import requirements

# The cases tell most; to look for the shortest example takes longer than all the rest.
_QUICK = settings(settings.get_profile("project"), phases=(Phase.explicit, Phase.generate), max_examples=3)
settings.register_profile("few events", _QUICK)
_SEEN = {
    f"gallery.canonicalisers_{name}"
    for name in ("laws:is_slow", "laws:raises_at_refusals", "values:looks_at_the_timestamp_only", "values:wants_a_time")
}


@pytest.fixture(autouse=True)
def _few_events() -> Iterator[None]:
    settings.load_profile("few events")
    yield
    settings.load_profile("project")


@pytest.fixture(autouse=True, scope="module")
def _nothing_to_collect() -> Iterator[None]:
    # pytest looks for garbage after each run: what is there already need not be looked at each time.
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.parametrize("name", exhibits(BROKEN, _SEEN))
def test_each_fails_what_it_breaks(pytester: pytest.Pytester, name: str) -> None:
    """Not one id more, not one less."""
    # To start Pythons takes longer than all the rest; those that are not broken in that way do not need it.
    here = () if canonicalisers_apart.__name__ in name else ("-k", "not other_processes")
    assert failed(judged(pytester, f"--canonicaliser={name}", "--strict-should", *here)) == set(BROKEN[name])


@pytest.mark.parametrize("name", ["always_raises", "raises_at_orders", "writes_text"])
def test_who_fails_at_plain_events_shows_nothing(pytester: pytest.Pytester, name: str) -> None:
    """One id is broken, and no other is met by tests that came to no event."""
    found = dict(
        judged(pytester, f"--canonicaliser={canonicalisers_honest.__name__}:{name}", "-k", "not other_processes")
    )
    assert found.pop("EVT-020") == "broken"
    assert set(found.values()) == {"not shown"}


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("adds_members", set()),
        ("does_what_the_spec_says", {f"EVT-{at}" for at in (440, 460, 530, 550, 560, 570, 580, 590)}),
    ],
)
def test_honest_ones_hold(pytester: pytest.Pytester, name: str, ids: set[str]) -> None:
    """Whoever adds members of their own meets all; whoever does what Segment's spec says, and no more, breaks nothing."""
    found = judged(pytester, f"--canonicaliser={canonicalisers_honest.__name__}:{name}", "-k", "not other_processes")
    expected = {**dict.fromkeys(ids, "not met"), "EVT-630": "unsupported"}
    assert {name: result for name, result in found.items() if result != "met"} == expected


def test_every_requirement_is_broken_by_some() -> None:
    """There is no requirement whose tests nobody has seen to fail."""
    own = {
        name for name, one in requirements().items() if one.family == EventContract.family and one.level != "RETIRED"
    }
    assert own == {name for ids in BROKEN.values() for name in ids}


def test_what_is_not_broken_holds(pytester: pytest.Pytester) -> None:
    """A canonicaliser that returns the event alone meets all but what is about reports."""
    found = judged(pytester, "--canonicaliser=gallery.canonicalisers:good")
    assert {name: result for name, result in found.items() if result != "met"} == {"EVT-630": "unsupported"}

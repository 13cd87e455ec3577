"""Each server that is broken in one way fails exactly the requirements that it breaks."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from importlib import import_module

import pytest
from gallery.servers import Gallery
from gallery.servers_broken import BROKEN, CHOSEN
from hypothesis import Phase, settings
from kit_runs import exhibits, failed, judged

from contract_tests.requirements import requirements

_KEY = "promoter-test-key"
_SEEN = {"answers_html", "gives_a_new_id_at_each_post", "limits_nobody", "surveys_again_who_is_updated"}
#: Of those that choose: no redirects and no removals, no throttle, long pages.
_CHOICES_SEEN = {1, 3, 7}
# Whole histories see, given time, much of what other requirements are about: time is given to them where they are named.
# What is broken is told by any history; to look for the shortest takes longer than all the rest.
_QUICK = settings(settings.get_profile("project"), phases=(Phase.explicit, Phase.generate))
settings.register_profile("one history", _QUICK, max_examples=4)
settings.register_profile("many histories", _QUICK, max_examples=80)
# Twenty histories see some faults every second time only; the first that fails ends the run.
settings.register_profile("histories until one fails", _QUICK, max_examples=480)


@pytest.fixture(scope="module", autouse=True)
def _imported() -> Iterator[None]:
    # Each run within this one imports anew what is not there yet, and looks for garbage: both take longer than the rest.
    import_module("contract_tests.test_vendor")
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _profile() -> Iterator[None]:
    """Leave the profile of others as it was."""
    yield
    settings.load_profile("project")


@pytest.mark.parametrize("name", exhibits(BROKEN, _SEEN))
def test_broken_servers(pytester: pytest.Pytester, shown: Gallery, name: str) -> None:
    """It fails what it breaks, and nothing else."""
    make, ids = BROKEN[name]
    shown.wrong = make()
    settings.load_profile("histories until one fails" if "VND-150" in ids else "one history")
    assert failed(judged(pytester, f"--promoter-url={shown.url}", f"--promoter-key={_KEY}")) == ids


@pytest.mark.parametrize("number", exhibits(range(len(CHOSEN)), _CHOICES_SEEN))
def test_servers_that_choose(pytester: pytest.Pytester, shown: Gallery, number: int) -> None:
    """Where nothing is known of Promoter, a server may choose; where something is, it may not."""
    shown.choices, ids = CHOSEN[number]
    settings.load_profile("one history" if ids else "many histories")
    assert failed(judged(pytester, f"--promoter-url={shown.url}", f"--promoter-key={_KEY}")) == ids


def test_every_requirement_is_broken_by_somebody() -> None:
    """There is no requirement of servers whose tests cannot fail."""
    caught = set[str]().union(*(ids for _, ids in [*BROKEN.values(), *CHOSEN]))
    assert caught == {name for name, one in requirements().items() if one.family == "VND"}

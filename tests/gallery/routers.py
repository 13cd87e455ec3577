"""Routers that are broken on purpose, each in one way, and the requirements that it breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import pytest

from contract_tests.router import RouterContract, RunningRouter
from gallery import routers_courses as courses
from gallery import routers_deletion as deletion
from gallery import routers_doors as doors
from gallery import routers_lost as lost
from gallery import routers_people as people
from gallery import routers_states as states
from gallery import routers_undelivered as undelivered
from gallery.toy_router import Life, ToyRouter

KEY, WRITE_KEY = "promoter-test-key", "a-write-key"

#: Router, or its life → the requirements that it breaks.
BROKEN: Mapping[type[ToyRouter | Life], tuple[str, ...]] = {
    doors.TakesJsonOnly: ("RTR-010",),
    doors.ServesEveryPath: ("RTR-020",),
    doors.RefusesInText: ("RTR-025",),
    doors.LetsAnybodyIn: ("RTR-030",),
    doors.DiesOfLongBodies: ("RTR-040",),
    doors.DropsNeighbours: ("RTR-050",),
    doors.DeliversFirst: ("RTR-060",),
    courses.LosesTraits: ("RTR-100",),
    courses.LosesProperties: ("RTR-110",),
    courses.StoresHalf: ("RTR-120",),
    undelivered.DeliversNothing: ("RTR-100", "RTR-110", "RTR-120"),
    undelivered.DropsTracks: ("RTR-110",),
    undelivered.DropsOrdersOfStrangers: ("RTR-120",),
    courses.SendsPages: ("RTR-130",),
    courses.IgnoresIntegrations: ("RTR-140",),
    people.IgnoresEnvelopes: ("RTR-140",),
    courses.SurveysFirst: ("RTR-200",),
    courses.DropsStrangers: ("RTR-200",),
    courses.ParksBriefly: ("RTR-200",),
    courses.MakesPeopleUp: ("RTR-210",),
    courses.LastOneWins: ("RTR-220",),
    courses.LateOld: ("RTR-220",),
    lost.ForgetsTimesOnStart: ("RTR-220",),
    lost.LetsOldOnesPass: ("RTR-220",),
    people.FirstAddressStays: ("RTR-230",),
    courses.GivesUp: ("RTR-300",),
    courses.GivesUpSoon: ("RTR-300",),
    courses.GivesUpOnBreaks: ("RTR-310",),
    lost.TakesAnyBody: ("RTR-310",),
    courses.WaitsForEver: ("RTR-320",),
    courses.IgnoresRetryAfter: ("RTR-330",),
    courses.WaitsAlone: ("RTR-330",),
    courses.TriesRefusals: ("RTR-340",),
    courses.OneLane: ("RTR-350",),
    courses.DropsUnauthorised: ("RTR-360",),
    states.TakesTwice: ("RTR-400",),
    states.ForgetsIdsOnStart: ("RTR-400",),
    states.NewKeys: ("RTR-410",),
    states.NoKeys: ("RTR-420",),
    states.KeysOfContent: ("RTR-430",),
    states.IgnoresDeletions: ("RTR-500",),
    deletion.RemovesOnceMore: ("RTR-505",),
    deletion.GivesUpRemovals: ("RTR-505",),
    deletion.GivesUpThrottledRemovals: ("RTR-505",),
    deletion.TakesAnyAnswer: ("RTR-505",),
    deletion.LosesRemovals: ("RTR-505",),
    states.RemembersForEver: ("RTR-510",),
    deletion.ForgetsInMemory: ("RTR-510",),
    states.WritesLate: ("RTR-600",),
    lost.WritesSoon: ("RTR-600",),
    states.LosesParked: ("RTR-600",),
    states.KeysOfItsLife: ("RTR-610",),
    states.HasToBeKilled: ("RTR-620",),
    doors.EchoesRequests: ("RTR-800",),
    doors.PutsTheKeyIntoUrls: ("RTR-810",),
    doors.LogsHeaders: ("RTR-820",),
    doors.LogsCodedHeaders: ("RTR-820",),
    doors.LogsBodies: ("RTR-830",),
    doors.LogsForms: ("RTR-830",),
    doors.LogsAnswers: ("RTR-830",),
}
#: Those whose fault whole histories (RTR-700) find, however quick or slow the machine is; others they find if chance wills.
UNSTABLE = (states.LosesTheFirst, courses.LastOneWins)
NAMED = {one.__name__: one for one in (ToyRouter, *BROKEN, *UNSTABLE)}


def router_of(one: type[ToyRouter | Life]) -> type[ToyRouter]:
    """Return a router as it is, or one that has such a life."""
    return one if issubclass(one, ToyRouter) else type(one.__name__, (ToyRouter,), {"life": one})


def subjects(names: Sequence[str]) -> dict[str, type]:
    """Return the tests of some routers, as pytest finds them in a module."""
    return {f"Test{name}": _subject(name) for name in names}


def _subject(name: str) -> type[RouterContract]:
    kind = router_of(NAMED[name])

    class Subject(RouterContract):
        subject = name

        @pytest.fixture
        def promoter_url(self, promoter_server: str) -> str:
            return promoter_server

        @pytest.fixture
        def promoter_key(self) -> str:
            return KEY

        @pytest.fixture
        def write_key(self) -> str:
            return WRITE_KEY

        @pytest.fixture
        def router(self, request: pytest.FixtureRequest, promoter_server: str, tmp_path_factory: Any) -> RunningRouter:
            node: Any = request.node.getparent(pytest.Class)
            if _ROUTER not in node.stash:
                # A long journal takes time to look through.
                httpx.post(f"{promoter_server}/__mock__/reset", json={}).raise_for_status()
                router = node.stash[_ROUTER] = kind(tmp_path_factory.mktemp(name), promoter_server, KEY, WRITE_KEY)
                node.addfinalizer(router.kill)
            node.stash[_ROUTER].start()
            found: ToyRouter = node.stash[_ROUTER]
            return found

    return Subject


_ROUTER = pytest.StashKey[ToyRouter]()

"""The model of a Promoter-compatible server, and the machine that holds servers to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from gallery.servers import Gallery
from gallery.servers_broken import BROKEN
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from contract_tests.control import Control
from contract_tests.findings import BrokenRequirement
from contract_tests.models.promoter import promoter_machine
from contract_tests.models.promoter_world import (
    WINDOW,
    Person,
    Rules,
    World,
    asked,
    later,
    left,
    limited,
    may_be_surveyed,
    removed,
    sent,
    surveyed,
    unsubscribed,
    upserted,
)

KATE = "kate@example.com"
RULES = Rules()
SOME = settings(max_examples=10, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))


def test_contacts() -> None:
    """Attributes are merged, names stay unless they are given, lists add up and are left."""
    world = upserted(World(), KATE, "Kate", {"plan": "gold"}, frozenset({1, 2}))
    world = left(upserted(world, KATE, None, {"city": "Oslo"}, frozenset({3})), KATE, 2)
    assert world.people == {KATE: Person("Kate", {"plan": "gold", "city": "Oslo"}, frozenset({1, 3}))}
    assert left(World(), KATE, 1) == unsubscribed(World(), KATE) == World()


def test_surveys() -> None:
    """A person is surveyed once in the throttle's time, never after they unsubscribed; who is new is made."""
    world = surveyed(World(), RULES, KATE, {"plan": "gold"})
    assert (world.people[KATE].attributes, world.surveys) == ({"plan": "gold"}, {KATE: 1})
    assert surveyed(later(world, RULES.throttle - 1), RULES, KATE, {"plan": "free"}).surveys == {KATE: 1}
    after = later(world, RULES.throttle)
    assert surveyed(after, RULES, KATE, {}).surveys == {KATE: 2}
    assert not may_be_surveyed(unsubscribed(after, KATE), RULES, KATE)
    updating = Rules(refused_upserts=True)
    refused = surveyed(world, updating, KATE, {"plan": "free"})
    assert (refused.people[KATE].attributes, refused.surveys) == ({"plan": "free"}, {KATE: 1})


def test_sending() -> None:
    """A campaign surveys those in its list who may be surveyed, once."""
    world = upserted(World(), KATE, None, {}, frozenset({1}))
    world = unsubscribed(upserted(world, "gone@example.com", None, {}, frozenset({1})), "gone@example.com")
    world = upserted(world, "elsewhere@example.com", None, {}, frozenset({2}))
    assert sent(sent(world, RULES, 1), RULES, 1).surveys == {KATE: 1}
    assert sent(world, RULES, 1).people[KATE] == Person(lists=frozenset({1}), surveyed=0)


def test_removal() -> None:
    """A removed contact is gone with all that was known of it, or unsubscribed, as the server chooses."""
    world = surveyed(World(), RULES, KATE, {})
    gone = removed(world, RULES, KATE)
    assert (gone.people, gone.surveys, may_be_surveyed(gone, RULES, KATE)) == ({}, {KATE: 1}, True)
    assert removed(world, Rules(deletes=False), KATE).people[KATE].unsubscribed


def test_limit() -> None:
    """Requests in the window count, those that are refused do not; a new limit begins anew."""
    world = limited(World(), 1)
    world, first = asked(world)
    world, second = asked(later(world, WINDOW - 1))
    world, third = asked(later(world, 1))
    assert [first, second, third] == [True, False, True]
    assert [asked(one)[1] for one in (world, limited(world, 1), limited(world, None))] == [False, True, True]


def test_rules_of_a_server() -> None:
    """What a server's switches say is what the model goes by; what they do not say is as mock-promoter does it."""
    assert Rules.of({}) == Rules()
    switches = {
        "hard_throttle_hours": 1,
        "idempotency": False,
        "removal": "unsubscribe",
        "refused_survey_upserts": True,
    }
    assert Rules.of(switches) == Rules(3600, idempotent=False, deletes=False, refused_upserts=True)


@pytest.mark.parametrize(
    "choices",
    [{}, {"removal": "unsubscribe", "refused_survey_upserts": True}, {"hard_throttle_hours": 0, "idempotency": False}],
)
def test_a_good_server(shown: Gallery, choices: dict[str, object]) -> None:
    """The mock agrees with its model, whatever it chooses; each history's account is gone afterwards."""
    shown.choices = choices
    run_state_machine_as_test(promoter_machine(shown.url), settings=SOME)
    with Control(shown.url) as server:
        assert server.call("GET", "/accounts")["accounts"] == [{"name": "default", "default": True}]


def test_a_shared_account(shown: Gallery) -> None:
    """Histories may share an account, one after the other, and a server need not heed keys, or make campaigns."""
    with Control(shown.url) as server, server.new_account() as account:
        machine = promoter_machine(shown.url, account, idempotent=False, campaigns=False)
        run_state_machine_as_test(machine, settings=SOME)
        assert account.journal()
        account.remove_account()


def test_each_step_within_and_beyond_the_limit(shown: Gallery) -> None:
    """What the limit lets in changes the model as it changes the server; what it refuses changes neither."""
    model = promoter_machine(shown.url)()
    steps: list[Callable[[], None]] = [
        lambda: model.upsert(KATE, None, {"plan": "gold"}, {0}, keyed=True),
        lambda: model.send_surveys(0),
        lambda: model.survey(KATE, {}, keyed=False),
        lambda: model.event(keyed=True),
        lambda: model.repeat(0),
        *[lambda: model.leave_list(KATE, 0, keyed=False)] * 2,
        *[lambda: model.remove(KATE, keyed=False)] * 2,
    ]
    for step in steps:
        step()
        model.holds_the_same()
    assert (model.world.people, model.world.surveys, model.world.events) == ({}, {KATE: 1}, 1)
    model.limit(1)
    model.event(keyed=False)
    before = model.world
    for step in steps:
        step()
        model.holds_the_same()
    assert model.world == before
    model.teardown()


def test_a_test_case(shown: Gallery) -> None:
    """The machine is a test case as Hypothesis has them."""
    case = promoter_machine(shown.url).TestCase
    case.settings = settings(SOME, max_examples=2)
    case().runTest()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("takes_from_lists_who_is_updated", "the contacts (first name, attributes, lists, unsubscribed)"),
        ("stores_events_twice", "1 custom events"),
        ("says_that_it_sends_and_does_not", "the surveys by e-mail {"),
        ("limits_nobody", "429 beyond "),
    ],
)
def test_broken_servers(shown: Gallery, name: str, says: str) -> None:
    """What differs is said in words, without the key, and with the history that leads there."""
    shown.wrong = BROKEN[name][0]()
    quick = settings(SOME, max_examples=400, phases=(Phase.explicit, Phase.generate), derandomize=True)
    with Control(shown.url) as server, server.new_account() as account:
        with pytest.raises(BrokenRequirement) as broken:
            run_state_machine_as_test(promoter_machine(shown.url, account), settings=quick)
        told = "\n".join([str(broken.value), *broken.value.__notes__])
        assert broken.value.expected.startswith(says)
        assert "state.teardown()" in told
        assert account.api_key not in told
        account.remove_account()

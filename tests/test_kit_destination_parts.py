"""The parts that the destination tests are made of: events, leaks, snapshots, and how a plugin is called."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Mapping
from types import MappingProxyType, SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from gallery import plugins_tiny
from gallery.plugins_good import HAS_USER, Board, Good, good
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests.destination import hostile, idempotency, timing
from contract_tests.destination.events import Case, alike, bare, examples, fitted, fixed, plain, unseen, with_values
from contract_tests.destination.hooks import CAPABILITIES, HOOKS, KINDS
from contract_tests.destination.hostile import carried, luring, trapped
from contract_tests.destination.leaks import hidden, leaks, overheard, whole
from contract_tests.destination.loading import SubjectError, load
from contract_tests.destination.privacy import Privacy
from contract_tests.destination.results import split
from contract_tests.destination.routes import Route, routes_of
from contract_tests.destination.schemas import meets
from contract_tests.destination.snapshots import copied, snapshot
from contract_tests.destination.subject import Raised, Subject, dropped_of, requests_of, subject_of
from contract_tests.disguises import forms
from contract_tests.findings import BrokenRequirement
from contract_tests.trying import for_all
from event_router import plugins
from event_router.api import Authorization, Contact, Contract, Request, Secret, Transformed, hookimpl
from event_router.event import TYPES

CONTACT = Contact("u", {"email": "a@b.example"})
ROUTES = tuple(Route(kind, f"transform_{kind}", {}) for kind in ("order", *sorted(TYPES)))


def case(schema: Mapping[str, Any], kind: str = "identify") -> Case:
    """Return a plain case under a contract."""
    route = Route(kind, f"transform_{kind}", schema)
    return Case(route, plain(route))


def test_the_kit_knows_the_hosts_hooks() -> None:
    """Its list of hooks and types is the host's."""
    assert dict(HOOKS) == dict(plugins.HOOKS)
    assert set(CAPABILITIES.values()) | {"destination_info"} == set(HOOKS)
    assert set(TYPES) == KINDS


def test_routes_are_the_hosts() -> None:
    """The most specific contract counts; orders go to track where they have no hook; bad contracts take ordinary events."""
    hooks: dict[str, Any] = dict.fromkeys(("transform_track", "transform_delete"))
    named = Contract("signed up", "track", {"required": ["event"]}, event="Signed Up")
    ordered = Contract("order", "track", {"required": ["properties"]}, event="order_completed")
    found = routes_of(hooks, (Contract("track", "track", {"minProperties": 1}), named, ordered))
    assert [(route.label, route.hook, dict(route.schema)) for route in found[1:]] == [
        ("delete", "transform_delete", {"type": "object", "required": ["type", "messageId", "userId"]}),
        ("track Signed Up", "transform_track", {"required": ["event"]}),
        ("order Order Completed", "transform_track", {"required": ["properties"]}),
    ]
    only_orders = routes_of({"transform_order_completed": None}, (Contract("track", "track", HAS_USER),))  # type: ignore[dict-item]
    assert [(route.label, route.type, route.schema) for route in only_orders] == [
        ("order Order Completed", "track", HAS_USER)
    ]


def test_events_are_fitted() -> None:
    """What a contract requires is put in, and what an event has itself stays; an example is as good."""
    route = case({"required": ["plan", "traits"], "properties": {"plan": {"const": "a"}}}).route
    assert fitted(route, bare(route)) == {**bare(route), "plan": "a", "traits": "contract-text-Qx7"}
    strict = case({"required": ["userId"], "properties": {"userId": {"const": "a"}}}).route
    made = fitted(strict, plain(strict))
    assert made is not None
    assert made["userId"] == "a"
    assert fitted(case({"not": {}}).route, {}) is None
    assert fitted(case({"type": "array"}).route, {}) is None
    assert (
        fitted(case({"required": ["a"], "properties": {"a": {"type": "null"}}, "maxProperties": 1}).route, {}) is None
    )
    named = Route("track", "transform_track", {"required": ["a"]}, "Signed Up")
    assert (fitted(named, {}) or {})["event"] == "Signed Up"


def test_fixed_cases_take_what_is_given() -> None:
    """Events of the author and of the contract come too, with and without a contact, and each once."""
    route = case({"examples": [{"type": "identify", "userId": "x"}, {"type": "track"}, 5, {"type": "identify"}]}).route
    assert [event["userId"] for event in examples(route)] == ["x", "contract-user-1"]
    own = ({"type": "identify", "userId": "mine"}, {"type": "track"}, {"type": "track", "event": "Order Completed"})
    found = fixed(route, own, CONTACT)
    assert [one.event["userId"] for one in found[:4:2]] == ["mine", "contract-user-1"]
    assert [one.contact for one in found[:2]] == [None, CONTACT]
    assert len({repr(one) for one in found}) == len(found)


def test_cases_say_what_they_are() -> None:
    """As the call that they are."""
    assert (
        repr(Case(ROUTES[0], {}, CONTACT, replay=True)) == f"transform_order(event={{}}, contact={CONTACT!r}, replay)"
    )


def test_values_are_added_where_the_contract_allows() -> None:
    """To traits or properties; types that have neither get none."""
    added = with_values(case({}), {"a": 1})
    assert added is not None
    assert added.event["traits"]["a"] == 1
    assert with_values(case({}, "delete"), {"a": 1}) is None
    closed = {"properties": {"traits": {"additionalProperties": False}}}
    assert with_values(case(closed), {"a": 1}) is None
    assert [one.event["messageId"] for one in trapped(case({**closed, "required": ["x"]}))] == []
    assert len(list(trapped(case({}, "delete")))) < len(list(trapped(case({}))))
    assert list(luring(case({"not": {}}), ("A",))) == []


def test_unseen_ids_are_new() -> None:
    """Each time, but where the contract does not let them through."""
    one = case({})
    assert len({str(unseen(one).event["messageId"]) for _ in range(3)}) == 3
    strict = case({"properties": {"messageId": {"const": "contract-message-1"}}})
    assert unseen(strict) is strict
    other = unseen(one)
    assert alike(one, other).event["userId"] == other.event["userId"]
    assert alike(one, other).event["messageId"] not in {one.event["messageId"], other.event["messageId"]}
    assert alike(strict, other) is strict


@settings(max_examples=150)
@given(st.data())
def test_generated_events_meet_their_contract(data: st.DataObject) -> None:
    """Events of all types, and what is in them can be carried as JSON."""
    named = Route("track", "transform_track", {"required": ["userId"]}, "Signed Up")
    found = data.draw(hostile.cases([*ROUTES, named], CONTACT))
    assert meets(found.route.schema, found.event)
    assert found.event["type"] == found.route.type
    assert carried({name: value for name, value in found.event.items() if name in {"traits", "properties"}})


def test_events_that_cannot_be_fitted_are_left_out() -> None:
    """Generation goes on with those that can."""
    allowed = Route("delete", "transform_delete", {})

    def check(case: Case) -> None:
        assert case.route is allowed

    for_all(check, hostile.cases([allowed, Route("page", "transform_page", {"not": {}})], CONTACT))


def test_what_json_carries() -> None:
    """No endless number, no half of a surrogate pair, no number beyond 64 bits, nothing beyond the largest event."""
    assert carried({"a": [1, 2**64 - 1, -(2**63), "é", None, True, 0.5]})
    for value in (float("nan"), "\ud800", 2**64, [-(2**63) - 1], {"a": "x" * hostile.LARGEST}):
        assert not carried(value)


@pytest.mark.parametrize("prefix", ["", "b", "bo", "boa", "board:"])
def test_secrets_are_found_in_every_encoding(prefix: str) -> None:
    """As they are, quoted, in hexadecimal, and in base64 wherever they begin; and hidden likewise."""
    secret = "s3cret/of+mine"
    coded = b64encode(f"{prefix}{secret}:x".encode()).decode()
    for text in (f"{prefix}{secret}", quote(secret, safe=""), secret.encode().hex(), coded):
        assert leaks(f"a {text} b", [secret])
        assert not leaks(hidden(f"a {text} b", [secret]), [secret])
    assert not leaks("a short one", ["short"])
    assert hidden("a short one", ["short"]) == "a *** one"
    assert secret in forms(secret)


def test_whole_requests_have_their_credentials() -> None:
    """For a look into what a server gets."""
    assert whole(Request("a", "GET", "http://a/%C3%A9")).endswith("\n")
    request = Request("a", "GET", "http://a/%C3%A9", authorization=Authorization("Bearer", Secret("s3cret")))
    assert "é" in whole(request)
    assert whole(request).endswith("Bearer s3cret")


def test_what_is_printed_and_logged_is_heard() -> None:
    """And loggers are as they were, afterwards."""
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    with overheard() as heard:
        logging.getLogger("a.b").debug("logged %s", 1)
        print("printed")
    assert heard == ["logged 1", "printed\n"]
    assert (root.level, root.handlers) == before


def test_snapshots_see_every_change() -> None:
    """In mappings, lists, sets, dataclasses, objects; secrets are compared, and not shown."""
    board = Board("u", Authorization("Bearer", Secret("a")), "b")
    plain = SimpleNamespace(a=[1], b={2}, c=(3,), d=MappingProxyType({"e": board}), f=len, g=Board)
    before = snapshot(plain)
    assert snapshot(plain) == before
    assert "Secret('***')" in repr(before)
    plain.a.append(2)
    assert snapshot(plain) != before
    assert snapshot({1}) == ("set", frozenset({1}))
    assert copied({"a": [{"b": board}]})["a"][0]["b"] is board


def test_urls_are_split() -> None:
    """Those that are none have no parts."""
    assert [split(url) for url in (None, 5, "http://[::1", "http://a:99999/", "http://", "/a", "http://a:0")] == [
        None
    ] * 7
    parts = split("http://a:8/b")
    assert parts is not None
    assert parts.port == 8


def test_results_are_read_as_far_as_they_go() -> None:
    """What is no request, no list or no result is nobody's."""
    request = Request("a", "GET", "http://a")
    assert requests_of(Transformed([request, 5])) == (request,)  # type: ignore[arg-type]
    assert requests_of(Transformed(5)) == requests_of(None) == ()  # type: ignore[arg-type]
    assert dropped_of(Transformed((), [5])) == dropped_of(Transformed((), 5)) == dropped_of(5) == ()  # type: ignore[arg-type]


class _Picky(Good):
    def load(self, settings: Mapping[str, Any]) -> Board:
        """Take the first account only."""
        if not settings["token"].reveal().startswith("contract"):
            raise ValueError("This is not the account.")
        return super().load(settings)


class _Choosy(Good):
    def load(self, settings: Mapping[str, Any]) -> Board:
        """Take nothing."""
        raise LookupError(settings["token"].reveal())


def test_subjects_have_settings_that_the_plugin_takes() -> None:
    """Where another account is refused, the same is taken; where all are, that is said, without the secret."""
    found = subject_of(_Picky(), {})
    assert found.other().settings == found.settings
    assert subject_of(good, {}).other().settings != subject_of(good, {}).settings
    with pytest.raises(
        SubjectError, match=r"contract_tests.no_settings.*LookupError.*--destination-settings"
    ) as raised:
        subject_of(_Choosy(), {})
    assert "ecretZ" not in str(raised.value)


def test_subjects_are_read_as_far_as_they_make_sense() -> None:
    """A plugin that says nothing, or nonsense, has neither contracts nor requests of its own."""

    def raising() -> Any:
        raise RuntimeError

    for about in (raising, lambda: 5, lambda: Good().info(contracts=5, settings_schema=5)):
        found = subject_of(SimpleNamespace(destination_info=hookimpl(about)), {})
        assert (found.contracts, dict(found.settings), found.routes) == ((), {}, ())
        assert [request.kind for request in found.requests()] == ["contract"]
    assert found.other() is not found


def test_subjects_keep_a_journal_without_secrets() -> None:
    """The last calls, with what came; what a hook raises is a result."""

    class Telling(Good):
        def request(self, event: Any, settings: Board, *args: Any) -> Any:
            raise RuntimeError(settings.authorization.credentials.reveal())

    found = subject_of(Telling(), {})
    result = found.transform(found.plain[0])
    assert isinstance(result, Raised)
    (line,) = found.lines()
    assert line.startswith("transform_identify(event={'type': 'identify'")
    assert line.endswith("RuntimeError: ***")
    with pytest.raises(BrokenRequirement, match=r"came: RuntimeError: \*\*\*$"):
        found.expect(False, "nothing", result)


def test_secrets_that_are_too_short_are_not_called_safe() -> None:
    """What cannot be looked for is not shown to be kept."""
    found = subject_of(_Short(), {"url": "http://a.example", "token": "pin"})
    with pytest.raises(pytest.skip.Exception, match="too few to look for"):
        Privacy.test_secrets_do_not_show_in_results(Privacy(), found)


class _Short(Good):
    def info(self, **changes: Any) -> Any:
        """Return a schema with a token of three characters."""
        schema = super().info().settings_schema
        token = {"type": "string", "writeOnly": True, "maxLength": 3}
        return super().info(settings_schema={**schema, "properties": {**schema["properties"], "token": token}})


def test_hooks_are_timed_until_they_are_quick_enough() -> None:
    """The best of some times counts; what is quick at once is called once."""
    found, ticks = subject_of(good, {}), iter((0.0, 3.0, 10.0, 11.0, 20.0, 22.0))
    assert timing._best(found, found.plain[0], lambda: next(ticks), 3, 0.5) == 1.0
    assert timing._best(found, found.plain[0], lambda: 0.0, 3, 0.5) == 0.0
    assert len(found.journal) == 4


def test_what_is_slow_is_not_timed_again_and_again() -> None:
    """No more than the budget is spent on it, and it is called once at least."""
    found, ticks = subject_of(good, {}), iter((0.0, 3.0, 10.0, 12.0))
    assert timing._best(found, found.plain[0], lambda: next(ticks), 9, 0.5, 5.0) == 2.0
    assert len(found.journal) == 2


def test_keys_are_compared_where_ids_may_differ() -> None:
    """A contract that allows one messageId only has no next event."""
    only = case({"properties": {"messageId": {"const": "contract-message-1"}}})
    assert [*idempotency._next(only)] == []
    (following,) = idempotency._next(case({}))
    assert following.event["messageId"] == "contract-message-1-next"


def test_plugins_are_loaded_by_path() -> None:
    """An object in a module, or a part of one, or the module itself."""
    assert load("gallery.plugins_good:good") is good
    assert load("gallery.plugins_good:Good.info") is Good.info
    assert load("gallery.plugins_tiny:") is plugins_tiny
    assert isinstance(subject_of(load("promoter"), {}), Subject)

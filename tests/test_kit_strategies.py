"""The public strategies: what they make is what they say, and JSON where it says so."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from promoter_destination.responses import interpret

import contract_tests.strategies as public
import promoter_schemas
from contract_tests.cases.comparing import same
from contract_tests.strategies import (
    canonical_events,
    dialects,
    ecommerce_orders,
    fault_plans,
    hostile_events,
    orders,
    promoter_answers,
    segment_events,
)
from contract_tests.strategies.answers import MEANINGS
from contract_tests.strategies.apart import dialects_apart
from contract_tests.strategies.dialects import DIALECTS
from contract_tests.strategies.faulting import KINDS as EFFECTS
from contract_tests.strategies.segment import KINDS, LIBRARIES
from event_router.api import Outcome, Request, Response
from event_router.event import canonicalise
from event_router.orders import canonical_order

_SCHEMAS = {"identify": "identify", "track": "track", "order": "order_completed", "delete": "delete"}
_REQUESTS = st.sampled_from([Request(kind, "POST", "http://x/", {"campaign_id": 1}) for kind in ("contact", "survey")])


def canonical(raw: Any) -> dict[str, Any]:
    """Return the canonical event, which there must be."""
    result = canonicalise(raw)
    assert isinstance(result, tuple)
    return result[0]


def test_all_public_names_are_there_and_described() -> None:
    """The table in the package's docstring has them all."""
    assert public.__all__ == sorted(public.__all__)
    assert public.__doc__ is not None
    for name in public.__all__:
        assert hasattr(public, name)
        assert f"``{name}" in public.__doc__


@given(st.data(), st.sampled_from(tuple(_SCHEMAS)))
def test_canonical_events_meet_our_contracts(data: st.DataObject, kind: str) -> None:
    """Each kind is what the published schema of that kind says."""
    schema = promoter_schemas.load(f"events/{_SCHEMAS[kind]}")
    event = data.draw(canonical_events(kind))
    assert [error.message for error in Draft202012Validator(schema).iter_errors(event)] == []


@given(st.data(), st.sampled_from(KINDS))
def test_dialects_keep_the_meaning(data: st.DataObject, kind: str) -> None:
    """Whatever dialects are spoken, the canonical form has what the event has."""
    event = data.draw(canonical_events(kind))
    only = data.draw(st.none() | st.sets(st.sampled_from(tuple(DIALECTS))))
    before = repr(event)
    spoken, plain = canonical(data.draw(dialects(event, only))), canonical(event)
    assert same({name: plain[name] for name in event}, {name: spoken.get(name) for name in event})
    assert repr(event) == before


@given(st.data())
def test_dialects_apart_are_the_same_words(data: st.DataObject) -> None:
    """Each dialect alone means the same; no dialect changes more alone than all of them do together."""
    event = data.draw(canonical_events())
    together, alone = data.draw(dialects_apart(event))
    assert len(alone) == len(DIALECTS)
    for one in (together, *alone):
        assert canonical(one)["messageId"] == event["messageId"]
    if together == event:
        assert set(map(repr, alone)) == {repr(event)}


@given(st.data(), st.sampled_from(KINDS), st.none() | st.sampled_from(sorted(LIBRARIES)))
def test_segment_events_are_taken(data: st.DataObject, kind: str, library: str | None) -> None:
    """They are JSON, and canonical events of their type with a time."""
    raw = data.draw(segment_events(kind, library))
    assert orjson.loads(orjson.dumps(raw)) == raw
    event = canonical(raw)
    assert event["type"] == ("track" if kind == "order" else kind)
    assert event["timestamp"][:19] == (raw.get("timestamp") or raw["originalTimestamp"])[:19]
    if kind == "identify":
        assert "@" in event["traits"]["email"]


@pytest.mark.parametrize("library", LIBRARIES)
@settings(max_examples=2)
@given(data=st.data())
def test_every_library_identifies(data: st.DataObject, library: str) -> None:
    """Each in its own way: the traits are among what is sent."""
    raw = data.draw(segment_events("identify", library))
    assert raw.get("traits") or raw["context"]["traits"]


@given(segment_events())
def test_any_segment_event_is_one(raw: dict[str, Any]) -> None:
    """Without a kind it is any of them."""
    assert canonical(raw)["messageId"] == raw["messageId"]


@given(st.data(), st.sampled_from(("v1", "v2")))
def test_orders_of_both_versions(data: st.DataObject, version: Any) -> None:
    """v1's names are v1's; in either version there is an order in it."""
    written = data.draw(ecommerce_orders(version))
    assert ("orderId" in written) == (version == "v1")
    order = canonical_order(written, [])
    assert isinstance(order["order_id"], str)
    assert all(isinstance(item["price"], int | float) for item in order["products"])
    assert data.draw(ecommerce_orders()).keys() & {"orderId", "order_id"}
    assert data.draw(orders())["order_id"]


@given(hostile_events())
def test_hostile_events_can_be_copied_and_shown(raw: Any) -> None:
    """A test can say with what it failed."""
    assert repr(raw)


@given(st.data(), st.none() | st.sampled_from(MEANINGS), _REQUESTS)
def test_answers_are_responses(data: st.DataObject, meaning: str | None, request: Request) -> None:
    """Names of headers in lower case, statuses of HTTP, bytes; whatever they are, our plugin makes an outcome of them."""
    answer = data.draw(promoter_answers(meaning))
    assert isinstance(answer, Response)
    assert 100 <= answer.status <= 599
    assert all(name == name.lower() and isinstance(value, str) for name, value in answer.headers.items())
    assert isinstance(answer.body, bytes)
    assert isinstance(interpret(request, answer), Outcome)


@pytest.mark.parametrize(
    ("meaning", "outcome"),
    [
        ("good", "Delivered"),
        ("refused", "Rejected"),
        ("not eligible", "Skipped"),
        ("unauthorized", "Misconfigured"),
        ("forbidden", "Misconfigured"),
        ("not found", "Misconfigured"),
        ("throttled", "Retry"),
        ("failing", "Retry"),
        ("gateway", "Retry"),
        ("redirect", "Misconfigured"),
        ("cut", "Retry"),
    ],
)
def test_answers_mean_what_they_are_called(meaning: str, outcome: str) -> None:
    """Our plugin reads each as what its name says."""
    assert meaning in MEANINGS

    @given(promoter_answers(meaning))
    def holds(answer: Response) -> None:
        assert type(interpret(Request("survey", "POST", "http://x/", {"campaign_id": 1}), answer)).__name__ == outcome

    holds()


@given(fault_plans(slowest=0.01))
def test_fault_plans_are_what_the_control_plane_takes(plan: list[dict[str, Any]]) -> None:
    """Effects and matches are what the published schemas say; each ends after a few requests."""
    effect, match = (Draft202012Validator(promoter_schemas.load(f"mock/{name}")) for name in ("effect", "match"))
    assert json.loads(json.dumps(plan)) == plan
    for fault in plan:
        assert effect.is_valid(fault["effect"])
        assert match.is_valid(fault.get("match", {}))
        assert "status" not in fault.get("match", {})
        assert 1 <= fault["times"] <= 3
        assert fault["effect"].get("seconds", 0) <= 0.01


def test_only_faults_that_end_are_planned() -> None:
    """All of the mock's kinds but the one that never answers."""
    kinds = promoter_schemas.load("mock/effect")["properties"]["kind"]["enum"]
    assert set(kinds) - set(EFFECTS) == {"timeout"}

"""Dispatch: participation, contracts, and one plugin's failure that stays with one event."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import KEY, TIME, answer, identify, order, promoter, small, track

from contract_tests.strategies import canonical_events, dialects, hostile_events
from event_router.api import Contact, Context, Delivered, Outcome, Rejected, Request, Retry, Skipped, Transformed
from event_router.destination import Destination
from event_router.dispatch import decide, encode, interpret, participation
from event_router.event import canonicalise

CONTEXT = Context("promoter", datetime(2026, 11, 24, tzinfo=UTC))
CONTACT = Contact("12345", {"email": "ted@mosbiusdesigns.com"}, TIME)
REST, RAW = promoter(), promoter(mode="segment")


def result(destination: Destination, event: Any, contact: Contact | None = CONTACT) -> Transformed | Outcome:
    """Return the decision's second half."""
    return decide(destination, event, contact, CONTEXT)[1]


def code(destination: Destination, event: Any, contact: Contact | None = CONTACT) -> str:
    """Return the code of an outcome, which there must be."""
    outcome = result(destination, event, contact)
    assert not isinstance(outcome, Transformed)
    return outcome.reason.code


@given(canonical_events() | hostile_events())
def test_never_raises_never_mutates_always_the_same(raw: Any) -> None:
    """Whatever the event: a decision, the same one each time, the event untouched, the key nowhere to be seen."""
    canonical = canonicalise(raw)
    if isinstance(canonical, Rejected):
        return
    event = canonical[0]
    before = copy.deepcopy(event)
    for destination in (REST, RAW):
        decided = decide(destination, event, CONTACT, CONTEXT)
        assert repr(decided) == repr(decide(destination, event, CONTACT, CONTEXT))
        assert KEY not in repr(decided)
        if isinstance(decided[1], Transformed):
            assert all(isinstance(encode(request), bytes | Rejected) for request in decided[1].requests)
    assert repr(event) == repr(before)


@given(st.data(), canonical_events())
def test_dialects_of_one_event_give_one_request(data: st.DataObject, event: dict[str, Any]) -> None:
    """However an SDK writes it, Promoter gets the same."""
    spoken = canonicalise(data.draw(dialects(event)))
    plain = canonicalise(event)
    assert isinstance(spoken, tuple)
    assert isinstance(plain, tuple)
    one, other = (result(REST, canonical[0], None) for canonical in (plain, spoken))
    if isinstance(one, Transformed):
        assert isinstance(other, Transformed)
        assert one.requests == other.requests
    else:
        assert repr(one) == repr(other)


def deep(levels: int) -> list[Any]:
    """Return lists within lists."""
    found: list[Any] = []
    for _ in range(levels):
        found = [found]
    return found


@pytest.mark.parametrize(
    ("integrations", "expected"),
    [
        ({}, True),
        ([], True),
        ({"Promoter": False}, False),
        ({"Promoter.io": True, "All": False}, True),
        ({"Promoter.io": {"campaign": 1}}, {"campaign": 1}),
        ({"Promoter.io": "yes"}, True),
        ({"All": False}, False),
        ({"all": False}, False),
        ({"All": None, "all": False}, False),
        ({"All": True}, True),
        ({"Promoter.io": None, "All": False}, False),
    ],
)
def test_participation(integrations: Any, expected: Any) -> None:
    """A destination's own key wins, then All, then yes."""
    assert participation(integrations, ("Promoter.io", "Promoter")) == expected


def test_events_can_switch_off_and_override() -> None:
    """Integrations decides; options change what they may, and report the rest."""
    assert code(REST, track(integrations={"All": False})) == "event.integration_off"
    assert code(REST, track(integrations={"Promoter": {"campaign": []}})) == "event.bad_options"
    assert code(REST, track(integrations={"Promoter": {"campaign": {1, 2}}})) == "event.bad_options"
    assert code(REST, track(integrations={"promoter": {"lists": deep(2000)}})) == "event.bad_options"
    decided = result(REST, track(integrations={"Promoter": {"campaign": 33, "x": 1}}))
    assert isinstance(decided, Transformed)
    assert decided.requests[0].body["campaign_id"] == 33
    assert decided.dropped[0].path == "$.integrations.*.x"
    assert code(REST, track(integrations={"Promoter": {"x": 1}}), None) == "promoter.contact_unknown"
    assert isinstance(result(REST, track(integrations={"All": True})), Transformed)


def test_unsupported_stale_and_missed() -> None:
    """What nothing handles is skipped, an older identify does not overwrite, a missed contract says why."""
    assert code(REST, {"type": "page", "messageId": "m"}) == "event.unsupported"
    assert code(REST, identify(timestamp="2020-01-01T00:00:00.000Z")) == "event.stale"
    assert isinstance(result(REST, identify()), Transformed)
    assert code(REST, identify(traits={"email": "no"})) == "contract.pattern"


@pytest.mark.parametrize("email", ["\ud800", float("nan")])
def test_what_json_cannot_carry_misses_every_contract(email: Any) -> None:
    """Half a surrogate pair, or no number, is refused and not raised."""
    assert isinstance(result(REST, identify(traits={"email": email})), Rejected)


def test_a_plugin_without_contract_takes_everything() -> None:
    """Contracts are the plugin's choice."""
    destination = small(transform_track=lambda event: Transformed((Request("x", "POST", "http://x", event),)))
    assert decide(destination, order(), None, CONTEXT)[0] is None


def test_exceptions_stay_with_their_event() -> None:
    """A plugin that raises, or answers nonsense, refuses that event and names itself."""

    def raises(event: Any) -> None:
        raise RuntimeError("boom")

    assert code(small(transform_track=raises), track()) == "plugin.raised"
    assert code(small(transform_track=lambda event: "sent"), track()) == "plugin.bad_result"
    assert code(small(transform_track=lambda event: Rejected("no reason")), track()) == "plugin.bad_result"  # type: ignore[arg-type]


def test_encode() -> None:
    """A body becomes JSON bytes; none is none; what JSON cannot carry is refused."""
    assert encode(Request("x", "GET", "http://x")) == b""
    assert encode(Request("x", "POST", "http://x", {"a": 1})) == b'{"a":1}'
    assert isinstance(encode(Request("x", "POST", "http://x", {"a": "\ud800"})), Rejected)


def test_interpret() -> None:
    """The plugin's word counts; where it raises or answers nonsense, the event is tried again, not lost."""
    request = Request("x", "POST", "http://x")

    def raises() -> None:
        raise RuntimeError("boom")

    assert interpret(small(), request, answer()) == Delivered()
    for bad in (raises, lambda: "ok"):
        outcome = interpret(small(interpret_response=bad), request, answer())
        assert isinstance(outcome, Retry)
        assert outcome.reason.code == "plugin.unreadable"


def test_an_echoed_key_is_hidden_before_anything_is_cut() -> None:
    """Wherever a server repeats the key, no part of it gets into a reason."""
    for at in range(30, 60):
        for status in (200, 400, 301):
            echo = answer(status, b"x" * at + b"Token " + KEY.encode(), location="y" * (140 + at) + KEY)
            outcome = interpret(REST, Request("contact", "POST", "http://x"), echo)
            assert KEY[:6] not in outcome.reason.message


def test_skipped_is_final() -> None:
    """A plugin may skip an event."""
    assert isinstance(result(REST, {"type": "delete", "messageId": "m", "userId": "nobody"}, None), Skipped)

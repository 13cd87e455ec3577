"""Our canonical events meet their contract; what is wrong with a canonicaliser, or with its name, is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from kit_runs import came, failed, judged, ran

from contract_tests.contract import ContractError
from contract_tests.events import EventContract
from contract_tests.events.loading import Read, load, read
from contract_tests.events.plain import KINDS, PLAIN, unnamed
from contract_tests.events.requests import concern
from contract_tests.findings import BrokenRequirement
from contract_tests.requirements import requirements
from event_router.api import Dropped, Reason, Rejected
from event_router.event import canonicalise

_OURS = "event_router.event:canonicalise"


class _Ours(EventContract):
    def canonicalise(self, raw: Any) -> Any:
        return canonicalise(raw)


def test_our_events_are_canonical(pytester: pytest.Pytester) -> None:
    """By the door without code every requirement is met, none is left out."""
    found = judged(pytester, f"--canonicaliser={_OURS}", "--strict-should")
    assert set(found) == {name for name, one in requirements().items() if one.family == "EVT"}
    assert set(found.values()) == {"met"}


def test_a_class_of_one_s_own(pytester: pytest.Pytester) -> None:
    """A method is all it needs; what is not met is told with what was expected, what came, why and what to do."""
    source = """
        from contract_tests.events import EventContract
        from event_router.event import canonicalise

        class TestMine(EventContract):
            def canonicalise(self, raw):
                result = canonicalise(raw)
                if not isinstance(result, tuple):
                    return None
                return {**result[0], "writeKey": raw["writeKey"]} if "writeKey" in raw else result[0]
    """
    run, report = ran(pytester, source, "-k", "write-key or go-zone", "--contract-examples=1")
    assert came(report, "TestMine") == {"EVT-180": "broken", "EVT-330": "met"}
    told = run.stdout.str()
    assert "expected: The source's key does not travel with the event: $.writeKey of " in told
    assert "becomes nothing" in told
    assert "came: SOURCE_KEY, in " in told
    for label in ("why: It is the source's credential", "do: Remove writeKey from the copy."):
        assert label in told


def test_an_opt_out(pytester: pytest.Pytester) -> None:
    """Who does not meet a requirement says so, and why."""
    reason = "--opt-out=EVT-180=Our sources have no keys."
    found = judged(
        pytester, "--canonicaliser=gallery.canonicalisers_laws:keeps_the_key", reason, "--contract-examples=1"
    )
    assert found["EVT-180"] == "opted out"
    assert failed(found) == {"EVT-180"}


@pytest.mark.parametrize(
    "name", ["nowhere_at_all:canonicalise", "event_router.event:nothing", "event_router.event:TYPES", "json", ":x", ""]
)
def test_what_is_no_canonicaliser_is_told(name: str) -> None:
    """The error names it, and says what to give."""
    with pytest.raises(ContractError) as told:
        load(name)
    assert told.value.code == "contract_tests.no_canonicaliser"
    assert name in str(told.value)
    assert "--canonicaliser=module:function" in str(told.value)


def test_without_a_canonicaliser(pytester: pytest.Pytester) -> None:
    """A class that has none, where no option names one, holds nothing: each of its tests says what is missing."""
    source = """
        from contract_tests.events import EventContract

        class TestMine(EventContract):
            pass
    """
    run, report = ran(pytester, source, "-k", "write-key or twice")
    assert set(came(report, "TestMine").values()) == {"broken"}
    assert "[contract_tests.no_target] Give --canonicaliser, or override canonicalise." in run.stdout.str()


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        (None, Read(None)),
        (Rejected(Reason("event.bad_id", "It has none.")), Read(None)),
        ({"type": "page"}, Read({"type": "page"})),
        (({"type": "page"},), Read({"type": "page"})),
        (({"type": "page"}, (Dropped("$.x", "odd"),)), Read({"type": "page"}, (Dropped("$.x", "odd"),))),
        ((), None),
        (("page",), None),
        ("page", None),
        ([{"type": "page"}], None),
    ],
)
def test_what_is_returned(returned: Any, expected: Read | None) -> None:
    """An event, an event with a report, a refusal, or nothing that is any of them."""
    assert read(returned) == expected


def test_reports_are_a_capability() -> None:
    """It is found out whether there is a report."""
    ours = _Ours()
    assert ours.lacking("report") is None
    assert ours.lacking("anything") is None
    returned: Any
    for returned in ({}, None, "text"):
        alone = type("_Alone", (EventContract,), {"canonicalise": lambda self, raw, given=returned: given})()
        assert alone.lacking("report") == "canonicalise returns the event alone"


def test_what_becomes_no_event_has_no_report() -> None:
    """What is refused, or raised at, is no matter of the requirement about reports."""
    refused = type("_Refused", (EventContract,), {"canonicalise": lambda self, raw: None})()
    for one in (refused, EventContract()):
        one.test_it_is_reported("a time")
        one.test_nothing_else_is_reported()


def test_what_is_refused_is_no_matter_of_values() -> None:
    """Whoever refuses an event is asked for no amount, time, name or id of it; that it is refused, others say."""
    refused = type("_Refused", (EventContract,), {"canonicalise": lambda self, raw: None})()
    refused.test_amounts_are_numbers()
    refused.test_numbers_are_the_amounts()
    refused.test_times_are_told_in_utc()
    refused.test_reserved_traits()
    refused.test_own_traits_are_kept()
    refused.test_other_content_has_another_id()
    with pytest.raises(BrokenRequirement, match="is taken without an id"):
        refused.test_the_same_content_has_the_same_id()


def test_events_that_are_refused_in_part_get_no_ids() -> None:
    """Of an event that is refused, its names in one order or in another, no id is wanted."""

    def picky(self: EventContract, raw: Any) -> Any:
        return {**raw, "messageId": "x"} if list(raw.items()) == list(unnamed(PLAIN).items()) else None

    type("_Picky", (EventContract,), {"canonicalise": picky})().test_the_same_content_has_the_same_id()


@pytest.mark.parametrize(
    ("raw", "name", "about"),
    [
        ({"type": "page"}, "type", "EVT-620"),
        ({"action": "page"}, "type", "EVT-130"),
        ({"groupId": "g"}, "groupId", "EVT-620"),
        ({"userId": None}, "userId", "EVT-190"),
        ({"userId": "1"}, "userId", "EVT-210"),
        ({"context": None}, "context", "EVT-190"),
        ({"context": {}}, "context", "EVT-160"),
        ({"writeKey": None}, "writeKey", "EVT-180"),
        ({"timestamp": "x"}, "timestamp", "EVT-320"),
        ({"sentAt": "x"}, "timestamp", "EVT-310"),
        ({"traits": {}}, "traits", "EVT-170"),
        ({"type": "group", "traits": {}}, "traits", "EVT-450"),
        ({"context": {"traits": {}}}, "traits", "EVT-410"),
        ({"event": "x"}, "properties", "EVT-170"),
        ({"event": "Order Completed"}, "properties", "EVT-520"),
        ({"category": None}, "category", "EVT-160"),
    ],
)
def test_each_part_of_a_request_is_the_matter_of_one_requirement(raw: dict[str, Any], name: str, about: str) -> None:
    """So that a canonicaliser that breaks one does not fail the others."""
    assert concern(raw, name) == about


@pytest.mark.parametrize("event", KINDS, ids=lambda event: event["type"])
def test_the_plain_events_are_plain(event: Mapping[str, Any]) -> None:
    """What tests build on is in canonical form."""
    assert canonicalise(dict(event)) == (event, ())

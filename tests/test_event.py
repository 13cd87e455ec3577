"""The canonical event: one shape for every dialect, nothing changed in place, nothing lost unreported."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support import TIME, identify, order, track

from contract_tests.strategies import canonical_events, dialects, hostile_events
from event_router import event as events
from event_router import spelling
from event_router.event import canonicalise
from event_router.outcomes import Dropped, Rejected
from event_router.times import event_time

_TEXTS = st.sampled_from(("a", "Ted Mosby", "a@b.co", "", " ", " a", "a\u2003", "\x1fa", "\u00a0"))
_VALUES: st.SearchStrategy[Any] = _TEXTS | st.sampled_from((None, 5, 1.5, True, [], {}))
_TRAITS = st.dictionaries(
    st.sampled_from(("email", "Email", "firstName", "first_name", "lastName", "name", "x")), _VALUES
)


def canonical(raw: Any) -> dict[str, Any]:
    """Return the canonical event, which there must be."""
    result = canonicalise(raw)
    assert isinstance(result, tuple)
    return result[0]


def code(raw: Any) -> str:
    """Return the code of a refusal, which there must be."""
    result = canonicalise(raw)
    assert isinstance(result, Rejected)
    return result.reason.code


def dropped(raw: Any) -> list[tuple[str, str]]:
    """Return what was dropped."""
    result = canonicalise(raw)
    assert isinstance(result, tuple)
    return [(item.path, item.why) for item in result[1]]


@given(hostile_events())
def test_never_raises_and_never_mutates(raw: Any) -> None:
    """Whatever arrives, there is an event or a refusal, and the input stays as it was."""
    before = copy.deepcopy(raw)
    assert isinstance(canonicalise(raw), tuple | Rejected)
    assert repr(raw) == repr(before)


@given(st.data(), canonical_events())
def test_dialects_of_one_event_are_one_event(data: st.DataObject, event: dict[str, Any]) -> None:
    """Every SDK's way to say it comes to the same canonical event."""
    spoken = data.draw(dialects(event))
    one, other = canonical(event), canonical(spoken)
    assert {name: one.get(name) for name in event} == {name: other.get(name) for name in event}


@given(canonical_events())
def test_canonical_events_are_fixed_points(event: dict[str, Any]) -> None:
    """Canonicalising twice changes nothing."""
    once = canonical(event)
    assert canonical(once) == once


@given(_TRAITS)
@example({"firstName": ""})
@example({"lastName": " a"})
@example({"email": None})
@example({"name": "Ted Mosby", "firstName": None})
def test_settled_traits_are_those_that_would_stay(traits: dict[str, Any]) -> None:
    """Traits that serve as they are come out of all the rules the same; the dialect of the others makes no difference."""
    lost: list[Dropped] = []
    ruled = spelling.rename(traits, spelling.trait, "$.traits", lost)
    events._set_person(ruled, lost)
    if events._is_settled(traits):
        assert (list(ruled.items()), lost) == (list(traits.items()), [])
    if traits:
        assert canonicalise(identify(traits=traits)) == (identify(traits=ruled), tuple(lost))


def test_traits_of_nearly_everybody_are_settled() -> None:
    """What is quick is what is common: e-mail and names as they should be, or just the e-mail."""
    assert events._is_settled({"email": "a@b.co", "firstName": "Ted", "lastName": "Mosby", "address": {}})
    assert events._is_settled({"email": "a@b.co"})
    assert not events._is_settled({"email": "a@b.co", "name": "Ted"})


@given(st.dictionaries(st.sampled_from((*events._IDS, *events._IDS.values())), _VALUES))
@example({"userId": "a", "anonymousId": 5, "messageId": "a"})
@example({"userId": "a", "anonymousId": "a", "messageId": ""})
def test_ids_are_taken_together_as_one_by_one(ids: dict[str, Any]) -> None:
    """Three ids that are text at once are what each alone would be."""
    together, alone = {"type": "page", **ids}, {"type": "page", **ids}
    refusals = [events._set_id(alone, name, alone.get(name)) for name in events._IDS]
    refusal = next((refusal for refusal in refusals if refusal), None)
    assert events._set_ids(together) == refusal
    assert refusal or {"messageId": together["messageId"]} | alone == together


@given(
    st.dictionaries(
        st.sampled_from(("timestamp", "sentAt")),
        st.sampled_from((TIME, "2026-02-30T15:01:41.904Z", "2026-11-23", "soon", 0, None)),
    )
)
def test_a_canonical_time_is_the_event_s_time(times: dict[str, Any]) -> None:
    """Whether the other times are looked at or not, the event's time is the first that can be read."""
    assert canonical({"type": "page", "userId": "1", **times}).get("timestamp") == event_time(times)


@pytest.mark.parametrize("raw", [None, True, 5, 1.5, "text", [], [identify()]])
def test_only_objects_are_events(raw: Any) -> None:
    """Scalars and lists are refused by name."""
    assert code(raw) == "event.not_an_object"


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (5, "a whole number"),
        (1.5, "a number with a fraction"),
        ("text", "text"),
        ([], "a list"),
        (object(), "no JSON value"),
    ],
)
def test_what_is_no_event_is_called_what_it_is(raw: Any, word: str) -> None:
    """The reason says what stands there, in words."""
    assert canonicalise(raw).reason.message.startswith(f"This is {word}, not an event.")  # type: ignore[union-attr]
    if raw is not None:
        shown = canonicalise({"type": {} if raw == "text" else raw}).reason.message  # type: ignore[union-attr]
        assert ("an object" if raw == "text" else word) in shown


def test_a_long_type_is_not_repeated_whole() -> None:
    """A reason stays short, whatever stands in the event."""
    message = canonicalise({"type": "x" * 10_000}).reason.message  # type: ignore[union-attr]
    assert "x" * 40 in message
    assert "x" * 41 not in message


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({}, "event.type_missing"),
        ({"batch": []}, "event.type_missing"),
        ({"type": "purchase"}, "event.type_unknown"),
        ({"type": "trak"}, "event.type_unknown"),
        ({"type": 5}, "event.type_unknown"),
        (identify(userId=""), "event.bad_id"),
        (identify(userId=True), "event.bad_id"),
        (identify(userId=1.5), "event.bad_id"),
        (identify(messageId={}), "event.bad_id"),
        ({"type": "identify", "traits": {"a": "\ud800"}}, "event.not_json"),
    ],
)
def test_refusals_have_codes(raw: Any, expected: str) -> None:
    """What cannot be an event says why, under a stable code."""
    assert code(raw) == expected


def test_unknown_type_names_the_nearest() -> None:
    """A typing error gets a hint, a batch another."""
    assert "Did you mean track?" in canonicalise({"type": "trak"}).reason.message  # type: ignore[union-attr]
    assert "one by one" in canonicalise({"batch": []}).reason.message  # type: ignore[union-attr]


def test_ids_become_text() -> None:
    """Whole numbers are ids too, however large; null is the same as absent; older spellings count."""
    event = canonical({"type": "identify", "user_id": 5, "anonymousId": None, "messageId": 2**40000})
    assert event["userId"] == "5"
    assert canonical({"type": "identify", "user_id": "u"})["userId"] == "u"
    assert "anonymousId" not in event
    assert event["messageId"].startswith("0x")


def test_missing_message_id_is_made_of_the_content() -> None:
    """The same event always gets the same id, another event another one."""
    one, same, other = (canonical({"type": "identify", "userId": user})["messageId"] for user in ("1", "1", "2"))
    assert one == same != other
    assert one.startswith("content-")


def test_write_key_does_not_stay() -> None:
    """A source's credential is no part of the event."""
    assert "writeKey" not in canonical(identify(writeKey="secret"))


def test_null_objects_are_absent() -> None:
    """Segment's delete has a null context; that is no context."""
    nulls = dict.fromkeys(("context", "integrations", "traits", "properties"))
    for kind in ("delete", "identify", "track", "group"):
        assert canonical({"type": kind, "userId": "1", **nulls}).keys() == {"type", "userId", "messageId"}


def test_time_comes_from_the_best_field() -> None:
    """The first readable of the four times counts, in UTC."""
    event = canonical(identify(timestamp="soon", originalTimestamp="2026-11-23T16:01:41.904+01:00"))
    assert event["timestamp"] == TIME


def test_unreadable_times_are_reported() -> None:
    """An event without a readable time has none, and says so."""
    raw = identify(timestamp="soon", sentAt=[])
    assert "timestamp" not in canonical(raw)
    assert dropped(raw) == [("$.timestamp", "not a time"), ("$.sentAt", "not a time")]


def test_traits_come_from_the_context() -> None:
    """rudder-sdk-python sends traits in the context only; an empty object of one's own does not hide them."""
    event = canonical(identify(traits={}, context={"traits": {"Email": " a@b.co "}}))
    assert event["traits"] == {"email": "a@b.co"}
    assert canonical(identify(traits={}, context={"traits": 5}))["traits"] == {}
    assert canonical(identify(traits=7, context=5))["traits"] == 7


def test_huge_strings_are_no_matter() -> None:
    """Ten megabytes in a trait, in a name, in an event's name: canonical as any other."""
    huge = "x" * 10_000_000
    event = canonical(identify(traits={"email": huge, huge: huge, "name": huge}, event=huge))
    assert event["traits"]["firstName"] == huge
    assert canonical(track(event=huge))["event"] == huge


def test_group_traits_are_left_alone() -> None:
    """A group's traits describe no person."""
    assert canonical({"type": "group", "traits": {"First Name": "x"}, "userId": "1"})["traits"] == {"First Name": "x"}


@pytest.mark.parametrize(
    ("traits", "expected"),
    [
        ({"name": "Ted Evelyn Mosby"}, {"name": "Ted Evelyn Mosby", "firstName": "Ted", "lastName": "Evelyn Mosby"}),
        ({"name": "Ted", "firstName": None}, {"name": "Ted", "firstName": "Ted"}),
        ({"name": "Ted"}, {"name": "Ted", "firstName": "Ted"}),
        ({"name": 5}, {"name": 5}),
        ({"firstName": 5, "lastName": 1.5}, {"firstName": "5", "lastName": "1.5"}),
        ({"firstName": True, "lastName": None}, {"firstName": True}),
        ({"email": 5}, {"email": 5}),
        ({"firstName": " "}, {}),
    ],
)
def test_names_of_a_person(traits: Any, expected: Any) -> None:
    """A full name is split at its first space; numbers become text; blank names are none."""
    assert canonical(identify(traits=traits))["traits"] == expected


def test_blank_names_and_second_spellings_are_reported() -> None:
    """What does not fit into the canonical event is named."""
    raw = identify(traits={"firstName": " ", "email": "a@b.co", "Email": "c@d.co", "EMAIL": None})
    assert dropped(raw) == [
        ("$.traits.Email", "another spelling of email, which is there too"),
        ("$.traits.firstName", "empty"),
    ]


def test_a_null_spelling_gives_way() -> None:
    """Of two spellings the one with a value counts."""
    assert canonical(identify(traits={"email": None, "Email": "a@b.co"}))["traits"] == {"email": "a@b.co"}


def test_orders_are_found_by_any_spelling() -> None:
    """v1's name and any casing mean Order Completed; properties that are none stay for the contract to refuse."""
    assert canonical(order(event="completed_order"))["event"] == "Order Completed"
    assert canonical(order(properties=5))["properties"] == 5
    assert canonical(track(event=5))["event"] == 5

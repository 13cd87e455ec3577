"""Matching: what a match wants of a request, and the differences where a request has it not."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mock_plane import entry

from mock_promoter.matching import Difference, _fits, differences, distance, matches, near_misses

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-5, 5) | st.text("ab*", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=2), inner, max_size=3),
    max_leaves=8,
)
TEXT = st.text("ab/", max_size=6)
REQUEST = entry(
    account="default",
    method="POST",
    path="/api/v2/survey/",
    query="page=2&q=a+b&empty=",
    headers={"x-request-id": "r-1", "authorization": "Token secret-key-of-mine"},
    body={"campaign_id": 1, "contact": {"email": "a@b.co", "attributes": {"n": [1, {"x": None}]}}},
    status=200,
)


@pytest.mark.parametrize(
    "match",
    [
        {},
        {"account": "default", "method": "POST", "status": 200},
        {"path": "/api/v2/survey/"},
        {"path": "/api/*/survey/"},
        {"path": "*"},
        {"query": {"page": "2", "q": "a*", "empty": ""}},
        {"headers": {"X-Request-Id": "r-*", "AUTHORIZATION": "Token *"}},
        {"body": {"contact": {"attributes": {"n": [1, {"x": None}]}}}},
        {"body": {"campaign_id": 1.0}},
        {"body": {}},
    ],
)
def test_a_match(match: dict[str, Any]) -> None:
    """A request that has all that is named is meant; header names have no letter case, 1.0 is 1."""
    assert matches(match, REQUEST)
    assert list(differences(match, REQUEST)) == []


@pytest.mark.parametrize(
    ("match", "at", "message"),
    [
        ({"account": "other"}, "account", 'account is "default", expected "other"'),
        ({"method": "PUT"}, "method", 'method is "POST", expected "PUT"'),
        ({"status": 201}, "status", "status is 200, expected 201"),
        ({"path": "/api/*/contacts/"}, "path", 'path is "/api/v2/survey/", expected "/api/*/contacts/"'),
        ({"query": {"page": "3"}}, "query.page", 'query.page is "2", expected "3"'),
        ({"query": {"size": "*"}}, "query.size", 'query.size is missing, expected "*"'),
        ({"headers": {"X-Request-Id": "x"}}, "headers.x-request-id", 'headers.x-request-id is "r-1", expected "x"'),
        ({"headers": {"accept": "*"}}, "headers.accept", 'headers.accept is missing, expected "*"'),
        (
            {"body": {"contact": {"email": "c@d.co"}}},
            "body.contact.email",
            'body.contact.email is "a@b.co", expected "c@d.co"',
        ),
        ({"body": {"contact": {"age": None}}}, "body.contact.age", "body.contact.age is missing, expected null"),
        ({"body": {"campaign_id": True}}, "body.campaign_id", "body.campaign_id is 1, expected true"),
        ({"body": {"campaign_id": {}}}, "body.campaign_id", "body.campaign_id is 1, expected {}"),
    ],
)
def test_a_difference(match: dict[str, Any], at: str, message: str) -> None:
    """What a request lacks is named with its place, what is wanted and what is there, in a sentence."""
    (found,) = differences(match, REQUEST)
    shown = found.as_json()
    assert (shown["at"], shown["message"]) == (at, message)
    assert ("found" in shown) == ("missing" not in message)


@pytest.mark.parametrize(("wanted", "found"), [([True], [1]), ([{"a": 0}], [{"a": False}]), ([[1]], [[1, 2]])])
def test_equality_is_json_s(wanted: Any, found: Any) -> None:
    """True is not 1 inside lists either, and lists have to be equal all through."""
    assert not matches({"body": wanted}, entry(body=found))
    assert matches({"body": found}, entry(body=found))


def test_a_body_that_is_no_json() -> None:
    """It is its text; an empty one is null."""
    assert matches({"body": "a=b"}, entry(body=b"a=b"))
    assert matches({"body": None}, entry())
    assert [one.at for one in differences({"body": {"a": 1}}, entry(body=b"a=b"))] == ["body"]


def test_the_key_is_never_shown() -> None:
    """A difference in the Authorization header shows the scheme of what is there at most."""
    for carried, shown in (("Token secret-key-of-mine", "Token ***"), ("secret-key-of-mine", "***")):
        (found,) = differences({"headers": {"authorization": "Token x"}}, entry(headers={"authorization": carried}))
        assert found.as_json()["found"] == shown
        assert "secret" not in found.as_json()["message"]


def test_long_values_are_cut() -> None:
    """A sentence stays readable; the values beside it are whole."""
    shown = Difference("body", "a" * 1000, "b" * 1000).as_json()
    assert len(shown["message"]) < 500
    assert len(shown["expected"]) == len(shown["found"]) == 1000


def test_near_misses() -> None:
    """The nearest come first, three at most, of equals the latest; what matches is none."""
    wrong_path = entry(1, path="/api/contacts/", body={"a": 1})
    two_fields = entry(2, body={"a": 2, "b": 2})
    one_field, later = entry(3, body={"a": 2, "b": 1}), entry(4, body={"a": 3, "b": 1})
    match = {"path": "/api/v2/survey/", "body": {"a": 1, "b": 1}}
    entries = [wrong_path, two_fields, one_field, later, entry(5, body={"a": 1, "b": 1})]
    assert [found.id for found, _ in near_misses(match, entries)] == [4, 3, 2]
    assert [found.id for found, _ in near_misses(match, entries, 1)] == [4]
    assert near_misses({}, entries) == []


def test_distance() -> None:
    """A wrong path or method weighs more than a wrong field."""
    assert distance([Difference("path", "/a", "/b")]) > distance([Difference("body.a", 1), Difference("body.b", 1)])
    assert distance([]) == 0


@given(st.data(), JSON, st.sampled_from(["GET", "POST"]), TEXT, st.dictionaries(TEXT, TEXT, max_size=2))
def test_a_part_of_a_request_matches(
    data: st.DataObject, body: Any, method: str, path: str, headers: dict[str, str]
) -> None:
    """A match made of some of what a request has is met by it; one with something else besides is not."""
    request = entry(
        body=body, method=method, path=f"/{path}", headers={name.lower(): headers[name] for name in headers}
    )
    whole = {"method": method, "path": f"/{path}", "headers": headers, "body": data.draw(_part(body))}
    match = {name: whole[name] for name in data.draw(st.sets(st.sampled_from(sorted(whole))))}
    assert matches(match, request)
    wrong: dict[str, Any] = data.draw(st.sampled_from([{"status": 599}, {"query": {"no": "*"}}, {"account": "nobody"}]))
    assert not matches(match | wrong, request)
    assert not matches(match | {"headers": {**headers, "x-absent": "*"}}, request)


def _part(value: Any) -> st.SearchStrategy[Any]:
    """Return values that ask for some of a value's members, at any depth."""
    if not isinstance(value, dict) or not value:
        return st.just(value)
    return st.sets(st.sampled_from(sorted(value))).flatmap(
        lambda names: st.fixed_dictionaries({name: _part(value[name]) for name in sorted(names)})
    )


@given(JSON, JSON)
@example([True], [1])
@example({"a": [0.0]}, {"a": [0]})
def test_differences_are_empty_for_a_match_only(wanted: Any, found: Any) -> None:
    """The two ways to ask agree with each other and with what JSON's equality says of lists and scalars."""
    request = entry(body=found)
    assert matches({"body": wanted}, request) == (list(differences({"body": wanted}, request)) == [])
    assert matches({"body": [wanted]}, entry(body=[found])) == _equal(wanted, found)


def _equal(one: Any, other: Any) -> bool:
    """JSON's equality, by another way: the kinds of all parts compare as well."""
    return bool(_tagged(one) == _tagged(other))


def _tagged(value: Any) -> Any:
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, dict):
        return {name: _tagged(item) for name, item in value.items()}
    return [_tagged(item) for item in value] if isinstance(value, list) else value


@given(st.text("ab*", max_size=6), st.text("ab*", max_size=8))
@example("a*a", "a")
@example("*a*b*", "xb")
@example("", "")
def test_stars(pattern: str, text: str) -> None:
    """A star stands for any text, as .* does in a regular expression."""
    oracle = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL)
    assert _fits(pattern, text) == (oracle is not None)


def test_many_stars_take_no_time() -> None:
    """No pattern makes matching slow, as regular expressions can be made."""
    assert not _fits("a*" * 1000 + "b", "a" * 5000)

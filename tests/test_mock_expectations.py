"""Expectations: so many requests of a kind, or a sequence; and the nearest of what came instead."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mock_plane import entry

from mock_promoter.expectations import MOST_EXPECTATIONS, Expectations, verify, verify_sequence

POSTS = [entry(number, body={"n": number}) for number in (1, 2, 3)]


@pytest.mark.parametrize(
    ("times", "met", "words"),
    [
        ({}, True, "at least 1 request matching"),
        ({"exactly": 3}, True, "exactly 3 requests matching"),
        ({"exactly": 2}, False, "exactly 2 requests matching"),
        ({"exactly": 0}, False, "exactly 0 requests matching"),
        ({"at_least": 3}, True, "at least 3 requests matching"),
        ({"at_least": 4}, False, "at least 4 requests matching"),
        ({"at_most": 3}, True, "at most 3 requests matching"),
        ({"at_most": 1}, False, "at most 1 request matching"),
        ({"at_least": 1, "at_most": 3}, True, "at least 1 request and at most 3 requests matching"),
        ({"at_least": 1, "at_most": 2}, False, "at least 1 request and at most 2 requests matching"),
    ],
)
def test_bounds(times: dict[str, int], met: bool, words: str) -> None:
    """Exactly, at least, at most, both; at least one where nothing is said."""
    verdict = verify({"method": "POST"}, times, POSTS)
    assert (verdict.met, verdict.found) == (met, (1, 2, 3))
    assert verdict.expected == f'{words} {{"method":"POST"}}'
    assert verdict.message == f"expected {verdict.expected}{': 3 came' if met else ', but 3 came'}"


def test_at_most_none() -> None:
    """Where at most so many are wanted, none is fine."""
    assert verify({"method": "PUT"}, {"at_most": 0}, POSTS).met
    assert verify({"method": "PUT"}, {"exactly": 0}, POSTS).met
    assert not verify({"method": "PUT"}, {}, POSTS).met


def test_the_nearest_is_told_where_too_few_came() -> None:
    """The message names it and what it lacks; where too many came, there is nothing to tell."""
    verdict = verify({"body": {"n": 9}}, {}, POSTS)
    assert verdict.nearest is not None
    assert verdict.nearest[0].id == 3
    assert verdict.message == (
        'expected at least 1 request matching {"body":{"n":9}}, but 0 came. '
        "Nearest is request 3, POST /api/v2/survey/: body.n is 3, expected 9"
    )
    assert verify({"body": {}}, {"at_most": 1}, POSTS).nearest is None
    assert verify({}, {}, []).nearest is None


def test_a_sequence() -> None:
    """Requests come in an order, others may lie between them, one request counts once."""
    assert verify_sequence([{"body": {"n": 1}}, {"body": {"n": 3}}], POSTS).found == (1, 3)
    met = verify_sequence([{}, {}, {}], POSTS)
    assert (met.met, met.missing, met.message) == (True, None, "expected 3 requests in order: all came")
    assert verify_sequence([{}] * 4, POSTS).missing == 3


def test_a_sequence_out_of_order() -> None:
    """The first that did not come is named, and the nearest of what came after the one before it."""
    verdict = verify_sequence([{"body": {"n": 2}}, {"body": {"n": 1}}], POSTS)
    assert (verdict.met, verdict.found, verdict.missing) == (False, (2,), 1)
    assert verdict.expected == "2 requests in order"
    assert verdict.message == (
        'expected {"body":{"n":1}} as number 2 of 2 after request 2, but none came. '
        "Nearest is request 3, POST /api/v2/survey/: body.n is 3, expected 1"
    )
    first = verify_sequence([{"body": {"n": 9}}], POSTS)
    assert (first.missing, first.expected) == (0, "1 request in order")
    assert " after " not in first.message
    assert verify_sequence([{}], []).nearest is None


def test_long_matches_are_cut_in_messages() -> None:
    """A message does not repeat megabytes."""
    assert len(verify({"body": "x" * 100_000}, {}, []).message) < 2000


def test_the_last_are_kept() -> None:
    """The newest first; of an account, or of all."""
    kept = Expectations()
    for number in range(MOST_EXPECTATIONS + 5):
        kept.add("verify", {"status": 200}, verify({}, {}, POSTS), "a" if number % 2 else None)
    assert [one.id for one in kept] == list(range(MOST_EXPECTATIONS + 5, 5, -1))
    kept.clear("a")
    assert {one.account for one in kept} == {None}
    assert next(iter(kept)).id == MOST_EXPECTATIONS + 5
    kept.clear()
    kept.add("wait", {}, verify({}, {}, POSTS))
    assert [one.id for one in kept] == [1]


def test_the_unmet_expectation_that_a_request_is_nearest_to() -> None:
    """Met ones and those of another account are no matter; of a sequence each part counts."""
    kept = Expectations()

    def add(match: Any, account: str | None = None) -> None:
        kept.add("verify", match, verify(match, {}, []), account)

    assert kept.nearest(POSTS[0]) is None
    kept.add("verify", {"body": {"n": 1}}, verify({}, {}, POSTS))
    add({"body": {"n": 1}}, "another")
    assert kept.nearest(POSTS[0]) is None
    add({"method": "GET"})
    add({"body": {"n": 7}}, "default")
    sequence: list[Any] = [{"method": "DELETE"}, {"body": {"n": 1, "m": 1}}]
    kept.add("verify-sequence", sequence, verify_sequence(sequence, []))
    found = kept.nearest(POSTS[0])
    assert found is not None
    assert (found[0].kind, [one.at for one in found[1]]) == ("verify-sequence", ["body.m"])
    found = kept.nearest(POSTS[1])
    assert found is not None
    assert found[0].match == {"body": {"n": 7}}


@given(st.integers(0, 5), st.none() | st.integers(0, 5), st.none() | st.integers(0, 5), st.none() | st.integers(0, 5))
def test_bounds_agree_with_arithmetic(came: int, exactly: int | None, least: int | None, most: int | None) -> None:
    """Whatever the bounds, they are met by just the numbers that they allow."""
    given_times = {"exactly": exactly} if exactly is not None else {"at_least": least, "at_most": most}
    times = {name: value for name, value in given_times.items() if value is not None}
    allowed = (
        (exactly is None or came == exactly)
        and ("at_least" not in times or came >= times["at_least"])
        and ("at_most" not in times or came <= times["at_most"])
        and (bool(times) or came >= 1)
    )
    verdict = verify({}, times, [entry(number) for number in range(1, came + 1)])
    assert (verdict.met, len(verdict.found)) == (allowed, came)

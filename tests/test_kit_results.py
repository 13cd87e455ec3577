"""What became of tests becomes rows: one for each requirement in force, in an order that never changes."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from contract_tests.requirements import in_force
from contract_tests.results import RESULTS, Row, Seen, Subject, gather, unready


def seen(*ids: str, result: str = "met", subject: str = "mine", test: str = "test_a", reason: str = "") -> Seen:
    """Return what became of a test."""
    return Seen(subject, test, ids, result, reason)


def row(result: str, level: str = "MUST") -> Row:
    """Return a requirement that came to a result."""
    return Row("DST-010", level, "It is so.", result, (seen("DST-010", result=result),))


def test_plain() -> None:
    """What became of a test goes through JSON and back."""
    one = seen("DST-010", "DST-011", result="broken", reason="because")
    assert one.plain()["ids"] == ["DST-010", "DST-011"]
    assert Seen.of(one.plain()) == one


def test_who_was_not_tested_at_all() -> None:
    """What is to be mended is told once, unless something of the same subject and family has come to a result."""
    stopped = Seen("mine", "test_a", ("DST-010",), "broken", "…", "no server")
    left = [seen("DST-011", result="not shown"), seen("DST-012", result="unsupported")]
    elsewhere = [seen("EVT-010"), seen("DST-010", subject="other")]
    assert unready([stopped, stopped, *left, *elsewhere]) == ("no server",)
    for result in ("met", "broken", "opted out"):
        assert unready([stopped, *left, seen("DST-013", result=result)]) == ()
    assert unready(elsewhere) == ()
    assert Seen.of(stopped.plain()) == stopped


def test_every_requirement_of_the_family_has_a_row() -> None:
    """In the order of the document; those without a test are not run."""
    (subject,) = gather([seen("DST-010")])
    assert (subject.name, subject.family) == ("mine", "DST")
    assert [one.id for one in subject.rows] == [one.id for one in in_force() if one.family == "DST"]
    assert {one.id: one.result for one in subject.rows if one.result != "not run"} == {"DST-010": "met"}
    assert next(one for one in subject.rows if one.id == "DST-010").tests == (seen("DST-010"),)


@pytest.mark.parametrize(("worse", "better"), tuple(combinations(RESULTS, 2)))
def test_of_several_results_the_first_in_the_list_counts(worse: str, better: str) -> None:
    """One test that fails is enough to break a requirement, and one that passes to show more than one that is skipped."""
    tests = [seen("DST-010", result=better, test="test_a"), seen("DST-010", result=worse, test="test_b", reason="so")]
    (subject,) = gather(tests)
    found = next(one for one in subject.rows if one.id == "DST-010")
    assert (found.result, found.reason, len(found.tests)) == (worse, "so", 2)


def test_the_order_is_that_of_names() -> None:
    """Families as in the document, subjects and tests by name: pytest-xdist changes nothing."""
    tests = [
        seen(f"{family}-010", subject=subject, test=test)
        for family in ("EVT", "DST")
        for subject in ("b", "a")
        for test in ("test_b", "test_a")
    ]
    found = gather(tests)
    assert [(one.family, one.name) for one in found] == [("DST", "a"), ("DST", "b"), ("EVT", "a"), ("EVT", "b")]
    assert [test.test for test in found[0].rows[[one.id for one in found[0].rows].index("DST-010")].tests] == [
        "test_a",
        "test_b",
    ]
    random.Random(1).shuffle(tests)
    assert gather(tests) == found


def test_a_test_of_two_families_counts_in_both() -> None:
    """Each family has its subject."""
    assert [one.family for one in gather([seen("DST-010", "EVT-010", "DST-011")])] == ["DST", "EVT"]


@pytest.mark.parametrize("result", RESULTS)
def test_what_leaves_a_requirement_open(result: str) -> None:
    """A failure and an outdated opt-out leave any open; what is not known leaves a MUST open."""
    assert row(result).open == (result in {"broken", "outdated", "not shown", "not run"})
    assert row(result, "SHOULD").open == (result in {"broken", "outdated"})


def test_what_holds() -> None:
    """Something is met, and nothing is open."""
    assert Subject("mine", "DST", (row("met"), row("not met", "SHOULD"), row("opted out"), row("unsupported"))).holds
    assert not Subject("mine", "DST", (row("met"), row("broken"))).holds
    assert not Subject("mine", "DST", (row("unsupported"), row("opted out"))).holds


def test_counts() -> None:
    """By level and result; what is unsupported does not apply."""
    subject = Subject("mine", "DST", (row("met"), row("met", "SHOULD"), row("unsupported"), row("opted out")))
    assert subject.count("met") == 2
    assert subject.count("met", "opted out", level="MUST") == 2
    assert (subject.applying("MUST"), subject.applying("SHOULD")) == (2, 1)
    assert subject.counts() == {"MUST": {"met": 1, "unsupported": 1, "opted out": 1}, "SHOULD": {"met": 1}}

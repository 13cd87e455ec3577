"""The cases: what their schema says, unique, each of a requirement in force; and values compared as they mean it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from contract_tests.cases import Case, cases, documents, schema
from contract_tests.cases.comparing import NOTHING, Difference, difference, same
from contract_tests.requirements import requirements
from contract_tests.strategies import hostile_json


def test_files_are_what_the_schema_says() -> None:
    """The schema is one, and each file is a list of cases."""
    Draft202012Validator.check_schema(schema())
    validator = Draft202012Validator(schema())
    for name, document in documents():
        assert [f"{name}: {error.json_path}: {error.message}" for error in validator.iter_errors(document)] == []


def test_the_schema_can_refuse() -> None:
    """A case of one kind with what belongs to another is none."""
    case = next(document for name, document in documents() if name == "evt-ids.json")[0]
    validator = Draft202012Validator(schema())
    change: dict[str, Any]
    for change in ({"kind": "request"}, {"kind": "answer"}, {"source": "somewhere"}, {"id": "One"}, {"expected": {}}):
        assert not validator.is_valid([{**case, **change}])


def test_ids_are_unique_and_requirements_in_force() -> None:
    """Nobody finds two cases under one id, or one of a requirement that there is not."""
    assert [name for name, count in Counter(case.id for case in cases()).items() if count > 1] == []
    assert {case.requirement for case in cases()} <= {
        one.id for one in requirements().values() if one.level != "RETIRED"
    }


def test_cases_are_found_by_kind_and_requirement() -> None:
    """All of them, those of a kind, those of a requirement, and those of both."""
    assert len(cases()) == sum(len(document) for _, document in documents())
    assert {case.kind for case in cases()} == {"canonical", "request", "vendor", "answer"}
    assert {case.kind for case in cases("request")} == {"request"}
    assert {(case.kind, case.requirement) for case in cases("canonical", "EVT-330")} == {("canonical", "EVT-330")}
    assert cases("vendor", "EVT-330") == ()


def test_a_case_has_a_name_and_fresh_values() -> None:
    """The name is the id's last part; what is changed in a fresh value is changed for nobody else."""
    case = next(case for case in cases("canonical") if case.id == "evt/keys/proto")
    assert case.name == "proto"
    case.fresh()["traits"].clear()
    assert case.given["traits"]


def test_all_captures_are_there_and_say_so() -> None:
    """The requests that were captured say of what; those that were built say that they were not captured."""
    captured, built = ([case for case in cases("request") if case.source.startswith(word)] for word in ("CAP", "CON"))
    assert (len(captured), len(built)) == (34, 11)
    assert all("body_bytes" in case.given for case in captured)
    assert all("NOT captured" in case.source and "body_bytes" not in case.given for case in built)


@pytest.mark.parametrize("case", cases("request"), ids=lambda case: case.name)
def test_requests_hold_as_many_events_as_they_expect(case: Case) -> None:
    """Each item of a batch has its canonical form, in the same order."""
    batch = case.given["body"].get("batch", [case.given["body"]])
    assert [item.get("messageId") for item in batch] == [event.get("messageId") for event in case.expected["events"]]


@pytest.mark.parametrize(
    ("expected", "came", "found"),
    [
        (5, 5.0, None),
        ({"a": 1, "b": [2]}, {"b": [2.0], "a": 1}, None),
        (True, 1, Difference("$", True, 1)),
        (0, False, Difference("$", 0, False)),
        ("1", 1, Difference("$", "1", 1)),
        (None, {}, Difference("$", None, {})),
        ([1], [1, 2], Difference("$[1]", NOTHING, 2)),
        ([1, 2], [1], Difference("$[1]", 2, NOTHING)),
        ([], {}, Difference("$", [], {})),
        ({"a": None}, {}, Difference("$.a", None, NOTHING)),
        ({}, {"a": None}, Difference("$.a", NOTHING, None)),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, Difference("$.a[0].b", 1, 2)),
    ],
)
def test_differences(expected: Any, came: Any, found: Difference | None) -> None:
    """Numbers by value, truth values apart, null not absent; the first difference is told by its place."""
    assert difference(expected, came) == found
    assert same(expected, came) == (found is None)


def test_at_least() -> None:
    """Members that are not expected do not matter, at any depth."""
    assert difference({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3}, at_least=True) is None
    assert difference({"a": {"b": 1}}, {"a": {"c": 2}}, at_least=True) == Difference("$.a.b", 1, NOTHING)
    assert str(NOTHING) == "nothing"


@given(hostile_json)
def test_everything_is_the_same_as_itself(value: Any) -> None:
    """NaN included, and however deep."""
    assert same(value, value)

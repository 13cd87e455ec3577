"""What people read of a missed contract: whole problems, so that path, rule, value and advice are all there."""

from __future__ import annotations

from typing import Any

import pytest

from event_router.contracts import _bare, _cut, compile_schema, explain, show
from event_router.outcomes import Problem


def told(source: dict[str, Any], value: Any) -> list[str]:
    """Return the messages for a value that misses a contract."""
    schema = compile_schema("sign-up", source)
    assert not schema.is_valid(value)
    return [problem.message for problem in explain(schema, value)]


@pytest.mark.parametrize(
    ("source", "value", "problem"),
    [
        (
            {"required": ["plan"]},
            {},
            Problem(
                "c.required", "$.plan", "required", None, "$.plan is missing; sign-up needs it. Send $.plan."
            ),
        ),
        (
            {"required": ["plan"], "properties": {"plan": {"x-advice": "Name the plan."}}},
            {},
            Problem("c.required", "$.plan", "required", None, "$.plan is missing; sign-up needs it. Name the plan."),
        ),
        (
            {"properties": {"plan": {}, "seats": {}}, "additionalProperties": False},
            {"paln": 1},
            Problem("c.unknown", "$.paln", "additionalProperties", None, "$.paln is not known. Did you mean plan?"),
        ),
        (
            {"properties": {"plan": {}, "seats": {}}, "additionalProperties": False},
            {"colour": 1},
            Problem("c.unknown", "$.colour", "additionalProperties", None, "$.colour is not known. Known are plan, seats."),
        ),
        (
            {"properties": {"plan": {"type": "string"}}},
            {"plan": 5},
            Problem("c.type", "$.plan", "type", "5", "$.plan is 5, but must be text. Correct it."),
        ),
        (
            {"properties": {"plan": {"type": "string", "x-advice": "Name the plan."}}},
            {"plan": 5},
            Problem("c.type", "$.plan", "type", "5", "$.plan is 5, but must be text. Name the plan."),
        ),
    ],
)  # fmt: skip
def test_problems(source: dict[str, Any], value: Any, problem: Problem) -> None:
    """Code, path, rule, what was found, and a line with the schema's advice, else with ours."""
    assert explain(compile_schema("sign-up", source), value, prefix="c") == (problem,)


def test_the_second_opinion_says_the_same() -> None:
    """What only the judge saw is told in the same words: here an item that jsonschema never gets."""
    required = compile_schema("list", {"items": {"required": ["id"]}})
    assert explain(required, [{"id": 1}] * 150 + [{}], prefix="c") == (
        Problem("c.required", "$[150].id", "required", None, "$[150].id is missing; list needs it. Send $[150].id."),
    )
    text = compile_schema("list", {"items": {"type": "string"}})
    assert explain(text, ["x"] * 150 + [5], prefix="c") == (
        Problem("c.type", "$[150]", "type", "5", "$[150] is 5, but must be text. Correct it."),
    )
    assert len(explain(text, ["x"] * 150 + [5] * 50)) == 20


def test_problems_are_in_the_order_of_the_schema() -> None:
    """Its author put first what matters most."""
    schema = {"properties": {"b": {"type": "string"}, "a": {"type": "string"}}, "required": ["d", "c"]}
    problems = explain(compile_schema("x", schema), {"a": 1, "b": 2})
    assert [problem.path for problem in problems] == ["$.b", "$.a", "$.d", "$.c"]


@pytest.mark.parametrize(
    ("source", "value", "paths"),
    [
        ({"properties": {"old": False}}, {"old": 1}, ["$.old"]),
        ({"properties": {"a": {"patternProperties": {"^old": False}}}}, {"a": {"old1": 1, "old2": 2}}, ["$.a.old1", "$.a.old2"]),
        ({"$defs": {"no": False}, "properties": {"a": {"$ref": "#/$defs/no"}}}, {"a": "x"}, ["$.a"]),
    ],
)  # fmt: skip
def test_what_may_not_be_there_at_all(source: dict[str, Any], value: Any, paths: list[str]) -> None:
    """``false`` is a schema too, which no value meets: each place is told where something is, once."""
    assert explain(compile_schema("x", source), value, prefix="c") == tuple(
        Problem("c.unknown", path, "false", None, f"{path} may not be there. Leave it out.") for path in paths
    )


def test_what_may_not_be_there_is_told_beside_the_rest() -> None:
    """One problem for each place, whichever comes first."""
    schema = compile_schema("x", {"properties": {"old": False, "plan": {"type": "string"}}, "required": ["id"]})
    assert [(one.code, one.path) for one in explain(schema, {"old": 1, "plan": 5}, prefix="c")] == [
        ("c.unknown", "$.old"),
        ("c.type", "$.plan"),
        ("c.required", "$.id"),
    ]
    many = compile_schema("x", {"patternProperties": {"^old": False}, "required": ["id"]})
    told = explain(many, {f"old{number}": 1 for number in range(9)})
    assert [one.path for one in told] == [*(f"$.old{number}" for number in range(9)), "$.id"]


@pytest.mark.parametrize(
    ("rule", "value", "words"),
    [
        ({"type": "string"}, None, "$ is null, but must be text. Correct it."),
        ({"type": ["object", "integer"]}, False, "$ is false, but must be an object or a whole number. Correct it."),
        ({"type": ["array", "boolean"]}, 1, "$ is 1, but must be a list or a boolean. Correct it."),
        ({"minLength": 1}, "", '$ is "", but must not be empty. Correct it.'),
        ({"uniqueItems": True}, [1, 1], "$ is a list, but must not hold anything twice. Correct it."),
        ({"anyOf": [{"type": "null"}]}, 1, "$ is 1, but has none of the forms it may have. Correct it."),
        ({"pattern": "^b"}, "a", '$ is "a", but is not written as it should be. Correct it.'),
        ({"multipleOf": 2}, 3, "$ is 3, but breaks the rule multipleOf: 2. Correct it."),
    ],
)
def test_rules_in_whole_sentences(rule: dict[str, Any], value: Any, words: str) -> None:
    """The whole line for each rule."""
    assert told(rule, value) == [words]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (False, "false"),
        ("a" * 60, '"' + "a" * 60 + '"'),
        (2**63, "9223372036854775808"),
        (2**64 - 1, "18446744073709551615"),
        (2**64, "a huge number"),
    ],
)
def test_values_at_the_limit(value: Any, shown: str) -> None:
    """60 characters and 64 bits are shown in full."""
    assert show(value) == shown


def test_annotations_are_left_out_wherever_schemas_are() -> None:
    """The judge gets every rule, at any depth, and no annotation; a property may be called title, though."""
    note: dict[str, Any] = {"title": "t", "description": "d", "x-advice": "a"}
    schema = {
        "properties": {"title": {"type": "string", **note}},
        "anyOf": [{"minProperties": 1, **note}, True],
        "items": {"not": {"const": {"title": 1}, **note}, **note},
        "enum": [{"title": 1}],
        **note,
    }
    assert _bare(schema) == {
        "properties": {"title": {"type": "string"}},
        "anyOf": [{"minProperties": 1}, True],
        "items": {"not": {"const": {"title": 1}}},
        "enum": [{"title": 1}],
    }


def test_jsonschema_gets_no_more_than_it_can_print() -> None:
    """Eight levels, 100 items and 4,096 characters; the judge alone sees the rest."""
    objects: Any = 1
    lists: Any = 1
    for _ in range(9):
        objects, lists = {"a": objects}, [lists]
    cut_objects, cut_lists = _cut(objects), _cut(lists)
    for _ in range(8):
        cut_objects, cut_lists = cut_objects["a"], cut_lists[0]
    assert (cut_objects, cut_lists) == ({}, [])
    assert _cut([[0] * 101, "x" * 4097]) == [[0] * 100, "x" * 4096]

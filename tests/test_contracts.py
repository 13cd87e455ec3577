"""Contracts: both validators agree, and every refusal says where, what, which rule and what to do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from support import identify

import promoter_schemas
from contract_tests.strategies import canonical_events, hostile_events, hostile_json
from event_router.contracts import MOST_PROBLEMS, compile_schema, explain, json_path, show
from event_router.event import canonicalise

_NAMES = ("events/identify", "events/track", "events/order_completed", "events/delete")


def problems(name: str, value: Any) -> list[tuple[str, str, str | None]]:
    """Return the problems of a value as code, path and what was found."""
    schema = compile_schema(name, promoter_schemas.load(name))
    assert not schema.is_valid(value)
    return [(problem.code, problem.path, problem.found) for problem in explain(schema, value)]


@given(st.sampled_from(_NAMES), canonical_events() | hostile_events())
def test_both_validators_agree(name: str, raw: Any) -> None:
    """jsonschema-rs decides what jsonschema would, whatever the event."""
    result = canonicalise(raw)
    if not isinstance(result, tuple):
        return
    source = promoter_schemas.load(name)
    try:
        verdict = compile_schema(name, source).is_valid(result[0])
    except (ValueError, TypeError):
        return  # No JSON value: NaN, half a surrogate pair. It is refused before jsonschema is asked.
    assert verdict == Draft202012Validator(source).is_valid(result[0])


def test_missing_and_wrong_values_are_told() -> None:
    """Every broken rule comes with code, path and what was found, in the order of the schema."""
    assert problems("events/identify", {"type": "identify", "messageId": "m", "traits": {}}) == [
        ("contract.required", "$.userId", None),
        ("contract.required", "$.traits.email", None),
    ]
    assert problems("events/identify", identify(traits={"email": "no"})) == [
        ("contract.pattern", "$.traits.email", '"no"')
    ]


def test_a_refusal_is_a_line_for_people() -> None:
    """It names the place, the value, the rule and the advice."""
    schema = compile_schema("identify", promoter_schemas.load("events/identify"))
    message = explain(schema, identify(traits={"email": "no"}))[0].message
    assert message.startswith('$.traits.email is "no", but is not written as it should be. ')
    assert len(message) > 60


def test_unknown_names_get_the_nearest() -> None:
    """A typing error in a setting is answered with the name that was meant, else with all of them."""
    schema = compile_schema("settings", promoter_schemas.load("settings"))
    near, far = (explain(schema, {"api_key": "k", name: 1}, prefix="settings")[0] for name in ("campagin_id", "zzz"))
    assert (near.code, near.path) == ("settings.unknown", "$.campagin_id")
    assert "Did you mean campaign_id?" in near.message
    assert "Known are api_key" in far.message


def test_secrets_are_not_shown() -> None:
    """A value marked writeOnly is masked."""
    schema = compile_schema("settings", promoter_schemas.load("settings"))
    assert "s3cret" not in explain(schema, {"api_key": "s3cret\n"}, prefix="settings")[0].message


def test_not_more_than_twenty() -> None:
    """A value with thousands of mistakes is not answered with thousands of lines."""
    schema = compile_schema("list", {"items": {"type": "string"}})
    assert len(explain(schema, list(range(50)))) == MOST_PROBLEMS


def test_what_only_the_judge_saw_is_told_too() -> None:
    """A bad item far down a list is found although jsonschema gets a shortened list."""
    schema = compile_schema("list", {"items": {"type": "string"}})
    assert explain(schema, ["x"] * 200 + [5])[0].path == "$[200]"


@pytest.mark.parametrize(
    ("rule", "value", "words"),
    [
        ({"type": "object"}, 1, "must be an object"),
        ({"type": ["array", "null"]}, 1, "must be a list or a null"),
        ({"const": "a"}, 1, 'must be "a"'),
        ({"enum": ["a", "b"]}, 1, "must be one of a, b"),
        ({"minLength": 1}, "", "must not be empty"),
        ({"minLength": 2}, "a", "at least 2 characters"),
        ({"maxLength": 1}, "abc", "at most 1 characters"),
        ({"minimum": 1}, 0, "at least 1"),
        ({"uniqueItems": True}, [1, 1], "must not hold anything twice"),
        ({"anyOf": [{"type": "string"}]}, 1, "has none of the forms"),
        ({"multipleOf": 2}, 3, "breaks the rule multipleOf: 2"),
    ],
)
def test_rules_in_words(rule: dict[str, Any], value: Any, words: str) -> None:
    """Every rule that our schemas use has words of its own; others are named."""
    assert words in explain(compile_schema("x", rule), value)[0].message


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a" * 99, '"' + "a" * 60 + '…"'),
        ("\x1b[31m", '"\N{REPLACEMENT CHARACTER}[31m"'),
        (None, "null"),
        (True, "true"),
        ({}, "an object"),
        ([], "a list"),
        (2**200, "a huge number"),
        (1.5, "1.5"),
    ],
)
def test_values_in_few_words(value: Any, shown: str) -> None:
    """Values are shown short, and without what could play with a terminal."""
    assert show(value) == shown


@given(hostile_json)
def test_show_is_short(value: Any) -> None:
    """Whatever the value, it is shown in one short line."""
    assert len(show(value)) < 100
    assert "\n" not in show(value)


def test_json_path() -> None:
    """Names and numbers make a path."""
    assert json_path(["a", 0, "b"]) == "$.a[0].b"

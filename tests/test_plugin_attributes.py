"""Attributes: flat, complete or reported, linear in size."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from promoter_destination.attributes import DEEPEST, LONGEST_NAME, flatten
from support import promoter

from contract_tests.strategies import hostile_json


def flat(
    values: dict[str, Any], *, as_text: bool = True, before: dict[str, Any] | None = None, **rules: Any
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the attributes, and what was lost with the reason."""
    attributes = dict(before or {})
    settings = promoter(attributes=rules).settings
    dropped = flatten(values, settings, attributes, "$.traits", as_text=as_text, reserved=frozenset({"email"}))
    return attributes, {item.path: item.why for item in dropped}


@pytest.mark.parametrize(
    ("value", "text", "scalar"),
    [
        ("a", "a", "a"),
        (5, "5", 5),
        (True, "true", True),
        (19.0, "19", 19.0),
        (1.5, "1.5", 1.5),
        (1e300, "1e+300", 1e300),
        ([1, "a", None, True, ""], "1, a, true", "1, a, true"),
        (2.0**53 - 1, "9007199254740991", 2.0**53 - 1),
        (2.0**53, "9007199254740992.0", 2.0**53),
        (2**64 - 1, "18446744073709551615", 2**64 - 1),
        (-(2**63), "-9223372036854775808", -(2**63)),
        (
            [2**64 - 1, -(2**63)],
            "18446744073709551615, -9223372036854775808",
            "18446744073709551615, -9223372036854775808",
        ),
    ],
)
def test_scalars(value: Any, text: str, scalar: Any) -> None:
    """Text for v1, JSON scalars for v2; lists of scalars are joined."""
    assert flat({"x": value})[0] == {"x": text}
    assert flat({"x": value}, as_text=False)[0] == {"x": scalar}


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (None, "null"),
        ("", "empty"),
        ([], "empty"),
        ({}, "empty"),
        ([None, ""], "empty"),
        ([{}], "a list of objects or lists"),
        ([float("nan")], "a number that does not fit into 64 bits"),
        (float("inf"), "a number that does not fit into 64 bits"),
        (2**64, "a number that does not fit into 64 bits"),
        (-(2**63) - 1, "a number that does not fit into 64 bits"),
        ([2**64], "a number that does not fit into 64 bits"),
        ([-(2**63) - 1], "a number that does not fit into 64 bits"),
    ],
)
def test_what_cannot_be_stored_is_reported(value: Any, why: str) -> None:
    """Each loss has its reason."""
    assert flat({"x": value}) == ({}, {"$.traits.x": why})


def test_nesting_and_clashes() -> None:
    """Objects are joined with _, the first of two equal names stays, losses below keep their way."""
    attributes, lost = flat(
        {"a": {"b": 1, "c": {"d": []}}, "a_b": 2, "email": "x", "": 1, "n" * 300: 1, "user_id": 7},
        before={"user_id": "1"},
    )
    assert attributes == {"user_id": "1", "a_b": "1"}
    assert lost == {
        "$.traits.a.c.d": "empty",
        "$.traits.a_b": "there is a a_b already",
        "$.traits.": "it has no name",
        f"$.traits.{'n' * 60}": f"its name is longer than {LONGEST_NAME} characters",
        "$.traits.user_id": "there is a user_id already",
    }


def test_every_loss_is_told() -> None:
    """What is lost below an object is told beside what was lost before it."""
    assert flat({"a": None, "b": {"c": None, "d": {"e": []}}, "f": ""}) == (
        {},
        {"$.traits.a": "null", "$.traits.b.c": "null", "$.traits.b.d.e": "empty", "$.traits.f": "empty"},
    )


def test_text_has_no_privilege() -> None:
    """A text, too, needs a name of its own that is free."""
    attributes, lost = flat({"": "x", "user_id": "2"}, before={"user_id": "1"})
    assert attributes == {"user_id": "1"}
    assert lost == {"$.traits.": "it has no name", "$.traits.user_id": "there is a user_id already"}


def test_the_longest_name() -> None:
    """A name of 255 characters is one, whatever its value; what is below an object of that name has a longer one."""
    name = "n" * 255
    for value in ("x", 5, ["x"]):
        assert flat({name: value}, as_text=False)[0].keys() == {name}
    assert flat({name: {"a": 1}}) == ({}, {f"$.traits.{'n' * 60}.a": "its name is longer than 255 characters"})


def nested(levels: int) -> dict[str, Any]:
    """Return a number within so many objects."""
    value: dict[str, Any] = {"a": 1}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


@pytest.mark.parametrize("rules", [{}, {"exclude": ["b"]}])
def test_too_deep(rules: dict[str, Any]) -> None:
    """Nesting ends somewhere, with and without rules."""
    assert flat(nested(DEEPEST + 1), **rules) == ({"_".join("a" * (DEEPEST + 1)): "1"}, {})
    attributes, lost = flat(nested(DEEPEST + 2), **rules)
    assert not attributes
    assert list(lost.values()) == [f"nested deeper than {DEEPEST} levels"]


def test_rules() -> None:
    """Include and exclude go by top-level names; what they leave out is reported."""
    assert flat({"a": 1, "b": 2, "email": "x"}, exclude=["a"]) == (
        {"b": "2"},
        {"$.traits.a": "left out by the settings"},
    )
    assert flat({"a": 1, "b": 2}, include=["a"])[0] == {"a": "1"}


@given(st.dictionaries(st.text(max_size=8), hostile_json, max_size=6), st.booleans())
def test_nothing_is_lost_unreported(values: dict[str, Any], as_text: bool) -> None:
    """Every top-level value ends as attribute, in part or whole, or in the report."""
    attributes, lost = flat(values, as_text=as_text)
    assert all(isinstance(value, str) for value in attributes.values()) or not as_text
    for name in values:
        if name != "email":
            reported = any(path.startswith(f"$.traits.{name[:60]}") for path in lost)
            assert reported or any(key == name or key.startswith(f"{name}_") for key in attributes)

"""Seeds in YAML: plain values, and a refusal of everything else."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mock_promoter.yaml_files import YamlError, load

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"contacts:\n- email: kate@mac.com\n  attributes: {plan: gold, seats: 3}\n", None),
        ("a: 2026-01-01T10:00:00Z", {"a": datetime(2026, 1, 1, 10, tzinfo=UTC)}),
        ("a: 2026-01-01", {"a": date(2026, 1, 1)}),
        ("<<: {a: 1}\nb: 2", {"a": 1, "b": 2}),
        ("a: 0x1F", {"a": 31}),
        ("a: 1.5e+3", {"a": 1500.0}),
        ("a: 123456789012345678901234567890", {"a": 123456789012345678901234567890.0}),
        ("", None),
    ],
)
def test_good_files(text: str | bytes, value: Any) -> None:
    """Maps, lists, scalars, times, merged maps; integers as wide as JSON's."""
    if text and value is None:
        value = {"contacts": [{"email": "kate@mac.com", "attributes": {"plan": "gold", "seats": 3}}]}
    assert load(text) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: &x [1]\nb: *x", "alias"),
        ("a: &x [*x]", "alias"),
        ("!!python/object/apply:os.system ['true']", "tag"),
        ("a: !!int ''", "tag"),
        ("a: !mine 1", "tag"),
        ("!!set {a}", "tag"),
        ("a: .nan", "number"),
        ("a: -.inf", "number"),
        ("a: 1.0e+999", "number"),
        ("a: 1" + ":59" * 400 + ".5", "too large"),
        ("a: 1" + "0" * 400, "too large"),
        ("a: 0x_", "invalid literal"),
        ("a: 2026-13-01", "month"),
        ("[" * 5000, "recursion"),
        ("a: [", "flow"),
        ("{[1]: 2}", "key"),
        ("a: 1\n---\nb: 2", "single document"),
        (b"\xff\xfe\xfa", "YAML|decode|truncated"),
        ("\x00", "not allowed"),
    ],
)
def test_bad_files(text: str | bytes, why: str) -> None:
    """Aliases, tags, numbers and times that are none, depth without end, broken text: one kind of error."""
    with pytest.raises(YamlError, match=why):
        load(text)


@given(JSON)
def test_values_come_back(value: Any) -> None:
    """Whatever JSON can say, YAML without aliases says as well."""

    class Plain(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    assert load(yaml.dump(value, Dumper=Plain, allow_unicode=True)) == value


@given(st.text(alphabet="ab:-,[]{}!&*#|>'\"%@`0159._x \n\t~?", max_size=40))
def test_any_text_is_a_value_or_an_error(text: str) -> None:
    """No text makes the loader fail in another way."""
    with suppress(YamlError):
        load(text)

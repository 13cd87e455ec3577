"""Keys that an object has twice are named."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_promoter.duplicates import duplicate_keys


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b"", []),
        (b"{}", []),
        (b'{"a": 1, "b": {"a": 2}}', []),
        (b'[{"b": 1, "b": 2, "a": 1}, {"a": [{"c": 1, "c": 1}]}]', ["b", "c"]),
        (b'{"a": 1, "a": 2', []),
        (b"\xff\xfe", []),
        (b"[" * 100_000, []),
    ],
)
def test_duplicate_keys(body: bytes, names: list[str]) -> None:
    """Sorted, wherever they stand, each once; nothing of what is no JSON, or nests without end."""
    assert duplicate_keys(body) == names


@given(st.dictionaries(st.text(max_size=3), st.integers() | st.dictionaries(st.text(max_size=2), st.integers())))
def test_what_python_writes_has_none(value: dict[str, object]) -> None:
    """A dictionary has each key once."""
    assert duplicate_keys(json.dumps(value).encode()) == []

"""Spans: the parts of a JSON text as the bytes they are, also of a text that no parser reads."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rudder_values import JSON

from event_router.rudder.spans import NotJsonError, fields, is_json, items


@given(st.lists(JSON), st.sampled_from([None, 1]), st.booleans())
def test_items_law(values: list[Any], indent: int | None, ascii_only: bool) -> None:
    """The spans of an array's items are those items, however it is written."""
    text = json.dumps(values, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert [json.loads(span) for span in items(text)] == values


@given(st.dictionaries(st.text(max_size=5), JSON), st.sampled_from([None, 1]))
def test_fields_law(values: dict[str, Any], indent: int | None) -> None:
    """The spans of an object's members are those members, each under its name."""
    text = json.dumps(values, indent=indent).encode()
    assert {name: json.loads(span) for name, span in fields(text).items()} == values


@given(st.binary(max_size=30) | st.text(alphabet='[]{},:"\\ 1', max_size=20).map(str.encode))
def test_any_bytes(text: bytes) -> None:
    """Whatever comes, there are parts or one error."""
    for find in (items, fields):
        with suppress(NotJsonError):
            assert find(text) is not None


@pytest.mark.parametrize(
    "text",
    [b"", b"1", b"[1", b"[1]]", b"[1][2]", b'["a]', b"[[1]", b'{"a":1}', b"{1]", b"1]"],
)
def test_no_array(text: bytes) -> None:
    """What is cut off, or has too much, is refused."""
    with pytest.raises(NotJsonError):
        items(text)


@pytest.mark.parametrize("text", [b"{1}", b"{1:2}", b'{"a":1,}x', b'{"\\q":1}', b"[1]", b'["a":1}'])
def test_no_object(text: bytes) -> None:
    """A member needs a name, and that is a text."""
    with pytest.raises(NotJsonError):
        fields(text)


def test_no_blanks_around_parts() -> None:
    """A part is what it is, without what stands between it and its neighbours."""
    assert items(b" [ 1 ,\t[ 2 ]\r\n, 3 ] ") == [b"1", b"[ 2 ]", b"3"]
    assert fields(b'\n{ "a" : 1 , "b":\t{ "c" : 2 } } ') == {"a": b"1", "b": b'{ "c" : 2 }'}


def test_a_broken_part_is_its_own_trouble() -> None:
    """A value that is none is a span as any other, and its neighbours are found."""
    assert fields(b'{"a":1:2,"b":3}') == {"a": b"1:2", "b": b"3"}
    assert items(b'[nope, {"a" 1}, 2]') == [b"nope", b'{"a" 1}', b"2"]


def test_the_last_of_two() -> None:
    """Of two members with one name the last counts, as in every parser."""
    assert fields(b'{"a":1,"a":2}') == {"a": b"2"}


@pytest.mark.parametrize(
    ("text", "good"),
    [
        (b'{"a":1e999999999}', True),
        (b'"\\ud800"', True),
        (b"123456789012345678901234567890", True),
        (b"NaN", False),
        (b"[-Infinity]", False),
        (b"[" * 5000 + b"]" * 5000, False),
        (b"{", False),
    ],
)
def test_is_json(text: bytes, good: bool) -> None:
    """Half of a surrogate pair and huge numbers are JSON to Go; NaN is not."""
    assert is_json(text) is good

"""The stand-in's JSON and numbers: as Go's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rudder_server.go_json import (
    Undecodable,
    anything,
    array,
    boolean,
    decode,
    integer,
    mapping,
    parse,
    raw,
    string,
    struct,
)
from rudder_server.go_text import sprint, through_float64, to_body, to_json
from rudder_values import PORTABLE_JSON


@pytest.mark.parametrize(
    ("number", "written", "printed"),
    [
        (1e6, "1000000", "1e+06"),
        (12345678.0, "12345678", "1.2345678e+07"),
        (123456.0, "123456", "123456"),
        (0.0001, "0.0001", "0.0001"),
        (1e-7, "1e-7", "1e-07"),
        (0.00001, "0.00001", "1e-05"),
        (1e21, "1e+21", "1e+21"),
        (123456789012345678901.0, "123456789012345680000", "1.2345678901234568e+20"),
        (-0.0, "-0", "-0"),
        (-2.5, "-2.5", "-2.5"),
    ],
)
def test_numbers(number: float, written: str, printed: str) -> None:
    """Numbers read as Go writes and prints them; the expected texts come from Go 1.26."""
    assert (to_json(number), sprint(number)) == (written, printed)


@given(PORTABLE_JSON)
def test_json_comes_back(value: Any) -> None:
    """What is written is read as the same value."""
    assert decode(to_body(value), anything) == value


@given(st.integers())
def test_integers_are_floats(number: int) -> None:
    """An undeclared number is the nearest float (§0.15)."""
    assert through_float64({"a": [number]}) == {"a": [float(number)]}


def test_printing() -> None:
    """Other values print as ``fmt.Sprint`` does (§4.1)."""
    assert sprint({"b": [1.0, None], "a": True}) == "map[a:true b:[1 <nil>]]"
    assert sprint("text") == "text"
    assert sprint(False) == "false"


def test_the_escapes() -> None:
    """Keys are sorted, and what ends a script element is escaped."""
    assert to_json({"b": "<é>", "a": [1, True, None]}) == '{"a":[1,true,null],"b":"\\u003cé\\u003e"}'


@pytest.mark.parametrize(
    "body", [b"", b"{", b"NaN", b"[Infinity]", b"[-Infinity]", b"1e999", b"1" * 400, b"{} {}", b"[" * 10**5, b"\xff"]
)
def test_no_json(body: bytes) -> None:
    """What Go cannot read is undecodable (§2)."""
    with pytest.raises(Undecodable):
        parse(body)


def test_broken_text() -> None:
    """Broken UTF-8 and lone surrogates become the replacement character."""
    assert parse(b'{"\\ud800a": ["\xff", "\\ud83d\\ude00"]}') == {"\ufffda": ["\ufffd", "😀"]}


_THING = struct(
    number=integer, name=string, yes=boolean, any=anything, rest=raw, texts=mapping(string), many=array(integer)
)
_ZERO = {"number": 0, "name": "", "yes": False, "any": None, "rest": None, "texts": None, "many": []}


def test_decoding() -> None:
    """Names match in any letter case, the last one counts, unknown ones do not, null and absent are zero."""
    found = decode(b'{"NUMBER": 1, "number": 2, "other": 3, "any": [7], "rest": 7, "texts": {"a": "b"}}', _THING)
    assert found == _ZERO | {"number": 2, "any": [7.0], "rest": 7, "texts": {"a": "b"}}
    assert isinstance(found["any"][0], float)
    assert isinstance(found["rest"], int)
    assert decode(b"null", _THING) == _ZERO
    assert decode(json.dumps(dict.fromkeys(_ZERO)).encode(), _THING) == _ZERO


@pytest.mark.parametrize(
    "body",
    [
        b'{"number": 1.0}',
        b'{"number": "1"}',
        b'{"number": true}',
        b'{"number": 9223372036854775808}',
        b'{"name": 1}',
        b'{"yes": 1}',
        b'{"texts": {"a": 1}}',
        b'{"texts": []}',
        b'{"many": {}}',
        b'{"many": [1, "2"]}',
        b"[]",
    ],
)
def test_misfits(body: bytes) -> None:
    """A value of another type makes the whole undecodable (§2)."""
    with pytest.raises(Undecodable, match="cannot unmarshal"):
        decode(body, _THING)

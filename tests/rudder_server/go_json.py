"""JSON as strictly as Go's encoding/json reads it into declared types (§2, Type strictness).

A decoder takes a parsed value and its path, and returns the value as Go would hold it. ``None`` is Go's zero value of the
type, which is also what an absent field holds.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any, NoReturn, TypeAlias

from rudder_server.go_text import through_float64

Decoder: TypeAlias = Callable[[Any, str], Any]

_LONE = re.compile("[\ud800-\udfff]")


class Undecodable(Exception):  # noqa: N818  # The field's term.
    """One value of the wrong type, which makes the whole body undecodable."""


def decode(body: bytes, decoder: Decoder) -> Any:
    """Return a body in the declared type; raise ``Undecodable`` where one value in it does not fit."""
    return decoder(parse(body), "$")


def parse(body: bytes) -> Any:
    """Return a body as JSON, whole numbers apart from others; NaN and Infinity are none (§2)."""
    try:
        text = body.decode("utf-8", "replace")
        parsed = json.loads(text, parse_constant=_no_number, parse_float=_finite, parse_int=_whole)
    except (ValueError, RecursionError) as error:
        raise Undecodable(f"no JSON: {error}") from error
    return _without_lone_surrogates(parsed)


def raw(value: Any, path: str) -> Any:
    """Return any value untouched: json.RawMessage."""
    return value


def anything(value: Any, path: str) -> Any:
    """Return any value, its numbers as float64: interface{}."""
    return through_float64(value)


def integer(value: Any, path: str) -> int:
    """Return an int64: ``200.0`` and ``"200"`` are none (§2)."""
    if value is None:
        return 0
    if type(value) is not int or not -(2**63) <= value < 2**63:
        _misfit(value, "int64", path)
    return value


def string(value: Any, path: str) -> str:
    """Return a string; an object is none (§2)."""
    if value is None:
        return ""
    return value if isinstance(value, str) else _misfit(value, "string", path)


def boolean(value: Any, path: str) -> bool:
    """Return a bool."""
    if value is None:
        return False
    return value if isinstance(value, bool) else _misfit(value, "bool", path)


def mapping(item: Decoder) -> Decoder:
    """Return the decoder of a map from strings to such items; a nil map stays ``None``."""

    def decoded(value: Any, path: str) -> dict[str, Any] | None:
        if value is None:
            return None
        if not isinstance(value, dict):
            _misfit(value, "map", path)
        return {name: item(inner, f"{path}.{name}") for name, inner in value.items()}

    return decoded


def array(item: Decoder) -> Decoder:
    """Return the decoder of a list of such items."""

    def decoded(value: Any, path: str) -> list[Any]:
        if value is None:
            return []
        if not isinstance(value, list):
            _misfit(value, "array", path)
        return [item(inner, f"{path}[{index}]") for index, inner in enumerate(value)]

    return decoded


def struct(**fields: Decoder) -> Decoder:
    """Return the decoder of an object: names in any letter case, the last one counts, unknown ones do not."""
    names = {name.casefold(): name for name in fields}

    def decoded(value: Any, path: str) -> dict[str, Any]:
        if value is not None and not isinstance(value, dict):
            _misfit(value, "struct", path)
        found = {name: fields[name](None, path) for name in fields}
        for given, inner in (value or {}).items():
            if name := names.get(given.casefold()):
                found[name] = fields[name](inner, f"{path}.{name}")
        return found

    return decoded


def _misfit(value: Any, wanted: str, path: str) -> NoReturn:
    raise Undecodable(f"{path}: cannot unmarshal {json.dumps(value)[:40]} into {wanted}")


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"invalid character in {text}")


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_number(text)


def _whole(text: str) -> int:
    _finite(text)
    return int(text)


def _without_lone_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else _LONE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_lone_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_lone_surrogates(name): _without_lone_surrogates(item) for name, item in value.items()}
    return value

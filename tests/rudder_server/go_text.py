"""Values as Go writes them, once every number has been a float64 (§0.15, §4.1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

#: Go's JSON escapes what would end a script element.
_ESCAPED = str.maketrans({c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"})


def through_float64(value: Any) -> Any:
    """Return a JSON value as Go holds it where no type is declared: its integers are floats (§0.15)."""
    if isinstance(value, dict):
        return {name: through_float64(item) for name, item in value.items()}
    if isinstance(value, list):
        return [through_float64(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def to_json(value: Any) -> str:
    """Return a value as Go's encoding/json writes it: sorted keys, floats without a point where they need none."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_text(name)}:{to_json(value[name])}" for name in sorted(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(to_json, value)) + "]"
    if isinstance(value, str):
        return _text(value)
    return _json_number(value) if isinstance(value, float) else json.dumps(value)


def to_body(value: Any) -> bytes:
    """Return a value as a request's body."""
    return to_json(value).encode()


def sprint(value: Any) -> str:
    """Return a value as ``fmt.Sprint`` does: ``1000000`` is ``1e+06``, ``null`` is ``<nil>`` (§4.1)."""
    if isinstance(value, dict):
        return "map[" + " ".join(f"{name}:{sprint(value[name])}" for name in sorted(value)) + "]"
    if isinstance(value, list):
        return "[" + " ".join(map(sprint, value)) + "]"
    if isinstance(value, float):
        return _printed_number(value)
    return {None: "<nil>", True: "true", False: "false"}.get(value, str(value))


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).translate(_ESCAPED)


def _json_number(number: float) -> str:
    if number and not 1e-6 <= abs(number) < 1e21:
        return _scientific(number).replace("e-0", "e-")
    return _plain(number)


def _printed_number(number: float) -> str:
    return _scientific(number) if number and not -4 <= _exponent(number) < 6 else _plain(number)


def _exponent(number: float) -> int:
    return Decimal(repr(number)).adjusted()


def _plain(number: float) -> str:
    return format(Decimal(repr(number)).normalize(), "f")


def _scientific(number: float) -> str:
    sign, digits, _ = Decimal(repr(number)).normalize().as_tuple()
    first, *rest = map(str, digits)
    return f"{'-' * sign}{first}{'.' * bool(rest)}{''.join(rest)}e{_exponent(number):+03d}"

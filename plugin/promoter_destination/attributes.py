"""Traits and properties as Promoter's attributes: flat, and nothing lost without being reported.

Promoter silently stores no value that is an object or a list ([DOC], partial), so they are flattened before they are sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from event_router.api import Dropped
from promoter_destination.settings import Settings

SEPARATOR = "_"
LIST_SEPARATOR = ", "
#: Objects nested deeper are dropped, and so are names longer than this: that keeps the work linear in the event's size.
DEEPEST = 10
LONGEST_NAME = 255

_SHOWN = 60
_LARGEST_INT, _SMALLEST_INT = 2**64 - 1, -(2**63)
_EXACT_FLOAT = 2.0**53
_BOOLEANS = {True: "true", False: "false"}
_NONE: frozenset[str] = frozenset()


class _LostError(Exception):
    """A value that cannot be an attribute; its text says why."""


def flatten(
    values: Mapping[str, Any],
    settings: Settings,
    attributes: dict[str, Any],
    path: str,
    *,
    as_text: bool,
    reserved: frozenset[str] = _NONE,
) -> tuple[Dropped, ...]:
    """Add values to attributes, flat, and return what could not be added.

    Nested objects are joined with ``_``, lists of scalars with ``, ``; of two values with one name the first stays.

    Args:
        values: JSON values by name.
        settings: Names to include and exclude.
        attributes: Filled in; what it holds already stays.
        path: JSON path of ``values``.
        as_text: Every value as text (v1), or JSON scalars kept (v2).
        reserved: Names that are no attributes.
    """
    if settings.filters:
        values, lost = _allowed(values, settings, reserved)
        lost += _add(attributes, "", values, reserved, as_text, DEEPEST)
    else:
        lost = _add(attributes, "", values, reserved, as_text, DEEPEST)
    return tuple([Dropped(path + way, why) for way, why in lost]) if lost else ()


def _allowed(
    values: Mapping[str, Any], settings: Settings, reserved: frozenset[str]
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Return the values that the settings let through, and what they do not."""
    include, exclude = settings.include, settings.exclude
    allowed = {
        name: value
        for name, value in values.items()
        if name in reserved or (name not in exclude and (include is None or name in include))
    }
    return allowed, [(_step(name), "left out by the settings") for name in values if name not in allowed]


def _add(
    attributes: dict[str, Any],
    prefix: str,
    values: Mapping[str, Any],
    reserved: frozenset[str],
    as_text: bool,
    depth: int,
) -> list[tuple[str, str]]:
    """Set attributes; return what could not be set: its way below ``values``, and why."""
    lost: list[tuple[str, str]] = []
    for key, value in values.items():
        if key in reserved:
            continue
        name, kind = prefix + key, value.__class__
        # From what nearly all values are to what is rare; the last branch knows all the rules.
        if kind is str and value and name not in attributes and 0 < len(name) <= LONGEST_NAME:
            attributes[name] = value
        elif kind is dict and value and depth and len(name) <= LONGEST_NAME:
            if below := _add(attributes, name + SEPARATOR, value, _NONE, as_text, depth - 1):
                lost += [(_step(key) + way, why) for way, why in below]
        elif name in attributes or not 0 < len(name) <= LONGEST_NAME:
            lost.append((_step(key), _unusable(name, attributes)))
        elif kind is bool:
            attributes[name] = _BOOLEANS[value] if as_text else value
        elif kind is int and _SMALLEST_INT <= value <= _LARGEST_INT:
            attributes[name] = str(value) if as_text else value
        else:
            try:
                attributes[name] = _stored(value, as_text)
            except _LostError as error:
                lost.append((_step(key), str(error)))
    return lost


def _unusable(name: str, attributes: Mapping[str, Any]) -> str:
    """Return why no attribute can have a name."""
    if name in attributes:
        return f"there is a {name} already"
    return f"its name is longer than {LONGEST_NAME} characters" if name else "it has no name"


def _step(key: str) -> str:
    return f".{key[:_SHOWN]}"


def _stored(value: Any, as_text: bool) -> str | bool | int | float:
    """Return what is stored for a value."""
    if isinstance(value, int | float):
        if not (isfinite(value) if isinstance(value, float) else _SMALLEST_INT <= value <= _LARGEST_INT):
            raise _LostError("a number that does not fit into 64 bits")
        return _text(value) if as_text else value
    if isinstance(value, str) and value:
        return value
    if isinstance(value, list) and value:
        return _joined(value)
    if isinstance(value, dict) and value:
        raise _LostError(f"nested deeper than {DEEPEST} levels")
    raise _LostError("null" if value is None else "empty")


def _joined(values: list[Any]) -> str:
    """Return a list of scalars as text; null and empty ones do not count."""
    if any(isinstance(value, dict | list) for value in values):
        raise _LostError("a list of objects or lists")
    joined = LIST_SEPARATOR.join(str(_stored(value, as_text=True)) for value in values if value not in (None, ""))
    if not joined:
        raise _LostError("empty")
    return joined


def _text(value: float) -> str:
    """Return a number or boolean as JSON has it, whole floats without fraction: 19.0 of Python is 19 of JavaScript."""
    if isinstance(value, bool):
        return _BOOLEANS[value]
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT_FLOAT:
        return str(int(value))
    return str(value)

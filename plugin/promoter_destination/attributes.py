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
_INT64 = range(-(2**63), 2**64)
_EXACT_FLOAT = 2.0**53


def flatten(
    values: Mapping[str, Any],
    settings: Settings,
    attributes: dict[str, Any],
    *,
    path: str,
    as_text: bool,
    reserved: frozenset[str] = frozenset(),
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
    dropped: list[Dropped] = []
    include, exclude = settings.include, settings.exclude
    for name, value in values.items():
        if name in reserved:
            continue
        if name in exclude or (include is not None and name not in include):
            dropped.append(Dropped(f"{path}.{name[:_SHOWN]}", "left out by the settings"))
        elif value.__class__ is str and value and name and name not in attributes and len(name) <= LONGEST_NAME:
            attributes[name] = value
        else:
            _add(attributes, dropped, name, value, f"{path}.{name[:_SHOWN]}", as_text, DEEPEST)
    return tuple(dropped)


def _add(
    attributes: dict[str, Any], dropped: list[Dropped], name: str, value: Any, path: str, as_text: bool, depth: int
) -> None:
    if isinstance(value, dict) and value and depth and len(name) <= LONGEST_NAME:
        for key, item in value.items():
            _add(attributes, dropped, f"{name}{SEPARATOR}{key}", item, f"{path}.{key[:_SHOWN]}", as_text, depth - 1)
        return
    scalar, why = _scalar(value, as_text)
    if why is None:
        why = _unusable(name, attributes)
    if why is None:
        attributes[name] = scalar
    else:
        dropped.append(Dropped(path, why))


def _unusable(name: str, attributes: Mapping[str, Any]) -> str | None:
    if not name:
        return "it has no name"
    if len(name) > LONGEST_NAME:
        return f"its name is longer than {LONGEST_NAME} characters"
    return f"there is a {name} already" if name in attributes else None


def _scalar(value: Any, as_text: bool) -> tuple[str | bool | int | float, str | None]:
    """Return what is stored for a value, and why nothing is."""
    if isinstance(value, str):
        return value, None if value else "empty"
    if isinstance(value, bool):
        return (_text(value) if as_text else value), None
    if isinstance(value, int | float):
        return _number(value, as_text)
    if isinstance(value, list):
        return _joined(value)
    if isinstance(value, dict):
        return "", f"nested deeper than {DEEPEST} levels" if value else "empty"
    return "", "null" if value is None else "no JSON value"


def _number(value: float, as_text: bool) -> tuple[str | int | float, str | None]:
    if isinstance(value, float) and not isfinite(value):
        return "", "not a number that JSON can carry"
    if isinstance(value, int) and value not in _INT64:
        return "", "a number of more than 64 bits"
    return (_text(value) if as_text else value), None


def _joined(values: list[Any]) -> tuple[str, str | None]:
    if not values:
        return "", "empty"
    if any(isinstance(value, dict | list) for value in values):
        return "", "a list of objects or lists"
    stored = [_scalar(value, as_text=True) for value in values if value is not None]
    if any(why not in {None, "empty"} for _, why in stored):
        return "", "a list with something that cannot be stored"
    joined = LIST_SEPARATOR.join(str(text) for text, why in stored if why is None)
    return joined, None if joined else "empty"


def _text(value: float | bool) -> str:  # noqa: FBT001  # A JSON value, not a switch.
    """Return a number or boolean as JSON has it, whole floats without fraction: 19.0 of Python is 19 of JavaScript."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT_FLOAT:
        return str(int(value))
    return str(value)

"""Values as they were: copies that cannot be changed by who gets the original, and that say whether it was changed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from event_router.api import Secret


def copied(value: Any) -> Any:
    """Return a JSON value with dicts and lists of its own; what is not JSON stays the same object."""
    if isinstance(value, Mapping):
        return {name: copied(item) for name, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value


def snapshot(value: Any) -> Any:
    """Return what a value consists of, all the way down, so that two moments of it can be compared.

    >>> before = snapshot({"a": [1]})
    >>> before == snapshot({"a": [1, 2]})
    False
    """
    if isinstance(value, Secret):
        return value
    if isinstance(value, Mapping):
        return "mapping", {name: snapshot(item) for name, item in value.items()}
    if isinstance(value, list | tuple | deque):
        return type(value).__name__, [snapshot(item) for item in value]
    if isinstance(value, set | frozenset):
        return "set", frozenset(value)
    parts = _parts(value)
    return (type(value).__name__, {name: snapshot(part) for name, part in parts.items()}) if parts else value


def _parts(value: Any) -> Mapping[str, Any]:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name, None) for field in fields(value)}
    if isinstance(value, type) or callable(value):
        return {}
    return {**{name: getattr(value, name, None) for name in _slots(type(value))}, **getattr(value, "__dict__", {})}


def _slots(kind: type) -> Iterator[str]:
    """Yield the names of a class' slots, but of values such as paths, which keep in them what they worked out."""
    hashed: Any = kind.__hash__
    if hashed not in {object.__hash__, None}:
        return
    for base in kind.__mro__:
        names = base.__dict__.get("__slots__", ())
        yield from (names,) if isinstance(names, str) else names

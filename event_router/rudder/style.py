"""A destination's ``Config``, as RudderStack's control plane and its users write it, as settings of a plugin.

RudderStack's forms know text, rows of one text and from/to rows, and name things in camelCase. What a setting should be
is said by the plugin's schema; what cannot be brought to that is left as it is, so that validation can explain it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from event_router.contracts import compile_schema
from event_router.spelling import squash

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?(?:[eE][+-]?[0-9]{1,2})?")
_BOOLEANS = {"true": True, "false": False}
_ROW = frozenset({"from", "to"})
#: Up to here a float is the whole number that somebody wrote.
_EXACT = 2**53
_BITS = 63

Rule = Mapping[str, Any]
_NO_RULE: Rule = {}


class _Spellings(NamedTuple):
    """Names of settings by how they are written: to the letter, and without letter case and separators."""

    exact: Mapping[str, str]
    loose: Mapping[str, str]

    def name(self, key: str) -> str | None:
        return self.exact.get(key) or self.loose.get(squash(key))


def settings(schema: Mapping[str, Any], config: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return a Config as values for ``validate_settings``, and the names in it that are none of the plugin's settings.

    Those are RudderStack's own (``connectionMode``, ``consentManagement``, …). ``null`` and blank text are the same as
    absent. Of two spellings of a setting its exact name counts, else the first. Raises nothing, changes nothing.
    """
    values, others = _read(schema.get("properties", _NO_RULE), config)
    return values, tuple(others)


def name_of(schema: Mapping[str, Any], key: str) -> str | None:
    """Return the setting that a key of a Config means; ``None`` where it means none.

    >>> name_of({"properties": {"base_url": {"type": "string"}}}, "baseURL")
    'base_url'
    """
    return _spellings_of(schema.get("properties", _NO_RULE)).name(key)


def _spellings_of(properties: Mapping[str, Any]) -> _Spellings:
    return _spellings(tuple((name, tuple(_rule(rule).get("x-aliases", ()))) for name, rule in properties.items()))


@lru_cache(maxsize=256)
def _spellings(names: tuple[tuple[str, tuple[str, ...]], ...]) -> _Spellings:
    # Aliases first, so that no alias takes another setting's own name.
    written = [(alias, name) for name, aliases in names for alias in aliases] + [(name, name) for name, _ in names]
    return _Spellings(dict(written), {squash(text): name for text, name in written})


def _read(properties: Mapping[str, Any], config: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return what is there of the settings, and the keys that are none."""
    spellings = _spellings_of(properties)
    values: dict[str, Any] = {}
    others = []
    for key, written in config.items():
        name = spellings.name(key)
        if name is None:
            others.append(key)
        elif name == key or name not in values:
            value = _converted(properties[name], written)
            if value is not None:
                values[name] = value
    return values, others


def _rule(rule: Any) -> Rule:
    """Return a subschema as mapping: ``true`` and ``false`` are schemas too, which say nothing of types."""
    return rule if isinstance(rule, Mapping) else _NO_RULE


def _converted(rule: Any, value: Any) -> Any:
    """Return a value as its rule wants it, where it can be brought to that; ``None`` where nothing was said."""
    if _is_blank(value):
        return None
    rule = _rule(rule)
    kind = rule.get("type")
    if isinstance(kind, str):
        return _BY_TYPE[kind](rule, value) if kind in _BY_TYPE else value
    return _as_one_of(rule, value)


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _branches(rule: Rule) -> Iterator[Any]:
    """Return the things that a value may be, where its rule names several."""
    yield from ({**rule, "type": kind} for kind in rule.get("type", ()))
    yield from rule.get("anyOf", ())
    yield from rule.get("oneOf", ())


def _as_one_of(rule: Rule, value: Any) -> Any:
    """Return the value itself if it will do, else the first of the things it may be that it can be brought to."""
    branches = list(_branches(rule))
    if not branches or _is_valid(rule, value):
        return value
    for branch in branches:
        found = _converted(branch, value)
        if found is None or _is_valid(rule, found):
            return found
    return value


def _is_valid(rule: Rule, value: Any) -> bool:
    try:
        return _judge(orjson.dumps(rule, default=dict))(value)
    except (ValueError, TypeError):
        # The rule cannot be judged by itself (it refers to another one), or the value is no JSON.
        return False


@lru_cache(maxsize=256)
def _judge(rule: bytes) -> Callable[[Any], bool]:
    return compile_schema("the setting", orjson.loads(rule)).is_valid


def _integer(_rule: Rule, value: Any) -> Any:
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        return int(value)
    if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT:
        return int(value)
    return value


def _number(rule: Rule, value: Any) -> Any:
    whole = _integer(rule, value)
    if isinstance(whole, str) and _NUMBER.fullmatch(whole.strip()):
        return float(whole)
    return whole


def _boolean(_rule: Rule, value: Any) -> Any:
    return _BOOLEANS.get(value.strip().casefold(), value) if isinstance(value, str) else value


def _text(rule: Rule, value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= _BITS:
        return str(value)
    if isinstance(value, str) and (bare := value.strip()) != value and not _is_valid(rule, value):
        return bare if _is_valid(rule, bare) else value
    return value


def _array(rule: Rule, value: Any) -> Any:
    """Return a list from a list, a list of rows, JSON text, text with commas or a single scalar."""
    if isinstance(value, dict):
        return value
    given = _elements(value)
    items = _rule(rule.get("items"))
    if isinstance(items.get("type"), str) and items["type"] != "object":
        given = [_of_row(item) for item in given]
    found = [item for item in (_converted(items, item) for item in given) if item is not None]
    return None if given and not found else found


def _elements(value: Any) -> list[Any]:
    if isinstance(value, str):
        parsed = _from_json(value)
        return parsed if isinstance(parsed, list) else [part.strip() for part in value.split(",")]
    return value if isinstance(value, list) else [value]


def _of_row(item: Any) -> Any:
    """Return the scalar in a row of a form, such as ``{"contactLists": "12"}``; anything else as it is."""
    if not isinstance(item, dict) or len(item) > 1:
        return item
    held = next(iter(item.values()), None)
    return item if isinstance(held, dict | list) else held


def _object(rule: Rule, value: Any) -> Any:
    """Return an object from an object, from/to rows, or either as JSON text."""
    found = _from_json(value) if isinstance(value, str) else value
    if isinstance(found, list):
        pairs = _pairs(found)
        if not pairs:
            return value if pairs is None else None
        found = pairs
    return _fields(rule, found) if isinstance(found, dict) else value


def _fields(rule: Rule, found: dict[str, Any]) -> dict[str, Any]:
    values, others = _read(rule.get("properties", _NO_RULE), found)
    rest = rule.get("additionalProperties")
    for key in others:
        # A blank in a map is a row half filled in. To drop it would send events another way than somebody meant.
        value = found[key] if _is_blank(found[key]) else _converted(rest, found[key])
        if value is not None:
            values[key] = value
    return values


def _pairs(rows: list[Any]) -> dict[str, Any] | None:
    """Return from/to rows as a map, without the blank ones; ``None`` where they are no such rows."""
    pairs: dict[str, Any] = {}
    for row in rows:
        if not isinstance(row, dict) or not row.keys() <= _ROW:
            return None
        name, value = _text(_NO_RULE, row.get("from")), row.get("to")
        if _is_blank(name) and _is_blank(value):
            continue
        if name is not None and not isinstance(name, str):
            return None
        pairs[(name or "").strip()] = "" if value is None else value
    return pairs


def _from_json(text: str) -> Any:
    """Return the object or list that a text is as JSON; ``None`` where it is neither."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


_BY_TYPE: Mapping[Any, Callable[[Rule, Any], Any]] = {
    "array": _array,
    "boolean": _boolean,
    "integer": _integer,
    "number": _number,
    "object": _object,
    "string": _text,
}

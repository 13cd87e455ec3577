"""JSON Schemas of a plugin: whether they are good, and whether a value meets them. Nothing is fetched."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError


def problem(schema: Any) -> str:
    """Return what is wrong with a schema itself; nothing where it is valid and refers to nothing outside itself."""
    try:
        return _problem(_text(schema))
    except (TypeError, ValueError, RecursionError) as error:
        return f"it is no JSON: {error}"


@lru_cache(maxsize=512)
def _problem(text: str) -> str:
    schema = json.loads(text)
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return f"{error.json_path}: {error.message}"
    for way in _references(schema):
        if not way.startswith("#"):
            return f"it refers to {way}, which is outside of it"
        if resolved(schema, way) is None:
            return f"it refers to {way}, where nothing is"
    return ""


def usable(schema: Any) -> Mapping[str, Any]:
    """Return a schema that can be asked; one that takes everything where it is not good itself."""
    return schema if isinstance(schema, Mapping) and not problem(schema) else {}


def lenient(schema: Any) -> Mapping[str, Any]:
    """Return a settings schema as one of an object; where it is not good, with those of its settings that are."""
    if not isinstance(schema, Mapping):
        return {}
    if not problem(schema):
        return {**schema, "type": "object"}
    rules = schema.get("properties")
    known = {name: usable(rule) for name, rule in rules.items()} if isinstance(rules, Mapping) else {}
    required = schema.get("required")
    return {"type": "object", "properties": known, "required": required if isinstance(required, list) else []}


def meets(schema: Any, value: Any, root: Any = None) -> bool:
    """Return whether a value meets a good schema, or a part of one whose whole is ``root``."""
    return _validator(_text(schema), _text(root if isinstance(root, Mapping) else {})).is_valid(value)


def broken(schema: Mapping[str, Any], value: Any) -> tuple[str, ...]:
    """Return which rules of a good schema a value breaks, and where, but not the value, which may be a secret."""
    errors = _validator(_text(schema), _text({})).iter_errors(value)
    return tuple(f"{error.json_path} breaks {error.validator}" for error in errors)


@lru_cache(maxsize=2048)
def _validator(text: str, root: str) -> Draft202012Validator:
    schema, whole = json.loads(text), json.loads(root)
    if isinstance(schema, dict):
        schema = {key: whole[key] for key in ("$defs", "definitions") if key in whole} | schema
    return Draft202012Validator(schema)


def _references(schema: Any) -> Iterator[str]:
    """Yield all references in a schema."""
    if isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
        yield schema["$ref"]
    parts = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    for part in parts:
        yield from _references(part)


def resolved(root: Any, reference: str) -> Any:
    """Return what a reference such as ``#/$defs/name`` points to; ``None`` where nothing is."""
    found = root
    for step in reference.removeprefix("#").split("/")[1:]:
        found = found.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(found, Mapping) else None
    return found


def _text(schema: Any) -> str:
    return json.dumps(schema, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")

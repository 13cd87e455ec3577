"""Contracts: jsonschema-rs decides whether a value meets a schema, jsonschema explains why it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Any

import jsonschema_rs

from event_router.messages import MASK
from event_router.outcomes import Problem

#: More broken rules than this are not listed; the first ones say enough.
MOST_PROBLEMS = 20

_ANNOTATIONS = frozenset({"title", "description", "examples", "default", "writeOnly", "$comment"})
_OF_SCHEMAS = frozenset({"properties", "patternProperties", "$defs", "dependentSchemas"})
_LISTS_OF_SCHEMAS = frozenset({"anyOf", "allOf", "oneOf", "prefixItems"})
_SCHEMAS = frozenset({"items", "additionalProperties", "propertyNames", "contains", "not", "if", "then", "else"})
#: The rule that a schema is which nothing meets.
_FALSE = "false"
_SHOWN = 60
_DEPTH = 8
_TEXT = 4096
_ITEMS = 100


@dataclass(frozen=True, slots=True)
class Schema:
    """A JSON Schema, ready to judge.

    Attributes:
        name: For people: ``identify``, ``settings``.
        source: The schema itself.
        is_valid: Judges a JSON value in microseconds. Raises ``ValueError`` for what is none.
    """

    name: str
    source: Mapping[str, Any]
    is_valid: Callable[[Any], bool]


def compile_schema(name: str, source: Mapping[str, Any]) -> Schema:
    """Return the schema ready for use. Raises ``ValueError`` for a schema that is none."""
    return Schema(name, source, jsonschema_rs.Draft202012Validator(_bare(source)).is_valid)


def _bare(schema: Any) -> Any:
    """Return a schema without annotations, on which jsonschema-rs spends a third of its time."""
    if not isinstance(schema, Mapping):
        return schema
    return {
        key: _bare_below(key, value) for key, value in schema.items() if key not in _ANNOTATIONS and key[:2] != "x-"
    }


def _bare_below(key: str, value: Any) -> Any:
    if key in _OF_SCHEMAS and isinstance(value, Mapping):
        return {name: _bare(schema) for name, schema in value.items()}
    if key in _LISTS_OF_SCHEMAS and isinstance(value, list):
        return [_bare(schema) for schema in value]
    return _bare(value) if key in _SCHEMAS else value


def explain(schema: Schema, value: Any, *, prefix: str = "contract") -> tuple[Problem, ...]:
    """Return every rule that the value breaks, in the order of the schema; at least one.

    Only for values that ``is_valid`` refused. Shortens what it shows, so that hostile values cost little.
    """
    found = dict.fromkeys(islice(_by_jsonschema(schema, value, prefix), MOST_PROBLEMS))
    return tuple(found or dict.fromkeys(islice(_by_jsonschema_rs(schema, value, prefix), MOST_PROBLEMS)))


def _by_jsonschema(schema: Schema, value: Any, prefix: str) -> Iterator[Problem]:
    # jsonschema costs 70 ms to import; whoever sends good events never pays it.
    from jsonschema import Draft202012Validator

    # What may not be there at all: where that is, the other one says, once for all such places.
    forbidden = (one for one in _by_jsonschema_rs(schema, value, prefix) if one.rule == _FALSE)
    for error in Draft202012Validator(schema.source).iter_errors(_cut(value)):
        if error.validator is None:
            yield from forbidden
            continue
        here: Any = error.schema
        yield from _problems(prefix, schema.name, list(error.absolute_path), error.validator, error.instance, here)


def _by_jsonschema_rs(schema: Schema, value: Any, prefix: str) -> Iterator[Problem]:
    """The second opinion, for what only the judge saw: a bad item far down a long list, NaN."""
    for error in jsonschema_rs.Draft202012Validator(dict(schema.source)).iter_errors(value):
        if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.FalseSchema):
            yield _forbidden(prefix, error.instance_path)
            continue
        *way, rule = error.schema_path or ["schema"]
        found, schema_here = _follow(value, error.instance_path), _follow(schema.source, way)
        yield from _problems(prefix, schema.name, error.instance_path, str(rule), found, schema_here)


def _forbidden(prefix: str, way: list[Any]) -> Problem:
    path = json_path(way)
    return Problem(f"{prefix}.unknown", path, _FALSE, None, f"{path} may not be there. Leave it out.")


def _follow(value: Any, way: list[Any]) -> Any:
    for step in way:
        value = value[step]
    return value


def _problems(
    prefix: str, name: str, way: list[Any], rule: str, found: Any, schema: Mapping[str, Any]
) -> Iterator[Problem]:
    known = schema.get("properties", {})
    if rule == "required":
        for key in (key for key in schema["required"] if key not in found):
            path = json_path([*way, key])
            advice = _advice(known.get(key, {}), f"Send {path}.")
            yield Problem(f"{prefix}.required", path, rule, None, f"{path} is missing; {name} needs it. {advice}")
    elif rule == "additionalProperties":
        for key in (key for key in found if key not in known):
            path = json_path([*way, key])
            yield Problem(f"{prefix}.unknown", path, rule, None, f"{path} is not known. {_nearest(key, known)}")
    else:
        path, shown = json_path(way), MASK if schema.get("writeOnly") else show(found)
        message = f"{path} is {shown}, but {_wanted(rule, schema)}. {_advice(schema, 'Correct it.')}"
        yield Problem(f"{prefix}.{rule}", path, rule, shown, message)


def _nearest(key: str, known: Mapping[str, Any]) -> str:
    near = get_close_matches(key[:_SHOWN], known, n=1)
    return f"Did you mean {near[0]}?" if near else f"Known are {', '.join(known)}."


def _advice(schema: Mapping[str, Any], otherwise: str) -> str:
    return str(schema.get("x-advice", otherwise))


def _wanted(rule: str, schema: Mapping[str, Any]) -> str:
    """Return what the rule asks for, in words."""
    limit = schema.get(rule)
    if rule == "type":
        return f"must be {_type_words(limit)}"
    words = {
        "pattern": "is not written as it should be",
        "const": f"must be {show(limit)}",
        "enum": f"must be one of {', '.join(map(str, limit)) if isinstance(limit, list) else limit}",
        "minLength": "must not be empty" if limit == 1 else f"must have at least {limit} characters",
        "maxLength": f"must have at most {limit} characters",
        "minimum": f"must be at least {limit}",
        "uniqueItems": "must not hold anything twice",
        "anyOf": "has none of the forms it may have",
    }
    return words.get(rule, f"breaks the rule {rule}: {show(limit)}")


def _type_words(types: Any) -> str:
    words = {"object": "an object", "array": "a list", "string": "text", "integer": "a whole number"}
    return " or ".join(words.get(t, f"a {t}") for t in (types if isinstance(types, list) else [types]))


def show(value: Any) -> str:
    """Return a value in a few words: scalars as JSON has them, shortened; containers by their kind."""
    if isinstance(value, str):
        text = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
        return '"' + "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text) + '"'
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, int) and value.bit_length() > 64:
        return "a huge number"
    return str(value)


def json_path(way: list[Any]) -> str:
    """Return the way to a value as JSON path.

    >>> json_path(["properties", "products", 0, "price"])
    '$.properties.products[0].price'
    """
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step[:_SHOWN]}" for step in way)


def _cut(value: Any, depth: int = _DEPTH) -> Any:
    """Return the value without what no schema of ours looks at, since jsonschema prints whatever it refuses."""
    if isinstance(value, str):
        return value[:_TEXT]
    if isinstance(value, dict):
        return {key: _cut(item, depth - 1) for key, item in value.items()} if depth else {}
    if isinstance(value, list):
        return [_cut(item, depth - 1) for item in value[:_ITEMS]] if depth else []
    return value

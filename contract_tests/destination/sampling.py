"""Values that meet a JSON Schema, without chance: the same schema always gives the same ones.

>>> from contract_tests.destination.sampling import sample
>>> sample({"type": "object", "properties": {"size": {"type": "integer", "minimum": 3}}, "required": ["size"]})
{'size': 3}
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from contract_tests.destination.schemas import meets, resolved
from contract_tests.destination.texts import texts

_DEEPEST = 8


class UnmetError(Exception):
    """No value was found that meets a schema."""


def sample(schema: Any, *, name: str = "", variant: int = 0, secret: bool = False) -> Any:
    """Return a value that meets a valid schema, objects with no more than they require.

    Args:
        schema: The schema.
        name: What the value is called; a ``url`` becomes one.
        variant: 0, or 1 for another value where there is one.
        secret: Make texts that occur nowhere else.

    Raises:
        UnmetError: None was found; the schema needs ``examples``.
    """
    found = json.loads(_sampled(json.dumps(schema, default=dict), name, secret))
    if not found:
        raise UnmetError(f"Nothing was found that meets the schema of {name or 'it'}: add examples to it.")
    return found[min(variant, len(found) - 1)]


@lru_cache(maxsize=512)
def _sampled(text: str, name: str, secret: bool) -> str:
    schema = json.loads(text)
    return json.dumps(list(islice(_valid(schema, schema, name, secret, _DEEPEST), 2)))


def _valid(schema: Any, root: Any, name: str, secret: bool, depth: int) -> Iterator[Any]:
    """Yield different values that meet a part of a schema."""
    found: list[Any] = []
    for value in _candidates(schema if isinstance(schema, Mapping) else {}, root, name, secret, depth):
        if value not in found and meets(schema, value, root):
            found.append(value)
            yield value


def _candidates(schema: Mapping[str, Any], root: Any, name: str, secret: bool, depth: int) -> Iterator[Any]:
    """Yield values worth trying, the likeliest first."""
    if depth == 0:
        return
    if "const" in schema:
        yield schema["const"]
    given = [
        *schema.get("examples", ()),
        *([schema["default"]] if "default" in schema else ()),
        *schema.get("enum", ()),
    ]
    yield from () if secret else given
    pointed = (_candidates(part, root, name, secret, depth - 1) for part in _parts(schema, root))
    # What has no type of its own is said by the schemas that it points to.
    yield from () if "type" in schema else chain.from_iterable(pointed)
    yield from _of_type(schema, root, name, secret, depth)
    yield from chain.from_iterable(pointed)
    yield from given


def _parts(schema: Mapping[str, Any], root: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the schema together with each of the schemas that it points to."""
    if "$ref" in schema:
        yield {**resolved(root, schema["$ref"]), **_without(schema, "$ref")}
    if "allOf" in schema:
        yield _merged([_without(schema, "allOf"), *schema["allOf"]])
    for group in ("anyOf", "oneOf"):
        for part in schema.get(group, ()):
            yield _merged([_without(schema, group), part])


def _merged(parts: list[Any]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for part in (part for part in parts if isinstance(part, Mapping)):
        both = {
            "properties": {**whole.get("properties", {}), **part.get("properties", {})},
            "required": [*whole.get("required", ()), *part.get("required", ())],
        }
        whole |= {**part, **{key: value for key, value in both.items() if value}}
    return whole


def _without(schema: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != name}


def _of_type(schema: Mapping[str, Any], root: Any, name: str, secret: bool, depth: int) -> Iterator[Any]:
    for kind in _types(schema):
        if kind == "string":
            yield from texts(schema, name, secret=secret)
        elif kind in {"integer", "number"}:
            yield from _numbers(schema)
        elif kind == "array":
            yield from _arrays(schema, root, name, depth)
        elif kind == "object":
            yield from _objects(schema, root, depth)
        else:
            yield from (True, False) if kind == "boolean" else (None,)


def _types(schema: Mapping[str, Any]) -> list[str]:
    kind = schema.get("type")
    if kind is None:
        signs = {"properties": "object", "required": "object", "items": "array", "minimum": "number"}
        return [next((known for sign, known in signs.items() if sign in schema), "string")]
    return [kind] if isinstance(kind, str) else sorted(kind, key="null".__eq__)


def _numbers(schema: Mapping[str, Any]) -> Iterator[float]:
    step = schema.get("multipleOf", 1)
    least = schema.get("minimum", schema.get("exclusiveMinimum", 1))
    yield from (least, least + step, least + 2 * step)
    for most in filter(None, (schema.get("maximum"), schema.get("exclusiveMaximum"))):
        yield from (most, most - step, most / 2)
    yield from (number * step for number in range(-2, 100))


def _arrays(schema: Mapping[str, Any], root: Any, name: str, depth: int) -> Iterator[list[Any]]:
    least = schema.get("minItems", 0)
    found = list(islice(_valid(schema.get("items", {}), root, name, False, depth - 1), max(least, 1)))
    if found:
        yield found[:least]
        yield (found * max(least, 1))[: max(least, 1)]
    yield []


def _objects(schema: Mapping[str, Any], root: Any, depth: int) -> Iterator[dict[str, Any]]:
    known: Mapping[str, Any] = schema.get("properties", {})
    required = schema.get("required", ())
    for names in (required, chain(known, (name for name in required if name not in known))):
        for variant in (0, 1):
            yield _object({name: known.get(name, {}) for name in names}, root, variant, depth)


def _object(rules: Mapping[str, Any], root: Any, variant: int, depth: int) -> dict[str, Any]:
    made = {}
    for name, rule in rules.items():
        found = list(islice(_valid(rule, root, name, False, depth - 1), variant + 1))
        if found:
            made[name] = found[-1]
    return made

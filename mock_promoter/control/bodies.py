"""What control calls send: parsed, and held to the call's schema with a path and a rule for each thing that is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import jsonschema_rs
import orjson

from mock_promoter.control.command import Command, Refusal, Schema

#: Bytes of a control call's body at most: snapshots are large.
LONGEST = 64 * 1024 * 1024
_MOST_ERRORS = 20


def parsed(data: bytes, content_type: str) -> Any:
    """Return the value of a body: YAML where its type says so, JSON otherwise, whatever the type; ``{}`` for none."""
    if not data.strip():
        return {}
    if "yaml" in content_type.lower():
        return _yaml_value(data)
    try:
        return _usable(orjson.loads(data))
    except orjson.JSONDecodeError as error:
        raise Refusal(400, "bad_json", f"The body is no JSON: {error}.") from error


def _usable(value: Any) -> Any:
    """Return a value that can be written again: what is read may nest deeper than what can be shown."""
    try:
        return _whole(orjson.loads(orjson.dumps(value)))
    except orjson.JSONEncodeError as error:
        raise Refusal(400, "bad_json", f"The body cannot be used: {error}.") from error


def _whole(value: Any) -> Any:
    """Return a value with 3.0 as 3: JSON and its schemas know one number where Python knows two."""
    if isinstance(value, dict):
        return {name: _whole(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def _yaml_value(data: bytes) -> Any:
    """Return the value of a YAML text, with times as text, as JSON has them."""
    from mock_promoter.yaml_files import YamlError, load

    try:
        return _usable(load(data))
    except YamlError as error:
        raise Refusal(400, "bad_json", f"The body is no YAML that is taken here: {error}.") from error


def checked(schema: Schema, value: Any, where: str = "$") -> Any:
    """Return a value that is as its schema wants it. Raises ``Refusal`` with path and rule."""
    validator = _validator(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS))
    if validator.is_valid(value):
        return value
    errors = tuple(_error(error, where) for error in _first(validator.iter_errors(value)))
    raise Refusal(422, "invalid", f"{errors[0]['path']}: {errors[0]['message']}", errors)


@cache
def _validator(schema: bytes) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(orjson.loads(schema))


def _first(errors: Iterable[jsonschema_rs.ValidationError]) -> list[jsonschema_rs.ValidationError]:
    return [error for _, error in zip(range(_MOST_ERRORS), errors, strict=False)]


def _error(error: jsonschema_rs.ValidationError, where: str) -> dict[str, str]:
    path = where + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.instance_path)
    if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.FalseSchema):
        return {"path": path, "rule": "not", "message": "is not allowed here"}
    if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Required):
        path = f"{path}.{error.kind.property}"
    return {"path": path, "rule": str(error.schema_path[-1]), "message": error.message[:300]}


def parameters(command: Command, query: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters of a call as their schemas want them. Raises ``Refusal``."""
    known = {"account": {"type": "string"}, **command.query}
    values = {name: _typed(known.get(name, {}), text) for name, text in query.items()}
    schema = {"type": "object", "properties": known, "additionalProperties": False}
    checked(schema, values, "$query")
    return {name: one["default"] for name, one in known.items() if "default" in one} | values


def _typed(schema: Schema, text: str) -> Any:
    """Return a parameter as number where its schema wants one and it is one."""
    if schema.get("type") not in {"integer", "number"}:
        return text
    try:
        value = _whole(orjson.loads(text))
    except orjson.JSONDecodeError:
        return text
    return value if isinstance(value, int | float) else text

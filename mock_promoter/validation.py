"""Request bodies: read as leniently as Django REST framework reads them, then held to the published schemas.

The schemas decide; ``wording`` turns what they say into the framework's own words.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import jsonschema_rs

import promoter_schemas
from mock_promoter.choices import Choices
from mock_promoter.wording import no_object, not_a_dictionary, words

Errors = dict[str, Any]
Cleaner = Callable[[Any, Choices], Any]

__all__ = ["Errors", "attributes_kept", "strict_errors", "unknown_ids", "validate"]

# What the framework takes for a boolean ([ORACLE] DRF 3.6; 1 and 1.0 are True to Python, and to it).
_TRUE = frozenset({"t", "T", "y", "Y", "yes", "YES", "true", "True", "TRUE", "on", "On", "ON", "1", 1})
_FALSE = frozenset({"f", "F", "n", "N", "no", "NO", "false", "False", "FALSE", "off", "Off", "OFF", "0", 0})
_ORDER = ("required", "type", "minLength", "maxLength", "pattern", "minimum")


def validate(name: str, body: Any, choices: Choices) -> tuple[dict[str, Any], Errors]:
    """Return the clean body of a ``promoter/…`` request, and what is wrong with it by field.

    Unknown fields are ignored, numbers for text become text, numeric text for ids becomes numbers, and attributes that
    Promoter does not store ([DOC]: objects, lists; most likely null and empty) vanish.
    """
    if not isinstance(body, dict):
        return {}, {"non_field_errors": ["No data provided" if body is None else not_a_dictionary(body)]}
    schema, validator, cleaners = _prepared(name)
    clean = {key: cleaners[key](value, choices) for key, value in body.items() if key in cleaners}
    try:
        return clean, {} if validator.is_valid(clean) else _errors(schema, validator.iter_errors(clean), clean)
    except ValueError:  # No JSON: half a surrogate pair, or a depth that no parser of ours lets through.
        return {}, {"non_field_errors": words("", {}, clean)}


def unknown_ids(fields: Mapping[str, Any], errors: Errors, **known: Container[Any]) -> Errors:
    """Return what is wrong with ids that nothing has, by field; of fields that are right so far."""
    found: Errors = {}
    for name, there in known.items():
        if name in fields and name not in errors:
            given = fields[name] if isinstance(fields[name], list) else [fields[name]]
            unknown = [one for one in given if one not in there]
            if unknown:
                found[name] = [no_object(unknown[0])]
    return found


def strict_errors(name: str, body: Any) -> Iterator[dict[str, str]]:
    """Yield what a body lacks of a published schema, unforgiving, for the journal: path, rule and message of each."""
    for error in _prepared(name)[1].iter_errors(body):
        path = "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.instance_path)
        yield {"path": path, "rule": str(error.schema_path[-1]), "message": _message(error)}


def _message(error: jsonschema_rs.ValidationError) -> str:
    """Return what is wrong in a line: without the middle of a long value, or a pattern that nobody can read."""
    message = error.message
    if error.schema_path[-1] == "pattern":
        message = f"{message.partition(' does not match ')[0]} does not match the schema's pattern"
    return message if len(message) <= 200 else f"{message[:60]} … {message[-100:]}"


@cache
def _prepared(name: str) -> tuple[dict[str, Any], jsonschema_rs.Draft202012Validator, dict[str, Cleaner]]:
    schema = promoter_schemas.load(f"promoter/{name}")
    cleaners = {key: _cleaner(value) for key, value in schema["properties"].items()}
    return schema, jsonschema_rs.Draft202012Validator(schema), cleaners


def _cleaner(schema: Mapping[str, Any]) -> Cleaner:
    """Return what reads a value as its schema's type wants it."""
    kind = schema.get("type")
    if kind == "object" and "properties" in schema:
        return _object({key: _cleaner(value) for key, value in schema["properties"].items()})
    if kind == "object":
        return _text_attributes if schema["additionalProperties"].get("type") == "string" else _attributes
    return _SCALARS.get(kind, _same) if isinstance(kind, str) else _same


def _object(cleaners: Mapping[str, Cleaner]) -> Cleaner:
    def clean(value: Any, choices: Choices) -> Any:
        if not isinstance(value, dict):
            return value
        return {key: cleaners[key](item, choices) for key, item in value.items() if key in cleaners}

    return clean


def _same(value: Any, choices: Choices) -> Any:  # noqa: ARG001
    return value


def _text(value: Any, choices: Choices) -> Any:  # noqa: ARG001
    """Return numbers as text; text without the space around it."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _boolean(value: Any, choices: Choices) -> Any:  # noqa: ARG001
    if not isinstance(value, str | int | float):
        return value
    return True if value in _TRUE else False if value in _FALSE else value


def _number(value: Any, choices: Choices) -> Any:  # noqa: ARG001
    """Return an id; "" is the framework's way to say none."""
    return None if value == "" else _whole(value)


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else value
    # JSON does not tell 1 from 1.0.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _numbers(value: Any, choices: Choices) -> Any:  # noqa: ARG001
    return [_whole(item) for item in value] if isinstance(value, list) else value


def _attributes(value: Any, choices: Choices) -> Any:
    return attributes_kept(value, choices) if isinstance(value, dict) else value


def attributes_kept(attributes: Mapping[str, Any], choices: Choices) -> dict[str, Any]:
    """Return the attributes that Promoter stores."""
    dropped: tuple[Any, ...] = (None, "") if choices.blank_attributes == "dropped" else ()
    return {key: item for key, item in attributes.items() if item not in dropped and not isinstance(item, dict | list)}


def _text_attributes(value: Any, choices: Choices) -> Any:
    """Return attributes as v1 stores them: text ([CLIENT] gem commit 3eb6c60 coerces before it sends)."""
    if not isinstance(value, dict):
        return value
    kept = attributes_kept(value, choices)
    return {key: _as_text(item) for key, item in kept.items()} if choices.v1_attributes == "text" else kept


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


_SCALARS: dict[str, Cleaner] = {"string": _text, "integer": _number, "boolean": _boolean, "array": _numbers}


def _errors(schema: Mapping[str, Any], found: Iterable[jsonschema_rs.ValidationError], body: Any) -> Errors:
    errors: Errors = {}
    for error in sorted(found, key=lambda error: _rank(str(error.schema_path[-1]))):
        *way_to_rule, rule = error.schema_path
        value = _at(body, error.instance_path)
        way = [step for step in error.instance_path if isinstance(step, str)]
        if way_to_rule[-1:] == ["additionalProperties"]:
            if value is None:
                continue  # A blank attribute that a switch keeps.
            way.pop()  # [ORACLE] DRF 3.6 does not say which item of a dictionary is wrong.
        if rule == "required":
            for name in _at(schema, error.schema_path):
                if name not in value:
                    _put(errors, [*way, name], ["This field is required."])
        else:
            _put(errors, way or ["non_field_errors"], words(str(rule), _at(schema, way_to_rule), value))
    return errors


def _rank(rule: str) -> int:
    return _ORDER.index(rule) if rule in _ORDER else len(_ORDER)


def _at(value: Any, way: Iterable[Any]) -> Any:
    for step in way:
        value = value[step]
    return value


def _put(errors: Errors, way: list[str], said: Any) -> None:
    """Set a message where its field is; the first of a field stays."""
    *outer, field = way
    for step in outer:
        errors = errors.setdefault(step, {})
    errors.setdefault(field, said)

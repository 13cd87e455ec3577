"""Request bodies: read as leniently as Django REST framework reads them, then held to the published schemas.

The schemas decide; a table turns what they say into the framework's own words ([ORACLE] DRF 3.6 on Python 2.7).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import jsonschema_rs

import promoter_schemas

Errors = dict[str, Any]

_PYTHON_2 = {str: "unicode", int: "int", float: "float", bool: "bool", list: "list", dict: "dict"}
_BLANK = "This field may not be blank."
_NULL = "This field may not be null."
_RULE_WORDS = {
    "maxLength": "Ensure this field has no more than 254 characters.",
    "pattern": "Enter a valid email address.",
}
_ORDER = ("required", "type", "minLength", "maxLength", "pattern", "minimum")


def validate(name: str, body: Any) -> tuple[dict[str, Any], Errors]:
    """Return the clean body of a ``promoter/…`` request, and what is wrong with it by field.

    Unknown fields are ignored, numbers for names become text, numeric text for ids becomes numbers, and attributes that
    Promoter does not store ([DOC]: objects, lists; most likely null and empty) vanish.
    """
    if not isinstance(body, dict):
        return {}, {"non_field_errors": [_not_a_dictionary(body)]}
    schema = promoter_schemas.load(f"promoter/{name}")
    clean = _clean(schema["properties"], body)
    validator = _validator(name)
    return clean, {} if validator.is_valid(clean) else _errors(schema, validator.iter_errors(clean), clean)


@cache
def _validator(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(promoter_schemas.load(f"promoter/{name}"))


def _clean(known: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _CLEANERS.get(key, _same)(value) for key, value in body.items() if key in known}


def _same(value: Any) -> Any:
    return value


def _text(value: Any) -> Any:
    """Return numbers as text; text without the space around it."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 10 else value


def _numbers(value: Any) -> Any:
    return [_number(item) for item in value] if isinstance(value, list) else value


def _attributes(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: item for key, item in value.items() if item not in (None, "") and not isinstance(item, dict | list)}


def _text_attributes(value: Any) -> Any:
    """Return attributes as v1 stores them: text ([CLIENT] gem commit 3eb6c60 coerces before it sends)."""
    kept = _attributes(value)
    return {key: _v1(item) for key, item in kept.items()} if isinstance(kept, dict) else kept


def _v1(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _contact(value: Any) -> Any:
    known = promoter_schemas.load("promoter/survey")["properties"]["contact"]["properties"]
    return _clean(known, value) if isinstance(value, dict) else value


_CLEANERS: dict[str, Callable[[Any], Any]] = {
    "email": _text,
    "first_name": _text,
    "last_name": _text,
    "campaign": _number,
    "campaign_id": _number,
    "contact_list": _numbers,
    "contact": _contact,
    "attributes": _attributes,
}


def text_attributes(body: dict[str, Any]) -> Any:
    """Return a v1 body with its attributes as text."""
    return {**body, "attributes": _text_attributes(body["attributes"])} if "attributes" in body else body


def _errors(schema: Mapping[str, Any], found: Iterable[jsonschema_rs.ValidationError], body: Any) -> Errors:
    errors: Errors = {}
    for error in sorted(found, key=lambda error: _rank(str(error.schema_path[-1]))):
        rule, value = str(error.schema_path[-1]), _at(body, error.instance_path)
        way = [step for step in error.instance_path if isinstance(step, str)]
        if rule == "required":
            for name in _at(schema, error.schema_path):
                if name not in value:
                    _put(errors, [*way, name], ["This field is required."])
        else:
            _put(errors, way or ["non_field_errors"], _words(rule, error.instance_path, value))
    return errors


def _rank(rule: str) -> int:
    return _ORDER.index(rule) if rule in _ORDER else len(_ORDER)


def _at(value: Any, way: Iterable[Any]) -> Any:
    for step in way:
        value = value[step]
    return value


def _put(errors: Errors, way: list[str], words: Any) -> None:
    """Set a message where its field is; the first of a field stays."""
    *outer, field = way
    for step in outer:
        errors = errors.setdefault(step, {})
    errors.setdefault(field, words)


def _words(rule: str, way: Sequence[Any], value: Any) -> Any:
    if value is None:
        return [_NULL]
    if rule == "type":
        # An item of a list is an id: contact_list is the only list there is.
        words = _bad_pk if isinstance(way[-1], int) else _TYPE_WORDS.get(way[-1], _bad_string)
        return words(value)
    if rule == "minimum":
        return [no_object(value)]
    return [_BLANK] if value == "" else [_RULE_WORDS.get(rule, "This is not a valid value.")]


def no_object(value: Any) -> str:
    """Return what is said of an id that nothing has."""
    return f'Invalid pk "{value}" - object does not exist.'


def _bad_string(_: Any) -> list[str]:
    return ["Not a valid string."]


def _bad_pk(value: Any) -> list[str]:
    return [f"Incorrect type. Expected pk value, received {_python_2(value)}."]


def _bad_attributes(value: Any) -> list[str]:
    return [f'Expected a dictionary of items but got type "{_python_2(value)}".']


def _bad_contact(value: Any) -> dict[str, list[str]]:
    return {"non_field_errors": [_not_a_dictionary(value)]}


def _bad_list(value: Any) -> list[str]:
    return [f'Expected a list of items but got type "{_python_2(value)}".']


def _bad_flag(value: Any) -> list[str]:
    return [f'"{value}" is not a valid boolean.']


_TYPE_WORDS: dict[str, Callable[[Any], Any]] = {
    "campaign": _bad_pk,
    "campaign_id": _bad_pk,
    "contact_list": _bad_list,
    "attributes": _bad_attributes,
    "contact": _bad_contact,
    "send": _bad_flag,
}


def _not_a_dictionary(value: Any) -> str:
    return f"Invalid data. Expected a dictionary, but got {_python_2(value)}."


def _python_2(value: Any) -> str:
    return _PYTHON_2.get(type(value), "NoneType")

"""What Django REST framework says of a value that a schema refuses ([ORACLE] DRF 3.6 on Python 2.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_PYTHON_2 = {str: "unicode", int: "int", float: "float", bool: "bool", list: "list", dict: "dict"}
_BAD_IMAGE = "Upload a valid image. The file you uploaded was either not an image or a corrupted image."


def words(rule: str, schema: Mapping[str, Any], value: Any) -> Any:
    """Return the messages for a value that misses a rule of its (sub)schema."""
    if value is None:
        return ["This field may not be null."]
    if "enum" in schema:
        return [f'"{value}" is not a valid choice.']
    if rule == "type":
        return _wrong_type(schema, value)
    if rule == "minimum":
        return [no_object(value)]
    if value == "":
        return ["This field may not be blank."]
    if rule == "maxLength":
        return [f"Ensure this field has no more than {schema['maxLength']} characters."]
    if rule == "pattern":
        return [_BAD_IMAGE if schema.get("contentEncoding") == "base64" else "Enter a valid email address."]
    return ["This is not a valid value."]


def _wrong_type(schema: Mapping[str, Any], value: Any) -> Any:
    kind = schema["type"]
    if kind == "integer":
        return [f"Incorrect type. Expected pk value, received {python_2(value)}."]
    if kind == "boolean":
        return [f'"{value}" is not a valid boolean.']
    if kind == "array":
        return [f'Expected a list of items but got type "{python_2(value)}".']
    if kind == "object" and "properties" in schema:
        return {"non_field_errors": [not_a_dictionary(value)]}
    if kind == "object":
        return [f'Expected a dictionary of items but got type "{python_2(value)}".']
    return ["Not a valid string." if kind == "string" else "This is not a valid value."]


def no_object(value: Any) -> str:
    """Return what is said of an id that nothing has."""
    return f'Invalid pk "{value}" - object does not exist.'


def not_a_dictionary(value: Any) -> str:
    """Return what is said of a body, or part of one, that is no object."""
    return f"Invalid data. Expected a dictionary, but got {python_2(value)}."


def python_2(value: Any) -> str:
    """Return what Python 2 calls the type of a JSON value."""
    return _PYTHON_2.get(type(value), "NoneType")

"""Parts of a JSON text as the bytes they are, found without parsing them: the slow way into a text with a broken part."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice

import orjson

_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},:"]', re.DOTALL)


class NotJsonError(ValueError):
    """The text has no structure that parts could be told from."""


def items(text: bytes, most: int | None = None) -> list[bytes]:
    """Return the items of an array, or of a longer one ``most`` and one more. Raises ``NotJsonError``.

    >>> items(b'[1, {"a": [2]}, "x,y"]')
    [b'1', b'{"a": [2]}', b'"x,y"']
    """
    found = (item for _, item in _parts(text, b"[", b"]"))
    return list(found if most is None else islice(found, most + 1))


def fields(text: bytes) -> dict[str, bytes]:
    """Return the members of an object; of two with one name, the last. Raises ``NotJsonError``.

    >>> fields(b'{"a": [1, 2], "b": {"c": 3}}')
    {'a': b'[1, 2]', 'b': b'{"c": 3}'}
    """
    found = {}
    for name, value in _parts(text, b"{", b"}"):
        if name is None:
            raise NotJsonError("An object has a member without a name.")
        found[name] = value
    return found


def _parts(text: bytes, opening: bytes, closing: bytes) -> Iterator[tuple[str | None, bytes]]:
    text = text.strip()
    if text[:1] != opening or text[-1:] != closing:
        raise NotJsonError("The body is neither an array nor an object, or it is cut off.")
    depth, start, name = 0, 1, None
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign in (b"[", b"{"):
            depth += 1
        elif sign in (b"]", b"}"):
            depth -= 1
            if depth == 0 and token.end() != len(text):
                raise NotJsonError("Something follows the end of the body.")
        elif depth == 1 and sign == b",":
            yield name, text[start : token.start()].strip()
            start, name = token.end(), None
        elif depth == 1 and sign == b":" and name is None:
            name, start = _name(text[start : token.start()]), token.end()
        elif sign == b'"':
            raise NotJsonError("A text in the body has no end.")
    if depth:
        raise NotJsonError("The body's brackets do not match.")
    if last := text[start:-1].strip():
        yield name, last


def _name(text: bytes) -> str:
    try:
        name = json.loads(text)
    except ValueError:
        name = None
    if not isinstance(name, str):
        raise NotJsonError("A member of an object has no name.")
    return name


def is_json(text: bytes) -> bool:
    """Return whether Go's decoder reads a text: JSON, half surrogate pairs included, ``NaN`` not."""
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return _is_odd_json(text)
    return True


def _is_odd_json(text: bytes) -> bool:
    try:
        json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(constant: str) -> None:
    raise ValueError(constant)

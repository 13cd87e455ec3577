"""Parts of a JSON text as the bytes they are: quickly where the text is sound, span by span where it is not."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import msgspec
from msgspec import Raw

from event_router.rudder.spans import NotJsonError, fields, items

_members = msgspec.json.Decoder(dict[str, Raw])
_elements = msgspec.json.Decoder(list[Raw])


class BadBodyError(ValueError):
    """The body is none that could be answered part by part; its text says why."""


def members(text: bytes) -> Mapping[str, bytes]:
    """Return the members of an object. Raises ``BadBodyError``.

    >>> members(b'{"a": 1.10}')
    {'a': b'1.10'}
    """
    with suppress(msgspec.DecodeError, RecursionError):
        return {name: bytes(raw) for name, raw in _members.decode(text).items()}
    try:
        return fields(text)
    except NotJsonError as error:
        raise BadBodyError(str(error)) from None


def elements(text: bytes) -> list[bytes]:
    """Return the items of an array. Raises ``BadBodyError``.

    >>> elements(b'[1, {"a": 2}]')
    [b'1', b'{"a": 2}']
    """
    with suppress(msgspec.DecodeError, RecursionError):
        return [bytes(raw) for raw in _elements.decode(text)]
    try:
        return items(text)
    except NotJsonError as error:
        raise BadBodyError(str(error)) from None

"""What a call asks and what it is answered, as plain values between HTTP and the API's functions.

Named tuples, since a call makes and remakes several of them: a frozen dataclass takes ten times as long to change.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

_NONE: Mapping[str, str] = MappingProxyType({})


class Call(NamedTuple):
    """A request, parsed.

    Attributes:
        method: In capitals.
        path: With its slashes.
        origin: ``http://127.0.0.1:8080``, for links to other pages.
        query: The last value of each parameter.
        headers: Names in lower case.
        body: The JSON value; ``None`` where there is none.
        ids: The numbers in the path; 0, which nothing has, for what is no number.
    """

    method: str
    path: str
    origin: str = "http://testserver"
    query: Mapping[str, str] = _NONE
    headers: Mapping[str, str] = _NONE
    body: Any = None
    ids: tuple[int, ...] = ()


class Answer(NamedTuple):
    """An answer.

    Attributes:
        status: HTTP status.
        body: A JSON value, or a page of HTML as ``bytes``.
        headers: Beyond content-type and content-length.
        notes: What the journal is to say of it, since the vendor's words do not.
    """

    status: int
    body: Any = None
    headers: Mapping[str, str] = _NONE
    notes: tuple[str, ...] = ()


def detail(status: int, message: str, **headers: str) -> Answer:
    """Return an error as Django REST framework words it."""
    return Answer(status, {"detail": message}, {name.replace("_", "-"): value for name, value in headers.items()})


NOT_FOUND = detail(404, "Not found.")
#: [ORACLE] Unknown paths are not the API's affair: Django answers with a page.
NO_PAGE = Answer(404, b"<!DOCTYPE html>\n<html><head><title>404</title></head><body><h1>Not Found</h1></body></html>\n")

"""What a call asks and what it is answered, as plain values between HTTP and the API's functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """A request, parsed.

    Attributes:
        method: In capitals.
        path: With its slashes.
        origin: ``http://127.0.0.1:8080``, for links to other pages.
        query: The last value of each parameter.
        headers: Names in lower case.
        body: The JSON value; ``None`` where there is none.
        ids: The numbers in the path.
    """

    method: str
    path: str
    origin: str = "http://testserver"
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer.

    Attributes:
        status: HTTP status.
        body: A JSON value, or a page of HTML as ``bytes``.
        headers: Beyond content-type and content-length.
    """

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


def detail(status: int, message: str, **headers: str) -> Answer:
    """Return an error as Django REST framework words it."""
    return Answer(status, {"detail": message}, {name.replace("_", "-"): value for name, value in headers.items()})


NOT_FOUND = detail(404, "Not found.")
#: [ORACLE] Unknown paths are not the API's affair: Django answers with a page.
NO_PAGE = Answer(404, b"<!DOCTYPE html>\n<html><head><title>404</title></head><body><h1>Not Found</h1></body></html>\n")

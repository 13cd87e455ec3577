"""Answers that a destination may give: plain ones, and what proxies and servers in trouble send."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from hypothesis import strategies as st

from contract_tests.strategies import json_values
from event_router.api import Response

_JSON: Final = {"content-type": "application/json"}
_HTML: Final = {"content-type": "text/html; charset=utf-8"}
#: Bodies by what they are; the host hands over 64 KiB at most.
BODIES: Final = {
    "nothing": b"",
    "an object": b'{"id": 1}',
    "a refusal": b'{"detail": "No.", "errors": {"email": ["Enter a valid e-mail."], "a": {"b": [1, null]}}}',
    "null": b"null",
    "a list": b"[[], {}, null, 1]",
    "text": b'"done"',
    "a number": b"1e400",
    "half of an object": b'{"detail": "Thr',
    "a page": b"<html><body>Bad gateway</body></html>",
    "no UTF-8": b"\xff\xfe\x00\x80",
    "much of nothing": b"\x00" * 65_536,
    "deep": b"[" * 3_000,
    "very long": json.dumps({"detail": "a" * 65_500}).encode(),
}
#: What Retry-After may hold without being a number of seconds, or a sensible one.
WAITS: Final = (
    *("", " ", "soon", "-5", "1.5", "nan", "inf", "-inf", "1e999", "9" * 400, "0x10", "٣", "Infinity", "1, 2", "\x00"),
    *("Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 9999 07:28:00 GMT", "Wed, 99 Foo 2015 99:99:99 GMT"),
)


def answer(status: int, body: bytes = b'{"id": 1}', **headers: str) -> Response:
    """Return an answer; a body of JSON unless it looks like a page."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, {**(_HTML if body.startswith(b"<") else _JSON), **named}, body)


def _fixed() -> Iterator[Response]:
    successes, refusals = (200, 201, 202, 204), (400, 401, 403, 404, 408, 409, 410, 422, 429)
    for status in (100, *successes, 301, 304, *refusals, 500, 501, 502, 503, 504, 599):
        yield answer(status)
        yield Response(status)
    for status in (200, 400, 503):
        yield from (answer(status, body) for body in BODIES.values())
    for wait in WAITS:
        yield answer(429, retry_after=wait, date="Tue, 20 Oct 2015 07:28:00 GMT")


#: Answers that every property is tried with first.
ANSWERS: Final = tuple(_fixed())


def answers() -> st.SearchStrategy[Response]:
    """Return a strategy for any answer."""
    names = st.sampled_from(("retry-after", "content-type", "location", "date", "x-request-id"))
    bodies = st.binary(max_size=40) | st.sampled_from(tuple(BODIES.values())) | json_values.map(_written)
    return st.builds(Response, st.integers(100, 599), st.dictionaries(names, st.text(max_size=20)), bodies)


def _written(value: object) -> bytes:
    return json.dumps(value).encode()

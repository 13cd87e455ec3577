"""Answers of Promoter, of what stands before it, and of what is none at all.

>>> from hypothesis import given
>>> from contract_tests.strategies import promoter_answers
>>> @given(promoter_answers("throttled"))
... def test_a_throttled_answer(response):
...     assert float(response.headers["retry-after"]) >= 0
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from contract_tests.strategies.values import emails, json_values, names
from event_router.api import Response

_JSON = MappingProxyType({"content-type": "application/json"})
_PAGE = "<html>\r\n<head><title>{0}</title></head>\r\n<body><center><h1>{0}</h1></center></body>\r\n</html>"
_GATEWAYS = ((502, "502 Bad Gateway"), (503, "503 Service Unavailable"), (504, "504 Gateway Time-out"), (200, "Login"))
_FIELDS = st.sampled_from(("email", "campaign_id", "contact", "contact_list", "attributes", "non_field_errors"))
_NOT_ELIGIBLE = {"non_field_errors": ["Contact is not eligible for survey."]}


@st.composite
def promoter_answers(draw: st.DrawFn, meaning: str | None = None) -> Response:
    """Return an answer as a host hands it to a plugin: names of headers in lower case, the body as bytes.

    Args:
        draw: Hypothesis gives it.
        meaning: One of ``MEANINGS``; any unless given.
    """
    return _MEANINGS[meaning or draw(st.sampled_from(MEANINGS))](draw)


def _answer(status: int, body: Any, **headers: str) -> Response:
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, {**_JSON, **more}, json.dumps(body).encode())


def _good(draw: st.DrawFn) -> Response:
    contact = {"id": draw(st.integers(1, 2**31)), "email": draw(emails), "first_name": draw(names), "last_name": ""}
    body = draw(
        st.sampled_from(({**contact, "created_date": "2026-11-23T15:01:41Z", "attributes": {}}, {"status": "ok"}))
    )
    return _answer(draw(st.sampled_from((200, 201, 202))), body)


def _refused(draw: st.DrawFn) -> Response:
    messages = st.lists(st.sampled_from(("This field is required.", "Enter a valid email address.")), min_size=1)
    return _answer(400, draw(st.dictionaries(_FIELDS, messages, min_size=1, max_size=3)))


def _not_eligible(_: st.DrawFn) -> Response:
    return _answer(400, _NOT_ELIGIBLE)


def _unauthorized(draw: st.DrawFn) -> Response:
    said = draw(st.sampled_from(("Invalid token.", "Authentication credentials were not provided.")))
    return _answer(401, {"detail": said}, www_authenticate="Token")


def _forbidden(_: st.DrawFn) -> Response:
    return _answer(403, {"detail": "You do not have permission to perform this action."})


def _not_found(_: st.DrawFn) -> Response:
    return _answer(404, {"detail": "Not found."})


def _throttled(draw: st.DrawFn) -> Response:
    after = draw(st.integers(0, 86_400))
    said = {"detail": f"Request was throttled. Expected available in {after} seconds."}
    return _answer(429, said, retry_after=str(after))


def _failing(draw: st.DrawFn) -> Response:
    status = draw(st.sampled_from((500, 502, 503, 504, 408)))
    return _answer(status, {"detail": "A server error occurred."})


def _gateway(draw: st.DrawFn) -> Response:
    status, title = draw(st.sampled_from(_GATEWAYS))
    return Response(status, {"content-type": "text/html"}, _PAGE.format(title).encode())


def _redirect(draw: st.DrawFn) -> Response:
    where = draw(st.sampled_from(("https://login.example/", "/elsewhere/")))
    return Response(draw(st.sampled_from((301, 302, 307))), {"location": where})


def _cut(draw: st.DrawFn) -> Response:
    whole = _good(draw)
    return Response(whole.status, whole.headers, whole.body[: draw(st.integers(0, len(whole.body) - 1))])


def _odd(draw: st.DrawFn) -> Response:
    odd = st.sampled_from(("soon", "-1", "1e9", "Wed, 25 Nov 2026 07:28:00 GMT", "٣", "9" * 400, ""))
    bodies = st.binary(max_size=80) | json_values.map(lambda value: json.dumps(value).encode())
    headers = draw(st.sampled_from(({}, {"content-type": "text/plain"}, _JSON)))
    return Response(draw(st.integers(100, 599)), {**headers, "retry-after": draw(odd)}, draw(bodies))


_MEANINGS: Mapping[str, Callable[[st.DrawFn], Response]] = MappingProxyType(
    {
        "good": _good,
        "refused": _refused,
        "not eligible": _not_eligible,
        "unauthorized": _unauthorized,
        "forbidden": _forbidden,
        "not found": _not_found,
        "throttled": _throttled,
        "failing": _failing,
        "gateway": _gateway,
        "redirect": _redirect,
        "cut": _cut,
        "odd": _odd,
    }
)
#: What answers can mean.
MEANINGS = tuple(_MEANINGS)

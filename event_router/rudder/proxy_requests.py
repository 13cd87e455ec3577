"""The request in a proxy call: what rudder-server got from us, made a plugin's request again.

``outputs.rest_request`` is the way there. What it never makes is refused, with a reason, rather than sent in part.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import orjson

from event_router.messages import Authorization, Request, Secret
from event_router.outcomes import Reason, Rejected
from event_router.rudder.origins import origin

# Ours to say: what is in the connection's care, or follows from the body.
_OURS = frozenset(
    {"authorization", "connection", "content-length", "content-type", "host", "transfer-encoding", "user-agent"}
)
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VISIBLE = re.compile(r"[^\x00-\x20\x7f#]+")
_KIND = "default"  # rudder-server's word for a request without endpointPath.


_PARTS = ("type", "method", "endpoint", "endpointPath", "headers", "params", "body", "files")


class _UnfitError(ValueError):
    """The request is none that a plugin of ours makes."""


def request_of(members: Mapping[str, bytes]) -> Request | Rejected:
    """Return the request of a proxy call, given the call's members as raw JSON, or why there is none. Never raises."""
    try:
        return _request({name: _parsed(name, members.get(name, b"null")) for name in _PARTS})
    except _UnfitError as error:
        return bad_payload(f"{error}. Only requests that this transformer gave to rudder-server can be delivered.")


def bad_payload(message: str) -> Rejected:
    """Refuse a proxy call."""
    return Rejected(Reason("rudder.bad_payload", f"The request cannot be delivered: {message}"))


def _parsed(name: str, raw: bytes) -> Any:
    # Not msgspec: Go writes floats without exponent, and orjson takes those beyond 64 bits for the floats they are.
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise _UnfitError(f"its {name} is no JSON") from None


def _request(parts: Mapping[str, Any]) -> Request:
    if parts["type"] != "REST":
        raise _UnfitError("its type is not REST")
    if parts["files"]:
        raise _UnfitError("it has files")
    kind, headers = parts["endpointPath"], _headers(parts["headers"])
    return Request(
        kind if isinstance(kind, str) and kind else _KIND,
        _method(parts["method"]),
        _url(parts["endpoint"], parts["params"]),
        _body(parts["body"]),
        {name: value for name, value in headers.items() if name not in _OURS},
        _authorization(headers.get("authorization")),
    )


def _method(value: Any) -> str:
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise _UnfitError("its method is none of HTTP's")
    return value.upper()


def _url(endpoint: Any, params: Any) -> str:
    if not isinstance(endpoint, str) or not _VISIBLE.fullmatch(endpoint) or origin(endpoint) is None:
        raise _UnfitError("its endpoint is no plain http or https address")
    query = urlencode({name: _param(value) for name, value in _mapping("params", params).items() if value is not None})
    if not query:
        return endpoint
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"


def _param(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        raise _UnfitError("one of its params is neither text nor a number")
    return orjson.dumps(value).decode()


def _headers(value: Any) -> dict[str, str]:
    """Return the headers, names in lower case."""
    given = {name.lower(): text for name, text in _mapping("headers", value).items() if text is not None}
    for name, text in given.items():
        if not _TOKEN.fullmatch(name) or not isinstance(text, str) or not _is_plain(text):
            raise _UnfitError("one of its headers is none that HTTP can carry")
    return given


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _authorization(value: str | None) -> Authorization | None:
    if value is None:
        return None
    scheme, _, given = value.strip().partition(" ")
    if not given:
        raise _UnfitError("its Authorization header is not a scheme and credentials")
    return Authorization(scheme, Secret(given.strip()))


def _body(value: Any) -> Any:
    """Return the body, which is in at most one of the formats."""
    formats = {name: content for name, content in _mapping("body", value).items() if content}
    if not formats:
        return None
    name, content = formats.popitem()
    if formats:
        raise _UnfitError("it has more than one body")
    if name == "JSON" and isinstance(content, dict):
        return content
    if name == "JSON_ARRAY" and isinstance(content, dict):
        return _batch(content.get("batch"))
    raise _UnfitError("its body is not in the format JSON or JSON_ARRAY")


def _batch(text: Any) -> list[Any]:
    found = _parsed("batch", text.encode("utf-8")) if isinstance(text, str) else None
    if not isinstance(found, list):
        raise _UnfitError("its JSON_ARRAY holds no list")
    return found


def _mapping(name: str, value: Any) -> dict[str, Any]:
    if value is not None and not isinstance(value, dict):
        raise _UnfitError(f"its {name} are no object")
    return value or {}

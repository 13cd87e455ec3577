"""Requests as rudder-server sends them itself (§4.1)."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx

from rudder_server.answers import REQUEST
from rudder_server.go_json import Undecodable
from rudder_server.go_text import sprint, to_body, to_json

_REDACTED = "(not readable, so not kept)"


class Sent(NamedTuple):
    """What came of one request.

    Attributes:
        code: Its status.
        body: The answer's text.
        left: A request really left.
    """

    code: int
    body: str = ""
    left: bool = False


class _Unsendable(Exception):  # noqa: N818  # The field's term.
    """A body that no request can be made of."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code


def read(given: Any) -> Mapping[str, Any]:
    """Return one request of an output; raise ``Undecodable`` where it is none, which is status 599 (§4.1)."""
    request: Mapping[str, Any] = REQUEST(given, "batchedRequest")
    for name, value in (request["headers"] or {}).items():
        if not isinstance(value, str):
            raise Undecodable(f"header {name} is no string")
    return request


class Delivery:
    """The HTTP client of the router.

    Attributes:
        breaches: What happens to work, or works at random.
    """

    def __init__(self) -> None:
        self.breaches: list[str] = []
        self._client = httpx.Client(
            timeout=10, limits=httpx.Limits(max_keepalive_connections=0), trust_env=False, verify=False
        )

    def close(self) -> None:
        """Let go of its sockets."""
        self._client.close()

    def send(self, request: Mapping[str, Any]) -> Sent:
        """Send one request; what is no REST request, or has files, "succeeds" unsent (§0.11)."""
        if request["type"] != "REST" or request["files"]:
            return Sent(200)
        try:
            body, added = self._body(request["body"] or {})
        except _Unsendable as error:
            return Sent(error.code, str(error))
        try:
            # Redirects are followed (§4.1).
            answer = self._client.send(_made(request, body, added), follow_redirects=True)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            return Sent(504, f"no answer: {type(error).__name__}", left=True)
        return Sent(answer.status_code, _text(answer), left=True)

    def _body(self, formats: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
        """Return the body, and the headers that its format adds (§4.1)."""
        for name, value in formats.items():
            if not isinstance(value, dict):
                raise _Unsendable(500, f"body.{name} is no object")
        full = sorted(name for name, value in formats.items() if value)
        if len(full) > 1:
            self.breaches.append(f"body formats {full}: Go picks one at random (§4.1)")
        return _encoded(full[0], formats[full[0]]) if full else (b"", {})


def _encoded(name: str, value: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
    if name == "JSON":
        return to_body(value), {}
    if name == "JSON_ARRAY":
        return _string(value, "batch"), {}
    if name == "XML":
        return _string(value, "payload"), {}
    if name == "GZIP":
        return gzip.compress(_string(value, "payload")), {"Content-Encoding": "gzip"}
    if name == "FORM":
        return urlencode([(key, sprint(value[key])) for key in sorted(value)]).encode(), {}
    raise _Unsendable(500, f"body format {name} is not supported")


def _string(value: Mapping[str, Any], name: str) -> bytes:
    text = value.get(name)
    if not isinstance(text, str):
        raise _Unsendable(400, f"body.{name} is no text")
    return text.encode()


def _made(request: Mapping[str, Any], body: bytes, added: Mapping[str, str]) -> httpx.Request:
    """Return the request; the User-Agent is added, also to one that stands there already (§4.1)."""
    own = (request["headers"] or {}).items()
    ours = {"Accept-Encoding": "gzip", "Connection": "close", "User-Agent": "RudderLabs", **added}.items()
    headers = [(name.encode(), value.encode()) for name, value in (*own, *ours)]
    url = _with_params(request["endpoint"], request["params"] or {})
    return httpx.Request(request["method"] or "GET", url, headers=headers, content=body or None)


def _with_params(url: str, params: Mapping[str, Any]) -> str:
    """Return an address with the parameters behind its own ones (§4.1)."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True) + [(name, _param(value)) for name, value in params.items()]
    return urlunsplit(parts._replace(query=urlencode(sorted(pairs, key=lambda pair: pair[0]))))


def _param(value: Any) -> str:
    if isinstance(value, str):
        return value
    return to_json(value) if isinstance(value, dict) else sprint(value)


def _text(answer: httpx.Response) -> str:
    """Return an answer's text; what people cannot read is redacted (§4.1)."""
    kind = answer.headers.get("content-type", "text/plain").partition(";")[0].strip().lower()
    family, _, form = kind.partition("/")
    readable = family == "text" or (family == "application" and form.rpartition("+")[2] in ("json", "xml"))
    return answer.text if readable else _REDACTED

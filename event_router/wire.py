"""A request as it goes over the wire, and as it may be shown: the same but for the credentials."""

from __future__ import annotations

import shlex
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import orjson

from event_router import __version__
from event_router.messages import MASK, Request

_SHORTEST_SECRET = 4
# What of a report on an event is prose, or may repeat what a server said.
_TEXTS = frozenset({"reason", "errors", "dropped", "requests"})


def headers_sent(request: Request) -> dict[str, str]:
    """Return all headers, credentials included: for the wire only."""
    headers = _headers(request)
    if request.authorization:
        headers["authorization"] = request.authorization.reveal()
    return headers


def headers_shown(request: Request) -> dict[str, str]:
    """Return all headers, credentials hidden."""
    headers = _headers(request)
    if request.authorization:
        headers["authorization"] = request.authorization.masked()
    return headers


def _headers(request: Request) -> dict[str, str]:
    headers = {"accept": "application/json", "user-agent": f"event-router/{__version__}"}
    if request.body is not None:
        headers["content-type"] = "application/json"
    return headers | dict(request.headers)


def shown(request: Request) -> dict[str, Any]:
    """Return a request as JSON value, credentials hidden."""
    return {
        "kind": request.kind,
        "method": request.method,
        "url": request.url,
        "headers": headers_shown(request),
        "body": request.body,
    }


def curl(request: Request) -> str:
    """Return a request as a curl command, credentials hidden: put the key in before use."""
    parts = ["curl", "-X", request.method, shlex.quote(request.url)]
    for name, value in headers_shown(request).items():
        parts += ["-H", shlex.quote(f"{name}: {value}")]
    if request.body is not None:
        parts += ["--data-binary", shlex.quote(orjson.dumps(request.body).decode())]
    return " ".join(parts)


@lru_cache(maxsize=256)
def redactor(secrets: tuple[str, ...]) -> Callable[[str], str]:
    """Return a function that hides secrets in a text, also where they stand in Basic credentials or inside JSON.

    A server may echo what it was sent; so whatever is printed or stored passes through here.

    >>> redactor(("promoter-test-key",))('{"detail": "no key promoter-test-key"}')
    '{"detail": "no key ***"}'
    """
    long = [secret for secret in secrets if len(secret) >= _SHORTEST_SECRET]
    forms = {form for secret in long for form in (secret, _basic(secret), orjson.dumps(secret)[1:-1].decode())}
    ordered = sorted(forms, key=len, reverse=True)

    def redact(text: str) -> str:
        for form in ordered:
            text = text.replace(form, MASK)
        return text

    return redact


def redacted(report: Mapping[str, Any], redact: Callable[[str], str]) -> dict[str, Any]:
    """Return a report on an event with secrets hidden in its texts; numbers, codes and ids stay what they are."""
    return {key: _redacted(value, redact) if key in _TEXTS else value for key, value in report.items()}


def _redacted(value: Any, redact: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list):
        return [_redacted(item, redact) for item in value]
    return {key: _redacted(item, redact) for key, item in value.items()} if isinstance(value, dict) else value


def printable(text: str) -> str:
    """Return a text as one line that plays no tricks with a terminal."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def _basic(secret: str) -> str:
    return b64encode(f"{secret}:".encode()).decode()

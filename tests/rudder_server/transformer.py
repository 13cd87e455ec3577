"""The transformer's HTTP side: one new connection for each call, with the headers of §1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from rudder_server.go_text import to_body
from rudder_server.panics import Panic

_TYPE = {"Content-Type": "application/json; charset=utf-8"}
_TRANSFORM = {**_TYPE, "X-Feature-Gzip-Support": "?1", "X-Feature-Filter-Code": "?1"}
_COMPACTED = {"X-Content-Format": "json+compactedv1"}
_PROXY = {"Content-Type": "application/json", "RdProxy-Timeout": "10000"}
_OURS = {"User-Agent": "Go-http-client/1.1", "Accept-Encoding": "gzip", "Connection": "close"}


class Transformer:
    """A transformer at an address without a trailing slash, since paths are just put behind it (§6).

    Attributes:
        calls: Every path that was asked for, in order.
    """

    def __init__(self, url: str) -> None:
        self.calls: list[str] = []
        self._url = url
        # Keep-alive is off by default, and the client waits for 600 s (§1).
        self._client = httpx.Client(
            timeout=600, limits=httpx.Limits(max_keepalive_connections=0), trust_env=False, verify=False
        )

    def close(self) -> None:
        """Let go of its sockets."""
        self._client.close()

    def features(self) -> httpx.Response:
        """Ask for /features."""
        return self._send("GET", "/features", b"", _TYPE)

    def transform(self, path: str, payload: Any, *, compacted: bool) -> httpx.Response:
        """Ask for a transformation; an answer that would end rudder-server raises ``Panic``."""
        answer = self._send("POST", path, to_body(payload), {**_TRANSFORM, **(_COMPACTED if compacted else {})})
        if answer.status_code == 200 and answer.headers.get("apiVersion") != "2":
            raise Panic(f"{path}: 200 without apiVersion: 2, but {answer.headers.get('apiVersion')} (§0.2)")
        return answer

    def proxy(self, path: str, payload: Any) -> httpx.Response:
        """Ask for a delivery (§4.2)."""
        return self._send("POST", path, to_body(payload), _PROXY)

    def _send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        self.calls.append(path)
        # Not the client's build_request, which adds headers of httpx's own.
        request = httpx.Request(method, self._url + path, headers={**_OURS, **headers}, content=body or None)
        return self._client.send(request)

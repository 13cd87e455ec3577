"""Another transformer behind this one, for the types of destination that nobody here serves: asked as we were asked."""

from __future__ import annotations

import asyncio
import logging
from base64 import b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

import orjson

from event_router.doors.answers import Answer
from event_router.messages import Authorization, Secret
from event_router.rudder.answers import try_again
from event_router.rudder.client import Client
from event_router.rudder.routes import route
from event_router.rudder.statuses import BATCH, PROCESSOR, ROUTER

if TYPE_CHECKING:
    import httpx

#: Seconds that rudder-server itself waits for an answer ([S] protocol §1).
PATIENCE = 600.0
_CONNECT = 10.0
_FEATURES = 10.0
# rudder-server ends itself for a 200 without it ([S] protocol §0.2).
_VERSION = (b"apiversion", b"2")
_TRANSFORMS = frozenset({PROCESSOR, ROUTER, BATCH})
# Of one connection each (RFC 9110 §7.6.1), or said anew for the other. Bodies are handed on decompressed.
_OWN = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding "
    b"upgrade content-length".split()
)
_OF_REQUESTS = _OWN | {b"host", b"expect", b"content-encoding"}
# A 413 is final: sent again it would be as long.
_TAKEN_AS_SAID = frozenset({408, 413, 429})
# What may be sent as the status of a whole answer.
_STATUSES = range(200, 600)
# Bytes in which the JSON of an answer has begun.
_BLANKS = 64

_LOG = logging.getLogger("event_router.rudder")


class _Call(NamedTuple):
    """A request as it goes on: path with query, and headers that are ours to send."""

    method: str
    target: str
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Address(NamedTuple):
    """Where a transformer is.

    Attributes:
        url: Without a slash at its end, and without credentials: httpx and aiohttp put addresses into their errors.
        authorization: Made of the credentials, if there were any.
    """

    url: str
    authorization: Authorization | None


def address(text: str) -> Address:
    """Return an address as somebody wrote it. Raises ``ValueError`` for one that is none."""
    parts = _parts(text)
    url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"
    return Address(url, _authorization(parts))


class Upstream:
    """A transformer that other types are passed on to."""

    def __init__(self, where: Address, client: Client) -> None:
        self._where = where
        self._client = client
        self._features: Mapping[str, Any] | None = None
        self._failing = False

    async def forward(self, method: str, target: str, headers: Mapping[bytes, bytes], body: bytes) -> Answer:
        """Return what it answers; where it does not, or something else does, that the same is to be sent again.

        Args:
            method: As it came.
            target: The path, with its query.
            headers: As they came, names in lower case.
            body: Decompressed.
        """
        call = _Call(method, target, self._headers(headers), body)
        try:
            answer = await self._ask(call, PATIENCE)
        except Exception as error:  # noqa: BLE001  # Transports raise their own errors; no event may be lost to one.
            return self._lost(f"did not answer ({_said(error)})")
        if strange := _strange(answer, transforms=_is_transform(call.target)):
            return self._lost(f"{strange}, so something in front of it answered, or it is no transformer")
        self._failing = False
        return answer

    async def features(self) -> Mapping[str, Any] | None:
        """Return what it says that it can, or said last; ``None`` as long as it has said nothing."""
        headers = self._headers({b"accept": b"application/json"})
        try:
            answer = await self._ask(_Call("GET", "/features", headers, b""), _FEATURES)
            found = orjson.loads(answer.body)
        except Exception as error:  # noqa: BLE001  # As in forward.
            self._failed(f"did not say what it can ({_said(error)})")
            return self._features
        if answer.status == 200 and isinstance(found, dict):
            self._features, self._failing = found, False
        else:
            self._failed(f"answered {answer.status} to GET /features, and no JSON object with features")
        return self._features

    async def _ask(self, call: _Call, seconds: float) -> Answer:
        client = await self._client.opened()
        async with asyncio.timeout(seconds):
            try:
                return await self._exchange(client, call)
            except Exception:
                # A connection that was kept may be closed from the other end just now. Only what has no effect is
                # sent twice.
                if not _is_transform(call.target) and call.method != "GET":
                    raise
                return await self._exchange(client, call)

    async def _exchange(self, client: httpx.AsyncClient, call: _Call) -> Answer:
        import httpx

        url = httpx.URL(self._where.url)
        raw_path = url.raw_path.rstrip(b"/") + b"/" + call.target.lstrip("/").encode()
        # Made by hand: the client would add headers and cookies of its own.
        request = httpx.Request(
            call.method,
            url.copy_with(raw_path=raw_path),
            headers=call.headers,
            content=call.body,
            extensions={"timeout": {"connect": _CONNECT}},
        )
        response = await client.send(request, stream=True)
        try:
            body = await response.aread()
        finally:
            await response.aclose()
        named = [(name.lower(), value) for name, value in response.headers.raw]
        dropped = _OWN | _listed(dict(named)) | ({b"content-encoding"} if _is_decoded(named) else set())
        return Answer(response.status_code, body, tuple(pair for pair in named if pair[0] not in dropped))

    def _headers(self, given: Mapping[bytes, bytes]) -> list[tuple[bytes, bytes]]:
        dropped = _OF_REQUESTS | _listed(given)
        headers = {name: value for name, value in given.items() if name not in dropped}
        headers[b"accept-encoding"] = b"gzip, deflate"
        if self._where.authorization:
            headers[b"authorization"] = self._where.authorization.reveal().encode()
        return list(headers.items())

    def _lost(self, what: str) -> Answer:
        """Return the answer to a call that it did not answer."""
        return try_again("upstream", self._failed(what, "Nothing is lost: rudder-server sends the same again. "))

    def _failed(self, what: str, then: str = "") -> str:
        """Return what is wrong with it, for people."""
        message = (
            f"[rudder.upstream] The transformer at {self._where.url}, for types that are not served here, {what}. "
            f"{then}See that it runs, and that --upstream names it."
        )
        if not self._failing:  # Once, not for each of the thousands that follow.
            _LOG.warning("%s", message)
        self._failing = True
        return message


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        # Reading the port is what checks it.
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment:
        raise ValueError(
            "The upstream transformer's address cannot be used: give http:// or https://, a host, its port and perhaps "
            "a path, and nothing behind it, as in http://127.0.0.1:9090."
        )
    return parts


def _authorization(parts: SplitResult) -> Authorization | None:
    if parts.username is None:
        return None
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return Authorization("Basic", Secret(b64encode(pair.encode()).decode()))


def _said(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "nothing came in time"
    # Transports translate: the cause is the truth.
    cause = error.__cause__ or error
    # Those of the system say what is wrong; others may repeat what was sent.
    return f"{type(cause).__name__}: {str(cause)[:200]}" if isinstance(cause, OSError) else type(cause).__name__


def _listed(headers: Mapping[bytes, bytes]) -> frozenset[bytes]:
    """Return what a Connection header names as its own."""
    return frozenset(name.strip().lower() for name in headers.get(b"connection", b"").split(b","))


def _is_decoded(headers: list[tuple[bytes, bytes]]) -> bool:
    """Return whether httpx has decompressed a body that had these headers."""
    codings = b",".join(value for name, value in headers if name == b"content-encoding").lower().split(b",")
    return {coding.strip() for coding in codings} <= {b"gzip", b"deflate", b"identity"}


def _is_transform(target: str) -> bool:
    return route(target.partition("?")[0]).kind in _TRANSFORMS


def _strange(answer: Answer, *, transforms: bool) -> str | None:
    """Return why this is no transformer's answer: taken as one it would end rudder-server, or lose events.

    Those that are tried again in any case pass as they are, and so do most on paths where nothing is transformed.
    """
    if answer.status not in _STATUSES:
        return f"answered {answer.status}, which is no status of an answer"
    if not transforms:
        return None
    if answer.status == 200:
        return _strange_success(answer)
    if answer.status >= 500 or answer.status in _TAKEN_AS_SAID or _is_refusal(answer.body):
        return None
    return f"answered {answer.status} without the error that a transformer gives with it"


def _strange_success(answer: Answer) -> str | None:
    if _VERSION not in answer.headers:
        return "answered 200 without apiVersion: 2"
    if not answer.body[:_BLANKS].lstrip().startswith((b"[", b"{")):
        return "answered 200 without the JSON that a transformer gives with it"
    return None


def _is_refusal(body: bytes) -> bool:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return isinstance(found, dict) and "error" in found

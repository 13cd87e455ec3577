"""What the doors answer: exactly 200, or an error with ``code`` and ``message``.

rudder-sdk-python takes any other 2xx for a failure, and tries an error without both keys again and again.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from traceback import extract_tb
from typing import NamedTuple, TypeAlias

import orjson
from starlette.types import Receive, Scope, Send

from event_router.doors.store import Unavailable
from event_router.outcomes import Reason

#: Names in lower case. Of a header that comes twice, the last one.
Headers: TypeAlias = dict[bytes, bytes]
Pairs: TypeAlias = tuple[tuple[bytes, bytes], ...]

_JSON = (b"content-type", b"application/json")
_log = logging.getLogger("event_router.doors")


class Answer(NamedTuple):
    """An HTTP answer."""

    status: int
    body: bytes
    headers: Pairs = (_JSON,)


#: A door: it answers a request, or raises.
Door: TypeAlias = Callable[[Scope, Headers, Receive], Awaitable[Answer]]


class DoorError(Exception):
    """The request is not taken.

    Attributes:
        status: HTTP status.
        reason: Why, for the sender.
        headers: What the answer has besides its type.
    """

    def __init__(self, status: int, code: str, message: str, headers: Pairs = ()) -> None:
        super().__init__(message)
        self.status = status
        self.reason = Reason(code, message)
        self.headers = headers


class Disconnected(Exception):  # noqa: N818  # A thing that happens, no error.
    """The sender hung up before its body had come: nobody waits for an answer."""


OK = Answer(200, b'{"success":true}')
_FAILED = Reason("door.failed", "The router failed on this request; its log says where. Send it again later.")
_NAMES = {405: "door.method", 404: "door.not_found"}


def error(status: int, reason: Reason, headers: Pairs = ()) -> Answer:
    """Return the answer of an error."""
    body = orjson.dumps({"code": reason.code, "message": reason.message})
    return Answer(status, body, (_JSON, *headers))


def not_served(status: int, allow: str | None = None) -> Answer:
    """Return the answer to a path or a method that there is not."""
    wanted = f"Use {allow}." if allow else "The paths that there are stand in docs/doors.md."
    message = f"{HTTPStatus(status).phrase}: nothing is served here that way. {wanted}"
    headers = ((b"allow", allow.encode("latin-1")),) if allow else ()
    return error(status, Reason(_NAMES.get(status, "door.refused"), message), headers)


async def answered(door: Door, scope: Scope, headers: Headers, receive: Receive) -> Answer | None:
    """Return what a door answers, an error's answer for what it raises; ``None`` where nobody waits for it."""
    try:
        return await door(scope, headers, receive)
    except Disconnected:
        return None
    except DoorError as refusal:
        return error(refusal.status, refusal.reason, refusal.headers)
    except Unavailable as busy:
        wait = (b"retry-after", b"%d" % busy.retry_after)
        return error(503, Reason(busy.code, busy.message), (wait,))
    except Exception as failure:  # noqa: BLE001  # One request's failure is its own; its sender tries again.
        _report(failure, scope["path"])
        return error(500, _FAILED)


def _report(failure: Exception, path: str) -> None:
    # Neither the exception's text nor its locals: they may hold somebody's traits.
    where = extract_tb(failure.__traceback__)[-1]
    _log.error(
        "door.failed: %s on %r, at %s:%s. The sender was answered 500.",
        type(failure).__name__,
        path[:100],
        where.filename,
        where.lineno,
    )


async def respond(answer: Answer, send: Send, extra: Pairs = ()) -> None:
    """Send an answer."""
    length = (b"content-length", b"%d" % len(answer.body))
    await send({"type": "http.response.start", "status": answer.status, "headers": [*answer.headers, length, *extra]})
    await send({"type": "http.response.body", "body": answer.body})

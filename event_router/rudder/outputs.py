"""Results in the words of rudder-server: requests that it can send itself, or why there are none.

Written piece by piece, since metadata and destination are not ours to parse: they go back as the bytes that came.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import orjson

from event_router.destination import Destination
from event_router.event import not_json
from event_router.hooks import Transformed
from event_router.messages import Request
from event_router.outcomes import Reason, Refusal, Rejected, Skipped
from event_router.rudder.elements import Element
from event_router.rudder.jobs import Job, failed
from event_router.rudder.statuses import PROCESSOR, stat_tags, transformed
from event_router.wire import redactor

#: Characters of an error at most.
LONGEST = 2000
_OWN = frozenset({"user-agent", "User-Agent"})
# Go reads every number as a float64, which is exact up to here ([GO] protocol §0.15).
_EXACT = 2**53
# Exactly one format may hold something, and every one must be an object ([S] protocol §4.1).
_FORMATS = ("JSON", "JSON_ARRAY", "XML", "FORM")
_BODIES = {
    used: b"".join(
        [b"{", *(b'"%b":{},' % name.encode() for name in _FORMATS if name != used), b'"%b":' % used.encode()]
    )
    for used in _FORMATS
}
_NOTHING = Skipped(Reason("rudder.nothing_to_send", "The destination wants nothing sent for this event."))


class _UnsendableError(TypeError):
    """A plugin wants something sent that rudder-server cannot send."""


def encoded(job: Job) -> list[bytes] | Refusal:
    """Return an event's requests as rudder-server sends them, or why there are none. Never raises ``Exception``."""
    result = job.result
    if not isinstance(result, Transformed):
        return result
    try:
        return [rest_request(request) for request in _listed(result.requests)] or _NOTHING
    except _UnsendableError as error:
        name = job.configured.plugin.name
        return Rejected(Reason("plugin.bad_result", f"Plugin {name} wants {error} sent. Report it to its authors."))
    except (TypeError, RecursionError) as error:
        return not_json(error)
    except Exception as error:  # noqa: BLE001  # What a plugin returned may be anything; its event's neighbours are not.
        return failed(error)


def _listed(requests: Any) -> Iterable[Request]:
    if isinstance(requests, tuple | list):
        return requests
    raise _UnsendableError("something that is no list of requests")


def processor_elements(job: Job, requests: list[bytes] | Refusal, dest_type: str) -> bytes:
    """Return an event's elements of a processor answer: one for each request, or one that says why there is none."""
    metadata = job.element.metadata
    if not isinstance(requests, list):
        return b"".join((b'{"metadata":', metadata, b",", refused(job, requests, PROCESSOR, dest_type)))
    end = b',"metadata":%b,"statusCode":200}' % metadata
    return b'{"output":' + (end + b',{"output":').join(requests) + end


def router_output(job: Job, requests: list[bytes] | Refusal, dest_type: str, feature: str) -> bytes:
    """Return an event's output of a router answer: its request, several as a list, or why there is none."""
    echoed = _echoed(job.element)
    if not isinstance(requests, list):
        return b"{" + echoed + refused(job, requests, feature, dest_type)
    request = requests[0] if len(requests) == 1 else b"[" + b",".join(requests) + b"]"
    return b"".join((b'{"batchedRequest":', request, b",", echoed, b'"statusCode":200}'))


def was_transformed(element: Element) -> bool:
    """Return whether a message is a request already, made of its event in processor mode."""
    try:
        message = orjson.loads(element.message)
    except orjson.JSONDecodeError:
        return False
    return isinstance(message, dict) and message.get("type") == "REST" and "endpoint" in message


def passed_on(element: Element) -> bytes:
    """Return the output for a message that is a request already."""
    return b"".join((b'{"batchedRequest":', element.message, b",", _echoed(element), b'"statusCode":200}'))


def _echoed(element: Element) -> bytes:
    destination = element.destination if element.destination[:1] == b"{" else b"{}"
    return b'"metadata":[%b],"batched":false,"destination":%b,' % (element.metadata, destination)


def refused(job: Job, refusal: Refusal, feature: str, dest_type: str) -> bytes:
    """Return the members, and the closing brace, that say why there is nothing to send."""
    status = transformed(refusal)
    secrets = job.destination.secrets() if isinstance(job.destination, Destination) else ()
    said = {
        "statusCode": status.code(feature),
        "error": error_text(refusal.reason, secrets),
        "statTags": stat_tags(status, feature, dest_type, job.configured.names),
    }
    return orjson.dumps(said)[1:]


def error_text(reason: Reason, secrets: tuple[str, ...]) -> str:
    """Return a reason as rudder-server shows it: with its code, without secrets, and not too long."""
    text = redactor(secrets)(f"[{reason.code}] {reason.message}")
    # Half of a surrogate pair, which a message may hold, is no text that could be sent.
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def rest_request(request: Request) -> bytes:
    """Return a request as rudder-server sends it: anything but exactly this would count as sent, unsent ([S] §0.11).

    ``endpointPath`` names the kind of call: it labels metrics and throttles there, and comes back in the proxy call.
    Raises ``TypeError`` for a body that cannot be sent.
    """
    used, content = _body(request.body)
    method, url, kind = request.method, request.url, request.kind
    if not (method.__class__ is url.__class__ is kind.__class__ is str):
        raise _UnsendableError("a request whose method, url or kind is no text")
    head, headers = _head(method, url, kind), orjson.dumps(_headers(request))
    return b"".join((head, headers, b',"body":', _BODIES[used], content, b"}}"))


@lru_cache(maxsize=1024)
def _head(method: str, url: str, kind: str) -> bytes:
    """Return what all requests of a kind begin with."""
    head = {"version": "1", "type": "REST", "method": method, "endpoint": url, "endpointPath": kind, "userId": ""}
    return orjson.dumps({**head, "params": {}, "files": {}})[:-1] + b',"headers":'


def _headers(request: Request) -> dict[str, str]:
    """Return the headers, credentials included. Without a user agent: rudder-server adds its own to whatever there is.

    A header that is no text would be tried without end ([S] protocol §4.1).
    """
    headers = {"accept": "application/json"}
    for name, value in request.headers.items():
        if not (name.__class__ is value.__class__ is str and value.isprintable() and name.isprintable()):
            raise _UnsendableError("a header that is no plain text")
        if name not in _OWN:
            headers[name] = value
    if request.body is not None:
        headers["content-type"] = "application/json"
    if request.authorization:
        headers["authorization"] = request.authorization.reveal()
    return headers


def _body(body: Any) -> tuple[str, bytes]:
    """Return the one format that is used, and what it holds."""
    if isinstance(body, dict):
        return "JSON", _exactly(body)
    if isinstance(body, list):
        return "JSON_ARRAY", orjson.dumps({"batch": orjson.dumps(body).decode()})
    if body is None:
        return "JSON", b"{}"
    raise _UnsendableError(f"a body that is {type(body).__name__}, neither an object nor a list,")


def _exactly(body: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(body, option=orjson.OPT_STRICT_INTEGER)
    except TypeError:  # Rare; and what else may be amiss with it is found here.
        return orjson.dumps(exact(body))


def exact(value: Any) -> Any:
    """Return a JSON value that survives Go's float64: whole numbers beyond it as text, all else as it is.

    >>> exact({"id": 2**53, "n": 7})
    {'id': '9007199254740992', 'n': 7}
    """
    if isinstance(value, dict):
        return {name: exact(item) for name, item in value.items()}
    if isinstance(value, list):
        return [exact(item) for item in value]
    return str(value) if isinstance(value, int) and not -_EXACT < value < _EXACT else value

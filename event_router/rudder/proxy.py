"""``/v1/destinations/{type}/proxy`` and its v0 form: rudder-server has us deliver, and is told how each job ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from event_router.destination import Destination
from event_router.doors.answers import Answer
from event_router.outcomes import Delivered, Misconfigured, Outcome, Rejected
from event_router.rudder.answers import JSON, refusal
from event_router.rudder.exchange import credentials, exchange
from event_router.rudder.origins import belongs
from event_router.rudder.outputs import error_text
from event_router.rudder.proxy_calls import ProxyCall, alone, read
from event_router.rudder.proxy_requests import bad_payload
from event_router.rudder.raw import BadBodyError
from event_router.rudder.statuses import BAD_CONFIG, BAD_EVENT, DELIVERY, RETRY, Status, stat_tags

if TYPE_CHECKING:  # It brings httpx along.
    from event_router.delivery import Sender
    from event_router.rudder.service import Served

#: Seconds that a destination may take where rudder-server does not say, and what it can ask for.
USUAL, SHORTEST, LONGEST = 10.0, 0.1, 600.0

_DIGITS = 12
_NOBODY = bad_payload("it names no job that could be told how it ends.")
_ELSEWHERE = bad_payload(
    "its endpoint is on none of the servers that the destination's Config names, and the key goes to those alone."
)


class Proxied(NamedTuple):
    """What becomes of a call.

    Attributes:
        answer: For rudder-server.
        code: The status code of its jobs, for figures: in v1 HTTP's own says nothing.
        reason: The reason's code; empty where all is well.
        trouble: What is wrong with the destination as a whole, for whoever runs it; ``None`` where nothing is.
    """

    answer: Answer
    code: int
    reason: str
    trouble: str | None = None


class _Ending(NamedTuple):
    """How a call's jobs end.

    Attributes:
        status: All the same.
        text: Why; ``success`` where all is well.
        reason: The reason's code; empty where all is well.
        all_of_them: Whether other events of the destination fare the same.
        apart: The destination refused what several jobs became together, so each is to be tried by itself.
    """

    status: Status
    text: str
    reason: str
    all_of_them: bool
    apart: bool = False


def seconds(header: bytes | None) -> float:
    """Return what ``RdProxy-Timeout``, which counts milliseconds, leaves a destination to answer.

    >>> seconds(b"2500")
    2.5
    """
    digits = (header or b"").strip()
    if not digits.isdigit():
        return USUAL
    return min(max(int(digits[:_DIGITS]) / 1000, SHORTEST), LONGEST)


async def deliver(
    served: Served,
    body: bytes,
    sender_of: Callable[[float], Awaitable[Sender]],
    *,
    v1: bool,
    timeout: float,  # noqa: ASYNC109  # The sender keeps to it.
) -> Proxied:
    """Send one request that rudder-server got from us, and return what becomes of its jobs.

    Args:
        served: The destination's type.
        body: The body of the call.
        sender_of: Returns what sends requests, each within so many seconds.
        v1: An answer for each job. Without it, the HTTP status is that of all of them.
        timeout: Seconds that the destination may take.
    """
    try:
        call = read(body)
    except BadBodyError as broken:
        # In v0 the HTTP status is the jobs' own, and they are not to blame for a body that was cut off.
        code = 400 if v1 else 500
        answer = refusal(code, f"[rudder.bad_payload] The body is no call of the proxy: {broken}")
        return Proxied(answer, code, "rudder.bad_payload")
    if v1 and not call.jobs:
        ending = _ended(_NOBODY, BAD_EVENT, ())
    else:
        destination = served.configs.get(call.destination()).destination
        ending = await _ending(destination, call, lambda: sender_of(timeout))
    tags = stat_tags(ending.status, DELIVERY, served.type, call.names)
    answer = _each(ending, tags, call.jobs) if v1 else _all(ending, tags)
    trouble = f"Destination {call.names.get('destinationId', '?')}: {ending.text}" if ending.all_of_them else None
    return Proxied(answer, ending.status.code(DELIVERY), ending.reason, trouble)


async def _ending(
    destination: Destination | Misconfigured, call: ProxyCall, opened: Callable[[], Awaitable[Sender]]
) -> _Ending:
    """Deliver the request; say why not where it may not be sent."""
    request = call.request
    if isinstance(request, Rejected):
        return _ended(request, BAD_EVENT, ())
    given = credentials(request.authorization)
    if isinstance(destination, Misconfigured):
        return _ended(destination, BAD_CONFIG, given)
    if not belongs(destination, request.url):
        return _ended(_ELSEWHERE, BAD_EVENT, given)
    outcome, status, _ = await exchange(destination, request, await opened())
    apart = isinstance(outcome, Rejected) and len(call.jobs) > 1
    ending = _ended(outcome, RETRY if apart else status, (*destination.secrets(), *given))
    return ending._replace(apart=apart)


def _ended(outcome: Outcome, status: Status, secrets: tuple[str, ...]) -> _Ending:
    if isinstance(outcome, Delivered):
        return _Ending(status, "success", "", all_of_them=False)
    text = error_text(outcome.reason, secrets)
    return _Ending(status, text, outcome.reason.code, all_of_them=isinstance(outcome, Misconfigured))


def _each(ending: _Ending, tags: dict[str, str] | None, jobs: tuple[bytes, ...]) -> Answer:
    """Return the answer of v1: each job's own, its metadata as it came ([S] protocol §4.2)."""
    code = ending.status.code(DELIVERY)
    said = b'{"statusCode":%d,"error":%b,"metadata":' % (code, orjson.dumps(ending.text))
    response = b",".join([said + (alone(job) if ending.apart else job) + b"}" for job in jobs])
    return Answer(200, _output(ending, tags, orjson.Fragment(b"[%b]" % response)), JSON)


def _all(ending: _Ending, tags: dict[str, str] | None) -> Answer:
    """Return the answer of v0: its HTTP status is that of all jobs."""
    return Answer(ending.status.code(DELIVERY), _output(ending, tags, None), JSON)


def _output(ending: _Ending, tags: dict[str, str] | None, response: Any) -> bytes:
    said = {"status": ending.status.code(DELIVERY), "message": ending.text, "response": response, "statTags": tags}
    return orjson.dumps({"output": {name: value for name, value in said.items() if value is not None}})

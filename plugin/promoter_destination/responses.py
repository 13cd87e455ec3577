"""What Promoter's answers mean.

Statuses and bodies are those of the vendor's documentation and clients; Django REST framework's where those are silent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson

from event_router.api import (
    Delivered,
    Misconfigured,
    Outcome,
    Reason,
    Rejected,
    Request,
    Response,
    Retry,
    Skipped,
)

#: [CLIENT] gem v2 fixtures: the one text for throttled, unsubscribed and inactive contacts.
NOT_ELIGIBLE = "not eligible"

_WORDS = 300
_TRANSIENT = frozenset({408, 423, 425})
_WRONG_ADDRESS = frozenset({404, 405, 410})
_NO_JSON = object()


def interpret(request: Request, response: Response) -> Outcome:
    """Return what an answer means. Never raises."""
    status, body = response.status, _json(response)
    if 200 <= status < 300:
        return _accepted(request, response, body)
    if status in {401, 403}:
        return _unauthorized(request, status, body)
    if status == 429:
        return Retry(
            Reason("promoter.throttled", f"Promoter asked us to slow down: {_words(body)}"), _after(response), True
        )
    if status >= 500 or status in _TRANSIENT:
        return _failing(request, response, body)
    if 300 <= status < 400:
        where = response.headers.get("location", "somewhere else")[:200]
        return _misconfigured("redirected", f"{request.url} sends us to {where}. Correct base_url or segment_url.")
    if status in _WRONG_ADDRESS:
        return _not_found(request, status, body)
    if 400 <= status < 500 and body is not _NO_JSON:
        return _refused(request, status, body)
    return _unreadable(request, response)


def _accepted(request: Request, response: Response, body: Any) -> Outcome:
    if request.kind in {"contact", "survey", "check"} and not isinstance(body, dict):
        return _unreadable(request, response)
    if body is _NO_JSON and _is_page(response):
        return _unreadable(request, response)
    return Delivered()


def _unauthorized(request: Request, status: int, body: Any) -> Misconfigured:
    code, what = (
        ("unauthorized", "did not accept the API key") if status == 401 else ("forbidden", "does not allow this")
    )
    return _misconfigured(
        code, f"Promoter {what} at {request.url}: {_words(body)} Check the API key, and what it may do."
    )


def _failing(request: Request, response: Response, body: Any) -> Outcome:
    if response.status == 501 and request.kind == "event":
        # [DOC] segment-docs partners/direct-destination: 501 says that the event's type is not supported.
        return Skipped(Reason("promoter.unsupported", f"Promoter has no use for this type of event: {_words(body)}"))
    after = _after(response)
    message = f"Promoter answered {response.status} at {request.url}: {_words(body)}"
    return Retry(Reason("promoter.unavailable", message), after, throttled=after is not None)


def _not_found(request: Request, status: int, body: Any) -> Outcome:
    if request.kind == "remove" and status == 404 and isinstance(body, dict):
        return Skipped(Reason("promoter.contact_not_found", "Promoter does not know this contact; it is gone already."))
    if request.kind == "survey" and status == 404 and isinstance(body, dict):
        campaign = request.body["campaign_id"]
        return _misconfigured(
            "campaign_not_found", f"Promoter has no campaign {campaign}: {_words(body)} Check the settings."
        )
    return _misconfigured(
        "not_found", f"There is no Promoter API at {request.url} ({status}). Check base_url and segment_url."
    )


def _refused(request: Request, status: int, body: Any) -> Outcome:
    words = _words(body)
    if request.kind == "survey" and status == 400 and NOT_ELIGIBLE in words:
        message = f"Promoter does not survey this contact now (surveyed lately, unsubscribed or inactive): {words}"
        return Skipped(Reason("promoter.not_eligible", message))
    return Rejected(Reason("promoter.refused", f"Promoter refused the {request.kind} ({status}): {words}"))


def _unreadable(request: Request, response: Response) -> Retry:
    start = response.body[:60].decode("utf-8", "replace")
    message = f"{request.url} answered {response.status} with something that is not Promoter's: {start!r}"
    return Retry(Reason("promoter.not_json", message))


def _misconfigured(code: str, message: str) -> Misconfigured:
    return Misconfigured(Reason(f"promoter.{code}", message))


def _json(response: Response) -> Any:
    try:
        return orjson.loads(response.body)
    except orjson.JSONDecodeError:
        return _NO_JSON


def _is_page(response: Response) -> bool:
    return "html" in response.headers.get("content-type", "").lower() or response.body.lstrip()[:1] == b"<"


def _after(response: Response) -> float | None:
    """Return the seconds of Retry-After, whose date form counts from the answer's own Date, since we have no clock."""
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdecimal():
        return float(value[:9])
    until, since = _date(value), _date(response.headers.get("date", ""))
    return max(0.0, (until - since).total_seconds()) if until and since else None


def _date(text: str) -> datetime | None:
    # Imported late: it costs 8 ms, and few servers send Retry-After as a date.
    from email.utils import parsedate_to_datetime

    try:
        time = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return time if time.tzinfo else None


def _words(body: Any) -> str:
    """Return Promoter's own words: the messages of an error body in one line."""
    words = "(no words)" if body is _NO_JSON else " ".join(_messages(body, 4)) or "(no words)"
    return words if len(words) <= _WORDS else f"{words[:_WORDS]}…"


def _messages(body: Any, depth: int) -> Iterator[str]:
    if isinstance(body, str):
        yield body[:_WORDS]
    elif isinstance(body, list) and depth:
        for item in body[:10]:
            yield from _messages(item, depth - 1)
    elif isinstance(body, dict) and depth:
        for field, item in list(body.items())[:10]:
            said = " ".join(_messages(item, depth - 1))
            yield said if field in {"detail", "message", "non_field_errors"} else f"{field[:60]}: {said}"

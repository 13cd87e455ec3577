"""The least that is a plugin, as a module: it takes no events at all, which is within the contract."""

from __future__ import annotations

from event_router.api import (
    Delivered,
    DestinationInfo,
    Misconfigured,
    Outcome,
    Reason,
    Rejected,
    Response,
    Retry,
    hookimpl,
)


@hookimpl
def destination_info() -> DestinationInfo:
    """Say who this is."""
    return DestinationInfo("tiny", "Tiny", ("Tiny",), {"type": "object"}, ())


@hookimpl
def interpret_response(response: Response) -> Outcome:
    """Say what an answer means, to nothing."""
    reason = Reason(f"tiny.{response.status}", "Nothing was sent.")
    if response.status == 401:
        return Misconfigured(reason)
    if response.status in {408, 429} or response.status >= 500:
        text = response.headers.get("retry-after", "")[:9]
        return Retry(reason, int(text) if text.isdecimal() else None)
    return Delivered() if response.status < 300 else Rejected(reason)

"""What the tests of the worker send, and the destination it goes to: its answers' status says what becomes of an event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support import identify, plugin

from event_router.api import (
    Contact,
    Delivered,
    DestinationInfo,
    Event,
    Misconfigured,
    Outcome,
    Parked,
    Reason,
    Rejected,
    Request,
    Response,
    Retry,
    Skipped,
    Transformed,
)
from event_router.destination import Destination, configure
from event_router.plugins import load_object

KEY = "a-key-of-the-shop"
EARLIER, LATER = "2026-11-23T15:01:40.000Z", "2026-11-23T15:01:50.000Z"
DELIVERED, MERGED = ("delivered", "delivered"), ("delivered", "event.merged")
DELETION: Event = {"type": "delete", "messageId": "d", "userId": "12345", "timestamp": LATER}


class Died(BaseException):
    """A worker's end, in the middle of something."""


async def die(*args: Any, **kwargs: Any) -> Any:
    """Take the place of something that is never done."""
    raise Died


def say(message_id: str, time: str | None = EARLIER, **traits: Any) -> Event:
    """Return an identify of one person."""
    return identify(messageId=message_id, timestamp=time, traits={"email": "t@x.co", **traits})


def person(number: int, **changes: Any) -> dict[str, Any]:
    """Return an identify of one of many people."""
    return identify(userId=f"{number}", **{"messageId": f"m-{number}"} | changes)


def parked() -> Parked:
    """Let everything wait."""
    return Parked(Reason("small.closed", "Closed today."))


def destination(**functions: Callable[..., Any]) -> Destination:
    """Return a destination whose answers' status says what becomes of an event, and whose tracks need a contact."""
    known: dict[str, Callable[..., Any]] = {
        "destination_info": _info,
        "transform_track": _track,
        "transform_order_completed": _order,
        "transform_delete": _delete,
        "interpret_response": _interpret,
    }
    return configure("small", load_object("small", plugin(**known | functions)), {"key": KEY})


def _info() -> DestinationInfo:
    schema = {"type": "object", "properties": {"key": {"type": "string", "writeOnly": True}}}
    return DestinationInfo("small", "Small", ("Small",), schema, (), ("email", "plan"))


def _track(event: Event, contact: Contact | None) -> Transformed | Parked:
    if contact is None:
        return Parked(Reason("small.no_contact", "Nobody knows them."))
    return Transformed((Request("survey", "POST", "http://x/survey", [event["messageId"], contact.traits]),))


def _order(event: Event, contact: Contact | None) -> Transformed | Parked:
    survey = _track(event, contact)
    order = Request("order", "POST", "http://x/order", event["messageId"])
    return survey._replace(requests=(order, *survey.requests)) if isinstance(survey, Transformed) else survey


def _delete(contact: Contact | None) -> Transformed | Skipped:
    if contact is None:
        return Skipped(Reason("small.unknown", "Nobody knows them."))
    return Transformed((Request("remove", "POST", "http://x/remove", contact.traits),))


def _interpret(response: Response) -> Outcome:
    reason = Reason(f"small.{response.status}", f"It said {response.status}.")
    match response.status:
        case 200:
            return Delivered()
        case 202:
            return Parked(reason)
        case 204:
            return Skipped(reason)
        case 401:
            return Misconfigured(reason)
        case 429:
            return Retry(reason, float(response.headers["retry-after"]), throttled=True)
        case 503:
            return Retry(reason)
    return Rejected(reason)

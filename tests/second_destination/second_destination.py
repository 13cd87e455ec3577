"""A destination that is not Promoter: it writes events into a ledger over HTTP. An event named ``Poison`` ends its process."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

from event_router.api import (
    Contact,
    Contract,
    Delivered,
    DestinationInfo,
    Event,
    Misconfigured,
    Outcome,
    Reason,
    Rejected,
    Request,
    Response,
    Retry,
    Transformed,
    hookimpl,
)

#: What the entry point names.
PLUGIN = sys.modules[__name__]

_SETTINGS = {
    "type": "object",
    "properties": {"url": {"type": "string"}},
    "required": ["url"],
    "additionalProperties": False,
}
_HAS_USER = {"type": "object", "required": ["userId"]}


@hookimpl
def destination_info() -> DestinationInfo:
    """Say who this is."""
    contracts = tuple(Contract(kind, kind, _HAS_USER) for kind in ("identify", "track", "delete"))
    return DestinationInfo("ledger", "Ledger", ("Ledger",), _SETTINGS, contracts, remember=("email",))


@hookimpl
def transform_identify(event: Event, settings: Mapping[str, Any]) -> Transformed:
    """Write down a person."""
    return _entry(event, settings, email=event.get("traits", {}).get("email"))


@hookimpl
def transform_track(event: Event, settings: Mapping[str, Any], contact: Contact | None) -> Transformed:
    """Write down what a person did, with the e-mail that is remembered."""
    if event["event"] == "Poison":
        os._exit(13)
    return _entry(event, settings, event=event["event"], email=contact and contact.traits.get("email"))


@hookimpl
def transform_delete(event: Event, settings: Mapping[str, Any]) -> Transformed:
    """Strike a person out."""
    return _entry(event, settings)


@hookimpl
def interpret_response(response: Response) -> Outcome:
    """Say what the ledger's answer means."""
    reason = Reason(f"ledger.{response.status}", f"The ledger answered {response.status}.")
    if response.status < 300:
        return Delivered()
    if response.status == 401:
        return Misconfigured(reason)
    return Retry(reason) if response.status >= 500 else Rejected(reason)


def _entry(event: Event, settings: Mapping[str, Any], /, **more: Any) -> Transformed:
    body = {"id": event["messageId"], "type": event["type"], "user": event["userId"], **more}
    return Transformed((Request("entry", "POST", f"{settings['url']}/entries", body),))

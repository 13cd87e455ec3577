"""A destination that is not Promoter: it writes events into a ledger over HTTP. An event named ``Poison`` ends its process."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from event_router.api import (
    Contact,
    Context,
    Contract,
    Delivered,
    DestinationInfo,
    Dropped,
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
_TRANSIENT = frozenset({408, 429})


@hookimpl
def destination_info() -> DestinationInfo:
    """Say who this is."""
    contracts = tuple(Contract(kind, kind, _HAS_USER) for kind in ("identify", "track", "delete"))
    return DestinationInfo("ledger", "Ledger", ("Ledger",), _SETTINGS, contracts, remember=("email",))


@hookimpl
def transform_identify(event: Event, settings: Mapping[str, Any], context: Context) -> Transformed:
    """Write down a person, by e-mail."""
    traits = event.get("traits", {})
    entry = _entry(event, settings, context, email=traits.get("email"))
    return Transformed((entry,), _no_place("$.traits", set(traits) - {"email"}))


@hookimpl
def transform_track(
    event: Event, settings: Mapping[str, Any], contact: Contact | None, context: Context
) -> Transformed:
    """Write down what a person did, with the e-mail that is remembered."""
    if event["event"] == "Poison":
        os._exit(13)
    entry = _entry(event, settings, context, event=event["event"], email=contact and contact.traits.get("email"))
    return Transformed((entry,), _no_place("$.properties", event.get("properties", {})))


@hookimpl
def transform_delete(event: Event, settings: Mapping[str, Any], context: Context) -> Transformed:
    """Strike a person out."""
    return Transformed((_entry(event, settings, context),), forget=True)


@hookimpl
def interpret_response(response: Response) -> Outcome:
    """Say what the ledger's answer means."""
    reason = Reason(f"ledger.{response.status}", f"The ledger answered {response.status}.")
    if response.status < 300:
        return Delivered()
    if response.status == 401:
        return Misconfigured(reason)
    if response.status in _TRANSIENT or response.status >= 500:
        return Retry(reason, _after(response), throttled=response.status == 429)
    return Rejected(reason)


def _after(response: Response) -> float | None:
    text = response.headers.get("retry-after", "")
    return float(text[:9]) if text.isascii() and text.isdecimal() else None


def _entry(event: Event, settings: Mapping[str, Any], context: Context, /, **more: Any) -> Request:
    body = {"id": event["messageId"], "type": event["type"], "user": event["userId"], **more}
    headers = {"idempotency-key": f"{context.destination}:{quote(event['messageId'], safe='')}"}
    return Request("entry", "POST", f"{settings['url']}/entries", body, headers)


def _no_place(path: str, names: Iterable[str]) -> tuple[Dropped, ...]:
    return tuple(Dropped(f"{path}.{name}", "the ledger has no place for it") for name in sorted(names))

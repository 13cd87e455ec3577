"""Custom events: the only Promoter endpoint known to take them is the one Segment used.

[DOC] the Segment catalog's own endpoint setting of the direct integration; one POST an event, Basic auth.
"""

from __future__ import annotations

from event_router.api import Contact, Context, Event, Request, Transformed
from promoter_destination.settings import Settings, idempotency_headers

_STORED = ("type", "event", "messageId", "userId", "timestamp", "properties")
_RAW = ("type", "event", "messageId", "userId", "anonymousId", "timestamp", "traits", "properties", "context")


def order(event: Event, settings: Settings, context: Context) -> Transformed:
    """Return the call that stores a canonical order. It holds the order and no more: no address, no device."""
    return Transformed((_request(event, _STORED, settings, context),))


def raw_event(event: Event, settings: Settings, context: Context, contact: Contact | None = None) -> Request:
    """Return the call that hands a canonical event on as Segment's direct integration did, its context included.

    ``contact`` is, for an identify, what is known so far.
    """
    return _request(event, _RAW, settings, context, contact)


def _request(
    event: Event, fields: tuple[str, ...], settings: Settings, context: Context, contact: Contact | None = None
) -> Request:
    body = {}
    # A plain loop: in Python 3.11 a comprehension is a function of its own, which costs as much as half of the fields.
    for name in fields:
        if name in event:
            body[name] = event[name]
    headers = idempotency_headers(event, context, contact)
    return Request("event", "POST", settings.segment_url, body, headers, settings.basic)

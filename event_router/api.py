"""What a plugin author imports, and all of it.

>>> from event_router.api import Contact, Context, DestinationInfo, Request, Transformed, hookimpl
"""

from __future__ import annotations

from event_router.hooks import (
    HOOKSPEC_VERSION,
    Contact,
    Context,
    Contract,
    DestinationInfo,
    Transformed,
    hookimpl,
    hookspec,
)
from event_router.messages import Authorization, Request, Response, Secret
from event_router.outcomes import (
    Delivered,
    Dropped,
    Event,
    Misconfigured,
    Outcome,
    Parked,
    Problem,
    Reason,
    Refusal,
    Rejected,
    Retry,
    Skipped,
)
from event_router.spelling import event_key

__all__ = [
    "HOOKSPEC_VERSION",
    "Authorization",
    "Contact",
    "Context",
    "Contract",
    "Delivered",
    "DestinationInfo",
    "Dropped",
    "Event",
    "Misconfigured",
    "Outcome",
    "Parked",
    "Problem",
    "Reason",
    "Refusal",
    "Rejected",
    "Request",
    "Response",
    "Retry",
    "Secret",
    "Skipped",
    "Transformed",
    "event_key",
    "hookimpl",
    "hookspec",
]

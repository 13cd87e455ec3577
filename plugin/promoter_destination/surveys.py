"""Surveys: which campaign asks whom, and when nobody is asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from event_router.api import (
    Contact,
    Context,
    Dropped,
    Event,
    Parked,
    Reason,
    Refusal,
    Request,
    Skipped,
    Transformed,
    event_key,
)
from promoter_destination.attributes import flatten
from promoter_destination.contacts import known_traits, person
from promoter_destination.settings import Settings, idempotency_headers

_NO_CAMPAIGN = Skipped(
    Reason(
        "promoter.no_campaign",
        "No campaign surveys for this event. To survey for it, name it in surveys, or set campaign_id.",
    )
)
_TOO_OLD = Skipped(Reason("promoter.too_old", "The event is older than survey_max_age; nobody is surveyed for it."))
_REPLAY = Skipped(Reason("promoter.replay", "The event is replayed; a replay surveys nobody unless it is asked to."))
_UNKNOWN = Parked(
    Reason(
        "promoter.contact_unknown",
        "No contact is known for this userId yet. It takes an identify with this userId and an e-mail first.",
    )
)


def survey(event: Event, settings: Settings, contact: Contact | None, context: Context) -> Transformed | Refusal:
    """Return the call that surveys the person of a canonical track, or why nobody is surveyed."""
    campaign = _campaign(event, settings)
    if campaign is None:
        return _NO_CAMPAIGN
    if refusal := _untimely(event, settings, context):
        return refusal
    traits = known_traits(event, contact)
    if traits is None:
        return _UNKNOWN
    return _request(event, settings, campaign, traits, context)


def with_survey(
    stored: Transformed, event: Event, settings: Settings, contact: Contact | None, context: Context
) -> Transformed | Refusal:
    """Add a survey to a stored order where ``surveys`` names it; ``campaign_id`` alone does not count for orders."""
    campaign = settings.surveys.get(event_key(event["event"]))
    if campaign is None or _untimely(event, settings, context):
        return stored
    traits = known_traits(event, contact)
    if traits is None:
        return _UNKNOWN
    asked = _request(event, settings, campaign, traits, context)
    return Transformed(stored.requests + asked.requests, stored.dropped + asked.dropped)


def _campaign(event: Event, settings: Settings) -> int | None:
    if not settings.surveys and not settings.survey_events:
        return settings.campaign_id
    name = event_key(event["event"])
    named = settings.surveys.get(name)
    if named is None and (not settings.survey_events or name in settings.survey_events):
        return settings.campaign_id
    return named


def _untimely(event: Event, settings: Settings, context: Context) -> Skipped | None:
    if context.replay:
        return _REPLAY
    time, limit = event.get("timestamp"), settings.survey_max_age
    if limit is not None and time is not None and context.now - datetime.fromisoformat(time) > limit:
        return _TOO_OLD
    return None


def _request(
    event: Event, settings: Settings, campaign: int, traits: Mapping[str, Any], context: Context
) -> Transformed:
    attributes: dict[str, Any] = {"event": event["event"]}
    properties = event.get("properties")
    dropped: tuple[Dropped, ...] = ()
    if properties:
        dropped = flatten(properties, settings, attributes, "$.properties", as_text=False)
    body = {"campaign_id": campaign, "contact": person(traits), "attributes": attributes}
    headers = idempotency_headers(event, context)
    return Transformed((Request("survey", "POST", settings.survey_url, body, headers, settings.token),), dropped)

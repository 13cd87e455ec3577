"""The hooks: which function of this package answers which call of the host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import promoter_schemas
from event_router.api import (
    Contact,
    Context,
    Contract,
    DestinationInfo,
    Event,
    Outcome,
    Refusal,
    Request,
    Response,
    Transformed,
    hookimpl,
)
from promoter_destination import contacts, custom_events, responses, surveys
from promoter_destination.settings import Settings


@hookimpl
def destination_info() -> DestinationInfo:
    """Say who we are, as Segment's catalog did."""
    schema = promoter_schemas.load
    return DestinationInfo(
        name="promoter",
        display_name="Promoter.io",
        integrations=("Promoter.io", "Promoter", "PROMOTER", "promoter"),
        settings_schema=schema("settings"),
        contracts=(
            Contract("identify", "identify", schema("events/identify")),
            Contract("track", "track", schema("events/track")),
            Contract("Order Completed", "track", schema("events/order_completed"), event="Order Completed"),
            Contract("delete", "delete", schema("events/delete")),
        ),
        remember=("email", "firstName", "lastName"),
    )


@hookimpl
def load_settings(settings: Mapping[str, Any]) -> Settings:
    """Work out once what every event needs."""
    return Settings.load(settings)


@hookimpl
def transform_identify(
    event: Event, settings: Settings, contact: Contact | None, context: Context
) -> Transformed | Refusal:
    """Make or update the contact."""
    if settings.raw_events:
        return Transformed((custom_events.raw_event(event, settings, context, contact),))
    return contacts.upsert(event, settings, contact, context)


@hookimpl
def transform_track(
    event: Event, settings: Settings, contact: Contact | None, context: Context
) -> Transformed | Refusal:
    """Survey the contact."""
    if settings.raw_events:
        return Transformed((custom_events.raw_event(event, settings, context),))
    return surveys.survey(event, settings, contact, context)


@hookimpl
def transform_order_completed(
    event: Event, settings: Settings, contact: Contact | None, context: Context
) -> Transformed | Refusal:
    """Store the order; survey too where the settings name it."""
    if settings.raw_events:
        return Transformed((custom_events.raw_event(event, settings, context),))
    return surveys.with_survey(custom_events.order(event, settings, context), event, settings, contact, context)


@hookimpl
def transform_delete(
    event: Event, settings: Settings, contact: Contact | None, context: Context
) -> Transformed | Refusal:
    """Remove the contact."""
    if settings.raw_events:
        return Transformed((custom_events.raw_event(event, settings, context),), forget=True)
    return contacts.remove(event, settings, contact, context)


@hookimpl
def interpret_response(request: Request, response: Response) -> Outcome:
    """Say what Promoter's answer means."""
    return responses.interpret(request, response)


@hookimpl
def connection_check(settings: Settings) -> Request:
    """Ask for the campaigns: the smallest call that needs the key and changes nothing."""
    return Request("check", "GET", settings.check_url, authorization=settings.token)

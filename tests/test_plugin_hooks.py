"""The hooks: what the plugin says of itself, and the whole of each call that it asks for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from support import KEY, TIME, identify, order, promoter, track

import promoter_schemas
from event_router.api import Authorization, Contact, Context, Contract, Dropped, Request, Secret, Transformed
from event_router.dispatch import decide

CONTEXT = Context("promoter", datetime(2026, 11, 24, tzinfo=UTC))
CONTACT = Contact("12345", {"email": "ted@mosbiusdesigns.com"}, TIME)
TOKEN = Authorization("Token", Secret(KEY))
BASIC = Authorization("Basic", Secret("cHJvbW90ZXItdGVzdC1rZXk6"))
DELETE = {"type": "delete", "messageId": "m-4", "userId": "12345"}
PERSON = {"email": "ted@mosbiusdesigns.com"}


def becomes(event: Any, **settings: Any) -> Any:
    """Return what a canonical event becomes."""
    return decide(promoter(**settings), event, CONTACT, CONTEXT)[1]


def test_what_it_says_of_itself() -> None:
    """Its names are those of Segment's catalog; each contract is the published schema of its kind."""
    info = promoter().plugin.info
    assert (info.name, info.display_name) == ("promoter", "Promoter.io")
    assert info.integrations == ("Promoter.io", "Promoter", "PROMOTER", "promoter")
    assert info.settings_schema == promoter_schemas.load("settings")
    assert info.contracts == (
        Contract("identify", "identify", promoter_schemas.load("events/identify")),
        Contract("track", "track", promoter_schemas.load("events/track")),
        Contract("Order Completed", "track", promoter_schemas.load("events/order_completed"), "Order Completed"),
        Contract("delete", "delete", promoter_schemas.load("events/delete")),
    )


def test_what_is_remembered_of_a_person() -> None:
    """The fields of Promoter's contacts, for the surveys that come later; no other trait is worth keeping."""
    assert promoter().plugin.info.remember == ("email", "firstName", "lastName")


def test_the_connection_is_checked_without_a_change() -> None:
    """The check asks for a page of campaigns, with the key and without a body."""
    destination = promoter(base_url="https://proxy.example/X/")
    check = destination.plugin.hooks["connection_check"](destination.settings)
    url = "https://proxy.example/X/api/campaigns/?page=1"
    assert check == Request("check", "GET", url, authorization=TOKEN)


def test_identify_is_one_call() -> None:
    """The whole request; numbers are text for v1, and what is left out is reported with its path."""
    traits = {**PERSON, "firstName": "", "lastName": "Mosby", "age": 33, "tags": []}
    body = {**PERSON, "last_name": "Mosby", "attributes": {"user_id": "12345", "age": "33"}}
    url, headers = "https://app.promoter.io/api/contacts/", {"idempotency-key": "promoter:m-1"}
    made = becomes(identify(traits=traits))
    assert made == Transformed(
        (Request("contact", "POST", url, body, headers, TOKEN),), (Dropped("$.traits.tags", "empty"),)
    )


def test_track_is_one_call() -> None:
    """The whole request; numbers and booleans stay what they are for v2, and what is left out is reported."""
    attributes = {"event": "Friend Invited", "totalInvites": 50, "paid": True}
    body = {"campaign_id": 1, "contact": PERSON, "attributes": attributes}
    url, headers = "https://app.promoter.io/api/v2/survey/", {"idempotency-key": "promoter:m-2"}
    made = becomes(track(properties={"totalInvites": 50, "paid": True, "note": None}))
    assert made == Transformed(
        (Request("survey", "POST", url, body, headers, TOKEN),), (Dropped("$.properties.note", "null"),)
    )


def test_track_without_properties_drops_nothing() -> None:
    """Where there are no properties, the event's name is the one attribute."""
    made = becomes(track(properties={}))
    assert made.requests[0].body["attributes"] == {"event": "Friend Invited"}
    assert made.dropped == ()


def test_an_order_is_stored_and_surveyed() -> None:
    """Two calls of one event: the order as it is, then the survey; what the survey cannot take is reported."""
    event = order()
    stored = {name: event[name] for name in ("type", "event", "messageId", "userId", "timestamp", "properties")}
    made = becomes(event, surveys={"Order Completed": 2})
    url, headers = "https://segment.promoter.io/api/segment/", {"idempotency-key": "promoter:m-3"}
    assert made.requests[0] == Request("event", "POST", url, stored, headers, BASIC)
    assert [(one.kind, one.headers) for one in made.requests] == [("event", headers), ("survey", headers)]
    assert made.dropped == (Dropped("$.properties.products", "a list of objects or lists"),)


def test_delete_is_one_call() -> None:
    """The whole request, after which the contact is forgotten."""
    url, headers = "https://app.promoter.io/api/contacts/remove/", {"idempotency-key": "promoter:m-4"}
    assert becomes(DELETE) == Transformed((Request("remove", "POST", url, PERSON, headers, TOKEN),), forget=True)


def test_the_addresses_follow_the_base() -> None:
    """A slash at the end of base_url is one too many; a path before it stays."""
    made = [becomes(event, base_url="https://proxy.example/X/") for event in (identify(), track(), DELETE)]
    assert [one.requests[0].url for one in made] == [
        "https://proxy.example/X/api/contacts/",
        "https://proxy.example/X/api/v2/survey/",
        "https://proxy.example/X/api/contacts/remove/",
    ]

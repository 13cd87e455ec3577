"""Contacts: identify makes or updates one, delete removes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from event_router.api import (
    Contact,
    Context,
    Event,
    Reason,
    Request,
    Skipped,
    Transformed,
)
from promoter_destination.attributes import flatten
from promoter_destination.emails import is_email
from promoter_destination.settings import Settings, idempotency_headers

#: Traits that are fields of the contact itself; every other trait becomes an attribute ([DOC] help.promoter.io).
FIELDS = frozenset({"email", "firstName", "lastName"})

_UNKNOWN = Skipped(
    Reason(
        "promoter.delete_unknown_contact",
        "No contact is remembered for this user, so nothing was removed. If Promoter knows the person, remove them there "
        "by e-mail.",
    )
)


def upsert(event: Event, settings: Settings, contact: Contact | None, context: Context) -> Transformed:
    """Return the call that makes or updates the contact of a canonical identify; ``contact`` is what is known so far."""
    traits = event["traits"]
    body = person(traits)
    if settings.contact_lists:
        body["contact_list"] = settings.contact_lists
    attributes = {"user_id": event["userId"]}
    body["attributes"] = attributes
    dropped = flatten(traits, settings, attributes, "$.traits", as_text=True, reserved=FIELDS)
    headers = idempotency_headers(event, context, contact)
    return Transformed((Request("contact", "POST", settings.contacts_url, body, headers, settings.token),), dropped)


def person(traits: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Promoter is told of a person: the e-mail, and the names there are.

    Promoter may refuse a contact for a blank name ([ORACLE]), so blanks are not sent.
    """
    body: dict[str, Any] = {"email": traits["email"]}
    if (name := traits.get("firstName")) and name.__class__ is str:
        body["first_name"] = name
    if (name := traits.get("lastName")) and name.__class__ is str:
        body["last_name"] = name
    return body


def known_traits(event: Event, contact: Contact | None) -> Mapping[str, Any] | None:
    """Return the traits of the person an event is about: the remembered contact's, else the event's own, else nothing.

    The event's own are those of context.traits, with which libraries repeat what they know of the person.
    """
    if contact is not None and "email" in contact.traits:
        return contact.traits
    traits = event.get("traits")
    return traits if isinstance(traits, dict) and is_email(traits.get("email")) else None


def remove(event: Event, settings: Settings, contact: Contact | None, context: Context) -> Transformed | Skipped:
    """Return the call that removes the contact of a canonical delete.

    Segment names the person by userId alone ([DOC] segment-docs partners/spec), so the e-mail is the remembered one; an
    id that is an e-mail itself serves too, as it did in Segment's own layer ([LEGACY] facade).
    """
    traits = known_traits(event, contact)
    email = traits["email"] if traits else event["userId"]
    if not is_email(email):
        return _UNKNOWN
    headers = idempotency_headers(event, context)
    return Transformed(
        (Request("remove", "POST", settings.remove_url, {"email": email}, headers, settings.token),), forget=True
    )

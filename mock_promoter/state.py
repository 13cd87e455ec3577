"""What an account holds: contacts, lists, campaigns, surveys, custom events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

#: Answers kept for repeated Idempotency-Keys; older ones make room.
MOST_REPLAYS = 100_000


@dataclass(slots=True)
class Contact:
    """A contact; its e-mail is its identity."""

    id: int
    email: str
    created: datetime
    first_name: str = ""
    last_name: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    unsubscribed: bool = False
    surveyed: datetime | None = None


@dataclass(slots=True)
class ContactList:
    """A list of contacts, by id, in the order they came."""

    id: int
    name: str
    contacts: dict[int, None] = field(default_factory=dict)


@dataclass(slots=True)
class Campaign:
    """A campaign, with the list that its contacts are in."""

    id: int
    name: str
    list_id: int
    drip_duration: int = 7
    launched: datetime | None = None
    last_surveyed: datetime | None = None


@dataclass(slots=True)
class Account:
    """Everything behind one API key; fresh, it has list 1 "Default" and campaign 1 "Segment".

    ``contacts`` are by e-mail in lower case; ``surveys`` and ``events`` as they came, with the time; ``replays`` are
    answers by path and Idempotency-Key.
    """

    contacts: dict[str, Contact] = field(default_factory=dict)
    lists: dict[int, ContactList] = field(default_factory=lambda: {1: ContactList(1, "Default")})
    campaigns: dict[int, Campaign] = field(default_factory=lambda: {1: Campaign(1, "Segment", 1)})
    surveys: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    replays: dict[tuple[str, str], Any] = field(default_factory=dict)
    last_contact: int = 0

    def upsert(self, fields: Mapping[str, Any], now: datetime) -> tuple[Contact, bool]:
        """Make or update the contact of an e-mail; return it, and whether it is new.

        Attributes are merged ([DOC] an import updates existing contacts). A name that is not given stays.
        """
        key = fields["email"].lower()
        contact = self.contacts.get(key)
        new = contact is None
        if contact is None:
            self.last_contact += 1
            contact = self.contacts[key] = Contact(self.last_contact, fields["email"], now)
        contact.first_name = fields.get("first_name", contact.first_name)
        contact.last_name = fields.get("last_name", contact.last_name)
        contact.attributes.update(fields.get("attributes", {}))
        return contact, new

    def remove(self, email: str) -> Contact | None:
        """Remove a contact from the account and all lists; return it."""
        contact = self.contacts.pop(email.lower(), None)
        if contact is not None:
            for contact_list in self.lists.values():
                contact_list.contacts.pop(contact.id, None)
        return contact

    def by_id(self, contact_id: int) -> Contact | None:
        """Return a contact by its number."""
        return next((contact for contact in self.contacts.values() if contact.id == contact_id), None)

    def keep(self, path: str, key: str, answer: Any) -> None:
        """Keep the answer of a write for calls with the same Idempotency-Key."""
        if len(self.replays) >= MOST_REPLAYS:
            del self.replays[next(iter(self.replays))]
        self.replays[path, key] = answer


def iso(time: datetime | None) -> str | None:
    """Return a time as Promoter writes it ([CLIENT] gem fixtures; microseconds where there are some).

    >>> iso(datetime(2014, 12, 12, 10, tzinfo=UTC))
    '2014-12-12T10:00:00Z'
    """
    return time.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z" if time else None


def contact_json(contact: Contact) -> dict[str, Any]:
    """Return a contact as the API shows it ([CLIENT] gem spec/fixtures/v1/contacts.json)."""
    return {
        "id": contact.id,
        "email": contact.email,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "created_date": iso(contact.created),
        "attributes": contact.attributes.copy(),
    }

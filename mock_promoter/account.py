"""Everything behind one API key: what Promoter keeps for it, its switches, its clock, its limit."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mock_promoter.choices import Choices
from mock_promoter.clock import Clock
from mock_promoter.kept import MOST_KEPT, Kept
from mock_promoter.model import (
    Campaign,
    Contact,
    ContactList,
    CustomEvent,
    Feedback,
    Notice,
    Survey,
    Template,
    Webhook,
)
from mock_promoter.rate_limit import RateLimit

#: Contacts join it when neither list nor campaign says otherwise ([CLIENT] "a default generated list").
DEFAULT_LIST = 1


@dataclass(slots=True)
class Account:
    """An account; fresh, it has list 1 "Default" and campaign 1 "Segment".

    Attributes:
        contacts: By identity, which is the e-mail.
        replays: Answers of writes by path and Idempotency-Key, the newest.
        notices: What webhooks are still to be told.
        ids: The last id given, by kind.
    """

    name: str = "default"
    choices: Choices = field(default_factory=Choices)
    clock: Clock = field(default_factory=Clock)
    limit: RateLimit = field(default_factory=RateLimit)
    contacts: dict[str, Contact] = field(default_factory=dict)
    lists: dict[int, ContactList] = field(default_factory=lambda: {DEFAULT_LIST: ContactList(DEFAULT_LIST, "Default")})
    campaigns: dict[int, Campaign] = field(default_factory=lambda: {1: Campaign(1, "Segment", DEFAULT_LIST)})
    templates: dict[int, Template] = field(default_factory=dict)
    surveys: Kept[Survey] = field(default_factory=Kept)
    events: Kept[CustomEvent] = field(default_factory=Kept)
    feedback: dict[int, Feedback] = field(default_factory=dict)
    webhooks: dict[int, Webhook] = field(default_factory=dict)
    replays: OrderedDict[tuple[str, str], Any] = field(default_factory=OrderedDict)
    notices: list[Notice] = field(default_factory=list)
    ids: Counter[str] = field(default_factory=lambda: Counter(list=1, campaign=1))
    _by_id: dict[int, Contact] = field(default_factory=dict)
    _by_user: dict[str, Contact] = field(default_factory=dict)

    def next_id(self, kind: str) -> int:
        """Return the next id of a kind; ids of what is gone are never given again."""
        self.ids[kind] += 1
        return self.ids[kind]

    def default_list(self) -> int:
        """Return the id of the default list; it is made where a seed has none."""
        if DEFAULT_LIST not in self.lists:
            self.lists[DEFAULT_LIST] = ContactList(DEFAULT_LIST, "Default")
            self.ids["list"] = max(self.ids["list"], DEFAULT_LIST)
        return DEFAULT_LIST

    def identity(self, email: str) -> str:
        """Return what makes an e-mail the same as another."""
        return email.lower() if self.choices.email_case == "ignored" else email

    def by_email(self, email: str) -> Contact | None:
        """Return the contact of an e-mail."""
        return self.contacts.get(self.identity(email))

    def by_id(self, contact_id: int) -> Contact | None:
        """Return the contact of an id."""
        return self._by_id.get(contact_id)

    def by_user(self, user_id: str) -> Contact | None:
        """Return the contact of a Segment userId."""
        return self._by_user.get(user_id)

    def add(self, contact: Contact) -> Contact:
        """Keep a contact; return it."""
        self.contacts[self.identity(contact.email)] = contact
        self._by_id[contact.id] = contact
        if contact.user_id is not None:
            self.know(contact, contact.user_id)
        return contact

    def know(self, contact: Contact, user_id: str) -> None:
        """Remember the Segment userId of a contact; the latest of a person counts, and so does the latest contact of an id."""
        before = self._by_user.get(user_id)
        if before is not None:
            before.user_id = None
        if contact.user_id is not None:
            self._by_user.pop(contact.user_id, None)
        contact.user_id = user_id
        self._by_user[user_id] = contact

    def remove(self, contact: Contact) -> None:
        """Forget a contact; its feedback stays."""
        del self.contacts[self.identity(contact.email)], self._by_id[contact.id]
        if contact.user_id is not None:
            del self._by_user[contact.user_id]

    def upsert(self, fields: Mapping[str, Any], now: datetime) -> tuple[Contact, bool]:
        """Make or update the contact of an e-mail; return it, and whether it is new.

        Attributes are merged ([DOC] an import updates existing contacts). A name that is not given stays.
        """
        contact = self.contacts.get(self.identity(fields["email"]))
        new = contact is None
        if contact is None:
            contact = self.add(Contact(self.next_id("contact"), fields["email"], now))
        contact.updated = now
        contact.first_name = fields.get("first_name", contact.first_name)
        contact.last_name = fields.get("last_name", contact.last_name)
        contact.attributes.update(fields.get("attributes", {}))
        return contact, new

    def members(self, list_id: int) -> Iterator[Contact]:
        """Yield the contacts of a list, in the order they were made."""
        return (contact for contact in self.contacts.values() if list_id in contact.lists)

    def keep(self, path: str, key: str, answer: Any) -> None:
        """Keep the answer of a write for calls with the same Idempotency-Key."""
        if len(self.replays) >= MOST_KEPT:
            self.replays.popitem(last=False)
        self.replays[path, key] = answer

"""Contacts and contact lists: the calls of API v1."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mock_promoter.answers import NOT_FOUND, Answer, Call
from mock_promoter.paging import EMPTY, page
from mock_promoter.state import Account, Contact, ContactList, contact_json
from mock_promoter.validation import Errors, no_object, text_attributes, validate


def list_contacts(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``GET /api/contacts/``; filters ``email`` (exact) and ``contact_list__id``. A bad value finds nothing."""
    found = list(account.contacts.values())
    if "email" in call.query:
        found = [contact for contact in found if contact.email == call.query["email"]]
    if "contact_list__id" in call.query:
        members = _members(account, call.query["contact_list__id"])
        found = [contact for contact in found if contact.id in members]
    return page(call, [contact_json(contact) for contact in found])


def _members(account: Account, list_id: str) -> dict[int, None]:
    found = account.lists.get(int(list_id)) if list_id.isascii() and list_id.isdecimal() and len(list_id) < 10 else None
    return found.contacts if found else {}


def get_contact(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``GET /api/contacts/{id}/``."""
    contact = account.by_id(call.ids[0])
    return Answer(200, contact_json(contact)) if contact else NOT_FOUND


def upsert_contact(account: Account, call: Call, now: datetime) -> Answer:
    """``POST /api/contacts/``: make (201) or update (200) the contact of an e-mail."""
    fields, errors = validate("contact", text_attributes(call.body) if isinstance(call.body, dict) else call.body)
    errors = errors or _unknown_ids(account, fields)
    if errors:
        return Answer(400, errors)
    contact, new = account.upsert(fields, now)
    campaign = fields.get("campaign")
    lists = fields.get("contact_list") or ([account.campaigns[campaign].list_id] if campaign else [1])
    for list_id in lists:
        account.lists[list_id].contacts[contact.id] = None
    return Answer(201 if new else 200, contact_json(contact))


def _unknown_ids(account: Account, fields: dict[str, Any]) -> Errors:
    errors: Errors = {}
    unknown = [list_id for list_id in fields.get("contact_list", ()) if list_id not in account.lists]
    if unknown:
        errors["contact_list"] = [no_object(unknown[0])]
    if fields.get("campaign") and fields["campaign"] not in account.campaigns:
        errors["campaign"] = [no_object(fields["campaign"])]
    return errors


def remove_contact(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``POST /api/contacts/remove/``. For an unknown e-mail we answer 404: what Promoter did is not known."""
    fields, errors = validate("contact_remove", call.body)
    if errors:
        return Answer(400, errors)
    return Answer(200, EMPTY) if account.remove(fields["email"]) else NOT_FOUND


def list_lists(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``GET /api/lists/``."""
    return page(call, [_list_json(found) for found in account.lists.values()])


def make_list(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``POST /api/lists/``."""
    name = call.body.get("name") if isinstance(call.body, dict) else None
    if not isinstance(name, str) or not name.strip():
        return Answer(400, {"name": ["This field is required." if name is None else "This field may not be blank."]})
    made = account.lists[len(account.lists) + 1] = ContactList(len(account.lists) + 1, name.strip())
    return Answer(201, _list_json(made))


def list_members(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``GET /api/lists/{id}/contacts/``: ids only ([CLIENT] gem contact_list_contact_ids.json)."""
    found = account.lists.get(call.ids[0])
    return page(call, [{"id": contact_id} for contact_id in found.contacts]) if found else NOT_FOUND


def drop_member(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``DELETE /api/lists/{id}/contacts/{contact}``: 200 with a body ([CLIENT] gem's stub)."""
    found = account.lists.get(call.ids[0])
    if found is None or call.ids[1] not in found.contacts:
        return NOT_FOUND
    del found.contacts[call.ids[1]]
    return Answer(200, {"result": True})


def remove_member(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``POST /api/lists/{id}/remove/``: take a contact from one list; answer with the contact."""
    contact, answer = _named(account, call)
    found = account.lists.get(call.ids[0])
    if contact is None or found is None or contact.id not in found.contacts:
        return answer
    del found.contacts[contact.id]
    return Answer(200, contact_json(contact))


def remove_everywhere(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``POST /api/lists/remove/``: take a contact from all lists."""
    contact, answer = _named(account, call)
    if contact is None:
        return answer
    for found in account.lists.values():
        found.contacts.pop(contact.id, None)
    return Answer(200, EMPTY)


def _named(account: Account, call: Call) -> tuple[Contact | None, Answer]:
    """Return the contact that a body names, and the answer where there is none."""
    fields, errors = validate("contact_remove", call.body)
    return (None, Answer(400, errors)) if errors else (account.contacts.get(fields["email"].lower()), NOT_FOUND)


def _list_json(found: ContactList) -> dict[str, Any]:
    return {"id": found.id, "name": found.name}

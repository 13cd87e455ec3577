"""Contact lists: the six calls of API v1 ([CLIENT] the gem)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mock_promoter.account import Account
from mock_promoter.answers import NOT_FOUND, Answer, Call
from mock_promoter.model import Contact, ContactList
from mock_promoter.paging import EMPTY, page
from mock_promoter.shown import contact_json
from mock_promoter.validation import validate


def list_lists(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``GET /api/lists/``."""
    return page(call, list(account.lists.values()), _json, account.choices.page_size)


def make_list(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``POST /api/lists/``."""
    fields, errors = validate("contact_list", call.body, account.choices)
    if errors:
        return Answer(400, errors)
    list_id = account.next_id("list")
    made = account.lists[list_id] = ContactList(list_id, fields["name"])
    return Answer(account.choices.created_status, _json(made))


def list_members(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``GET /api/lists/{id}/contacts/``: ids only ([CLIENT] gem contact_list_contact_ids.json)."""
    if call.ids[0] not in account.lists:
        return NOT_FOUND
    return page(call, list(account.members(call.ids[0])), _id_only, account.choices.page_size)


def drop_member(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``DELETE /api/lists/{id}/contacts/{contact}``: 200 with a body ([CLIENT] gem's stub)."""
    contact = account.by_id(call.ids[1])
    if contact is None or call.ids[0] not in contact.lists:
        return NOT_FOUND
    del contact.lists[call.ids[0]]
    return Answer(200, {"result": True}) if account.choices.delete_status == 200 else Answer(204, b"")


def remove_member(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``POST /api/lists/{id}/remove/``: take a contact from one list; answer with the contact."""
    contact, answer = _named(account, call)
    if contact is None or call.ids[0] not in contact.lists:
        return answer
    del contact.lists[call.ids[0]]
    return Answer(200, contact_json(contact))


def remove_everywhere(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``POST /api/lists/remove/``: take a contact from all lists."""
    contact, answer = _named(account, call)
    if contact is None:
        return Answer(200, EMPTY) if answer is NOT_FOUND and account.choices.unknown_removal == "empty" else answer
    contact.lists.clear()
    return Answer(200, EMPTY)


def _named(account: Account, call: Call) -> tuple[Contact | None, Answer]:
    """Return the contact that a body names, and the answer where there is none."""
    fields, errors = validate("contact_remove", call.body, account.choices)
    return (None, Answer(400, errors)) if errors else (account.by_email(fields["email"]), NOT_FOUND)


def _json(found: ContactList) -> dict[str, Any]:
    return {"id": found.id, "name": found.name}


def _id_only(contact: Contact) -> dict[str, Any]:
    return {"id": contact.id}

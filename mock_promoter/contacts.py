"""Contacts: the calls of API v1."""

from __future__ import annotations

from datetime import datetime

from mock_promoter.account import Account
from mock_promoter.answers import NOT_FOUND, Answer, Call
from mock_promoter.model import Contact, Notice
from mock_promoter.paging import EMPTY, page, whole_number
from mock_promoter.shown import contact_json
from mock_promoter.surveying import survey_now
from mock_promoter.validation import unknown_ids, validate


def list_contacts(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``GET /api/contacts/``; filters ``email`` (exact) and ``contact_list__id``.

    A bad value finds nothing, a blank one does not filter ([ORACLE] django-filter 1.1).
    """
    found = list(account.contacts.values())
    email, in_list = call.query.get("email"), call.query.get("contact_list__id")
    if email:
        found = [contact for contact in found if contact.email == email]
    if in_list:
        list_id = whole_number(in_list)
        found = [contact for contact in found if list_id in contact.lists]
    return page(call, found, contact_json, account.choices.page_size)


def get_contact(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``GET /api/contacts/{id}/``."""
    contact = account.by_id(call.ids[0])
    return Answer(200, contact_json(contact)) if contact else NOT_FOUND


def upsert_contact(account: Account, call: Call, now: datetime) -> Answer:
    """``POST /api/contacts/``: make or update the contact of an e-mail; with ``send``, survey it too."""
    fields, errors = validate("contact", call.body, account.choices)
    errors |= unknown_ids(fields, errors, contact_list=account.lists, campaign=account.campaigns)
    if errors:
        return Answer(400, errors)
    contact, new = account.upsert(fields, now)
    campaign = account.campaigns.get(fields.get("campaign", 0))
    lists = fields.get("contact_list") or [campaign.list_id if campaign else account.default_list()]
    contact.lists.update(dict.fromkeys(lists))
    why_not = survey_now(account, campaign, contact, {}, now) if campaign and fields.get("send") else None
    notes = (f"not surveyed: {why_not}",) if why_not else ()
    return Answer(account.choices.created_status if new else 200, contact_json(contact), notes=notes)


def remove_contact(account: Account, call: Call, now: datetime) -> Answer:
    """``POST /api/contacts/remove/``: the API's only way to delete or unsubscribe; which of the two is a switch."""
    fields, errors = validate("contact_remove", call.body, account.choices)
    if errors:
        return Answer(400, errors)
    contact = account.by_email(fields["email"])
    if contact is None:
        return NOT_FOUND if account.choices.unknown_removal == "not_found" else Answer(200, EMPTY)
    if account.choices.removal == "delete":
        account.remove(contact)
    else:
        unsubscribe(account, contact, now)
    return Answer(200, EMPTY)


def unsubscribe(account: Account, contact: Contact, now: datetime) -> None:
    """Never survey a contact again ([DOC] permanent), and tell whoever wants to know."""
    if contact.unsubscribed:
        return
    contact.unsubscribed, contact.updated = True, now
    account.notices.append(Notice("contact.unsubscribed", None, {**contact_json(contact), "unsubscribed": True}))

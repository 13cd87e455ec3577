"""The Segment endpoint: one raw event a call, and what Promoter did with it ([DOC] help.promoter.io/docs/segment).

What Promoter answered is not known ([INFERRED]): 200 with an empty object, Segment's own error form otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mock_promoter.account import Account
from mock_promoter.answers import Answer, Call
from mock_promoter.model import Campaign, Contact, CustomEvent
from mock_promoter.surveying import survey_now
from mock_promoter.validation import attributes_kept, validate

_NAMES = {"email": "email", "firstName": "first_name", "lastName": "last_name"}


def take_event(account: Account, call: Call, now: datetime) -> Answer:
    """``POST /api/segment/``: store a custom event and act on it; 501 for a type that Promoter has no use for.

    [DOC] segment-docs partners/direct-destination: 200 done, 400 bad message, 501 type not supported.
    """
    if not isinstance(call.body, dict):
        return Answer(400, {"message": "The body is no event."})
    kind = str(call.body.get("type", call.body.get("action")))
    if kind in {"page", "screen", "group", "alias"}:
        return Answer(501, {"message": f"Promoter does not support {kind}."})
    _, errors = validate("segment_event", call.body, account.choices)
    if errors:
        return Answer(400, {"message": "The event is not valid.", "errors": errors})
    effect = _EFFECTS[kind](account, call.body, now)
    event_id = account.next_id("event")
    account.events.add(event_id, CustomEvent(event_id, now, call.body, effect))
    return Answer(200, {}, notes=(effect,))


def _identify(account: Account, event: Mapping[str, Any], now: datetime) -> str:
    user_id, traits = _user_id(event), event.get("traits") or {}
    if user_id is None:
        return "no contact: an identify without userId is not stored"
    person = {ours: traits[theirs] for theirs, ours in _NAMES.items() if traits.get(theirs) is not None}
    fields, errors = validate("contact", person, account.choices)
    if errors:
        return f"no contact: {', '.join(errors)} of the traits is missing or wrong"
    others = {name: value for name, value in traits.items() if name not in _NAMES}
    contact, new = account.upsert({**fields, "attributes": attributes_kept(others, account.choices)}, now)
    account.know(contact, user_id)
    return f"contact {contact.id} {'made' if new else 'updated'}"


def _track(account: Account, event: Mapping[str, Any], now: datetime) -> str:
    campaigns = [campaign for campaign in account.campaigns.values() if campaign.event == event.get("event")]
    if event.get("event") is None or not campaigns:
        return "stored: no campaign has this event configured"
    contact = _contact(account, event)
    if contact is None:
        return "no survey: nobody was identified with this userId"
    attributes = attributes_kept(event.get("properties") or {}, account.choices)
    return "; ".join(_survey(account, campaign, contact, attributes, now) for campaign in campaigns)


def _survey(account: Account, campaign: Campaign, contact: Contact, attributes: dict[str, Any], now: datetime) -> str:
    why_not = survey_now(account, campaign, contact, attributes, now)
    if why_not is not None:
        return f"no survey by campaign {campaign.id}: {why_not}"
    return f"contact {contact.id} surveyed by campaign {campaign.id}"


def _delete(account: Account, event: Mapping[str, Any], now: datetime) -> str:  # noqa: ARG001
    contact = _contact(account, event)
    if contact is None:
        return "nobody was identified with this userId"
    account.remove(contact)
    return f"contact {contact.id} removed"


def _contact(account: Account, event: Mapping[str, Any]) -> Contact | None:
    user_id = _user_id(event)
    return account.by_user(user_id) if user_id is not None else None


def _user_id(event: Mapping[str, Any]) -> str | None:
    user_id = event.get("userId")
    return str(user_id) if user_id not in (None, "") else None


_EFFECTS = {"identify": _identify, "track": _track, "delete": _delete}

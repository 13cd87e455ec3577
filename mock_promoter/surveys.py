"""Campaigns and surveys: who is asked, and who is not eligible."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from mock_promoter.answers import NOT_FOUND, Answer, Call
from mock_promoter.paging import page
from mock_promoter.state import Account, Campaign, Contact, iso
from mock_promoter.validation import no_object, text_attributes, validate

#: [DOC] help.promoter.io articles/5702435: nobody is surveyed twice in 24 hours.
THROTTLE = timedelta(hours=24)

_NOT_ELIGIBLE = Answer(400, {"non_field_errors": ["Contact is not eligible for survey."]})


def list_campaigns(account: Account, call: Call, now: datetime) -> Answer:
    """``GET /api/campaigns/``."""
    return page(call, [_campaign_json(account, campaign, now) for campaign in account.campaigns.values()])


def send_surveys(account: Account, call: Call, now: datetime) -> Answer:
    """``POST /api/campaigns/{id}/send-surveys/``: survey whoever is eligible; answer with a bare string."""
    campaign = account.campaigns.get(call.ids[0])
    if campaign is None:
        return NOT_FOUND
    everyone = isinstance(call.body, dict) and call.body.get("all_contacts") is True
    since = None if everyone else campaign.last_surveyed
    for contact in _in_list(account, campaign):
        if _is_eligible(contact, now) and (since is None or contact.created > since):
            _ask(account, campaign, contact, {}, now)
    campaign.launched = campaign.launched or now
    campaign.last_surveyed = now
    return Answer(200, "Success, surveys sent.")


def survey_v2(account: Account, call: Call, now: datetime) -> Answer:
    """``POST /api/v2/survey/``: make or update a contact and survey it ([CLIENT] gem v2 fixtures)."""
    fields, errors = validate("survey", call.body)
    if not errors and fields["campaign_id"] not in account.campaigns:
        errors = {"campaign_id": [no_object(fields["campaign_id"])]}
    if errors:
        return Answer(400, errors)
    contact = _survey(account, fields["campaign_id"], fields["contact"], fields.get("attributes", {}), now)
    if contact is None:
        return _NOT_ELIGIBLE
    echo = {"email": contact.email, "first_name": contact.first_name, "last_name": contact.last_name}
    return Answer(
        200,
        {
            "campaign": fields["campaign_id"],
            "contact": {**echo, "attributes": contact.attributes.copy()},
            "attributes": fields.get("attributes", {}),
        },
    )


def survey_v1(account: Account, call: Call, now: datetime) -> Answer:
    """``POST /api/contacts/survey/``: v1's form of the same; echoes what it got, without ids."""
    body = text_attributes(call.body) if isinstance(call.body, dict) else {}
    known = {name: body[name] for name in ("email", "first_name", "last_name", "attributes") if name in body}
    asked = {"contact": known} | ({"campaign_id": body["campaign"]} if "campaign" in body else {})
    fields, errors = validate("survey", asked)
    if not errors and fields["campaign_id"] not in account.campaigns:
        errors = {"campaign_id": [no_object(fields["campaign_id"])]}
    if errors:
        flat = {**errors.get("contact", {}), **({"campaign": errors["campaign_id"]} if "campaign_id" in errors else {})}
        return Answer(400, flat)
    contact = _survey(account, fields["campaign_id"], fields["contact"], {}, now)
    return Answer(200, {"campaign": fields["campaign_id"], **fields["contact"]}) if contact else _NOT_ELIGIBLE


def _survey(
    account: Account, campaign_id: int, person: dict[str, Any], attributes: dict[str, Any], now: datetime
) -> Contact | None:
    """Survey a person; ``None``, and nothing stored, where the contact is not eligible."""
    known = account.contacts.get(person["email"].lower())
    if known is not None and not _is_eligible(known, now):
        return None
    contact, _ = account.upsert(person, now)
    campaign = account.campaigns[campaign_id]
    # [DOC] help.promoter.io: a campaign's list may be empty; surveyed contacts are added to it.
    account.lists[campaign.list_id].contacts[contact.id] = None
    _ask(account, campaign, contact, attributes, now)
    return contact


def _ask(account: Account, campaign: Campaign, contact: Contact, attributes: dict[str, Any], now: datetime) -> None:
    contact.surveyed = campaign.last_surveyed = now
    campaign.launched = campaign.launched or now
    account.surveys.append({"at": iso(now), "campaign": campaign.id, "email": contact.email, "attributes": attributes})


def _is_eligible(contact: Contact, now: datetime) -> bool:
    return not contact.unsubscribed and (contact.surveyed is None or now - contact.surveyed >= THROTTLE)


def _in_list(account: Account, campaign: Campaign) -> list[Contact]:
    members = account.lists[campaign.list_id].contacts
    return [contact for contact in account.contacts.values() if contact.id in members]


def _campaign_json(account: Account, campaign: Campaign, now: datetime) -> dict[str, Any]:
    contacts = _in_list(account, campaign)
    return {
        "id": campaign.id,
        "name": campaign.name,
        "all_count": len(contacts),
        "drip_duration": campaign.drip_duration,
        "eligible_count": sum(_is_eligible(contact, now) for contact in contacts),
        "last_surveyed_date": iso(campaign.last_surveyed),
        "launch_date": iso(campaign.launched),
    }

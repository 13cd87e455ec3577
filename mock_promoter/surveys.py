"""The two survey calls: v2's, and v1's of the same meaning."""

from __future__ import annotations

from datetime import datetime

from mock_promoter.account import Account
from mock_promoter.answers import Answer, Call
from mock_promoter.surveying import survey_person
from mock_promoter.validation import unknown_ids, validate

# [CLIENT] gem v2 fixture; one text for throttle, unsubscribed and inactive alike ([INFERRED]).
_NOT_ELIGIBLE = {"non_field_errors": ["Contact is not eligible for survey."]}


def survey_v2(account: Account, call: Call, now: datetime) -> Answer:
    """``POST /api/v2/survey/``: make or update a contact and survey it ([CLIENT] gem v2 fixtures)."""
    fields, errors = validate("survey", call.body, account.choices)
    errors |= unknown_ids(fields, errors, campaign_id=account.campaigns)
    if errors:
        return Answer(400, errors)
    campaign, attributes = account.campaigns[fields["campaign_id"]], fields.get("attributes", {})
    contact, why_not = survey_person(account, campaign, fields["contact"], attributes, now)
    if why_not is not None:
        return Answer(400, _NOT_ELIGIBLE, notes=(f"not eligible: {why_not}",))
    echo = {"email": contact.email, "first_name": contact.first_name, "last_name": contact.last_name}
    body = {
        "campaign": campaign.id,
        "contact": {**echo, "attributes": contact.attributes.copy()},
        "attributes": attributes,
    }
    return Answer(200, body)


def survey_v1(account: Account, call: Call, now: datetime) -> Answer:
    """``POST /api/contacts/survey/``: v1's form of the same; echoes what it got, without ids."""
    fields, errors = validate("survey_v1", call.body, account.choices)
    errors |= unknown_ids(fields, errors, campaign=account.campaigns)
    if errors:
        return Answer(400, errors)
    campaign = account.campaigns[fields["campaign"]]
    person = {name: value for name, value in fields.items() if name != "campaign"}
    _, why_not = survey_person(account, campaign, person, {}, now)
    if why_not is not None:
        return Answer(400, _NOT_ELIGIBLE, notes=(f"not eligible: {why_not}",))
    return Answer(200, fields)

"""Sending a survey: from whatever call or event, it lands in the contact's inbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mock_promoter.account import Account
from mock_promoter.eligibility import hindrance
from mock_promoter.model import Campaign, Contact, Survey


def survey_person(
    account: Account, campaign: Campaign, person: Mapping[str, Any], attributes: dict[str, Any], now: datetime
) -> tuple[Contact, str | None]:
    """Make or update a contact and survey it; return it, and why it may not be surveyed.

    Where it may not, nothing is stored, unless the switch ``refused_survey_upserts`` says so.
    """
    known = account.by_email(person["email"])
    why_not = hindrance(known, campaign.channel, account.choices, now) if known else None
    if known and why_not and not account.choices.refused_survey_upserts:
        return known, why_not
    contact, _ = account.upsert(person, now)
    if why_not is None:
        _send(account, campaign, contact, attributes, now)
    return contact, why_not


def survey_now(
    account: Account, campaign: Campaign, contact: Contact, attributes: dict[str, Any], now: datetime
) -> str | None:
    """Survey a contact that is there; return why it may not be surveyed, ``None`` where it was."""
    why_not = hindrance(contact, campaign.channel, account.choices, now)
    if why_not is None:
        _send(account, campaign, contact, attributes, now)
    return why_not


def _send(account: Account, campaign: Campaign, contact: Contact, attributes: dict[str, Any], now: datetime) -> None:
    contact.surveyed[campaign.channel] = campaign.last_surveyed = now
    campaign.launched = campaign.launched or now
    # [DOC] help.promoter.io: a campaign's list may be empty; surveyed contacts are added to it.
    contact.lists[campaign.list_id] = None
    survey_id = account.next_id("survey")
    account.surveys.add(survey_id, Survey(survey_id, now, campaign, contact, attributes))

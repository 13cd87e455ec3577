"""Campaigns and e-mail templates: the calls of API v1 ([CLIENT] the gem)."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from mock_promoter.account import Account
from mock_promoter.answers import NOT_FOUND, Answer, Call
from mock_promoter.model import Campaign, Channel, Contact, Template
from mock_promoter.paging import page
from mock_promoter.shown import campaign_json
from mock_promoter.surveying import survey_now
from mock_promoter.validation import unknown_ids, validate


def list_campaigns(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``GET /api/campaigns/``."""
    return page(call, list(account.campaigns.values()), partial(campaign_json, account), account.choices.page_size)


def make_campaign(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``POST /api/campaigns/``: ``email`` is the template's id."""
    fields, errors = validate("campaign", call.body, account.choices)
    errors |= unknown_ids(fields, errors, contact_list=account.lists, email=account.templates)
    if errors:
        return Answer(400, errors)
    campaign = Campaign(account.next_id("campaign"), fields["name"], fields["contact_list"], fields["email"])
    account.campaigns[campaign.id] = campaign
    return Answer(account.choices.created_status, campaign_json(account, campaign))


def send_surveys(account: Account, call: Call, now: datetime) -> Answer:
    """``POST /api/campaigns/{id}/send-surveys/``: survey whoever is eligible; answer with a bare string.

    Without ``all_contacts`` only those that were added or updated since the last time ([CLIENT] gem), or since they were
    last surveyed: a survey by another call in between makes nobody miss this one.
    """
    fields, errors = validate("send_surveys", call.body, account.choices)
    campaign = account.campaigns.get(call.ids[0])
    if campaign is None or errors:
        return NOT_FOUND if campaign is None else Answer(400, errors)
    since = None if fields.get("all_contacts") else campaign.last_surveyed
    for contact in list(account.members(campaign.list_id)):
        if since is None or _is_due(contact, campaign.channel, since):
            survey_now(account, campaign, contact, {}, now)
    campaign.launched = campaign.launched or now
    campaign.last_surveyed = now
    return Answer(200, "Success, surveys sent.")


def _is_due(contact: Contact, channel: Channel, since: datetime) -> bool:
    changed, surveyed = contact.updated or contact.created, contact.surveyed.get(channel)
    return changed > since or surveyed is None or changed > surveyed


def list_templates(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``GET /api/email/``."""
    return page(call, list(account.templates.values()), _template_json, account.choices.page_size)


def make_template(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``POST /api/email/``."""
    fields, errors = validate("email_template", call.body, account.choices)
    if errors:
        return Answer(400, errors)
    template = Template(account.next_id("template"), fields)
    account.templates[template.id] = template
    return Answer(account.choices.created_status, _template_json(template))


def _template_json(template: Template) -> dict[str, Any]:
    return {"id": template.id, **template.fields}

"""How the API shows what it keeps: objects as JSON, in v1 and v2."""

from __future__ import annotations

from typing import Any

from mock_promoter.account import Account
from mock_promoter.clock import iso
from mock_promoter.eligibility import hindrance
from mock_promoter.model import Campaign, Contact, Feedback


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


def campaign_json(account: Account, campaign: Campaign) -> dict[str, Any]:
    """Return a campaign with its counts ([CLIENT] gem commit c193479)."""
    now = account.clock.now()
    members = list(account.members(campaign.list_id))
    eligible = sum(hindrance(contact, campaign.channel, account.choices, now) is None for contact in members)
    return {
        "id": campaign.id,
        "name": campaign.name,
        "all_count": len(members),
        "drip_duration": campaign.drip_duration,
        "eligible_count": eligible,
        "last_surveyed_date": iso(campaign.last_surveyed),
        "launch_date": iso(campaign.launched),
    }


def feedback_v1(account: Account, feedback: Feedback, origin: str) -> dict[str, Any]:
    """Return feedback as v1 shows it ([CLIENT] gem fixtures, zendesk app, pandas script)."""
    campaign = feedback.survey.campaign
    named = campaign.name if account.choices.v1_feedback_campaign == "name" else campaign.id
    return {
        "id": feedback.id,
        **_links(feedback, origin),
        "contact": {**contact_json(feedback.survey.contact), "unsubscribed": feedback.survey.contact.unsubscribed},
        "campaign": named,
        "score": feedback.score,
        "score_type": feedback.score_type,
        "comment": feedback.comment,
        "posted_date": iso(feedback.posted),
        "comment_updated_date": iso(feedback.comment_updated),
    }


def feedback_v2(feedback: Feedback, origin: str) -> dict[str, Any]:
    """Return feedback as v2 shows it ([CLIENT] nps-downloader, gem feedback.rb; survey.attributes [DOC])."""
    survey, contact = feedback.survey, feedback.survey.contact
    return {
        "id": feedback.id,
        **_links(feedback, origin),
        "contact": {**contact_json(contact), "unsubscribed": contact.unsubscribed},
        "campaign": {"id": survey.campaign.id, "name": survey.campaign.name},
        "survey": {"sent_date": iso(survey.at), "attributes": survey.attributes},
        "score": feedback.score,
        "score_type": feedback.score_type,
        "comment": feedback.comment,
        "status": feedback.status,
        "created": iso(feedback.posted),
        "posted_date": iso(feedback.posted),
        "score_created": iso(feedback.posted),
        "score_modified": iso(feedback.score_modified),
        "comment_updated_date": iso(feedback.comment_updated),
    }


def _links(feedback: Feedback, origin: str) -> dict[str, str]:
    followup = f"/org/1/campaign/{feedback.survey.campaign.id}/responses/all/response/{feedback.id}/"
    return {"href": f"{origin}/api/feedback/{feedback.id}/", "followup_href": origin + followup}

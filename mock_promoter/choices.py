"""What is not known of Promoter, and what this mock does about it: one switch for each open question.

Every field is a row of docs/mock-fidelity.md, which says what is known, on whose word, and why the default is what it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Choices:
    """The switches of an account; set by a seed's ``settings`` or ``PATCH /__mock__/settings``.

    Attributes:
        created_status: Answer to a create.
        delete_status: Answer to ``DELETE /api/lists/{id}/contacts/{id}``.
        unknown_removal: Removing an unknown e-mail: 404, or the empty page as for a known one.
        removal: ``contacts/remove/`` deletes the contact, or unsubscribes it for good.
        refused_survey_upserts: Whether a refused survey makes or updates its contact all the same.
        email_case: Whether ``A@b.co`` and ``a@b.co`` are one contact.
        redirect_slash: Whether a missing slash is a 301, or served as it is.
        idempotency: Whether ``Idempotency-Key`` is honoured.
        hard_throttle_hours: Hours in which nobody is surveyed twice, whatever the channel; 0 for never.
        survey_throttle_days: Days in which nobody is surveyed twice on one channel; ``None`` for no such rule.
        blank_attributes: What becomes of attributes that are null or "".
        v1_attributes: Numbers and booleans in v1: turned into text, or refused.
        v1_feedback_campaign: What ``campaign`` holds in feedback v1.
        feedback_order: Which feedback comes first.
        metrics_key: Name of the campaign's field in metrics.
        page_size: Rows of a page.
        webhook_waits: Seconds between the attempts of a webhook delivery; one attempt more than there are waits.
    """

    created_status: Literal[200, 201] = 201
    delete_status: Literal[200, 204] = 200
    unknown_removal: Literal["not_found", "empty"] = "not_found"
    removal: Literal["delete", "unsubscribe"] = "delete"
    refused_survey_upserts: bool = False
    email_case: Literal["ignored", "kept"] = "ignored"
    redirect_slash: bool = True
    idempotency: bool = True
    hard_throttle_hours: int = 24
    survey_throttle_days: Literal[30, 60, 90, 180] | None = None
    blank_attributes: Literal["dropped", "stored"] = "dropped"
    v1_attributes: Literal["text", "refused"] = "text"
    v1_feedback_campaign: Literal["name", "id"] = "name"
    feedback_order: Literal["newest", "oldest"] = "newest"
    metrics_key: Literal["campaign_name", "campaign"] = "campaign_name"
    page_size: int = 100
    webhook_waits: tuple[float, ...] = (1.0, 5.0, 30.0)

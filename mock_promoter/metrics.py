"""Net promoter scores, and the call that shows them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from mock_promoter.account import Account
from mock_promoter.answers import Answer, Call
from mock_promoter.model import Campaign, Feedback
from mock_promoter.paging import page


def nps(feedback: Iterable[Feedback]) -> str:
    """Return the per cent of promoters less that of detractors, with one decimal; "0.0" where nobody answered.

    Scores are strings ([CLIENT] gem fixtures).
    """
    types = [one.score_type for one in feedback]
    score = 100 * (types.count("promoter") - types.count("detractor")) / max(1, len(types))
    return f"{score:z.1f}"


def campaign_nps(account: Account, campaign: Campaign) -> str:
    """Return the score of one campaign."""
    return nps(one for one in account.feedback.values() if one.survey.campaign is campaign)


def metric_json(account: Account, campaign: Campaign) -> dict[str, Any]:
    """Return a row of the metrics ([CLIENT] gem, as corrected in 2018)."""
    return {
        account.choices.metrics_key: campaign.name,
        "nps": campaign_nps(account, campaign),
        "organization_nps": nps(account.feedback.values()),
    }


def list_metrics(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``GET /api/metrics/``: a row for each campaign."""

    def shown(campaign: Campaign) -> dict[str, Any]:
        return metric_json(account, campaign)

    return page(call, list(account.campaigns.values()), shown, account.choices.page_size)

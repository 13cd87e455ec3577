"""The other half of the loop: a person answers a survey, and Promoter has feedback."""

from __future__ import annotations

from datetime import datetime

from mock_promoter.account import Account
from mock_promoter.metrics import campaign_nps, metric_json
from mock_promoter.model import Feedback, Notice, Survey
from mock_promoter.shown import feedback_v2


def answer_survey(
    account: Account, survey: Survey, score: int, comment: str | None, origin: str, now: datetime
) -> Feedback:
    """Make feedback of an answer, or change what is there; tell webhooks of it, and of a score that moved."""
    before = campaign_nps(account, survey.campaign)
    feedback = survey.feedback
    if feedback is None:
        feedback = survey.feedback = Feedback(account.next_id("feedback"), survey, score, comment, now)
        account.feedback[feedback.id] = feedback
    else:
        _change(feedback, score, comment, now)
    row = feedback_v2(feedback, origin)
    account.notices.append(Notice("feedback.added_or_changed", survey.campaign.id, row))
    _tell_of_score(account, survey, before)
    return feedback


def remove_feedback(account: Account, feedback: Feedback, origin: str) -> None:
    """Take feedback back, as a person can in the vendor's app; its survey may be answered again."""
    before = campaign_nps(account, feedback.survey.campaign)
    del account.feedback[feedback.id]
    feedback.survey.feedback = None
    row = feedback_v2(feedback, origin)
    account.notices.append(Notice("feedback.removed", feedback.survey.campaign.id, row))
    _tell_of_score(account, feedback.survey, before)


def _change(feedback: Feedback, score: int, comment: str | None, now: datetime) -> None:
    if score != feedback.score:
        feedback.score, feedback.score_modified = score, now
    if comment != feedback.comment:
        feedback.comment, feedback.comment_updated = comment, now


def _tell_of_score(account: Account, survey: Survey, before: str) -> None:
    if campaign_nps(account, survey.campaign) != before:
        row = metric_json(account, survey.campaign)
        account.notices.append(Notice("metric.score_changed", survey.campaign.id, row))

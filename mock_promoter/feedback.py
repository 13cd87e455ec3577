"""Feedback: what v1 and v2 list, the filters they know, and the one thing that can be changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial

from mock_promoter.account import Account
from mock_promoter.answers import NOT_FOUND, Answer, Call
from mock_promoter.model import Feedback, Notice
from mock_promoter.paging import page, whole_number
from mock_promoter.shown import feedback_v1, feedback_v2
from mock_promoter.validation import validate

Test = Callable[[Feedback], bool]


def list_v1(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``GET /api/feedback/``."""
    shown = partial(_v1, account, call)
    return page(call, found(account, call), shown, account.choices.page_size)


def get_v1(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``GET /api/feedback/{id}/``."""
    feedback = account.feedback.get(call.ids[0])
    return Answer(200, feedback_v1(account, feedback, call.origin)) if feedback else NOT_FOUND


def list_v2(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``GET /api/v2/feedback/``."""
    shown = partial(feedback_v2, origin=call.origin)
    return page(call, found(account, call), shown, account.choices.page_size)


def set_status(account: Account, call: Call, now: datetime) -> Answer:  # noqa: ARG001
    """``PUT /api/v2/feedback/{id}/``: OPEN or CLOSED ([CLIENT] gem Feedback#close)."""
    feedback = account.feedback.get(call.ids[0])
    fields, errors = validate("feedback_status", call.body, account.choices)
    if feedback is None or errors:
        return NOT_FOUND if feedback is None else Answer(400, errors)
    changed = feedback.status != fields["status"]
    feedback.status = fields["status"]
    row = feedback_v2(feedback, call.origin)
    if changed:
        account.notices.append(Notice("feedback.status_changed", feedback.survey.campaign.id, row))
    return Answer(200, row)


def _v1(account: Account, call: Call, feedback: Feedback) -> object:
    return feedback_v1(account, feedback, call.origin)


def found(account: Account, call: Call) -> list[Feedback]:
    """Return what the filters of a call leave ([ORACLE] django-filter 1.1).

    A known filter with a bad value leaves nothing, with a blank one everything.
    """
    tests = [make(call.query[name]) for name, make in FILTERS.items() if call.query.get(name)]
    rows = [one for one in account.feedback.values() if all(test(one) for test in tests)]
    rows.sort(key=lambda one: (one.posted, one.id), reverse=account.choices.feedback_order == "newest")
    return rows


def _by_score(value: str) -> Test:
    score = whole_number(value)
    return lambda one: one.score == score


def _by_type(value: str) -> Test:
    return lambda one: one.score_type == value


def _by_campaign(value: str) -> Test:
    campaign = whole_number(value)
    return lambda one: one.survey.campaign.id == campaign


def _by_campaign_status(value: str) -> Test:
    return lambda one: one.survey.campaign.status == value


def _by_email(value: str) -> Test:
    return lambda one: one.survey.contact.email == value


def _from(value: str) -> Test:
    day = _date(value)
    return lambda one: day is not None and one.posted.astimezone(UTC).date() >= day


def _until(value: str) -> Test:
    # [INFERRED] django-filter takes the last day whole.
    day = _date(value)
    return lambda one: day is not None and one.posted.astimezone(UTC).date() <= day


def _date(value: str) -> date | None:
    try:
        return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None


#: The filters that clients use ([CLIENT] gem feedback.rb, bellhops, zendesk, pandas script).
FILTERS: dict[str, Callable[[str], Test]] = {
    "score": _by_score,
    "score_type": _by_type,
    "survey__campaign": _by_campaign,
    "survey__campaign__status": _by_campaign_status,
    "survey__contact__email": _by_email,
    "posted_date_0": _from,
    "posted_date_1": _until,
}

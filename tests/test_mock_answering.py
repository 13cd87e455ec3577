"""The mock's people: they answer, change their minds and take answers back, and whoever wants to know is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_promoter.account import Account
from mock_promoter.answering import answer_survey, remove_feedback
from mock_promoter.answers import Call
from mock_promoter.contacts import unsubscribe
from mock_promoter.feedback import set_status
from mock_promoter.metrics import campaign_nps, nps
from mock_promoter.model import Campaign, Contact, Survey

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
HERE = "http://127.0.0.1"


def asked(account: Account, email: str = "a@b.co", campaign: Campaign | None = None) -> Survey:
    """Return a survey that a new contact got."""
    contact = account.add(Contact(account.next_id("contact"), email, NOW))
    survey = Survey(account.next_id("survey"), NOW, campaign or account.campaigns[1], contact, {})
    return account.surveys.add(survey.id, survey)


def told(account: Account) -> list[tuple[str, int | None]]:
    """Return what there is to tell, by event and campaign, and forget it."""
    notices, account.notices = account.notices, []
    return [(notice.event, notice.campaign) for notice in notices]


@pytest.mark.fidelity("F-66")
def test_an_answer_is_told() -> None:
    """A first answer is told, and the score that it moves; one that moves no score is told alone."""
    account = Account()
    feedback = answer_survey(account, asked(account), 9, "Lovely", HERE, NOW)
    assert told(account) == [("feedback.added_or_changed", 1), ("metric.score_changed", 1)]
    answer_survey(account, asked(account, "c@d.co"), 10, None, HERE, NOW)
    assert told(account) == [("feedback.added_or_changed", 1)]
    assert (feedback.score_type, feedback.comment, feedback.status) == ("promoter", "Lovely", "OPEN")


@pytest.mark.fidelity("F-59")
def test_a_changed_answer_is_the_same_feedback() -> None:
    """Only what changed has a new date, and the notice has the row as it is then."""
    account = Account()
    survey = asked(account)
    first = answer_survey(account, survey, 9, "Lovely", HERE, NOW)
    changed = answer_survey(account, survey, 3, "Lovely", HERE, LATER)
    assert changed is first
    assert (first.posted, first.score_modified, first.comment_updated) == (NOW, LATER, None)
    assert account.notices[-2].data["score"] == 3
    assert account.notices[-1].data == {"campaign_name": "Segment", "nps": "-100.0", "organization_nps": "-100.0"}
    answer_survey(account, survey, 3, None, HERE, LATER)
    assert (first.score_modified, first.comment_updated) == (LATER, LATER)


@pytest.mark.fidelity("F-66")
def test_an_answer_is_taken_back() -> None:
    """It is told as it was, the score goes back, and the survey can be answered again."""
    account = Account()
    survey = asked(account)
    feedback = answer_survey(account, survey, 2, None, HERE, NOW)
    account.notices.clear()
    remove_feedback(account, feedback, HERE)
    assert [notice.data.get("id", notice.data.get("nps")) for notice in account.notices] == [feedback.id, "0.0"]
    assert told(account) == [("feedback.removed", 1), ("metric.score_changed", 1)]
    assert (account.feedback, survey.feedback) == ({}, None)
    assert answer_survey(account, survey, 2, None, HERE, NOW).id == 2


@pytest.mark.fidelity("F-66")
def test_a_status_is_told_when_it_changes() -> None:
    """Closing what is closed is answered alike, and told nobody."""
    account = Account()
    answer_survey(account, asked(account), 9, None, HERE, NOW)
    account.notices.clear()
    for status, notices in (("OPEN", 0), ("CLOSED", 1), ("CLOSED", 0), ("OPEN", 1)):
        answer = set_status(account, Call("PUT", "/", HERE, body={"status": status}, ids=(1,)), NOW)
        assert (answer.status, answer.body["status"]) == (200, status)
        assert told(account) == [("feedback.status_changed", 1)] * notices


@pytest.mark.fidelity("F-66")
def test_unsubscribing_is_told_once() -> None:
    """It concerns no campaign, and there is no way back that could be told of."""
    account = Account()
    contact = asked(account).contact
    for _ in range(2):
        unsubscribe(account, contact, NOW)
    assert account.notices[0].data["unsubscribed"] is True
    assert told(account) == [("contact.unsubscribed", None)]


@pytest.mark.fidelity("F-50")
@given(st.lists(st.tuples(st.sampled_from((1, 2)), st.integers(0, 10)), max_size=20))
def test_scores_of_campaigns_make_up_the_organisations(answers: list[tuple[int, int]]) -> None:
    """Each campaign counts its own answers; the organisation's score is their mean, weighted by how many there are."""
    account = Account()
    account.campaigns[2] = Campaign(2, "Two", 1)
    for number, (campaign, score) in enumerate(answers):
        survey = asked(account, f"{number}@b.co", account.campaigns[campaign])
        answer_survey(account, survey, score, None, HERE, NOW)
    weighted = sum(
        float(campaign_nps(account, account.campaigns[number])) * sum(one == number for one, _ in answers)
        for number in (1, 2)
    )
    assert abs(float(nps(account.feedback.values())) - weighted / max(1, len(answers))) <= 0.1001


def test_a_score_is_never_less_than_nothing() -> None:
    """A score that rounds to zero has no sign."""
    account = Account()
    rows = [answer_survey(account, asked(account, f"{score}@b.co"), score, None, HERE, NOW) for score in (0, 7)]
    assert nps([rows[0], *[rows[1]] * 2999]) == "0.0"

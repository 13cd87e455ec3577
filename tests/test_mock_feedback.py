"""The mock's feedback and metrics: answers, filters, bands, scores as text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_promoter.metrics import nps
from mock_promoter.model import Campaign, Contact, Feedback, Survey

Ask = Callable[..., httpx.Response]

#: Three answers, on three days, by two campaigns.
SEED = {
    "clock": {"at": "2026-03-10T12:00:00Z"},
    "campaigns": [{"name": "Mail"}, {"name": "Old", "status": "COMPLETE"}],
    "contacts": [
        {"email": "kate@mac.com", "first_name": "Kate", "last_name": "Bell", "attributes": {"plan": "bronze"}},
        {"email": "anna@haro.com"},
    ],
    "feedback": [
        {
            "survey": {"campaign": 1, "contact": "kate@mac.com", "at": "2026-03-01T08:00:00Z", "attributes": {"o": 5}},
            "score": 9,
            "comment": "Lovely",
            "posted": "2026-03-01T23:59:59Z",
        },
        {"survey": {"campaign": 1, "contact": "anna@haro.com"}, "score": 7, "posted": "2026-03-02T00:00:00Z"},
        {"survey": {"campaign": 2, "contact": "kate@mac.com"}, "score": 0, "posted": "2026-03-03T09:00:00Z"},
    ],
}


@pytest.fixture
def seeded(ask: Ask) -> Ask:
    """Return the asking function of a mock with three answers."""
    ask("PUT", "/__mock__/seed", SEED).raise_for_status()
    return ask


def ids(answer: httpx.Response) -> list[int]:
    """Return the ids of a page's rows."""
    return [row["id"] for row in answer.json()["results"]]


@pytest.mark.fidelity("F-52")
@pytest.mark.fidelity("F-53")
def test_v1(seeded: Ask, mock: str) -> None:
    """A row has its links, its contact with unsubscribed, and the campaign as a scalar: its name, or by a switch its id."""
    row = {
        "id": 1,
        "href": f"{mock}/api/feedback/1/",
        "followup_href": f"{mock}/org/1/campaign/1/responses/all/response/1/",
        "contact": {
            "id": 1,
            "email": "kate@mac.com",
            "first_name": "Kate",
            "last_name": "Bell",
            "created_date": "2026-03-10T12:00:00Z",
            "attributes": {"plan": "bronze"},
            "unsubscribed": False,
        },
        "campaign": "Mail",
        "score": 9,
        "score_type": "promoter",
        "comment": "Lovely",
        "posted_date": "2026-03-01T23:59:59Z",
        "comment_updated_date": None,
    }
    assert seeded("GET", "/api/feedback/1/").json() == row
    assert seeded("GET", "/api/feedback/?score=9").json()["results"] == [row]
    assert seeded("GET", "/api/feedback/9/").status_code == 404
    seeded("PATCH", "/__mock__/settings", {"v1_feedback_campaign": "id"})
    assert seeded("GET", "/api/feedback/1/").json()["campaign"] == 1


@pytest.mark.fidelity("F-54")
def test_v2(seeded: Ask) -> None:
    """A row has the campaign as object, the survey with its attributes, and the status."""
    (row,) = seeded("GET", "/api/v2/feedback/?score=9").json()["results"]
    assert row["campaign"] == {"id": 1, "name": "Mail"}
    assert row["survey"] == {"sent_date": "2026-03-01T08:00:00Z", "attributes": {"o": 5}}
    assert (row["status"], row["score_created"], row["score_modified"]) == ("OPEN", "2026-03-01T23:59:59Z", None)
    assert row["created"] == row["posted_date"] == "2026-03-01T23:59:59Z"


@pytest.mark.fidelity("F-55")
def test_the_order(seeded: Ask) -> None:
    """The newest is first, unless the switch says the oldest."""
    assert ids(seeded("GET", "/api/v2/feedback/")) == [3, 2, 1]
    seeded("PATCH", "/__mock__/settings", {"feedback_order": "oldest"})
    assert ids(seeded("GET", "/api/feedback/")) == [1, 2, 3]


@pytest.mark.fidelity("F-20")
@pytest.mark.fidelity("F-56")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("score=7", [2]),
        ("score=x", []),
        ("score_type=detractor", [3]),
        ("score_type=angry", []),
        ("survey__campaign=1", [2, 1]),
        ("survey__campaign=x", []),
        ("survey_campaign=1", [3, 2, 1]),
        ("survey__campaign__status=COMPLETE", [3]),
        ("survey__campaign__status=ACTIVE", [2, 1]),
        ("survey__contact__email=kate@mac.com", [3, 1]),
        ("posted_date_0=2026-03-02", [3, 2]),
        ("posted_date_1=2026-03-01", [1]),
        ("posted_date_0=2026-03-02&posted_date_1=2026-03-02", [2]),
        ("posted_date_0=soon", []),
        ("posted_date_1=2026-02-31", []),
        ("score_type=promoter&survey__contact__email=anna@haro.com", []),
        ("score=7&score=9", [1]),
    ],
)
def test_filters(seeded: Ask, query: str, found: list[int]) -> None:
    """Known filters narrow, a bad value finds nothing, unknown ones (as in the gem's README) are ignored."""
    for version in ("", "v2/"):
        assert ids(seeded("GET", f"/api/{version}feedback/?{query}")) == found


@pytest.mark.fidelity("F-57")
def test_status(seeded: Ask) -> None:
    """Feedback is closed and opened; other words are no choice; v2's path takes PUT only."""
    assert seeded("PUT", "/api/v2/feedback/1/", {"status": "CLOSED"}).json()["status"] == "CLOSED"
    assert seeded("GET", "/api/v2/feedback/?score=9").json()["results"][0]["status"] == "CLOSED"
    bad = seeded("PUT", "/api/v2/feedback/1/", {"status": "X"})
    assert (bad.status_code, bad.json()) == (400, {"status": ['"X" is not a valid choice.']})
    assert seeded("PUT", "/api/v2/feedback/9/", {"status": "OPEN"}).status_code == 404
    assert seeded("GET", "/api/v2/feedback/1/").headers["allow"] == "PUT, OPTIONS"


@pytest.mark.fidelity("F-58")
def test_feedback_outlives_its_contact(seeded: Ask) -> None:
    """A contact that is removed is still named by what it said."""
    seeded("POST", "/api/contacts/remove/", {"email": "kate@mac.com"})
    assert seeded("GET", "/api/feedback/1/").json()["contact"]["email"] == "kate@mac.com"
    assert ids(seeded("GET", "/api/feedback/?survey__contact__email=kate@mac.com")) == [3, 1]


@pytest.mark.fidelity("F-59")
def test_an_answer_changes(seeded: Ask) -> None:
    """Score and comment have a date of their own once they are changed, and only then."""
    survey = seeded("GET", "/__mock__/surveys").json()["surveys"][-1]["id"]
    answer = f"/__mock__/surveys/{survey}/answer"
    changed = seeded("POST", answer, {"score": 9, "comment": "Lovelier"}).json()
    now = "2026-03-10T12:00:00Z"
    assert (changed["id"], changed["comment_updated_date"], changed["score_modified"]) == (1, now, None)
    assert seeded("POST", answer, {"score": 8, "comment": "Lovelier"}).json()["score_modified"] == now
    assert seeded("GET", "/api/feedback/").json()["count"] == 3


@pytest.mark.fidelity("F-50")
@pytest.mark.fidelity("F-51")
def test_metrics(seeded: Ask) -> None:
    """Each campaign has a row with its score and the organisation's, both as text."""
    rows = seeded("GET", "/api/metrics/?unknown=1").json()["results"]
    assert rows == [
        {"campaign_name": "Mail", "nps": "50.0", "organization_nps": "0.0"},
        {"campaign_name": "Old", "nps": "-100.0", "organization_nps": "0.0"},
    ]
    seeded("PATCH", "/__mock__/settings", {"metrics_key": "campaign"})
    assert seeded("GET", "/api/metrics/").json()["results"][0].keys() == {"campaign", "nps", "organization_nps"}


def feedback(score: int) -> Feedback:
    """Return feedback with a score."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Feedback(1, Survey(1, now, Campaign(1, "x", 1), Contact(1, "a@b.co", now), {}), score, None, now)


@pytest.mark.fidelity("F-50")
@pytest.mark.parametrize(("scores", "band"), [(range(7), "detractor"), ((7, 8), "passive"), ((9, 10), "promoter")])
def test_bands(scores: Any, band: str) -> None:
    """Each score has its band."""
    assert {feedback(score).score_type for score in scores} == {band}


@given(st.lists(st.integers(0, 10), max_size=30))
def test_the_score_is_a_percentage(scores: list[int]) -> None:
    """It lies between -100.0 and 100.0, which only promoters alone reach, and passives never move it above others."""
    value = nps(map(feedback, scores))
    assert -100.0 <= float(value) <= 100.0
    assert value.partition(".")[2].isdecimal()
    assert (value == "100.0") == (bool(scores) and min(scores) >= 9)
    assert abs(float(nps(map(feedback, [*scores, 7])))) <= abs(float(value))

"""The mock's surveys, campaigns and templates: who is asked, who is not, and what the calls echo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_promoter.choices import Choices
from mock_promoter.eligibility import hindrance
from mock_promoter.model import Contact

Ask = Callable[..., httpx.Response]
NOT_ELIGIBLE = (400, {"non_field_errors": ["Contact is not eligible for survey."]})
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def said(answer: httpx.Response) -> tuple[int, Any]:
    """Return status and body."""
    return answer.status_code, answer.json()


def survey(ask: Ask, email: str = "a@b.co", campaign: int = 1) -> httpx.Response:
    """Survey somebody by v2."""
    return ask("POST", "/api/v2/survey/", {"campaign_id": campaign, "contact": {"email": email}})


@pytest.mark.fidelity("F-41")
@pytest.mark.fidelity("F-42")
def test_both_calls_echo(ask: Ask) -> None:
    """A survey makes the contact and echoes without ids; v2 keeps types, v1 makes text of them."""
    contact = {"email": "a@b.co", "first_name": "A", "attributes": {"plan": "gold", "n": 1, "deep": {}}}
    body = {"campaign_id": "1", "contact": contact, "attributes": {"OrderId": 5, "paid": True, "list": [1]}}
    echo = {"email": "a@b.co", "first_name": "A", "last_name": "", "attributes": {"plan": "gold", "n": 1}}
    attributes = {"OrderId": 5, "paid": True}
    assert said(ask("POST", "/api/v2/survey/", body)) == (
        200,
        {"campaign": 1, "contact": echo, "attributes": attributes},
    )
    assert ask("GET", "/__mock__/surveys").json()["surveys"][0]["attributes"] == attributes
    assert ask("GET", "/api/contacts/1/").json()["attributes"] == {"plan": "gold", "n": 1}
    v1 = {"campaign": 1, "email": "c@d.co", "first_name": "C", "attributes": {"n": 1}}
    assert said(ask("POST", "/api/contacts/survey/", v1)) == (200, v1 | {"attributes": {"n": "1"}})


@pytest.mark.fidelity("F-43")
@pytest.mark.fidelity("F-46")
def test_nobody_is_asked_twice_in_a_day(ask: Ask) -> None:
    """By whichever call and channel, until 24 hours have passed; the journal has the reason; a switch ends the rule."""
    ask("PUT", "/__mock__/seed", {"campaigns": [{"name": "mail"}, {"name": "text", "channel": "sms"}]})
    ask("PUT", "/__mock__/clock", {"mode": "frozen"})
    assert survey(ask).status_code == 200
    assert said(survey(ask, "A@B.co")) == NOT_ELIGIBLE
    assert said(survey(ask, campaign=2)) == NOT_ELIGIBLE
    assert said(ask("POST", "/api/contacts/survey/", {"campaign": 1, "email": "a@b.co"})) == NOT_ELIGIBLE
    notes = ask("GET", "/__mock__/requests").json()["requests"][-1]["notes"]
    assert notes == ["not eligible: the contact was surveyed within 24 hours (articles/5702435)"]
    ask("POST", "/__mock__/clock/advance", {"hours": 24})
    assert survey(ask).status_code == 200
    ask("PATCH", "/__mock__/settings", {"hard_throttle_hours": 0})
    assert survey(ask).status_code == 200


@pytest.mark.fidelity("F-44")
@pytest.mark.parametrize("days", [30, 60, 90, 180])
def test_the_survey_throttle(ask: Ask, days: int) -> None:
    """It counts by channel: the other channel asks after a day already, the same one when its days have passed."""
    ask("PUT", "/__mock__/seed", {"campaigns": [{"name": "mail"}, {"name": "text", "channel": "sms"}]})
    ask("PATCH", "/__mock__/settings", {"survey_throttle_days": days})
    ask("PUT", "/__mock__/clock", {"mode": "frozen"})
    assert survey(ask).status_code == 200
    ask("POST", "/__mock__/clock/advance", {"days": 1})
    assert [survey(ask).status_code, survey(ask, campaign=2).status_code] == [400, 200]
    ask("POST", "/__mock__/clock/advance", {"days": days - 1})
    assert [survey(ask).status_code, survey(ask, campaign=2).status_code] == [200, 400]


@pytest.mark.fidelity("F-45")
def test_unsubscribed_and_inactive(ask: Ask) -> None:
    """Both block surveys; inactive is lifted, unsubscribed never."""
    ask("POST", "/api/contacts/", {"email": "a@b.co"})
    ask("PATCH", "/__mock__/contacts/1", {"inactive": True})
    assert said(survey(ask)) == NOT_ELIGIBLE
    ask("PATCH", "/__mock__/contacts/1", {"inactive": False})
    assert survey(ask).status_code == 200
    ask("POST", "/__mock__/surveys/1/unsubscribe")
    ask("POST", "/__mock__/clock/advance", {"days": 999})
    assert said(survey(ask)) == NOT_ELIGIBLE
    assert ask("PATCH", "/__mock__/contacts/1", {"unsubscribed": False}).status_code == 422


@pytest.mark.fidelity("F-47")
def test_a_refused_survey_stores_nothing(ask: Ask) -> None:
    """Unless the switch says that it updates its contact all the same."""
    survey(ask)
    body = {"campaign_id": 1, "contact": {"email": "a@b.co", "first_name": "New"}}
    assert said(ask("POST", "/api/v2/survey/", body)) == NOT_ELIGIBLE
    assert ask("GET", "/api/contacts/1/").json()["first_name"] == ""
    ask("PATCH", "/__mock__/settings", {"refused_survey_upserts": True})
    assert said(ask("POST", "/api/v2/survey/", body)) == NOT_ELIGIBLE
    assert ask("GET", "/api/contacts/1/").json()["first_name"] == "New"


@pytest.mark.fidelity("F-38")
@pytest.mark.fidelity("F-40")
@pytest.mark.fidelity("F-48")
def test_campaigns(ask: Ask) -> None:
    """Counts follow the contacts; sending asks whoever is eligible and new; the answer is a bare string."""
    ask("PUT", "/__mock__/clock", {"mode": "frozen", "at": "2026-01-01T00:00:00Z"})
    for email in ("a@b.co", "c@d.co"):
        ask("POST", "/api/contacts/", {"email": email})

    def campaign() -> Any:
        return ask("GET", "/api/campaigns/?page=1").json()["results"][0]

    before = {"all_count": 2, "drip_duration": 7, "eligible_count": 2, "last_surveyed_date": None, "launch_date": None}
    assert campaign() == {"id": 1, "name": "Segment", **before}
    sent = ask("POST", "/api/campaigns/1/send-surveys/", {"all_contacts": False})
    assert (sent.status_code, sent.text) == (200, '"Success, surveys sent."')
    assert (campaign()["eligible_count"], campaign()["launch_date"]) == (0, "2026-01-01T00:00:00Z")
    ask("POST", "/__mock__/clock/advance", {"days": 2})
    survey(ask, "e@f.co")
    assert campaign()["all_count"] == 3
    ask("POST", "/__mock__/clock/advance", {"days": 2})
    ask("POST", "/api/contacts/", {"email": "a@b.co", "first_name": "Updated"})
    assert ask("POST", "/api/campaigns/1/send-surveys/").status_code == 200
    assert ask("GET", "/__mock__/surveys").json()["count"] == 4
    ask("POST", "/__mock__/clock/advance", {"days": 2})
    ask("POST", "/api/campaigns/1/send-surveys/", {"all_contacts": True})
    assert ask("GET", "/__mock__/surveys").json()["count"] == 7
    assert ask("POST", "/api/campaigns/9/send-surveys/").status_code == 404
    assert said(ask("POST", "/api/campaigns/1/send-surveys/", {"all_contacts": "maybe"})) == (
        400,
        {"all_contacts": ['"maybe" is not a valid boolean.']},
    )


TEMPLATE = {
    "name": "My template",
    "subject": "How are we doing?",
    "logo": "iVBORw0KGgo=",
    "reply_to_email": "me@mosbius.com",
    "from_name": "Ted",
    "intro_message": "Hello!",
    "language": "en",
    "company_brand_product_name": "Mosbius Designs",
}


@pytest.mark.fidelity("F-39")
def test_templates_and_new_campaigns(ask: Ask) -> None:
    """A template needs its eight fields, a campaign a list and a template that there are."""
    made = ask("POST", "/api/email/", TEMPLATE)
    assert said(made) == (201, {"id": 1, **TEMPLATE})
    assert ask("GET", "/api/email/").json()["results"] == [made.json()]
    assert ask("POST", "/api/email/", {}).json() == {name: ["This field is required."] for name in TEMPLATE}
    assert "valid image" in ask("POST", "/api/email/", TEMPLATE | {"logo": "!"}).json()["logo"][0]
    campaign = ask("POST", "/api/campaigns/", {"name": "New", "contact_list": "1", "email": 1})
    assert (campaign.status_code, campaign.json()["id"], campaign.json()["all_count"]) == (201, 2, 0)
    assert survey(ask, campaign=2).status_code == 200
    unknown = {name: ['Invalid pk "9" - object does not exist.'] for name in ("contact_list", "email")}
    assert said(ask("POST", "/api/campaigns/", {"name": "x", "contact_list": 9, "email": 9})) == (400, unknown)
    assert ask("POST", "/api/campaigns/", {}).json().keys() == {"name", "contact_list", "email"}


Throttle = Literal[30, 60, 90, 180] | None


@given(
    st.timedeltas(timedelta(0), timedelta(days=400)),
    st.timedeltas(timedelta(0), timedelta(days=400)),
    st.sampled_from((None, 30, 60, 90, 180)),
    st.sampled_from(("email", "sms", "web")),
)
def test_eligibility_only_grows_with_time(since: timedelta, later: timedelta, days: Throttle, channel: str) -> None:
    """Who may be surveyed now may be later; after the throttle everybody may, but for who unsubscribed."""
    contact = Contact(1, "a@b.co", NOW, surveyed={"email": NOW})
    choices = Choices(survey_throttle_days=days)
    if hindrance(contact, channel, choices, NOW + since) is None:
        assert hindrance(contact, channel, choices, NOW + since + later) is None
    assert hindrance(contact, channel, choices, NOW + timedelta(days=days or 1)) is None
    contact.unsubscribed = True
    assert hindrance(contact, channel, choices, NOW + since + later) == "the contact is unsubscribed, for good"

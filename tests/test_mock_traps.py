"""The mock and real clients: what they stumble over does here what it did there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

Ask = Callable[..., httpx.Response]
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")


def answered(ask: Ask, **survey: Any) -> int:
    """Survey a new contact, answer the survey, and return the id of its feedback."""
    body = {"campaign_id": 1, "contact": {"email": "kate@mac.com"}} | survey
    ask("POST", "/api/v2/survey/", body).raise_for_status()
    number: int = ask("POST", "/__mock__/surveys/1/answer", {"score": 9, "comment": "é\x00ü"}).json()["id"]
    return number


@pytest.mark.fidelity("F-49")
def test_the_gem_surveys_without_a_campaign(ask: Ask) -> None:
    """Called as its README says, the gem sends a null for the campaign, and is told so."""
    refused = ask("POST", "/api/v2/survey/", {"campaign_id": None, "contact": {"email": "kate@mac.com"}})
    assert (refused.status_code, refused.json()) == (400, {"campaign_id": ["This field may not be null."]})
    assert ask("GET", "/api/contacts/").json()["count"] == 0


@pytest.mark.fidelity("F-69")
def test_the_gem_lists_by_one_version_and_gets_by_the_other(ask: Ask) -> None:
    """What v2 lists is got from v1 by the same id, without the slash, and it is the same answer."""
    answered(ask)
    (row,) = ask("GET", "/api/v2/feedback/").json()["results"]
    one = ask("GET", f"/api/feedback/{row['id']}", follow_redirects=True)
    assert [first.status_code for first in (*one.history, one)] == [301, 200]
    assert (one.json()["score"], one.json()["followup_href"]) == (row["score"], row["followup_href"])


@pytest.mark.fidelity("F-70")
@pytest.mark.parametrize("path", ["/api/lists/1/remove/", "/api/lists/remove/", "/api/contacts/remove/"])
def test_the_gem_removes_nobody(ask: Ask, path: str) -> None:
    """The name that the gem's README has for the e-mail is none: the e-mail is missing, and the contact stays."""
    ask("POST", "/api/contacts/", {"email": "kate@mac.com"})
    refused = ask("POST", path, {"contact_email": "kate@mac.com"})
    assert (refused.status_code, refused.json()) == (400, {"email": ["This field is required."]})
    assert ask("GET", "/api/lists/1/contacts/").json()["count"] == 1


@pytest.mark.fidelity("F-05")
def test_the_gem_deletes_without_slash(ask: Ask) -> None:
    """Its HTTP library would replay a redirected DELETE as GET, so there is no redirect; its GET without slash has one."""
    ask("POST", "/api/contacts/", {"email": "kate@mac.com"})
    gone = ask("DELETE", "/api/lists/1/contacts/1", follow_redirects=True)
    assert (gone.history, gone.request.method, gone.json()) == ([], "DELETE", {"result": True})
    ids = ask("GET", "/api/lists/1/contacts", follow_redirects=True)
    assert (len(ids.history), ids.json()["count"]) == (1, 0)


@pytest.mark.fidelity("F-71")
def test_a_create_without_slash_looks_like_a_list(ask: Ask) -> None:
    """Whoever follows the redirect of a POST as HTTParty does gets a list, and nothing was made."""
    moved = ask("POST", "/api/contacts", {"email": "kate@mac.com"})
    assert moved.status_code == 301
    followed = ask("GET", moved.headers["location"])
    assert (followed.status_code, followed.json()["count"]) == (200, 0)


def dates(value: Any, name: str = "") -> Iterator[Any]:
    """Yield the values of all fields that are named as dates are."""
    if isinstance(value, list):
        for item in value:
            yield from dates(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from dates(item, key)
    elif re.search(r"date$|date_[01]$|created$|modified$", name):
        yield value


@pytest.mark.fidelity("F-21")
@pytest.mark.fidelity("F-72")
@pytest.mark.parametrize("at", ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000001Z", "2026-01-01T01:30:00.5+01:30"])
def test_every_date_has_one_form(ask: Ask, at: str) -> None:
    """Wherever a date stands, it is in UTC with a Z, with six digits of a second or none."""
    ask("PUT", "/__mock__/clock", {"mode": "frozen", "at": at})
    number = answered(ask)
    for score in (3, 4):
        ask("POST", "/__mock__/surveys/1/answer", {"score": score, "comment": str(score)})
    found = [
        date
        for path in ("contacts/", "campaigns/", "feedback/", f"feedback/{number}/", "v2/feedback/")
        for date in dates(ask("GET", f"/api/{path}").json())
    ]
    assert len(found) == 16
    assert all(isinstance(date, str) and DATE.fullmatch(date) for date in found)


@pytest.mark.fidelity("F-73")
def test_names_of_attributes_are_any_text(ask: Ask) -> None:
    """Real contacts had names that differ in letter case only, and that have spaces."""
    attributes = {"Order Id": "1", "order id": "2", " ": "3", "": "4", "é": "5", "a.b[0]": "6"}
    made = ask("POST", "/api/contacts/", {"email": "kate@mac.com", "attributes": attributes})
    assert made.json()["attributes"] == attributes
    assert ask("GET", "/api/contacts/1/").json()["attributes"] == attributes


@pytest.mark.fidelity("F-74")
def test_comments_are_any_text(ask: Ask) -> None:
    """A comment may be missing, and may hold what databases choke on."""
    number = answered(ask)
    assert ask("GET", f"/api/feedback/{number}/").json()["comment"] == "é\x00ü"
    ask("POST", "/__mock__/surveys/1/answer", {"score": 9, "comment": None})
    assert ask("GET", f"/api/feedback/{number}/").json()["comment"] is None


@pytest.mark.fidelity("F-20")
def test_the_gems_own_filter_does_not_filter(ask: Ask) -> None:
    """Its README filters by ``survey_campaign`` with one underscore, which is unknown and so ignored."""
    answered(ask)
    assert ask("GET", "/api/feedback/?survey_campaign=2").json()["count"] == 1
    assert ask("GET", "/api/feedback/?survey__campaign=2").json()["count"] == 0

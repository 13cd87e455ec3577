"""The mock's documents: what cannot be, is refused by its place; what can be, survives a snapshot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

import promoter_schemas
from mock_promoter.choices import Choices
from mock_promoter.documents import DocumentError, account_from, choices_from, clock_from, set_limit
from mock_promoter.kept import MOST_KEPT
from mock_promoter.model import Feedback, Survey
from mock_promoter.rate_limit import RateLimit
from mock_promoter.snapshots import state, write

Ask = Callable[..., httpx.Response]
SCHEMA = promoter_schemas.load("mock/state")
CONTACT = {"email": "a@b.co"}
SURVEY = {"campaign": 1, "contact": "a@b.co"}
BAD = "2026-02-30"


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"lists": [{"name": "x"}, {"id": 1, "name": "y"}]}, "$.lists[1]"),
        ({"templates": [{"id": 3, "name": "x"}, {"id": 3, "name": "y"}]}, "$.templates[1]"),
        ({"campaigns": [{"id": 3, "name": "x"}, {"id": 3, "name": "y"}]}, "$.campaigns[1]"),
        ({"contacts": [{"id": 3, **CONTACT}, {"id": 3, "email": "c@d.co"}]}, "$.contacts[1]"),
        ({"contacts": [CONTACT, {"email": "A@B.CO"}]}, "$.contacts[1]"),
        ({"contacts": [CONTACT], "surveys": [{"id": 3, **SURVEY}, {"id": 3, **SURVEY}]}, "$.surveys[1]"),
        (
            {
                "contacts": [CONTACT],
                "surveys": [{"id": 3, **SURVEY}],
                "feedback": [{"survey": {"id": 3, **SURVEY}, "score": 1}],
            },
            "$.feedback[0].survey",
        ),
        (
            {"contacts": [CONTACT], "feedback": [{"id": 3, "survey": SURVEY, "score": 1}] * 2},
            "$.feedback[1]",
        ),
        (
            {"contacts": [CONTACT], "surveys": [SURVEY], "feedback": [{"survey": 1, "score": 1}] * 2},
            "$.feedback[1].survey",
        ),
        ({"custom_events": [{"id": 3, "event": {}}] * 2}, "$.custom_events[1]"),
        ({"webhooks": [{"id": 3, "url": "http://x"}] * 2}, "$.webhooks[1]"),
        ({"webhooks": [{"url": "http://x", "campaign": 9}]}, "$.webhooks[0].campaign"),
        ({"campaigns": [{"name": "x", "template": 9}]}, "$.campaigns[0].template"),
        ({"clock": {"at": BAD}}, "$.clock.at"),
        ({"campaigns": [{"name": "x", "launched": BAD}]}, "$.campaigns[0].launched"),
        ({"contacts": [{**CONTACT, "created": BAD}]}, "$.contacts[0].created"),
        ({"contacts": [{**CONTACT, "surveyed": {"sms": BAD}}]}, "$.contacts[0].surveyed.sms"),
        ({"contacts": [{**CONTACT, "created": "1970-01-01T00:00:00+01:00"}]}, "$.contacts[0].created"),
        ({"contacts": [{**CONTACT, "created": "2999-12-31T23:59:59-01:00"}]}, "$.contacts[0].created"),
        ({"contacts": [CONTACT], "surveys": [{**SURVEY, "at": BAD}]}, "$.surveys[0].at"),
        ({"contacts": [CONTACT], "feedback": [{"survey": SURVEY, "score": 1, "posted": BAD}]}, "$.feedback[0].posted"),
        ({"custom_events": [{"event": {}, "at": BAD}]}, "$.custom_events[0].at"),
    ],
)
def test_what_cannot_be(document: dict[str, Any], path: str) -> None:
    """Two things of one id, what leads nowhere, and times that there are not, are refused by their place."""
    assert jsonschema_rs.is_valid(SCHEMA, document)
    with pytest.raises(DocumentError) as caught:
        account_from(document, "a")
    assert caught.value.path == path


def test_emails_that_differ_in_case_are_two_where_the_switch_says_so() -> None:
    """Whether two contacts are one is the document's own choice."""
    contacts = [CONTACT, {"email": "A@B.CO"}]
    assert len(account_from({"settings": {"email_case": "kept"}, "contacts": contacts}, "a").contacts) == 2


def test_a_refused_seed_changes_nothing(ask: Ask) -> None:
    """The control plane says where it is wrong, and the state is what it was."""
    ask("POST", "/api/contacts/", CONTACT)
    refused = ask("PUT", "/__mock__/seed", {"contacts": [CONTACT, CONTACT]})
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "$.contacts[1]")
    assert ask("GET", "/api/contacts/").json()["count"] == 1


def test_the_default_campaign_has_its_list() -> None:
    """A seed of lists without list 1 gets it for the campaign that is there by default; its snapshot can be read."""
    first = state(account_from({"lists": [{"id": 5, "name": "x"}]}, "a"))
    assert [one["id"] for one in first["lists"]] == [5, 1]
    assert state(account_from(first, "a")) == first


def floats(value: Any) -> Any:
    """Return a document with all whole numbers written as 1.0."""
    if isinstance(value, dict):
        return {key: floats(item) for key, item in value.items()}
    if isinstance(value, list):
        return [floats(item) for item in value]
    return float(value) if type(value) is int else value


def test_numbers_with_a_point(ask: Ask) -> None:
    """JSON does not tell 1 from 1.0, so a document with one is as good as with the other."""
    ask("PUT", "/__mock__/clock", {"mode": "frozen", "at": "2026-01-01T00:00:00Z"})
    seed = {
        "settings": {"page_size": 1, "created_status": 201, "hard_throttle_hours": 2, "survey_throttle_days": 30},
        "clock": {"mode": "frozen", "at": "2026-01-01T00:00:00Z"},
        "rate_limit": {"limit": 1000, "window_seconds": 60},
        "lists": [{"id": 1, "name": "x"}],
        "templates": [{"id": 2, "name": "t"}],
        "campaigns": [{"id": 3, "name": "c", "list": 1, "template": 2, "drip_duration": 30}],
        "contacts": [{"id": 4, "email": "a@b.co", "lists": [1]}],
        "surveys": [{"id": 5, "campaign": 3, "contact": "a@b.co"}],
        "feedback": [{"id": 6, "survey": 5, "score": 9}],
        "webhooks": [{"id": 7, "url": "http://127.0.0.1:9/", "campaign": 3}],
        "ids": {"contact": 9},
    }
    snapshots = []
    for document in (seed, floats(seed)):
        ask("PUT", "/__mock__/seed", document).raise_for_status()
        snapshots.append(ask("GET", "/__mock__/snapshot").text)
    assert snapshots[0] == snapshots[1]
    assert ask("POST", "/api/lists/", {"name": "y"}).status_code == 201
    assert len(ask("GET", "/api/lists/").json()["results"]) == 1


def test_switches_with_a_point(ask: Ask) -> None:
    """A switch that is set to 50.0 is set to 50, and lists go on working."""
    assert ask("PATCH", "/__mock__/settings", {"page_size": 50.0, "webhook_waits": [1]}).json()["page_size"] == 50
    assert ask("GET", "/api/lists/").status_code == 200
    assert choices_from({"webhook_waits": [1, 2.5]}) == Choices(webhook_waits=(1.0, 2.5))


def test_a_score_with_a_point(ask: Ask) -> None:
    """A score of 9.0 is a 9 wherever it is shown."""
    ask("POST", "/api/v2/survey/", {"campaign_id": 1, "contact": CONTACT})
    assert '"score":9,' in ask("POST", "/__mock__/surveys/1/answer", {"score": 9.0}).text


@pytest.mark.parametrize("document", [{"mode": "offset", "offset_seconds": -3e9}])
def test_a_clock_that_would_show_what_no_document_may_have(ask: Ask, document: dict[str, Any]) -> None:
    """It is refused, since a snapshot of what then happens could not be read again."""
    with pytest.raises(DocumentError, match="1970 to 2999"):
        clock_from(document)
    assert ask("PUT", "/__mock__/clock", document).status_code == 422


def test_the_shortest_window() -> None:
    """A window is never nothing, so that a snapshot of it is as the schema wants it."""
    limit = RateLimit()
    set_limit(limit, {"limit": 1, "window_seconds": 1e-9})
    assert limit.window == timedelta(microseconds=1)


def test_who_came_back_is_not_who_was_removed() -> None:
    """A survey of a removed contact stays that one's, though another has its address now."""
    account = account_from({"contacts": [CONTACT], "surveys": [SURVEY]}, "a")
    account.remove(account.contacts["a@b.co"])
    account.upsert(CONTACT, account.clock.now())
    for one in (account, account_from(state(account), "a")):
        (survey,) = one.surveys
        assert (survey.contact.id, one.contacts["a@b.co"].id) == (1, 2)


def test_long_names_survive(ask: Ask) -> None:
    """Whatever the API takes, a snapshot can be taken back with it."""
    ask("POST", "/api/contacts/", {**CONTACT, "first_name": "x" * 5000, "last_name": "y" * 5000}).raise_for_status()
    ask("PUT", "/__mock__/snapshot", ask("GET", "/__mock__/snapshot").json()).raise_for_status()
    assert ask("GET", "/api/contacts/1/").json()["last_name"] == "y" * 5000


def test_a_full_inbox_keeps_its_newest() -> None:
    """Feedback whose survey was dropped brings it back only where there is room, so the rest can still be referred to."""
    account = account_from({"contacts": [CONTACT], "feedback": [{"survey": SURVEY, "score": 1}]}, "a")
    campaign, contact = account.campaigns[1], account.contacts["a@b.co"]
    oldest = account.feedback[1].survey
    for number in range(2, MOST_KEPT + 2):
        account.surveys.add(account.next_id("survey"), Survey(number, oldest.at, campaign, contact, {}))
    second = account.surveys.get(2)
    assert second is not None
    account.feedback[2] = second.feedback = Feedback(account.next_id("feedback"), second, 5, None, oldest.at)
    first = state(account)
    assert [one["survey"] if one["id"] == 2 else one["survey"]["id"] for one in first["feedback"]] == [1, 2]
    again = account_from(first, "a")
    assert (len(again.surveys), again.surveys.get(1), again.surveys.dropped) == (MOST_KEPT, None, 0)
    assert state(again) == first


_FIRST, _LAST = datetime(1970, 1, 3), datetime(2999, 12, 29)  # noqa: DTZ001 - Hypothesis wants them so.
_ZONES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(_FIRST, _LAST, timezones=_ZONES))
def test_every_time_that_is_taken_can_be_taken_again(time: datetime) -> None:
    """A contact's time, of whichever zone, is written so that the schema takes it back, as the same moment."""
    first = state(account_from({"contacts": [{**CONTACT, "created": time.isoformat()}]}, "a"))
    assert jsonschema_rs.is_valid(SCHEMA, orjson.loads(orjson.dumps(first)))
    assert account_from(first, "a").contacts["a@b.co"].created == time


def test_snapshots_are_files_of_their_owner(tmp_path: Path) -> None:
    """A file is replaced whole, is read by its owner only, and leaves nothing beside it."""
    path = tmp_path / "state.json"
    for number in (1, 2):
        write(path, {"version": number})
    assert orjson.loads(path.read_bytes()) == {"version": 2}
    assert path.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [path]

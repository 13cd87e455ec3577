"""What people would see and do: contacts, the inbox and its answers, feedback, custom events."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

import pytest
from mock_plane import FROZEN, Plane

from mock_promoter.auth import TEST_KEY

BASIC = {"authorization": "Basic " + b64encode(f"{TEST_KEY}:".encode()).decode()}


@pytest.fixture
def plane(mock: str) -> Iterator[Plane]:
    """Return a client of a mock that holds nothing yet, at noon."""
    with Plane(mock) as plane:
        plane.call("PUT", "/clock", FROZEN)
        yield plane


def test_contacts(plane: Plane) -> None:
    """The newest first, with what the API does not show; searched in any letter case, a few at a time."""
    plane.survey()
    plane.api("POST", "/api/contacts/", {"email": "b@mac.com", "first_name": "Émile", "attributes": {"say": 'a "b"'}})
    found = plane.call("GET", "/contacts")
    assert ([one["email"] for one in found["contacts"]], found["count"]) == (["b@mac.com", "kate@mac.com"], 2)
    assert found["contacts"][1] == {
        "id": 1,
        "email": "kate@mac.com",
        "first_name": "",
        "last_name": "",
        "attributes": {},
        "created_date": "2026-01-01T12:00:00Z",
        "unsubscribed": False,
        "inactive": False,
        "user_id": None,
        "lists": [1],
        "surveyed": {"email": "2026-01-01T12:00:00Z"},
    }
    for text, count in (("KATE", 1), ("mac.com", 2), ("Émile", 1), ("éMILE", 1), ('"b"', 1), ("nobody", 0), ("", 2)):
        assert plane.call("GET", "/contacts", q=text)["count"] == count
    few = plane.call("GET", "/contacts", limit=1)
    assert ([one["email"] for one in few["contacts"]], few["count"]) == (["b@mac.com"], 2)


def test_a_contact_s_switches(plane: Plane) -> None:
    """Inactive for a while, unsubscribed for good; nobody surveys either."""
    plane.api("POST", "/api/contacts/", {"email": "kate@mac.com"})
    assert plane.call("PATCH", "/contacts/1", {"inactive": True})["inactive"]
    assert plane.survey().status_code == 400
    assert not plane.call("PATCH", "/contacts/1", {"inactive": False, "unsubscribed": False})["inactive"]
    assert plane.call("PATCH", "/contacts/1", {})["unsubscribed"] is False
    for _ in range(2):
        assert plane.call("PATCH", "/contacts/1", {"unsubscribed": True})["unsubscribed"]
    assert plane.survey().status_code == 400
    with plane.unchanged():
        body = {"unsubscribed": False, "inactive": True}
        assert plane.refusal("PATCH", "/contacts/1", body)[2] == [("$.unsubscribed", "permanent")]


def test_the_inbox(plane: Plane) -> None:
    """Every survey, the newest first, with its answer once there is one."""
    plane.api("POST", "/api/v2/survey/", {"campaign_id": 1, "contact": {"email": "a@b.co"}, "attributes": {"n": 1}})
    plane.survey()
    found = plane.call("GET", "/surveys")
    assert ([one["id"] for one in found["surveys"]], found["count"], found["dropped"]) == ([2, 1], 2, 0)
    assert found["surveys"][1] == {
        "id": 1,
        "at": "2026-01-01T12:00:00Z",
        "campaign": {"id": 1, "name": "Segment"},
        "contact": {"id": 1, "email": "a@b.co", "first_name": "", "last_name": "", "unsubscribed": False},
        "channel": "email",
        "attributes": {"n": 1},
        "feedback": None,
    }
    plane.call("POST", "/surveys/1/answer", {"score": 7, "comment": "So so"})
    (answered,) = plane.call("GET", "/surveys", q="So so")["surveys"]
    assert answered["feedback"] == {"id": 1, "score": 7, "score_type": "passive", "comment": "So so"}
    assert len(plane.call("GET", "/surveys", limit=1)["surveys"]) == 1


def test_answers(plane: Plane) -> None:
    """A first one makes feedback, the next changes it, and the scores go along."""
    plane.survey()
    first = plane.call("POST", "/surveys/1/answer", {"score": 0})
    assert (first["id"], first["score"], first["score_type"], first["comment"]) == (1, 0, "detractor", None)
    plane.call("POST", "/clock/advance", {"minutes": 1})
    second = plane.call("POST", "/surveys/1/answer", {"score": 10, "comment": "Lovely"})
    assert (second["id"], second["score_type"], second["comment"]) == (1, "promoter", "Lovely")
    assert plane.call("GET", "/feedback") == {"feedback": [second], "count": 1}
    assert plane.api("GET", "/api/v2/feedback/").json()["results"] == [second]
    campaigns = plane.call("GET", "/campaigns")
    assert (campaigns["organization_nps"], campaigns["campaigns"][0]["nps"]) == ("100.0", "100.0")
    assert campaigns["campaigns"][0]["channel"] == "email"


def test_feedback_that_is_taken_back(plane: Plane) -> None:
    """It is gone, and the survey may be answered anew."""
    plane.survey()
    plane.call("POST", "/surveys/1/answer", {"score": 1, "comment": "Bad"})
    assert plane.call("GET", "/feedback", q="bad")["count"] == 1
    assert plane.call("DELETE", "/feedback/1") == {}
    assert plane.call("GET", "/feedback") == {"feedback": [], "count": 0}
    assert plane.refusal("DELETE", "/feedback/1")[0] == 404
    assert plane.call("POST", "/surveys/1/answer", {"score": 9})["id"] == 2


def test_the_link_to_unsubscribe(plane: Plane) -> None:
    """Whoever follows it is never surveyed again; to follow it twice does no harm."""
    plane.survey()
    for _ in range(2):
        assert plane.call("POST", "/surveys/1/unsubscribe")["unsubscribed"]
    plane.call("POST", "/clock/advance", {"days": 400})
    assert plane.survey().status_code == 400


def test_custom_events(plane: Plane) -> None:
    """The raw event as it came, and what it led to; the newest first."""
    event = {"type": "identify", "userId": "u-1", "traits": {"email": "kate@mac.com"}}
    plane.api("POST", "/api/segment/", event, headers=BASIC)
    plane.api("POST", "/api/segment/", {"type": "track", "userId": "u-1", "event": "Bought"}, headers=BASIC)
    found = plane.call("GET", "/custom-events")
    assert ([one["id"] for one in found["custom_events"]], found["count"], found["dropped"]) == ([2, 1], 2, 0)
    first = {"id": 1, "at": "2026-01-01T12:00:00Z", "event": event, "effect": "contact 1 made"}
    assert found["custom_events"][1] == first
    assert plane.call("GET", "/custom-events", q="bought", limit=5)["count"] == 1
    assert plane.call("GET", "/contacts")["contacts"][0]["user_id"] == "u-1"

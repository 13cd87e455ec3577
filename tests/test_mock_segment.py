"""The mock's Segment endpoint: what is stored, and what comes of it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mock_promoter.auth import TEST_KEY

Ask = Callable[..., httpx.Response]
BASIC = {"authorization": "Basic " + b64encode(f"{TEST_KEY}:".encode()).decode()}


def send(ask: Ask, **event: Any) -> str:
    """Send an event that is taken; return what came of it."""
    answer = ask("POST", "/api/segment/", event, headers=BASIC)
    assert (answer.status_code, answer.json()) == (200, {})
    effect: str = ask("GET", "/__mock__/custom-events").json()["custom_events"][0]["effect"]
    return effect


@pytest.mark.fidelity("F-60")
@pytest.mark.parametrize(
    "authorization",
    [
        f"Token {TEST_KEY}",
        "",
        "Basic !",
        "Basic " + b64encode(b"wrong:").decode(),
        "Basic " + b64encode(b"\xff").decode(),
    ],
)
def test_credentials(ask: Ask, authorization: str) -> None:
    """The key is the Basic user; everything else is 401, with a message for Segment's debugger."""
    answer = ask("POST", "/api/segment/", {"type": "track"}, headers={"authorization": authorization})
    assert (answer.status_code, answer.json()) == (401, {"message": "The API key is not valid."})


@pytest.mark.fidelity("F-64")
@pytest.mark.fidelity("F-65")
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"type": "track", "event": "x"}, 200),
        ({"action": "identify"}, 200),
        ({"type": "delete"}, 200),
        ({"type": "page"}, 501),
        ({"action": "alias"}, 501),
        ({"type": "nonsense"}, 400),
        ({"type": []}, 400),
        ({"userId": "1"}, 400),
        ({"type": None, "action": "track"}, 400),
        ([], 400),
    ],
)
def test_what_is_taken(ask: Ask, body: Any, status: int) -> None:
    """Events are stored, unsupported types are 501, nonsense is 400; errors carry a message."""
    answer = ask("POST", "/api/segment/", body, headers=BASIC)
    assert answer.status_code == status
    assert (status == 200) != ("message" in answer.json())
    assert ask("GET", "/__mock__/custom-events").json()["count"] == (status == 200)


@pytest.mark.fidelity("F-61")
def test_identify(ask: Ask) -> None:
    """It makes or updates a contact; without userId or e-mail nothing comes of it; other traits become attributes."""
    traits = {"email": "ted@mosbius.com", "firstName": "Ted", "plan": "gold", "n": 3, "address": {"city": "Paris"}}
    assert send(ask, type="identify", userId=1, traits=traits) == "contact 1 made"
    assert (
        send(ask, type="identify", userId="1", traits={"email": "ted@mosbius.com", "lastName": "M"})
        == "contact 1 updated"
    )
    (contact,) = ask("GET", "/__mock__/contacts").json()["contacts"]
    assert (contact["first_name"], contact["last_name"], contact["user_id"]) == ("Ted", "M", "1")
    assert contact["attributes"] == {"plan": "gold", "n": 3}
    assert "userId" in send(ask, type="identify", traits=traits)
    assert "userId" in send(ask, type="identify", userId="", traits=traits)
    assert "email" in send(ask, type="identify", userId="2", traits={"plan": "gold"})
    assert ask("GET", "/api/contacts/").json()["count"] == 1


@pytest.mark.fidelity("F-62")
def test_track(ask: Ask) -> None:
    """Only the configured event of a person who was identified surveys, and only whoever may be surveyed."""
    ask("PUT", "/__mock__/seed", {"campaigns": [{"name": "S", "event": "Bought"}, {"name": "None"}]})
    assert "nobody was identified" in send(ask, type="track", event="Bought", userId="1")
    send(ask, type="identify", userId="1", traits={"email": "ted@mosbius.com"})
    assert "no campaign" in send(ask, type="track", event="bought", userId="1")
    assert "no campaign" in send(ask, type="track", userId="1")
    assert "nobody was identified" in send(ask, type="track", event="Bought")
    properties = {"order": "o-1", "products": [1]}
    assert (
        send(ask, type="track", event="Bought", userId="1", properties=properties) == "contact 1 surveyed by campaign 1"
    )
    (survey,) = ask("GET", "/__mock__/surveys").json()["surveys"]
    assert (survey["contact"]["email"], survey["attributes"]) == ("ted@mosbius.com", {"order": "o-1"})
    assert "within 24 hours" in send(ask, type="track", event="Bought", userId="1")


@pytest.mark.fidelity("F-63")
def test_orders_are_stored(ask: Ask) -> None:
    """An order is kept whole; it surveys nobody unless a campaign has it configured."""
    order = {
        "type": "track",
        "event": "Order Completed",
        "userId": "1",
        "properties": {"order_id": "o-1", "products": [{"sku": "x"}]},
    }
    assert send(ask, **order) == "stored: no campaign has this event configured"
    assert ask("GET", "/__mock__/custom-events").json()["custom_events"][0]["event"] == order


def test_delete(ask: Ask) -> None:
    """The contact of a userId is removed; the latest e-mail of a userId is the one that is meant."""
    send(ask, type="identify", userId="1", traits={"email": "old@mosbius.com"})
    send(ask, type="identify", userId="1", traits={"email": "new@mosbius.com"})
    send(ask, type="identify", userId="2", traits={"email": "new@mosbius.com"})
    assert send(ask, type="delete", userId="2") == "contact 2 removed"
    assert "nobody was identified" in send(ask, type="delete", userId="2")
    assert [one["email"] for one in ask("GET", "/api/contacts/").json()["results"]] == ["old@mosbius.com"]

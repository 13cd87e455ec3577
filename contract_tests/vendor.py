"""What every Promoter-compatible server promises, over HTTP, as tests to inherit.

    class TestMine(VendorContract):
        @pytest.fixture
        def promoter_url(self): return "http://127.0.0.1:8080"

        @pytest.fixture
        def promoter_key(self): return "promoter-test-key"

The server may hold anything already: every test makes people of its own. Campaign 1 must exist.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest


def somebody() -> str:
    """Return an address that nobody has used."""
    return f"{uuid4().hex}@example.com"


class VendorContract:
    """Contacts, surveys, custom events and errors, as Promoter's clients rely on them."""

    @pytest.fixture
    def api(self, promoter_url: str, promoter_key: str) -> Iterator[httpx.Client]:
        """Return a client with the right key."""
        with httpx.Client(base_url=promoter_url, headers={"authorization": f"Token {promoter_key}"}) as client:
            yield client

    def test_wrong_keys(self, api: httpx.Client) -> None:
        """A wrong key is 401 with a detail, and so is none."""
        for headers in ({"authorization": "Token wrong"}, {"authorization": ""}):
            answer = api.get("/api/campaigns/", headers=headers)
            assert answer.status_code == 401
            assert answer.json().keys() == {"detail"}

    def test_contacts_are_upserted(self, api: httpx.Client) -> None:
        """Two posts of one e-mail make one contact, with the attributes of both."""
        email = somebody()
        first = api.post("/api/contacts/", json={"email": email, "first_name": "Kate", "attributes": {"plan": "gold"}})
        again = api.post("/api/contacts/", json={"email": email, "attributes": {"city": "Paris"}})
        assert first.is_success
        assert again.json()["id"] == first.json()["id"]
        found = api.get("/api/contacts/", params={"email": email}).json()
        assert found["count"] == 1
        assert found["results"][0]["attributes"] == {"plan": "gold", "city": "Paris"}
        assert found["results"][0]["first_name"] == "Kate"

    @pytest.mark.parametrize("body", [{}, {"email": ""}, {"email": "no"}, {"email": None}, []])
    def test_bad_contacts(self, api: httpx.Client, body: Any) -> None:
        """What is no contact is 400, with a dict of messages by field."""
        answer = api.post("/api/contacts/", json=body)
        assert answer.status_code == 400
        assert all(isinstance(messages, list) for messages in answer.json().values())

    def test_nobody_is_surveyed_twice_in_a_day(self, api: httpx.Client) -> None:
        """The first survey is echoed without ids, the second is not eligible."""
        body = {"campaign_id": 1, "contact": {"email": somebody()}, "attributes": {"OrderId": 5}}
        first, second = (api.post("/api/v2/survey/", json=body) for _ in range(2))
        assert (first.status_code, first.json()["campaign"], first.json()["attributes"]) == (200, 1, {"OrderId": 5})
        assert (second.status_code, second.json()) == (
            400,
            {"non_field_errors": ["Contact is not eligible for survey."]},
        )

    def test_repeated_writes_are_done_once(self, api: httpx.Client) -> None:
        """The same Idempotency-Key gives the same answer again."""
        body, headers = {"campaign_id": 1, "contact": {"email": somebody()}}, {"idempotency-key": uuid4().hex}
        first, second = (api.post("/api/v2/survey/", json=body, headers=headers) for _ in range(2))
        assert (first.status_code, first.json()) == (second.status_code, second.json()) == (200, first.json())

    def test_removed_contacts_are_gone(self, api: httpx.Client) -> None:
        """After contacts/remove nobody is found by the e-mail."""
        email = somebody()
        api.post("/api/contacts/", json={"email": email})
        assert api.post("/api/contacts/remove/", json={"email": email}).is_success
        assert api.get("/api/contacts/", params={"email": email}).json()["count"] == 0

    def test_custom_events(self, api: httpx.Client, promoter_key: str) -> None:
        """The Segment endpoint takes an event with the key as Basic user, and not with a Token."""
        event = {"type": "track", "event": "Order Completed", "userId": "1", "messageId": uuid4().hex}
        basic = {"authorization": "Basic " + b64encode(f"{promoter_key}:".encode()).decode()}
        assert api.post("/api/segment/", json=event, headers=basic).status_code == 200
        assert api.post("/api/segment/", json=event).status_code == 401

    def test_pages(self, api: httpx.Client) -> None:
        """Lists come in an envelope; beyond the end is 404."""
        assert api.get("/api/contacts/").json().keys() == {"count", "next", "previous", "results"}
        assert api.get("/api/contacts/", params={"page": "999999"}).status_code == 404

    def test_slashes(self, api: httpx.Client) -> None:
        """A path without its slash is redirected, not answered."""
        assert api.get("/api/contacts").status_code == 301

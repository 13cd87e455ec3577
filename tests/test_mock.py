"""The mock over HTTP: bodies, errors, redirects, paging, the journal, to the letter of what is known."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from mock_promoter import create_app
from mock_promoter.answers import Call
from mock_promoter.app import TEST_KEY
from mock_promoter.paging import page
from mock_promoter.state import MOST_REPLAYS, Account

Ask = Callable[..., httpx.Response]
BASIC = {"authorization": "Basic " + b64encode(f"{TEST_KEY}:".encode()).decode()}


def said(answer: httpx.Response) -> tuple[int, Any]:
    """Return status and body."""
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    ("authorization", "detail"),
    [
        ("", "Authentication credentials were not provided."),
        ("Basic x", "Authentication credentials were not provided."),
        ("Token", "Invalid token header. No credentials provided."),
        ("Token a b", "Invalid token header. Token string should not contain spaces."),
        ("Token wrong", "Invalid token."),
    ],
)
def test_credentials(ask: Ask, authorization: str, detail: str) -> None:
    """Each kind of wrong credentials has the framework's own words; the scheme's case does not matter."""
    answer = ask("GET", "/api/contacts/", headers={"authorization": authorization})
    assert said(answer) == (401, {"detail": detail})
    assert answer.headers["www-authenticate"] == "Token"
    assert ask("GET", "/api/contacts/", headers={"authorization": f"tOKEN {TEST_KEY}"}).status_code == 200


def test_what_comes_before_the_call(ask: Ask) -> None:
    """Unknown path, missing slash, Accept, method, media type, JSON: in Django's order."""
    unknown = ask("GET", "/api/nope/")
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, "text/html; charset=utf-8")
    moved = ask("POST", "/api/contacts", {})
    assert (moved.status_code, moved.headers["location"]) == (301, "/api/contacts/")
    assert said(ask("GET", "/api/contacts/", headers={"accept": "text/xml"})) == (
        406,
        {"detail": "Could not satisfy the request Accept header."},
    )
    wrong = ask("PUT", "/api/contacts/", {})
    assert said(wrong) == (405, {"detail": 'Method "PUT" not allowed.'})
    assert wrong.headers["allow"] == "GET, POST"
    form = ask("POST", "/api/contacts/", content=b"a=b", headers={"content-type": "application/x-www-form-urlencoded"})
    assert said(form) == (415, {"detail": 'Unsupported media type "application/x-www-form-urlencoded" in request.'})
    broken = ask("POST", "/api/contacts/", content=b"{", headers={"content-type": "application/json"})
    assert broken.json()["detail"].startswith("JSON parse error - ")
    huge = ask("POST", "/api/contacts/", content=b"x" * 3_000_000, headers={"content-type": "application/json"})
    assert huge.status_code == 413
    assert said(ask("POST", "/api/contacts/")) == (400, {"email": ["This field is required."]})


def test_contacts_are_upserted_by_email(ask: Ask) -> None:
    """New is 201, known is 200; attributes merge as text, what Promoter does not store vanishes."""
    made = ask(
        "POST",
        "/api/contacts/",
        {"email": "A@b.co", "first_name": 3, "attributes": {"x": 1, "y": None, "z": [1], "t": True}},
    )
    assert made.status_code == 201
    assert {name: made.json()[name] for name in ("id", "email", "first_name", "last_name", "attributes")} == {
        "id": 1,
        "email": "A@b.co",
        "first_name": "3",
        "last_name": "",
        "attributes": {"x": "1", "t": "true"},
    }
    again = ask("POST", "/api/contacts/", {"email": "a@B.co", "attributes": {"w": "2"}, "campaign": 1})
    assert (again.status_code, again.json()["attributes"]) == (200, {"x": "1", "t": "true", "w": "2"})
    assert ask("GET", "/api/contacts/1/").json() == again.json()
    assert said(ask("GET", "/api/contacts/9/")) == (404, {"detail": "Not found."})


def test_lists(ask: Ask) -> None:
    """Six calls: list, make, members, and three ways to take somebody out."""
    assert ask("POST", "/api/lists/", {"name": " Beta "}).json() == {"id": 2, "name": "Beta"}
    assert [one["name"] for one in ask("GET", "/api/lists/").json()["results"]] == ["Default", "Beta"]
    for email in ("a@b.co", "c@d.co", "e@f.co"):
        ask("POST", "/api/contacts/", {"email": email, "contact_list": ["1", 2]})
    assert ask("GET", "/api/lists/2/contacts/").json()["results"] == [{"id": 1}, {"id": 2}, {"id": 3}]
    assert said(ask("DELETE", "/api/lists/2/contacts/1")) == (200, {"result": True})
    assert ask("DELETE", "/api/lists/2/contacts/1/").status_code == 404
    assert ask("DELETE", "/api/lists/9/contacts/1/").status_code == 404
    assert ask("POST", "/api/lists/2/remove/", {"email": "c@d.co"}).json()["id"] == 2
    assert ask("POST", "/api/lists/2/remove/", {"email": "c@d.co"}).status_code == 404
    assert ask("POST", "/api/lists/9/remove/", {"email": "c@d.co"}).status_code == 404
    assert ask("POST", "/api/lists/remove/", {"email": "e@f.co"}).json()["count"] == 0
    assert ask("POST", "/api/lists/remove/", {"email": "x@y.co"}).status_code == 404
    assert ask("GET", "/api/lists/2/contacts/").json()["count"] == 0
    assert ask("GET", "/api/lists/9/contacts/").status_code == 404


def test_filters(ask: Ask) -> None:
    """E-mail is exact, a list filters, a bad value finds nothing, unknown names are ignored."""
    for email in ("a@b.co", "c@d.co"):
        ask("POST", "/api/contacts/", {"email": email})
    counts = {
        query: ask("GET", f"/api/contacts/?{query}").json()["count"]
        for query in (
            "email=a@b.co",
            "email=A@b.co",
            "contact_list__id=1",
            "contact_list__id=9",
            "contact_list__id=x",
            "colour=red",
        )
    }
    assert list(counts.values()) == [1, 0, 2, 0, 0, 2]


def test_pages() -> None:
    """A hundred a page, links keep the filters, page 1 is linked without a number, beyond the end is 404."""
    rows = list(range(250))

    def of(**query: str) -> Any:
        return page(Call("GET", "/api/x/", "http://h", query), rows).body

    assert (of()["count"], of()["next"], of()["previous"]) == (250, "http://h/api/x/?page=2", None)
    assert of(page="2", a="b")["previous"] == "http://h/api/x/?a=b"
    assert of(page="2")["previous"] == "http://h/api/x/"
    assert of(page="last")["results"] == rows[200:]
    for wrong in ("0", "4", "x", "9" * 20):
        assert of(page=wrong) == {"detail": "Invalid page."}


def test_removing(ask: Ask) -> None:
    """A removed contact is gone everywhere; an unknown one is not found."""
    ask("POST", "/api/contacts/", {"email": "a@b.co"})
    assert said(ask("POST", "/api/contacts/remove/", {"email": "A@b.co"})) == (
        200,
        {"count": 0, "next": None, "previous": None, "results": []},
    )
    assert ask("POST", "/api/contacts/remove/", {"email": "a@b.co"}).status_code == 404
    assert ask("GET", "/api/lists/1/contacts/").json()["count"] == 0


def test_surveys_and_eligibility(ask: Ask) -> None:
    """A survey makes the contact and echoes; within 24 hours nobody is asked twice, by whichever call."""
    body = {
        "campaign_id": "1",
        "contact": {"email": "a@b.co", "attributes": {"plan": "gold", "n": 1}},
        "attributes": {"OrderId": 5},
    }
    assert said(ask("POST", "/api/v2/survey/", body)) == (
        200,
        {
            "campaign": 1,
            "contact": {"email": "a@b.co", "first_name": "", "last_name": "", "attributes": {"plan": "gold", "n": 1}},
            "attributes": {"OrderId": 5},
        },
    )
    refused = (400, {"non_field_errors": ["Contact is not eligible for survey."]})
    assert said(ask("POST", "/api/v2/survey/", body)) == refused
    assert said(ask("POST", "/api/contacts/survey/", {"campaign": 1, "email": "a@b.co"})) == refused
    v1 = {"campaign": 1, "email": "c@d.co", "first_name": "C", "attributes": {"n": 1}}
    assert said(ask("POST", "/api/contacts/survey/", v1)) == (200, v1 | {"attributes": {"n": "1"}})


def test_campaigns(ask: Ask) -> None:
    """Counts follow the contacts; sending asks whoever is eligible and new; the answer is a bare string."""
    for email in ("a@b.co", "c@d.co"):
        ask("POST", "/api/contacts/", {"email": email})
    (campaign,) = ask("GET", "/api/campaigns/?page=1").json()["results"]
    assert (campaign["name"], campaign["all_count"], campaign["eligible_count"], campaign["launch_date"]) == (
        "Segment",
        2,
        2,
        None,
    )
    assert said(ask("POST", "/api/campaigns/1/send-surveys/", {"all_contacts": False})) == (
        200,
        "Success, surveys sent.",
    )
    (campaign,) = ask("GET", "/api/campaigns/").json()["results"]
    assert (campaign["eligible_count"], campaign["last_surveyed_date"] is None) == (0, False)
    assert ask("POST", "/api/campaigns/1/send-surveys/").status_code == 200
    assert ask("POST", "/api/campaigns/9/send-surveys/").status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"type": "track", "event": "x"}, 200),
        ({"action": "identify"}, 200),
        ({"type": "page"}, 501),
        ({"type": "nonsense"}, 400),
        ({"type": []}, 400),
        ({"userId": "1"}, 400),
        ([], 400),
    ],
)
def test_segment_endpoint(ask: Ask, body: Any, status: int) -> None:
    """Events are stored, unsupported types are 501, nonsense is 400; errors carry a message for Segment's debugger."""
    answer = ask("POST", "/api/segment/", body, headers=BASIC)
    assert answer.status_code == status
    assert (status == 200) != ("message" in answer.json())
    assert len(ask("GET", "/__mock__/state").json()["accounts"][0]["events"]) == (status == 200)


@pytest.mark.parametrize(
    "authorization",
    [f"Token {TEST_KEY}", "Basic !", "Basic " + b64encode(b"wrong:").decode(), "Basic " + b64encode(b"\xff").decode()],
)
def test_segment_credentials(ask: Ask, authorization: str) -> None:
    """The key is the Basic user; everything else is 401."""
    assert ask("POST", "/api/segment/", {"type": "track"}, headers={"authorization": authorization}).status_code == 401


def test_idempotency(ask: Ask) -> None:
    """A repeated write is answered as before and done once; a refused one may be tried again."""
    key = {"idempotency-key": "k"}
    survey = {"campaign_id": 1, "contact": {"email": "a@b.co"}}
    assert ask("POST", "/api/v2/survey/", {}, headers=key).status_code == 400
    first = ask("POST", "/api/v2/survey/", survey, headers=key)
    again = ask("POST", "/api/v2/survey/", survey, headers=key)
    assert said(first) == said(again)
    assert (first.headers.get("idempotent-replay"), again.headers["idempotent-replay"]) == (None, "true")
    assert len(ask("GET", "/__mock__/state").json()["accounts"][0]["surveys"]) == 1
    assert "idempotent-replay" not in ask("POST", "/api/contacts/", {"email": "a@b.co"}, headers=key).headers
    assert ask("GET", "/api/contacts/", headers=key).status_code == 200


def test_replays_are_bounded() -> None:
    """The oldest answer makes room."""
    account = Account()
    account.replays = {("/", str(number)): None for number in range(MOST_REPLAYS)}
    account.keep("/", "new", None)
    assert len(account.replays) == MOST_REPLAYS
    assert ("/", "0") not in account.replays


def test_control_plane(ask: Ask, mock: str) -> None:
    """Health, reset, and no calls from pages of elsewhere."""
    assert said(ask("GET", "/__mock__/health")) == (200, {"status": "ok"})
    ask("POST", "/api/contacts/", {"email": "a@b.co"})
    assert ask("POST", "/__mock__/reset", headers={"origin": "http://evil.example"}).status_code == 403
    assert ask("POST", "/__mock__/reset", headers={"origin": mock}).status_code == 200
    assert ask("GET", "/__mock__/requests").json() == {"requests": [], "dropped": 0}
    assert ask("GET", "/api/contacts/").json()["count"] == 0
    assert ask("GET", "/__mock__/reset").status_code == 405


@pytest.mark.anyio
async def test_the_clock_and_the_keys() -> None:
    """After 24 hours one may ask again, never somebody who unsubscribed; each key has an account of its own."""
    now = datetime(2026, 11, 24, tzinfo=UTC)
    app = create_app(("one", "two"), lambda: now)
    body = {"campaign_id": 1, "contact": {"email": "a@b.co"}}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://mock") as client:

        async def survey(key: str) -> int:
            return (
                await client.post("/api/v2/survey/", json=body, headers={"authorization": f"Token {key}"})
            ).status_code

        assert [await survey("one"), await survey("one"), await survey("two"), await survey("three")] == [
            200,
            400,
            200,
            401,
        ]
        now += timedelta(hours=24)
        assert await survey("one") == 200
        app.state.mock.accounts["one"].contacts["a@b.co"].unsubscribed = True
        now += timedelta(days=99)
        assert await survey("one") == 400
        shown = (await client.get("/api/contacts/", headers={"authorization": "Token one"})).json()["results"][0]
        assert shown["created_date"] == "2026-11-24T00:00:00Z"

"""The mock over HTTP: bodies, errors, redirects, paging, the journal, to the letter of what is known."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import promoter_schemas
from contract_tests.strategies import hostile_json
from mock_promoter import create_app
from mock_promoter.answers import Call
from mock_promoter.app import TEST_KEY
from mock_promoter.journal import Journal
from mock_promoter.paging import page
from mock_promoter.state import MOST_REPLAYS, Account
from mock_promoter.validation import validate

Ask = Callable[..., httpx.Response]
BASIC = {"authorization": "Basic " + b64encode(f"{TEST_KEY}:".encode()).decode()}


@pytest.fixture
def ask(mock: str) -> Iterator[Ask]:
    """Return a function that calls the mock with the right key."""
    with httpx.Client(base_url=mock, headers={"authorization": f"Token {TEST_KEY}"}) as client:
        yield lambda method, path, body=None, **options: client.request(method, path, json=body, **options)


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


@pytest.mark.parametrize(
    ("path", "body", "errors"),
    [
        ("contacts/", [1], {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
        ("contacts/", {"email": None}, {"email": ["This field may not be null."]}),
        ("contacts/", {"email": ""}, {"email": ["This field may not be blank."]}),
        ("contacts/", {"email": "no"}, {"email": ["Enter a valid email address."]}),
        (
            "contacts/",
            {"email": "a" * 250 + "@b.co"},
            {"email": ["Ensure this field has no more than 254 characters."]},
        ),
        ("contacts/", {"email": "a@b.co", "first_name": {}}, {"first_name": ["Not a valid string."]}),
        (
            "contacts/",
            {"email": "a@b.co", "attributes": []},
            {"attributes": ['Expected a dictionary of items but got type "list".']},
        ),
        (
            "contacts/",
            {"email": "a@b.co", "contact_list": "x"},
            {"contact_list": ['Expected a list of items but got type "unicode".']},
        ),
        (
            "contacts/",
            {"email": "a@b.co", "contact_list": ["x"]},
            {"contact_list": ["Incorrect type. Expected pk value, received unicode."]},
        ),
        (
            "contacts/",
            {"email": "a@b.co", "contact_list": [1, 9]},
            {"contact_list": ['Invalid pk "9" - object does not exist.']},
        ),
        (
            "contacts/",
            {"email": "a@b.co", "contact_list": [0]},
            {"contact_list": ['Invalid pk "0" - object does not exist.']},
        ),
        ("contacts/", {"email": "a@b.co", "campaign": 9}, {"campaign": ['Invalid pk "9" - object does not exist.']}),
        ("contacts/", {"email": "a@b.co", "send": "yes"}, {"send": ['"yes" is not a valid boolean.']}),
        ("contacts/remove/", {}, {"email": ["This field is required."]}),
        (
            "contacts/survey/",
            {"campaign": 9, "email": "a@b.co"},
            {"campaign": ['Invalid pk "9" - object does not exist.']},
        ),
        ("contacts/survey/", {"campaign": 1}, {"email": ["This field is required."]}),
        ("contacts/survey/", [], {"email": ["This field is required."], "campaign": ["This field is required."]}),
        ("lists/", {}, {"name": ["This field is required."]}),
        ("lists/", {"name": ""}, {"name": ["This field may not be blank."]}),
        ("lists/1/remove/", {}, {"email": ["This field is required."]}),
        ("lists/remove/", {}, {"email": ["This field is required."]}),
        (
            "v2/survey/",
            {"campaign_id": 9, "contact": {"email": "a@b.co"}},
            {"campaign_id": ['Invalid pk "9" - object does not exist.']},
        ),
        (
            "v2/survey/",
            {"campaign_id": "abc", "contact": {"email": ""}},
            {
                "campaign_id": ["Incorrect type. Expected pk value, received unicode."],
                "contact": {"email": ["This field may not be blank."]},
            },
        ),
        (
            "v2/survey/",
            {"campaign_id": None, "contact": 5},
            {
                "campaign_id": ["This field may not be null."],
                "contact": {"non_field_errors": ["Invalid data. Expected a dictionary, but got int."]},
            },
        ),
        (
            "v2/survey/",
            {"contact": {}},
            {"campaign_id": ["This field is required."], "contact": {"email": ["This field is required."]}},
        ),
    ],
)
def test_error_bodies(ask: Ask, path: str, body: Any, errors: Any) -> None:
    """All failing fields in one dict, nested where the body is, word for word; each is an error body of the schema."""
    answer = ask("POST", f"/api/{path}", body)
    assert said(answer) == (400, errors)


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


def test_the_journal(ask: Ask) -> None:
    """Every request in order, with its answer, without the key."""
    ask("POST", "/api/contacts/?a=b", {"email": "a@b.co", "first_name": TEST_KEY})
    ask("GET", "/nope", headers={"authorization": ""})
    ask("POST", "/api/contacts/", content=b"\xff", headers={"content-type": "text/plain"})
    answer = ask("GET", "/__mock__/requests")
    entries = answer.json()["requests"]
    assert answer.json()["dropped"] == 0
    assert [(one["id"], one["method"], one["path"], one["query"], one["status"]) for one in entries] == [
        (1, "POST", "/api/contacts/", "a=b", 201),
        (2, "GET", "/nope", "", 404),
        (3, "POST", "/api/contacts/", "", 415),
    ]
    assert entries[0]["body"] == {"email": "a@b.co", "first_name": "***"}
    assert entries[0]["headers"]["authorization"] == "Token ***"
    assert (entries[1]["body"], entries[2]["body"]) == (None, "\ufffd")
    assert TEST_KEY not in answer.text
    assert {"at", "headers", "response"} <= entries[0].keys()


@pytest.mark.anyio
async def test_a_short_key_does_not_spoil_the_journal() -> None:
    """A key such as "key" is masked where it is a credential, and common words stay."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_app(("key",))), base_url="http://mock") as client:
        await client.get("/api/contacts/", headers={"authorization": "Token key", "idempotency-key": "monkey"})
        (entry,) = (await client.get("/__mock__/requests")).json()["requests"]
    assert (entry["headers"]["authorization"], entry["headers"]["idempotency-key"]) == ("Token ***", "monkey")


def test_the_journal_is_bounded() -> None:
    """Of what is too old only the count stays."""
    journal = Journal(2)
    for _ in range(3):
        journal.add(datetime.now(UTC), "GET", "/", "", {}, b"", page(Call("GET", "/"), []))
    assert b'"dropped":1' in journal.as_json(())


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


@given(
    st.sampled_from(("contact", "contact_remove", "survey", "segment_event")),
    hostile_json
    | st.dictionaries(
        st.sampled_from(("email", "contact", "campaign_id", "attributes", "first_name", "type")), hostile_json
    ),
)
def test_validation_never_raises(name: str, body: Any) -> None:
    """Whatever is sent is clean, or there are errors in the published shape."""
    try:
        clean, errors = validate(name, body)
    except ValueError:
        return  # NaN and half a surrogate pair never come out of a JSON parser.
    assert isinstance(clean, dict)
    if errors:
        promoter_schemas.load("promoter/error")
        assert all(isinstance(value, list | dict) for value in errors.values())

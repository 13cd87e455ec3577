"""The mock's contacts and lists: made, updated, found, taken out, removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Ask = Callable[..., httpx.Response]
EMPTY: dict[str, Any] = {"count": 0, "next": None, "previous": None, "results": []}


def said(answer: httpx.Response) -> tuple[int, Any]:
    """Return status and body."""
    return answer.status_code, answer.json()


def switch(ask: Ask, **settings: Any) -> None:
    """Set switches."""
    ask("PATCH", "/__mock__/settings", settings).raise_for_status()


@pytest.mark.fidelity("F-15")
@pytest.mark.fidelity("F-21")
@pytest.mark.fidelity("F-22")
@pytest.mark.fidelity("F-25")
@pytest.mark.fidelity("F-28")
def test_contacts_are_upserted_by_email(ask: Ask) -> None:
    """New is 201, known is 200; attributes merge, what Promoter does not store vanishes, a name that is not given stays."""
    ask("PUT", "/__mock__/clock", {"mode": "frozen", "at": "2026-01-01T00:00:00.5Z"})
    body = {"email": " A@b.co ", "first_name": 3, "attributes": {"x": "1", "y": {}, "z": [1]}, "colour": "red"}
    made = ask("POST", "/api/contacts/", body)
    contact = {
        "id": 1,
        "email": "A@b.co",
        "first_name": "3",
        "last_name": "",
        "created_date": "2026-01-01T00:00:00.500000Z",
        "attributes": {"x": "1"},
    }
    assert said(made) == (201, contact)
    again = ask(
        "POST", "/api/contacts/", {"email": "A@b.co", "last_name": "B", "attributes": {"w": "2"}, "campaign": 1}
    )
    assert said(again) == (200, contact | {"last_name": "B", "attributes": {"x": "1", "w": "2"}})
    assert ask("GET", "/api/contacts/1/").json() == again.json()


@pytest.mark.fidelity("F-23")
def test_the_status_of_a_create(ask: Ask) -> None:
    """It is 201 unless the switch says 200, for whatever is made."""
    assert ask("POST", "/api/lists/", {"name": "x"}).status_code == 201
    switch(ask, created_status=200)
    assert ask("POST", "/api/contacts/", {"email": "a@b.co"}).status_code == 200
    assert ask("POST", "/api/lists/", {"name": "x"}).status_code == 200


@pytest.mark.fidelity("F-26")
def test_the_case_of_emails(ask: Ask) -> None:
    """It is ignored unless the switch keeps it, which can be set only while there are no contacts."""
    for email in ("a@b.co", "A@B.co"):
        ask("POST", "/api/contacts/", {"email": email})
    assert ask("GET", "/api/contacts/").json()["count"] == 1
    refused = ask("PATCH", "/__mock__/settings", {"email_case": "kept"})
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "$.email_case")
    ask("PUT", "/__mock__/seed", {"settings": {"email_case": "kept"}})
    for email in ("a@b.co", "A@B.co"):
        ask("POST", "/api/contacts/", {"email": email})
    assert ask("GET", "/api/contacts/").json()["count"] == 2


@pytest.mark.fidelity("F-27")
@pytest.mark.fidelity("F-29")
def test_attributes_of_v1(ask: Ask) -> None:
    """Numbers and booleans become text, blank ones vanish; switches refuse the first and store the second."""
    body = {"email": "a@b.co", "attributes": {"n": 1, "f": 1.5, "t": True, "e": "", "null": None}}
    kept = {"n": "1", "f": "1.5", "t": "true"}
    assert ask("POST", "/api/contacts/", body).json()["attributes"] == kept
    switch(ask, blank_attributes="stored")
    assert ask("POST", "/api/contacts/", body).json()["attributes"] == {**kept, "e": "", "null": ""}
    switch(ask, v1_attributes="refused")
    assert said(ask("POST", "/api/contacts/", body | {"attributes": {"f": False}})) == (
        400,
        {"attributes": ["Not a valid string."]},
    )


@pytest.mark.fidelity("F-30")
@pytest.mark.fidelity("F-31")
def test_lists_and_surveys_of_new_contacts(ask: Ask) -> None:
    """List 1 where nothing is said, else the lists that are named, else the campaign's; send surveys for it at once."""
    seed = {
        "lists": [{"name": "Default"}, {"name": "Beta"}],
        "campaigns": [{"name": "One"}, {"name": "Two", "list": 2}],
        "contacts": [{"email": "gone@b.co", "unsubscribed": True}],
    }
    ask("PUT", "/__mock__/seed", seed)
    ask("POST", "/api/contacts/", {"email": "a@b.co"})
    ask("POST", "/api/contacts/", {"email": "c@d.co", "campaign": 2, "send": True})
    ask("POST", "/api/contacts/", {"email": "e@f.co", "campaign": 2, "contact_list": ["1", 2]})
    assert ask("POST", "/api/contacts/", {"email": "gone@b.co", "campaign": 2, "send": True}).status_code == 200
    found = {one["email"]: one["lists"] for one in ask("GET", "/__mock__/contacts").json()["contacts"]}
    assert found == {"a@b.co": [1], "c@d.co": [2], "e@f.co": [1, 2], "gone@b.co": [1, 2]}
    surveys = ask("GET", "/__mock__/surveys").json()["surveys"]
    assert [(one["contact"]["email"], one["campaign"]["id"]) for one in surveys] == [("c@d.co", 2)]
    notes = ask("GET", "/__mock__/requests").json()["requests"][-1]["notes"]
    assert notes == ["not surveyed: the contact is unsubscribed, for good"]


@pytest.mark.fidelity("F-20")
@pytest.mark.fidelity("F-32")
def test_filters(ask: Ask) -> None:
    """E-mail is exact, a list filters, a bad value finds nothing, unknown names are ignored."""
    for email in ("a@b.co", "c@d.co"):
        ask("POST", "/api/contacts/", {"email": email})
    queries = (
        "email=a@b.co",
        "email=A@b.co",
        "contact_list__id=1",
        "contact_list__id=9",
        "contact_list__id=x",
        "colour=red",
    )
    assert [ask("GET", f"/api/contacts/?{query}").json()["count"] for query in queries] == [1, 0, 2, 0, 0, 2]


@pytest.mark.fidelity("F-33")
@pytest.mark.fidelity("F-34")
def test_removing(ask: Ask) -> None:
    """A removed contact is gone everywhere; an unknown one is not found, or a switch makes it look known."""
    ask("POST", "/api/contacts/", {"email": "a@b.co"})
    assert said(ask("POST", "/api/contacts/remove/", {"email": "A@b.co"})) == (200, EMPTY)
    assert said(ask("POST", "/api/contacts/remove/", {"email": "a@b.co"})) == (404, {"detail": "Not found."})
    assert ask("GET", "/api/contacts/1/").status_code == 404
    assert ask("GET", "/api/lists/1/contacts/").json()["count"] == 0
    switch(ask, unknown_removal="empty")
    assert said(ask("POST", "/api/contacts/remove/", {"email": "a@b.co"})) == (200, EMPTY)


@pytest.mark.fidelity("F-35")
def test_removing_as_unsubscribing(ask: Ask) -> None:
    """With the switch the contact stays, and is never surveyed again."""
    switch(ask, removal="unsubscribe")
    ask("POST", "/api/contacts/", {"email": "a@b.co"})
    assert said(ask("POST", "/api/contacts/remove/", {"email": "a@b.co"})) == (200, EMPTY)
    assert ask("GET", "/api/contacts/").json()["count"] == 1
    assert ask("POST", "/api/contacts/survey/", {"campaign": 1, "email": "a@b.co"}).status_code == 400


@pytest.mark.fidelity("F-36")
@pytest.mark.fidelity("F-37")
def test_lists(ask: Ask) -> None:
    """Six calls: list, make, members, and three ways to take somebody out."""
    assert ask("POST", "/api/lists/", {"name": " Beta "}).json() == {"id": 2, "name": "Beta"}
    assert [one["name"] for one in ask("GET", "/api/lists/").json()["results"]] == ["Default", "Beta"]
    for email in ("a@b.co", "c@d.co", "e@f.co", "g@h.co"):
        ask("POST", "/api/contacts/", {"email": email, "contact_list": [1, 2]})
    assert ask("GET", "/api/lists/2/contacts/").json()["results"] == [{"id": number} for number in (1, 2, 3, 4)]
    assert said(ask("DELETE", "/api/lists/2/contacts/1/")) == (200, {"result": True})
    assert ask("DELETE", "/api/lists/2/contacts/1/").status_code == 404
    assert ask("DELETE", "/api/lists/9/contacts/2/").status_code == 404
    switch(ask, delete_status=204)
    gone = ask("DELETE", "/api/lists/2/contacts/4/")
    assert (gone.status_code, gone.content) == (204, b"")
    assert ask("POST", "/api/lists/2/remove/", {"email": "c@d.co"}).json()["id"] == 2
    assert ask("POST", "/api/lists/2/remove/", {"email": "c@d.co"}).status_code == 404
    assert ask("POST", "/api/lists/9/remove/", {"email": "e@f.co"}).status_code == 404
    assert said(ask("POST", "/api/lists/remove/", {"email": "e@f.co"})) == (200, EMPTY)
    assert ask("POST", "/api/lists/remove/", {"email": "x@y.co"}).status_code == 404
    assert ask("GET", "/api/lists/2/contacts/").json()["count"] == 0
    assert ask("GET", "/api/lists/9/contacts/").status_code == 404
    assert ask("GET", "/api/contacts/").json()["count"] == 4

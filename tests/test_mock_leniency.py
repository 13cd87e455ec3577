"""What Django REST framework lets pass, and what it makes of several mistakes at once ([ORACLE] the sources of 3.6.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Ask = Callable[..., httpx.Response]
UNKNOWN = ['Invalid pk "9" - object does not exist.']
NULL = ["This field may not be null."]


@pytest.mark.fidelity("F-15")
@pytest.mark.parametrize("given", [True, "true", "True", "yes", "on", "t", "1", 1, 1.0])
def test_what_is_true(ask: Ask, given: Any) -> None:
    """Words and numbers for true are taken as true."""
    made = ask("POST", "/api/contacts/", {"email": "a@b.co", "campaign": 1, "send": given})
    assert made.status_code == 201
    assert ask("GET", "/__mock__/surveys").json()["count"] == 1


@pytest.mark.fidelity("F-15")
@pytest.mark.parametrize("given", [False, "false", "no", "off", "0", 0, 0.0])
def test_what_is_false(ask: Ask, given: Any) -> None:
    """Words and numbers for false are taken as false."""
    made = ask("POST", "/api/contacts/", {"email": "a@b.co", "campaign": 1, "send": given})
    assert made.status_code == 201
    assert ask("GET", "/__mock__/surveys").json()["count"] == 0


@pytest.mark.fidelity("F-14")
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("perhaps", ['"perhaps" is not a valid boolean.']),
        (2, ['"2" is not a valid boolean.']),
        ([], ['"[]" is not a valid boolean.']),
        (None, NULL),
    ],
)
def test_what_is_neither(ask: Ask, given: Any, said: list[str]) -> None:
    """Anything else is no boolean."""
    refused = ask("POST", "/api/contacts/", {"email": "a@b.co", "send": given})
    assert (refused.status_code, refused.json()) == (400, {"send": said})


@pytest.mark.fidelity("F-15")
@pytest.mark.parametrize("given", [1, 1.0, "1", "001"])
def test_numbers_of_campaigns(ask: Ask, given: Any) -> None:
    """An id may be written as text or with a point, and is an id all the same."""
    body = {"campaign": given, "email": "a@b.co"}
    assert ask("POST", "/api/contacts/survey/", body).text == '{"campaign":1,"email":"a@b.co"}'
    ask("POST", "/api/contacts/", {"email": "a@b.co", "contact_list": [given]})
    assert '"lists":[1]' in ask("GET", "/__mock__/contacts").text


@pytest.mark.fidelity("F-14")
@pytest.mark.parametrize(
    ("path", "body", "errors"),
    [
        (
            "contacts/",
            {"email": "no", "contact_list": [1, 9], "campaign": 9},
            {"email": ["Enter a valid email address."], "contact_list": UNKNOWN, "campaign": UNKNOWN},
        ),
        (
            "contacts/survey/",
            {"campaign": 9},
            {"campaign": UNKNOWN, "email": ["This field is required."]},
        ),
        (
            "v2/survey/",
            {"campaign_id": 9, "contact": {"email": ""}},
            {"campaign_id": UNKNOWN, "contact": {"email": ["This field may not be blank."]}},
        ),
        (
            "campaigns/",
            {"contact_list": 9, "email": "x"},
            {
                "name": ["This field is required."],
                "contact_list": UNKNOWN,
                "email": ["Incorrect type. Expected pk value, received unicode."],
            },
        ),
    ],
)
def test_all_mistakes_are_told_at_once(ask: Ask, path: str, body: Any, errors: Any) -> None:
    """Ids that nothing has are told together with fields that are missing or wrong, and nothing is made."""
    refused = ask("POST", f"/api/{path}", body)
    assert (refused.status_code, refused.json()) == (400, errors)
    assert ask("GET", "/api/contacts/").json()["count"] == 0


@pytest.mark.fidelity("F-13")
def test_a_body_that_is_null(ask: Ask) -> None:
    """The JSON value null has words of its own; no body at all is an empty object."""
    null = ask("POST", "/api/lists/", content=b"null", headers={"content-type": "application/json"})
    assert (null.status_code, null.json()) == (400, {"non_field_errors": ["No data provided"]})
    assert ask("POST", "/api/lists/").json() == {"name": ["This field is required."]}


@pytest.mark.fidelity("F-14")
@pytest.mark.parametrize("given", ["X", "", 5, [], {}])
def test_what_is_no_choice(ask: Ask, given: Any) -> None:
    """Whatever is not among the choices is no valid choice, of whichever type."""
    ask("PUT", "/__mock__/seed", {"contacts": [{"email": "a@b.co"}], "feedback": [FEEDBACK]}).raise_for_status()
    refused = ask("PUT", "/api/v2/feedback/1/", {"status": given})
    assert (refused.status_code, refused.json()) == (400, {"status": [f'"{given}" is not a valid choice.']})


FEEDBACK = {"survey": {"campaign": 1, "contact": "a@b.co"}, "score": 1}


@pytest.mark.fidelity("F-15")
def test_an_id_that_is_blank(ask: Ask) -> None:
    """Text without a character is none, of which the framework says null; in a list it is a wrong type."""
    refused = ask("POST", "/api/v2/survey/", {"campaign_id": "", "contact": {"email": "a@b.co"}})
    assert (refused.status_code, refused.json()) == (400, {"campaign_id": NULL})
    refused = ask("POST", "/api/contacts/", {"email": "a@b.co", "contact_list": [""]})
    assert refused.json() == {"contact_list": ["Incorrect type. Expected pk value, received unicode."]}


@pytest.mark.fidelity("F-27")
def test_a_wrong_attribute_is_not_named(ask: Ask) -> None:
    """The framework of then did not say which item of a dictionary was wrong."""
    ask("PATCH", "/__mock__/settings", {"v1_attributes": "refused"})
    refused = ask("POST", "/api/contacts/", {"email": "a@b.co", "attributes": {"n": 1, "t": True, "s": "x"}})
    assert (refused.status_code, refused.json()) == (400, {"attributes": ["Not a valid string."]})


@pytest.mark.fidelity("F-29")
@pytest.mark.parametrize("version", ["text", "refused"])
def test_blank_attributes_that_are_stored(ask: Ask, version: str) -> None:
    """With the switch v2 stores null and "" as they came; v1 as text, or as they came where it makes no text of things."""
    ask("PATCH", "/__mock__/settings", {"blank_attributes": "stored", "v1_attributes": version})
    blank = {"null": None, "empty": ""}
    contact = {"email": "a@b.co", "attributes": blank}
    echo = ask("POST", "/api/v2/survey/", {"campaign_id": 1, "contact": contact, "attributes": blank}).json()
    assert (echo["contact"]["attributes"], echo["attributes"]) == (blank, blank)
    made = ask("POST", "/api/contacts/", {"email": "c@d.co", "attributes": blank})
    assert made.json()["attributes"] == {"null": "" if version == "text" else None, "empty": ""}


@pytest.mark.fidelity("F-20")
@pytest.mark.parametrize("query", ["email=", "contact_list__id=", "email=&contact_list__id=&page=1"])
def test_a_blank_filter_of_contacts(ask: Ask, query: str) -> None:
    """A filter without a value does not filter."""
    ask("POST", "/api/contacts/", {"email": "a@b.co"})
    assert ask("GET", f"/api/contacts/?{query}").json()["count"] == 1


@pytest.mark.fidelity("F-20")
def test_a_blank_filter_of_feedback(ask: Ask) -> None:
    """A form that sends all its fields, most of them empty, finds what the filled one says."""
    ask("PUT", "/__mock__/seed", {"contacts": [{"email": "a@b.co"}], "feedback": [FEEDBACK]}).raise_for_status()
    names = ("score_type", "survey__campaign", "survey__campaign__status", "survey__contact__email", "posted_date_0")
    blank = "&".join(f"{name}=" for name in names)
    for score, count in (("1", 1), ("2", 0), ("", 1)):
        assert ask("GET", f"/api/feedback/?score={score}&{blank}&posted_date_1=").json()["count"] == count


@pytest.mark.fidelity("F-09")
@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("APPLICATION/JSON", 200),
        ("text/html;q=0.9 , application/*;q=0.1", 200),
        ("application/json-patch+json", 406),
        ("application/jsonp", 406),
        ("x-application/json", 406),
        ("", 406),
    ],
)
def test_media_types_that_are_accepted(ask: Ask, accept: str, status: int) -> None:
    """A type is one by its whole name, whatever its letter case and weight; an empty header accepts nothing."""
    assert ask("GET", "/api/contacts/", headers={"accept": accept}).status_code == status


@pytest.mark.fidelity("F-37")
def test_an_answer_without_a_body_has_no_type(ask: Ask) -> None:
    """The framework takes the type from an answer that is empty by its status."""
    ask("PATCH", "/__mock__/settings", {"delete_status": 204})
    ask("POST", "/api/contacts/", {"email": "a@b.co"})
    gone = ask("DELETE", "/api/lists/1/contacts/1/")
    assert (gone.status_code, gone.content, gone.headers["allow"]) == (204, b"", "DELETE, OPTIONS")
    assert not {"content-type", "content-length"} & gone.headers.keys()


@pytest.mark.fidelity("F-08")
@pytest.mark.parametrize(
    ("path", "name"),
    [("contacts/", "Contacts"), ("contacts/1/", "Contacts"), ("lists/1/contacts/1/", "Contacts"), ("email/", "Email")],
)
def test_what_options_says(ask: Ask, path: str, name: str) -> None:
    """A path is described by its last word."""
    assert ask("OPTIONS", f"/api/{path}").json()["name"] == name

"""identify and delete: what a contact becomes, and how it goes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import httpx
import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from promoter_destination.contacts import person
from promoter_destination.emails import LONGEST, PATTERN, is_email
from promoter_destination.settings import idempotency_headers
from support import KEY, identify, promoter

import promoter_schemas
from contract_tests.strategies import canonical_events, emails
from event_router.api import Contact, Context, Request, Skipped, Transformed
from event_router.dispatch import decide

CONTEXT = Context("promoter", datetime(2026, 11, 24, tzinfo=UTC))
CONTACT = Contact("12345", {"email": "ted@mosbiusdesigns.com"})


def transformed(event: Any, contact: Contact | None = None, **settings: Any) -> Transformed:
    """Return what an event becomes."""
    result = decide(promoter(**settings), event, contact, CONTEXT)[1]
    assert isinstance(result, Transformed)
    return result


def request(event: Any, contact: Contact | None = None, **settings: Any) -> Request:
    """Return its one request."""
    (only,) = transformed(event, contact, **settings).requests
    return only


def sent(event: Any, contact: Contact | None, url: str, **settings: Any) -> None:
    """Send what an event becomes to a mock."""
    only = request(event, contact, base_url=url, segment_url=f"{url}/api/segment/", **settings)
    headers = {**only.headers, "authorization": only.authorization.reveal() if only.authorization else ""}
    assert httpx.post(only.url, json=only.body, headers=headers, verify=False).is_success


@pytest.mark.parametrize("mode", ["rest", "segment"])
def test_the_newest_identify_counts_however_often_it_is_sent(mock: str, mode: str) -> None:
    """It was delivered but not remembered; an older one came in between; it is delivered again, and is no repetition."""
    older, newest = (
        {**identify(messageId=name), "timestamp": f"2026-11-2{name[-1]}T00:00:00.000Z"} for name in ("m-1", "m-2")
    )
    older["traits"], newest["traits"] = ({**older["traits"], "plan": plan} for plan in ("old", "new"))
    sent(newest, None, mock, mode=mode)
    sent(older, None, mock, mode=mode)
    sent(newest, CONTACT._replace(time=older["timestamp"]), mock, mode=mode)
    headers = {"authorization": f"Token {KEY}"}
    (found,) = httpx.get(f"{mock}/api/contacts/", headers=headers, verify=False).json()["results"]
    assert found["attributes"]["plan"] == "new"


def test_an_identify_has_one_key_for_what_it_overwrites() -> None:
    """The contact's time is in it, so that trying again is a repetition, and overwriting another identify is none."""
    event = {**identify(messageId="m-1"), "timestamp": "2026-11-22T00:00:00.000Z"}

    def key(contact: Contact | None) -> str:
        return request(event, contact).headers["idempotency-key"]

    known = CONTACT._replace(time="2026-11-21T00:00:00.000Z")
    assert key(None) == key(CONTACT) == key(CONTACT._replace(time=event["timestamp"])) == "promoter:m-1"
    assert key(known) == key(known) == "promoter:m-1:2026-11-21T00:00:00.000Z"


@given(
    st.from_regex(r"[a.!]{1,3}@([ab-]{0,3}\.){0,3}[a-]{0,3}.?", fullmatch=True) | emails | st.text("a-.@é", max_size=12)
)
@example("a@" + "b" * 63 + ".co")
@example("a@" + "b" * 64 + ".co")
@example("a@" + "b" * 31 + "-" * 31 + "b.co")
@example("a@b" + ".b" * 300 + ".co")
@example("a@b" + ".b" * 124 + ".co")
@example("aa@b" + ".b" * 124 + ".co")
def test_an_address_is_one_by_the_published_rule(text: str) -> None:
    """However the rule is compiled, it is the schemas', up to 254 characters."""
    assert is_email(text) == (len(text) <= LONGEST and re.fullmatch(PATTERN[1:-1], text) is not None)


def test_identify_becomes_a_contact() -> None:
    """E-mail and names are fields, everything else attributes, the userId one of them."""
    made = request(identify(), contact_lists=[2, 3])
    assert (made.method, made.url) == ("POST", "https://app.promoter.io/api/contacts/")
    assert made.body == {
        "email": "ted@mosbiusdesigns.com",
        "first_name": "Ted",
        "last_name": "Mosby",
        "contact_list": [2, 3],
        "attributes": {"user_id": "12345", "plan": "Enterprise"},
    }
    assert made.headers == {"idempotency-key": "promoter:m-1"}
    assert made.authorization is not None
    assert made.authorization.reveal() == "Token promoter-test-key"


@given(canonical_events("identify"))
def test_every_contact_request_meets_the_schema(event: Any) -> None:
    """Whatever the traits, Promoter's own contract is kept, and what is lost is told."""
    result = transformed(event)
    jsonschema.validate(result.requests[0].body, promoter_schemas.load("promoter/contact"))
    attributes = result.requests[0].body["attributes"]
    lost = {item.path.split(".")[2] for item in result.dropped}
    for name, value in event["traits"].items():
        if name not in {"email", "firstName", "lastName"} and not isinstance(value, dict):
            assert (name in attributes) != (name in lost)


def test_delete_removes_the_remembered_contact() -> None:
    """By the remembered e-mail, or by an id that is an e-mail itself; the contact is forgotten."""
    delete = {"type": "delete", "messageId": "d", "userId": "12345"}
    result = transformed(delete, CONTACT)
    assert result.forget
    assert (result.requests[0].url, result.requests[0].body) == (
        "https://app.promoter.io/api/contacts/remove/",
        {"email": "ted@mosbiusdesigns.com"},
    )
    assert request(delete | {"userId": "a@b.co"}).body == {"email": "a@b.co"}
    assert isinstance(decide(promoter(), delete, None, CONTEXT)[1], Skipped)


def key(message_id: str) -> str:
    """Return the idempotency key of an identify."""
    return request(identify(messageId=message_id)).headers["idempotency-key"]


@pytest.mark.parametrize("message_id", ["naïve", "a\nb", "x" * 201, "tab\t"])
def test_ids_that_no_header_carries_are_hashed(message_id: str) -> None:
    """The key stays one, stays the same, and differs from that of another id."""
    one = key(message_id)
    assert one == key(message_id)
    assert one != key(f"{message_id}é")
    assert one.startswith("promoter:")
    assert one.isascii()
    assert len(one) == len("promoter:") + 32


def test_other_ids_are_keys_as_they_are() -> None:
    """A text that a header carries stays itself, up to 200 characters."""
    assert key("x" * 200) == f"promoter:{'x' * 200}"


def test_half_a_surrogate_pair_has_a_key_too() -> None:
    """Whatever JSON text an id is, its event is not lost for the sake of a header."""
    context = Context("promoter", datetime(2026, 11, 24, tzinfo=UTC))
    assert len(idempotency_headers({"messageId": "\ud800"}, context)["idempotency-key"]) == len("promoter:") + 32


def test_names_that_are_no_text_are_not_sent() -> None:
    """Promoter may refuse a contact for a blank name; a number is none."""
    for name in ("", 5):
        assert person({"email": "a@b.co", "firstName": name, "lastName": name}) == {"email": "a@b.co"}


def test_segment_mode_hands_events_on() -> None:
    """All four kinds go as they are, with the key as Basic user."""
    delete = {"type": "delete", "messageId": "d", "userId": "12345"}
    for event in (identify(), delete):
        made = request(event, mode="segment")
        assert made.url == "https://segment.promoter.io/api/segment/"
        assert made.body == event
        assert made.authorization is not None
        assert made.authorization.reveal() == "Basic cHJvbW90ZXItdGVzdC1rZXk6"
    assert transformed(delete, mode="segment").forget

"""What is refused, and how a server says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any

import httpx
import jsonschema

import promoter_schemas
from contract_tests.contract import requirement
from contract_tests.findings import expect
from contract_tests.vendor.api import CAMPAIGNS, CONTACT_REMOVAL, CONTACTS, SURVEY, Api, member, somebody, value_of
from contract_tests.vendor.base import VendorTests

#: No addresses.
BAD_EMAILS = (
    "no",
    "no@",
    "@example.com",
    "kate@example",
    "kate example@example.com",
    "kate@exa mple.com",
    "kate@@example.com",
    "kate@example..com",
    "kate@-example.com",
    f"{'k' * 250}@example.com",
)
#: Addresses, though they do not look like most; ``{}`` makes each a new one.
GOOD_EMAILS = (
    "o'hara+{}@example.com",
    "{}.x_y-z%1@mail.example.museum",
    "{}@xn--bcher-kva.example",
    "{}@sub-domain.of.a.long.example.co.uk",
    "1{}@123.example.com",
)
#: Path, body, and the field that it lacks. Nobody is surveyed by them, whatever a server makes of them.
_LACKING: tuple[tuple[str, Any, str], ...] = (
    (CONTACTS, {}, "email"),
    (CONTACTS, {"email": None}, "email"),
    (CONTACTS, {"email": ""}, "email"),
    (CONTACT_REMOVAL, {"contact_email": "kate@mac.com"}, "email"),
    (SURVEY, {"contact": {"email": "kate@mac.com"}}, "campaign_id"),
    (SURVEY, {"contact": {"email": "kate@mac.com"}, "campaign_id": None}, "campaign_id"),
    (SURVEY, {"contact": {}, "campaign_id": None}, "contact.email"),
    (SURVEY, {"contact": {"email": ""}, "campaign_id": None}, "contact.email"),
    (SURVEY, {"campaign_id": None}, "contact"),
)
_NO_JSON = (b"{", b"email=kate@mac.com", b'{"email": "kate@mac.com"', b"\xff")
_JSON = {"content-type": "application/json"}


class Refusals(VendorTests):
    """Bodies that are no use."""

    @requirement("VND-020")
    def test_no_json(self, api: Api) -> None:
        """A body that is no JSON is 400."""
        for path, body in product((CONTACTS, SURVEY), _NO_JSON):
            answer = api.call("POST", path, content=body, headers=_JSON)
            expect(answer.status_code == 400, f"HTTP 400 from {path} for {body!r}, which is no JSON", api.shown(answer))

    @requirement("VND-021")
    def test_no_object(self, api: Api) -> None:
        """A body that is JSON, but no object, is 400."""
        for path, body in product((CONTACTS, SURVEY), ([], [1], "text", 5)):
            answer = api.post(path, body)
            expect(
                answer.status_code == 400, f"HTTP 400 from {path} for {body!r}, which is no object", api.shown(answer)
            )

    @requirement("VND-022")
    def test_how_refusals_look(self, api: Api, campaign_id: int) -> None:
        """Each refusal is an object: a detail in words, or the fields that are wrong with their messages."""
        for answer in _refusals(api, campaign_id):
            met = _is_error(value_of(answer))
            expect(met, 'an object: {"detail": "…"}, or fields with lists of messages', api.shown(answer))

    @requirement("VND-024")
    def test_bad_emails(self, api: Api) -> None:
        """What is no e-mail is refused with 400, and makes nobody."""
        for email in BAD_EMAILS:
            answer = api.contact(email)
            expect(answer.status_code == 400, f"HTTP 400 for {email}", api.shown(answer))
            expect(not api.found(email), f"nobody is found by {email}", api.shown(api.sent[-1]))

    @requirement("VND-025")
    def test_odd_but_good_emails(self, api: Api) -> None:
        """An e-mail that looks odd, but is one, makes a contact."""
        for form in GOOD_EMAILS:
            answer = api.contact(form.format(somebody()[:12]))
            expect(answer.is_success, "a contact", api.shown(answer))

    @requirement("VND-026")
    def test_what_has_to_be_given(self, api: Api) -> None:
        """A field that is missing, null or blank is 400, and named at its place."""
        for path, body, field in _LACKING:
            answer = api.post(path, body)
            expected = f"HTTP 400 from {path} for {body}, and at {field} what is wrong with it"
            expect(answer.status_code == 400 and _at(value_of(answer), field), expected, api.shown(answer))

    @requirement("VND-028")
    def test_unknown_fields(self, api: Api) -> None:
        """A field that nobody knows does not keep a contact from being made."""
        answer = api.contact(favourite_colour="red", phone={"mobile": "1"})
        expect(answer.is_success, "a contact, in spite of fields that are unknown", api.shown(answer))

    @requirement("VND-029")
    def test_unknown_parameters(self, api: Api) -> None:
        """A query parameter that nobody knows is ignored."""
        email = somebody()
        api.contact(email)
        answer = api.get(CONTACTS, email=email, favourite_colour="red")
        expect(member(answer, "count") == 1, "the contact, in spite of favourite_colour=red", api.shown(answer))


def _refusals(api: Api, campaign: int) -> Iterable[httpx.Response]:
    nobody = somebody()
    sent = (
        api.call("GET", CAMPAIGNS, authorization="Token no-such-key"),
        api.get(f"{CONTACTS}999999999/"),
        api.call("PATCH", CONTACTS, {}),
        api.call("POST", CONTACTS, content=b"{", headers=_JSON),
        api.post(CONTACTS, []),
        api.post(CONTACTS, {}),
        api.post(CONTACTS, {"email": "no"}),
        api.post(SURVEY, {"campaign_id": campaign, "contact": {"email": ""}}),
        api.post(SURVEY, {"campaign_id": 999_999_999, "contact": {"email": nobody}}),
        *(api.survey(campaign, nobody) for _ in range(2)),
    )
    # Which of them are refused is for other requirements to say.
    return (answer for answer in sent if answer.is_client_error)


def _at(value: Any, way: str) -> Any:
    for step in way.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _is_error(value: Any) -> bool:
    schema: Mapping[str, Any] = promoter_schemas.load("promoter/error")
    return jsonschema.Draft202012Validator(schema).is_valid(value)

"""Paths, methods and what an answer says that it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import httpx
import jsonschema

import promoter_schemas
from contract_tests.contract import requirement
from contract_tests.findings import expect
from contract_tests.vendor.api import (
    CAMPAIGNS,
    CONTACTS,
    FEEDBACK,
    FEEDBACK_V1,
    LISTS,
    METRICS,
    SURVEY,
    SURVEY_V1,
    Api,
    member,
    rows,
    somebody,
    value_of,
)
from contract_tests.vendor.base import VendorTests

_LINK = {"type": ["string", "null"], "pattern": "^https?://"}
_PAGE = jsonschema.Draft202012Validator(
    {
        "type": "object",
        "required": ["count", "next", "previous", "results"],
        "properties": {
            "count": {"type": "integer", "minimum": 0},
            "next": _LINK,
            "previous": _LINK,
            "results": {"type": "array"},
        },
    }
)


class Paths(VendorTests):
    """What is asked for in the wrong way, and how answers look."""

    @requirement("VND-032")
    def test_unknown_contacts(self, api: Api) -> None:
        """A contact that there is not is 404."""
        for number in ("999999999", "0", "no-number"):
            answer = api.get(f"{CONTACTS}{number}/")
            expect(answer.status_code == 404, f"HTTP 404 for contact {number}, which there is not", api.shown(answer))

    @requirement("VND-034")
    def test_wrong_methods(self, api: Api) -> None:
        """A method that a path does not have is 405, with those that it has."""
        for method, path, other in (("GET", SURVEY, "POST"), ("PATCH", CONTACTS, "POST"), ("DELETE", CAMPAIGNS, "GET")):
            answer = api.call(method, path)
            allowed = re.findall(r"[A-Z]+", answer.headers.get("allow", ""))
            expected = f"HTTP 405 for {method} {path}, with {other}, and without {method}, in the header Allow"
            met = answer.status_code == 405 and other in allowed and method not in allowed
            expect(met, expected, api.shown(answer))

    @requirement("VND-036")
    def test_without_the_slash(self, api: Api) -> None:
        """A path without its slash is led to the one with it, the query kept, or served as it is."""
        email = somebody()
        api.contact(email)
        answer = api.get(CONTACTS.rstrip("/"), email=email)
        if answer.status_code == 301:
            wanted = f"{CONTACTS}?{answer.request.url.query.decode()}"
            expect(answer.headers.get("location", "").endswith(wanted), f"a redirect to {wanted}", api.shown(answer))
        else:
            expect(member(answer, "count") == 1, "HTTP 301, or what is found with the slash", api.shown(answer))

    @requirement("VND-040")
    def test_content_type(self, api: Api, campaign_id: int) -> None:
        """Whatever is JSON says so."""
        refused = [api.post(CONTACTS, {}), api.get(f"{CONTACTS}0/"), api.call("PATCH", CONTACTS)]
        for answer in [*(given for _, given in _answers(api, campaign_id)), *refused]:
            if value_of(answer) is not None:
                kind = answer.headers.get("content-type", "").partition(";")[0].strip()
                expect(kind == "application/json", "the header Content-Type: application/json", api.shown(answer))

    @requirement("VND-042")
    def test_shapes(self, api: Api, campaign_id: int) -> None:
        """What a call answers has all members that clients read, with their types."""
        for name, answer in _answers(api, campaign_id):
            for value in rows(answer) if answer.request.method == "GET" else [value_of(answer)]:
                wrong = [f"{error.json_path} {error.message}" for error in shape(name).iter_errors(value)]
                expected = f"the shape of {name} in schemas/promoter/answers.json"
                expect(not (answer.is_success and wrong), expected, _found(api, answer, wrong))

    @requirement("VND-044")
    def test_envelopes(self, api: Api) -> None:
        """What lists something comes in pages: how many there are, links to the pages around, and the rows."""
        for path in (CONTACTS, CAMPAIGNS, LISTS, METRICS, FEEDBACK_V1, FEEDBACK):
            answer = api.get(path)
            if answer.status_code != 404:
                met = _PAGE.is_valid(value_of(answer))
                expect(met, f"{path} answers with count, next, previous and results", api.shown(answer))


def _answers(api: Api, campaign: int) -> list[tuple[str, httpx.Response]]:
    """Return an answer of each kind that comes without a control plane, with the name of its shape."""
    email = somebody()
    return [
        ("contact", api.contact(email, attributes={"plan": "gold"})),
        ("contact", api.get(CONTACTS, email=email)),
        ("campaign", api.get(CAMPAIGNS)),
        ("list", api.get(LISTS)),
        ("metric", api.get(METRICS)),
        ("survey", api.survey(campaign, email)),
        ("survey_v1", api.post(SURVEY_V1, {"campaign": campaign, "email": somebody()})),
    ]


def _found(api: Api, answer: httpx.Response, wrong: list[str]) -> str:
    return api.masked(f"{'; '.join(wrong)}; in {api.shown(answer)}")


@cache
def shape(name: str) -> jsonschema.Draft202012Validator:
    """Return what holds an answer to its published shape; members that the shape does not know are let be."""
    known = _open(promoter_schemas.load("promoter/answers")["$defs"])
    return jsonschema.Draft202012Validator({"$defs": known, "$ref": f"#/$defs/{name}"})


def _open(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_open(one) for one in schema]
    return dict(_members(schema)) if isinstance(schema, dict) else schema


def _members(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in schema.items():
        if not (name == "additionalProperties" and value is False):
            yield name, _open(value)

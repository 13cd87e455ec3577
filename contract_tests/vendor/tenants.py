"""Several customers of one server, each with a key of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from contract_tests.contract import requirement
from contract_tests.findings import expect
from contract_tests.vendor.api import (
    CONTACT_REMOVAL,
    CONTACTS,
    FEEDBACK,
    FEEDBACK_V1,
    LISTS,
    METRICS,
    Api,
    member,
    somebody,
    value_of,
)
from contract_tests.vendor.base import VendorTests


class Tenants(VendorTests):
    """Two keys: what one makes is none of the other's."""

    @pytest.fixture
    def other(self, api: Api) -> Iterator[Api]:
        """Return the server as another customer's client sees it."""
        account = api.plane.new_account()
        yield Api(api.url, account.api_key, api.http, account, patience=api.patience)
        account.remove_account()

    @requirement("VND-018", needs="control")
    def test_nothing_of_others_is_found(self, api: Api, other: Api, campaign_id: int) -> None:
        """Whatever one key makes, another finds and counts what it did before."""
        email, name = somebody(), f"contract {uuid4().hex}"
        before = _seen(other, email)
        listed = member(api.post(LISTS, {"name": name}), "id")
        number = member(api.contact(email, contact_list=[listed]), "id")
        api.survey(campaign_id, email)
        api.event({"type": "identify", "messageId": uuid4().hex, "userId": uuid4().hex, "traits": {"email": email}})
        for survey in api.plane.surveys(email):
            api.plane.answer(survey["id"], 9)
        for what, found in _seen(other, email).items():
            expect(found == before[what], f"{what}, as it was for another key: {before[what]}", other.masked(found))
        for path in (f"{CONTACTS}{number}/", f"{LISTS}{listed}/contacts/", LISTS):
            answer = other.get(path)
            expect(
                email not in answer.text and name not in answer.text, f"nothing of it at {path}", other.shown(answer)
            )

    @requirement("VND-018", needs="control")
    def test_others_change_nothing(self, api: Api, other: Api, campaign_id: int) -> None:
        """What one key does about an e-mail does not touch the contact, or the right to survey it, of another."""
        email = somebody()
        other.contact(email, first_name="Chris", attributes={"plan": "free"})
        other.survey(campaign_id, email)
        kept = _of(other, email)
        surveyed = api.survey(campaign_id, email)
        expect(surveyed.status_code == 200, "HTTP 200: only another key has surveyed them", api.shown(surveyed))
        api.contact(email, first_name="Kate", attributes={"city": "Oslo"})
        expect(
            _of(other, email) == kept, f"the contact of another key as it was: {kept}", other.masked(_of(other, email))
        )
        removed = api.post(CONTACT_REMOVAL, {"email": email})
        expect(_of(other, email) == kept, f"the contact of another key: {kept}", api.shown(removed))

    @requirement("VND-018", needs="control")
    def test_names_of_writes_are_ones_own(self, api: Api, other: Api) -> None:
        """An Idempotency-Key that another customer has used, too, names another write."""
        mine, theirs, key = somebody(), somebody(), uuid4().hex
        other.post(CONTACTS, {"email": theirs}, idempotency_key=key)
        answer = api.post(CONTACTS, {"email": mine}, idempotency_key=key)
        expect(theirs not in answer.text and api.found(mine), "a contact of one's own", api.shown(answer))
        for who, email in ((other, mine), (api, theirs)):
            expect(not who.found(email), "nobody of the e-mail that another key has made", who.shown(who.sent[-1]))


def _seen(api: Api, email: str) -> dict[str, Any]:
    """Return what a key finds and counts."""
    found = {path: value_of(api.get(path)) for path in (CONTACTS, LISTS, FEEDBACK, FEEDBACK_V1, METRICS)}
    return {
        **found,
        f"{CONTACTS}?email=": api.found(email),
        "the surveys": [row["contact"] for row in api.plane.surveys()],
        "the events": [row["event"] for row in api.plane.custom_events()],
    }


def _of(api: Api, email: str) -> list[Any]:
    return [(row.get("first_name"), row.get("attributes")) for row in api.found(email)]

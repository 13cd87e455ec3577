"""The same write again: with its key, with another, and many at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx

from contract_tests.contract import requirement
from contract_tests.findings import expect
from contract_tests.vendor.api import CONTACTS, SURVEY, Api, member, somebody, value_of
from contract_tests.vendor.base import VendorTests

#: Writes at once.
MANY = 20


class Repeats(VendorTests):
    """Idempotency-Key: a sender that lost the answer sends again, and must not do twice what it did once."""

    @requirement("VND-130", needs="idempotency")
    def test_repeated_surveys(self, api: Api, campaign_id: int) -> None:
        """A survey that is sent again with its key is answered as before."""
        body, key = {"campaign_id": campaign_id, "contact": {"email": somebody()}}, uuid4().hex
        first, again = (api.post(SURVEY, body, idempotency_key=key) for _ in range(2))
        met = (again.status_code, value_of(again)) == (first.status_code, value_of(first))
        expect(met, f"the same answer again: {api.shown(first)}", api.shown(again))

    @requirement("VND-130", needs="idempotency")
    def test_repeated_contacts(self, api: Api) -> None:
        """A contact that is sent again with its key does not undo what came in between."""
        email, key = somebody(), uuid4().hex
        first = api.post(CONTACTS, {"email": email, "first_name": "Kate"}, idempotency_key=key)
        api.contact(email, first_name="Katherine")
        again = api.post(CONTACTS, {"email": email, "first_name": "Kate"}, idempotency_key=key)
        met = (again.status_code, value_of(again)) == (first.status_code, value_of(first))
        expect(met, f"the same answer again: {api.shown(first)}", api.shown(again))
        names = [row.get("first_name") for row in api.found(email)]
        expect(names == ["Katherine"], "the name of the later write", api.masked(names))

    @requirement("VND-132", needs="idempotency")
    def test_another_key_is_another_write(self, api: Api) -> None:
        """The same body with another key is done again."""
        email = somebody()
        for name in ("Kate", "Katherine", "Kate"):
            api.post(CONTACTS, {"email": email, "first_name": name}, idempotency_key=uuid4().hex)
        names = [row.get("first_name") for row in api.found(email)]
        expect(names == ["Kate"], "the name of the last write", api.masked(names))

    @requirement("VND-134", needs="idempotency")
    def test_refusals_are_not_kept(self, api: Api) -> None:
        """A write that was refused is done once it is right, though its key is the same."""
        email, key = somebody(), uuid4().hex
        api.post(CONTACTS, {"email": "no"}, idempotency_key=key)
        answer = api.post(CONTACTS, {"email": email}, idempotency_key=key)
        expect(answer.is_success and member(answer, "email") == email, "a contact, now", api.shown(answer))


class Races(VendorTests):
    """Many writes at once, as several workers of a router make them."""

    @requirement("VND-140")
    def test_one_contact(self, api: Api) -> None:
        """Many posts of one e-mail at once make one contact."""
        email = somebody()
        answers = _at_once(lambda number: api.contact(email, attributes={f"n{number}": "1"}))
        if len({member(api.contact(email), "id") for _ in range(2)}) > 1:
            return  # Not even one after the other: VND-050 is about that.
        ids = {member(answer, "id") for answer in answers if answer.is_success}
        found = api.get(CONTACTS, email=email)
        met = len(ids) == 1 and member(found, "count") == 1
        came = f"the ids {sorted(map(str, ids))}; then {api.shown(found)}"
        expect(met, f"one contact of {MANY} posts at once", came)

    @requirement("VND-142")
    def test_one_survey(self, api: Api, campaign_id: int) -> None:
        """Of many surveys of one person at once exactly one is sent."""
        email = somebody()
        answers = _at_once(lambda number: api.survey(campaign_id, email, attributes={f"n{number}": "1"}))
        statuses = sorted(answer.status_code for answer in answers)
        if statuses.count(200) > 1 and api.survey(campaign_id, email).status_code == 200:
            return  # Nobody is kept from it at all: VND-080 is about that.
        expect(statuses == [200] + [400] * (MANY - 1), f"HTTP 200 once, and 400 {MANY - 1} times", str(statuses))


def _at_once(write: Callable[[int], httpx.Response]) -> list[httpx.Response]:
    with ThreadPoolExecutor(MANY) as threads:
        return list(threads.map(write, range(MANY)))

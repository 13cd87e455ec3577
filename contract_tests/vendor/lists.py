"""Contact lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx

from contract_tests.contract import requirement
from contract_tests.findings import expect
from contract_tests.vendor.api import CONTACTS, LISTS, Api, member, rows, somebody
from contract_tests.vendor.base import VendorTests


class Lists(VendorTests):
    """How contacts come into lists, and out of them."""

    @requirement("VND-100", needs="lists")
    def test_lists_are_made(self, api: Api) -> None:
        """A list has an id, the name that it was given, and nobody in it."""
        name = f"contract {uuid4().hex}"
        made = api.post(LISTS, {"name": name})
        expect(made.is_success and member(made, "name") == name, f"a list named {name}", api.shown(made))
        members = api.get(f"{LISTS}{member(made, 'id')}/contacts/")
        expect(member(members, "count") == 0, "a list with nobody in it", api.shown(members))

    @requirement("VND-102", needs="lists")
    def test_contacts_join(self, api: Api) -> None:
        """A contact joins the lists that it is posted with; lists show their contacts with their ids."""
        first, second, email = new_list(api), new_list(api), somebody()
        number = member(api.contact(email, contact_list=[first]), "id")
        api.contact(email, contact_list=[second])
        for listed in (first, second):
            answer = api.get(f"{LISTS}{listed}/contacts/")
            found = [row.get("id") for row in rows(answer)]
            expect(found == [number], f"only the contact with the id {number} in list {listed}", api.shown(answer))

    @requirement("VND-104", needs="lists")
    def test_found_by_list(self, api: Api) -> None:
        """Contacts are found by the list that they are in."""
        listed, email = new_list(api), somebody()
        api.contact(email, contact_list=[listed])
        api.contact(f"x{email}")
        answer = api.get(CONTACTS, contact_list__id=listed)
        found = [row.get("email") for row in rows(answer)]
        expect(found == [email], f"{email} only, by contact_list__id={listed}", api.shown(answer))

    @requirement("VND-106", needs="lists")
    def test_taken_from_a_list_by_email(self, api: Api) -> None:
        """lists/{id}/remove/ takes a contact from that list only."""
        _leaves(api, lambda listed, email, _: api.post(f"{LISTS}{listed}/remove/", {"email": email}), stays=True)

    @requirement("VND-106", needs="lists")
    def test_taken_from_all_lists(self, api: Api) -> None:
        """lists/remove/ takes a contact from all lists."""
        _leaves(api, lambda _, email, __: api.post(f"{LISTS}remove/", {"email": email}), stays=False)

    @requirement("VND-106", needs="lists")
    def test_taken_from_a_list_by_id(self, api: Api) -> None:
        """DELETE takes a contact from that list only."""
        _leaves(api, lambda listed, _, number: api.call("DELETE", f"{LISTS}{listed}/contacts/{number}/"), stays=True)

    @requirement("VND-108", needs="lists")
    def test_delete_without_the_slash(self, api: Api) -> None:
        """DELETE is done without the slash at the end of its path, too."""
        listed = new_list(api)
        number = member(api.contact(contact_list=[listed]), "id")
        answer = api.call("DELETE", f"{LISTS}{listed}/contacts/{number}")
        expect(answer.is_success, "HTTP 2xx, and no redirect", api.shown(answer))


def new_list(api: Api) -> Any:
    """Make a list with nobody in it; return its id."""
    return member(api.post(LISTS, {"name": f"contract {uuid4().hex}"}), "id")


def _leaves(api: Api, leave: Callable[[Any, str, Any], httpx.Response], *, stays: bool) -> None:
    """Put somebody into two lists, let them leave the first, and look who is where."""
    one, other, email = new_list(api), new_list(api), somebody()
    number = member(api.contact(email, contact_list=[one, other]), "id")
    answer = leave(one, email, number)
    expect(answer.is_success, "HTTP 2xx: the contact leaves the list", api.shown(answer))
    there = {listed: rows(api.get(f"{LISTS}{listed}/contacts/")) != [] for listed in (one, other)}
    wanted = {one: False, other: stays}
    expect(there == wanted, f"whether the lists have it still: {wanted}", api.masked(there))
    expect(api.found(email), "the contact itself stays", api.shown(api.sent[-1]))

"""Contacts: made, updated, found, removed."""

from __future__ import annotations

from typing import Any

from contract_tests.contract import requirement
from contract_tests.findings import expect
from contract_tests.vendor.api import CONTACT_REMOVAL, CONTACTS, Api, member, rows, somebody, value_of
from contract_tests.vendor.base import VendorTests

#: Names and values of attributes that real accounts have: any text, in which letter case counts.
ODD_ATTRIBUTES = {
    "Order Id": "A-1",
    "order id": "B-2",
    "größe": "übergroß",
    "顧客": "東京",
    "emoji 🎉": "👍🏽",
    "dotted.name": "a.b",
    "quote\"'": 'it\'s "so"',
    "percent%20": "50 %",
    "<b>": "<script>alert(1)</script>",
    "line": "one\ntwo",
}


class Contacts(VendorTests):
    """What becomes of contacts, by API v1."""

    @requirement("VND-050")
    def test_one_contact_of_one_email(self, api: Api) -> None:
        """Two posts of one e-mail make one contact, which keeps its id."""
        email = somebody()
        first, again = api.contact(email), api.contact(email, last_name="Bell")
        expect(
            first.is_success and member(again, "id") == member(first, "id"),
            "the id of the contact that was made before",
            f"{api.shown(first)}, then {api.shown(again)}",
        )
        found = api.get(CONTACTS, email=email)
        expect(member(found, "count") == 1 and len(rows(found)) == 1, "one contact of the e-mail", api.shown(found))

    @requirement("VND-052")
    def test_attributes_are_merged(self, api: Api) -> None:
        """Attributes that an update does not name stay; those that it names are replaced."""
        email = somebody()
        api.contact(email, attributes={"plan": "gold", "city": "Oslo"})
        api.contact(email, attributes={"city": "Paris", "seats": "5"})
        wanted = {"plan": "gold", "city": "Paris", "seats": "5"}
        found = _only(api, email).get("attributes")
        expect(found == wanted, f"the attributes {wanted}", api.masked(found))

    @requirement("VND-054")
    def test_names_stay(self, api: Api) -> None:
        """A name that an update does not give stays; one that it gives is replaced."""
        email = somebody()
        api.contact(email, first_name="Kate", last_name="Bell")
        api.contact(email, last_name="Bishop")
        found = [_only(api, email).get(name) for name in ("first_name", "last_name")]
        expect(found == ["Kate", "Bishop"], "first name Kate, which stays, and last name Bishop", api.masked(found))

    @requirement("VND-056")
    def test_found_by_email(self, api: Api) -> None:
        """The filter by e-mail finds that contact and no other; an e-mail of nobody finds nobody."""
        email = somebody()
        api.contact(email)
        api.contact(f"x{email}")
        found = [row.get("email") for row in api.found(email)]
        expect(found == [email], f"{email} only", api.masked(found))
        nobody = api.get(CONTACTS, email=somebody())
        expect((member(nobody, "count"), rows(nobody)) == (0, []), "nobody of an unused e-mail", api.shown(nobody))

    @requirement("VND-058")
    def test_got_by_id(self, api: Api) -> None:
        """A contact is got by its id, as it was answered when it was made."""
        made = api.contact(first_name="Kate", attributes={"plan": "gold"})
        found = api.get(f"{CONTACTS}{member(made, 'id')}/")
        expect(found.status_code == 200 and value_of(found) == value_of(made), api.shown(made), api.shown(found))

    @requirement("VND-060")
    def test_removed_contacts(self, api: Api, campaign_id: int) -> None:
        """A removed contact is gone; where it is kept, it is never surveyed again."""
        email = somebody()
        api.contact(email)
        removed = api.post(CONTACT_REMOVAL, {"email": email})
        expect(removed.is_success, "the contact is removed", api.shown(removed))
        if api.found(email):
            answer = api.survey(campaign_id, email)
            expect(answer.is_client_error, "nobody is found, or nobody is surveyed", api.shown(answer))


class Attributes(VendorTests):
    """What attributes of contacts may be."""

    @requirement("VND-062")
    def test_odd_attributes(self, api: Api) -> None:
        """Names and values of attributes are any text, and come back as they went, letter case included."""
        email = somebody()
        api.contact(email, first_name="Zoë", last_name="O'Sullivan-Šmíd", attributes=ODD_ATTRIBUTES)
        found = _only(api, email)
        wrong = {name: found.get("attributes", {}).get(name) for name in ODD_ATTRIBUTES}
        expect(wrong == ODD_ATTRIBUTES, f"the attributes {ODD_ATTRIBUTES}", api.masked(wrong))
        names = [found.get("first_name"), found.get("last_name")]
        expect(names == ["Zoë", "O'Sullivan-Šmíd"], "the names Zoë and O'Sullivan-Šmíd", api.masked(names))

    @requirement("VND-064")
    def test_attributes_that_are_not_stored(self, api: Api) -> None:
        """Attributes that are objects or lists are left out, and the contact is made all the same."""
        email = somebody()
        made = api.contact(email, attributes={"plan": "gold", "address": {"city": "Oslo"}, "tags": ["a"]})
        expect(made.is_success, "a contact, without the attributes that cannot be stored", api.shown(made))
        kept = _only(api, email).get("attributes", {})
        expect(not {"address", "tags"} & set(kept), "neither address nor tags among the attributes", api.masked(kept))

    @requirement("VND-065")
    def test_blank_attributes(self, api: Api) -> None:
        """Attributes that are null or "" are left out."""
        email = somebody()
        api.contact(email, attributes={"plan": "gold", "city": "", "seats": None})
        kept = _only(api, email).get("attributes", {})
        expect(not {"city", "seats"} & set(kept), "neither city nor seats among the attributes", api.masked(kept))

    @requirement("VND-066")
    def test_text_attributes(self, api: Api) -> None:
        """In v1 numbers and booleans become text."""
        email = somebody()
        made = api.contact(email, attributes={"seats": 5, "share": 0.5, "member": True})
        kept = _only(api, email).get("attributes") if made.is_success else None
        wanted = {"seats": "5", "share": "0.5", "member": "true"}
        expect(kept == wanted, f"the attributes {wanted}", api.shown(made) if kept is None else api.masked(kept))


def _only(api: Api, email: str) -> dict[str, Any]:
    """Return the contact of an e-mail; an empty one where there is not one."""
    found = api.found(email)
    return found[0] if found and isinstance(found[0], dict) else {}

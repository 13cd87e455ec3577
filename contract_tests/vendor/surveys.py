"""Surveys: what is answered."""

from __future__ import annotations

from typing import Any

from contract_tests.cases.comparing import difference
from contract_tests.contract import requirement
from contract_tests.findings import expect
from contract_tests.vendor.api import SURVEY, SURVEY_V1, Api, member, somebody, value_of
from contract_tests.vendor.base import VendorTests

_TYPED = {"OrderId": 123456789, "total": 19.5, "gift": True, "note": "Box of apples", "order id": "o-1"}


class Surveys(VendorTests):
    """The two calls that survey somebody."""

    @requirement("VND-070")
    def test_v2_echoes(self, api: Api, campaign_id: int) -> None:
        """v2 answers with campaign, contact and attributes of the survey as they are now, and no id."""
        email = somebody()
        person = {"email": email, "first_name": "Chris", "last_name": "O'Sullivan", "attributes": {"customer_id": "7"}}
        answer = api.post(SURVEY, {"campaign_id": campaign_id, "contact": person, "attributes": {"order": "o-1"}})
        wanted = {"campaign": campaign_id, "contact": person, "attributes": {"order": "o-1"}}
        found = value_of(answer)
        met = answer.status_code == 200 and difference(wanted, found, at_least=True) is None
        expect(met, f"HTTP 200, and at least {wanted}", api.shown(answer))
        expect(
            "id" not in found and "id" not in found["contact"],
            "neither the survey's nor the contact's id",
            api.shown(answer),
        )

    @requirement("VND-072")
    def test_v2_keeps_types(self, api: Api, campaign_id: int) -> None:
        """Attributes keep their JSON types in v2, the survey's and the contact's."""
        contact = {"email": somebody(), "attributes": _TYPED}
        answer = api.post(SURVEY, {"campaign_id": campaign_id, "contact": contact, "attributes": _TYPED})
        for found in (member(answer, "attributes"), (member(answer, "contact") or {}).get("attributes")):
            expect(_same(found, _TYPED), f"the attributes {_TYPED}, types kept", api.shown(answer))

    @requirement("VND-074")
    def test_v2_makes_contacts(self, api: Api, campaign_id: int) -> None:
        """A survey makes the contact that there is not, and its attributes stay with the contact."""
        email = somebody()
        answer = api.survey(campaign_id, email, first_name="Chris", attributes={"plan": "gold"})
        found = [(row.get("first_name"), row.get("attributes", {}).get("plan")) for row in api.found(email)]
        expect(
            found == [("Chris", "gold")], "the contact Chris with the plan gold", api.masked(found or api.shown(answer))
        )

    @requirement("VND-076")
    def test_v1_echoes(self, api: Api, campaign_id: int) -> None:
        """v1 answers with what it got, and without ids."""
        sent = {"campaign": campaign_id, "email": somebody(), "first_name": "Kate", "attributes": {"plan": "bronze"}}
        answer = api.post(SURVEY_V1, sent)
        value: Any = value_of(answer)
        met = (
            answer.status_code == 200
            and isinstance(value, dict)
            and sent.items() <= value.items()
            and "id" not in value
        )
        expect(met, f"HTTP 200 {sent}", api.shown(answer))

    @requirement("VND-078")
    def test_unknown_campaigns(self, api: Api) -> None:
        """A campaign that there is not surveys nobody: 400 or 404."""
        answer = api.survey(999_999_999, somebody())
        expect(answer.status_code in {400, 404}, "HTTP 400 or 404 for a campaign that there is not", api.shown(answer))


def _same(found: Any, wanted: dict[str, Any]) -> bool:
    """Return whether values are equal and of the same types: 1 is no true, and no 1.0."""
    return found == wanted and [type(one) for one in found.values()] == [type(wanted[name]) for name in found]

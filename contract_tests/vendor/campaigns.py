"""E-mail templates and campaigns: how they are made, and whom a campaign counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import uuid4

from contract_tests.contract import requirement
from contract_tests.findings import expect
from contract_tests.models.promoter_template import template
from contract_tests.vendor.api import CAMPAIGNS, TEMPLATES, Api, member, rows, somebody
from contract_tests.vendor.base import VendorTests
from contract_tests.vendor.eligibility import RESTED, is_refused_after_a_survey
from contract_tests.vendor.lists import new_list
from contract_tests.vendor.pages import following
from contract_tests.wire import object_of


class Campaigns(VendorTests):
    """What it takes to have a campaign, and what it says of itself."""

    @requirement("VND-170", needs="campaigns")
    def test_templates_are_made(self, api: Api) -> None:
        """A template has an id and the fields that it was given, and is listed."""
        # An older fixture of the public client shows a template without its logo.
        _is_made(api, TEMPLATES, _template(), told=_template().keys() - {"logo"})

    @requirement("VND-172", needs="campaigns")
    def test_campaigns_are_made(self, api: Api) -> None:
        """A campaign has an id and the name that it was given, and is listed."""
        _is_made(api, CAMPAIGNS, _campaign(api, new_list(api)), told={"name"})

    @requirement("VND-172", needs="campaigns")
    def test_new_campaigns_survey(self, api: Api) -> None:
        """Somebody is surveyed through a campaign that was made."""
        answer = api.survey(new_campaign(api, new_list(api)), somebody())
        expect(answer.status_code == 200, "HTTP 200: a survey through the new campaign", api.shown(answer))

    @requirement("VND-026", needs="campaigns")
    def test_what_templates_and_campaigns_need(self, api: Api) -> None:
        """Each field of a template and of a campaign is needed: it is named where it is missing, null or blank."""
        for path, fields in ((TEMPLATES, _template()), (CAMPAIGNS, _campaign(api, new_list(api)))):
            lacking = [(field, {name: fields[name] for name in fields if name != field}) for field in fields]
            for field, body in [*lacking, *(("name", {**fields, "name": value}) for value in (None, ""))]:
                answer = api.post(path, body)
                expected = f"HTTP 400 from {path} for {body}, and at {field} what is wrong with it"
                expect(answer.status_code == 400 and member(answer, field), expected, api.shown(answer))

    @requirement("VND-174", needs="campaigns")
    def test_counts(self, api: Api, campaign_id: int) -> None:
        """A campaign counts the contacts of its list, and those of them who may be surveyed now."""
        listed = new_list(api)
        campaign = new_campaign(api, listed)
        _counts(api, campaign, 0, 0)
        people = [_in(api, listed) for _ in range(3)]
        api.contact()
        _counts(api, campaign, 3, 3)
        refused = is_refused_after_a_survey(api, campaign_id, people[0])
        _counts(api, campaign, 3, 3 - refused)

    @requirement("VND-174", needs="campaigns")
    @requirement("VND-174", needs="control")
    def test_counts_later(self, api: Api, campaign_id: int) -> None:
        """Who has unsubscribed does not count among those who may be surveyed; who was surveyed does so again in time."""
        listed = new_list(api)
        campaign = new_campaign(api, listed)
        _in(api, listed)
        refused = is_refused_after_a_survey(api, campaign_id, _in(api, listed))
        api.plane.unsubscribe(member(api.contact(contact_list=[listed]), "id"))
        _counts(api, campaign, 3, 2 - refused)
        api.plane.advance(days=RESTED)
        _counts(api, campaign, 3, 2)


def new_campaign(api: Api, listed: Any) -> Any:
    """Make a campaign that surveys a list; return its id. Raises ``BrokenRequirement`` where it cannot be made."""
    made = api.post(CAMPAIGNS, _campaign(api, listed))
    expect(made.is_success, "HTTP 2xx: a campaign to send surveys through", api.shown(made))
    return member(made, "id")


def _template() -> Mapping[str, Any]:
    """Return the fields of a template, under a name that nobody has used."""
    return template(f"contract {uuid4().hex}")


def _campaign(api: Api, listed: Any) -> Mapping[str, Any]:
    """Return the fields of a campaign, under a name that nobody has used; make the template that it needs."""
    made = member(api.post(TEMPLATES, _template()), "id")
    return {"name": f"contract {uuid4().hex}", "contact_list": listed, "email": made}


def _is_made(api: Api, path: str, fields: Mapping[str, Any], told: Collection[str]) -> None:
    """Make something; expect it to be answered and listed with an id and some of its fields."""
    wanted = {name: fields[name] for name in told}
    made = api.post(path, fields)
    met = made.is_success and isinstance(member(made, "id"), int) and wanted.items() <= object_of(made).items()
    expect(met, f"HTTP 2xx with an id and {wanted}", api.shown(made))
    listed = _listed(api, path, member(made, "id"))
    met = len(listed) == 1 and wanted.items() <= listed[0].items()
    expect(met, f"{wanted}, once in the pages of {path}", api.masked(listed or api.shown(api.sent[-1])))


def _listed(api: Api, path: str, number: Any) -> list[Any]:
    """Return the rows of an id in all pages."""
    return [row for answer in following(api, api.get(path)) for row in rows(answer) if row.get("id") == number]


def _in(api: Api, listed: Any) -> str:
    """Put somebody new into a list; return their e-mail."""
    email = somebody()
    api.contact(email, contact_list=[listed])
    return email


def _counts(api: Api, campaign: Any, everybody: int, eligible: int) -> None:
    """Expect a campaign to count so many; whether it is listed at all is VND-172's affair."""
    for row in _listed(api, CAMPAIGNS, campaign):
        found, wanted = [row.get(name) for name in ("all_count", "eligible_count")], [everybody, eligible]
        expect(found == wanted, f"all_count and eligible_count {wanted}", api.masked(row))

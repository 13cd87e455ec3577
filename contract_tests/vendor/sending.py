"""Campaigns that are told to send their surveys."""

from __future__ import annotations

from typing import Any

import httpx

from contract_tests.contract import requirement
from contract_tests.findings import expect
from contract_tests.vendor.api import CAMPAIGNS, Api, member, somebody, value_of
from contract_tests.vendor.base import VendorTests
from contract_tests.vendor.campaigns import new_campaign
from contract_tests.vendor.eligibility import RESTED, is_refused_after_a_survey
from contract_tests.vendor.lists import new_list

_ALL = {"all_contacts": True}
_SENT = "Success, surveys sent."


class Sending(VendorTests):
    """Whom a campaign surveys when it is told to."""

    @requirement("VND-176", needs="campaigns")
    def test_everybody_is_surveyed(self, api: Api, campaign_id: int) -> None:
        """Everybody in the list is refused when surveyed directly afterwards; somebody who is not in it is surveyed."""
        if not is_refused_after_a_survey(api, campaign_id, somebody()):
            return  # VND-080 is about that; whom the campaign has surveyed shows in who is refused only.
        listed = new_list(api)
        campaign, inside, outside = new_campaign(api, listed), _people(api, 2, listed), _people(api, 1)
        _send(api, campaign, _ALL)
        for email in inside:
            answer = api.survey(campaign_id, email)
            expect(answer.status_code == 400, "HTTP 400: the campaign has surveyed its list", api.shown(answer))
        for email in outside:
            answer = api.survey(campaign_id, email)
            expect(answer.status_code == 200, "HTTP 200: they are not in the campaign's list", api.shown(answer))

    @requirement("VND-176", needs="campaigns")
    @requirement("VND-176", needs="control")
    def test_who_is_surveyed(self, api: Api, campaign_id: int) -> None:
        """Who may be surveyed gets one survey, however often it is sent; who may not, and who is elsewhere, gets none."""
        listed = new_list(api)
        campaign, (before, *inside), (outside,) = new_campaign(api, listed), _people(api, 3, listed), _people(api, 1)
        if not is_refused_after_a_survey(api, campaign_id, before):
            return  # As above.
        gone = somebody()
        api.plane.unsubscribe(member(api.contact(gone, contact_list=[listed]), "id"))
        for _ in range(2):
            _send(api, campaign, _ALL)
        _surveyed(api, {**dict.fromkeys([before, *inside], 1), outside: 0, gone: 0})

    @requirement("VND-178", needs="campaigns")
    @requirement("VND-178", needs="control")
    def test_who_is_new_is_surveyed(self, api: Api) -> None:
        """Unless all are named, those only are surveyed who were added or updated since the campaign has last sent."""
        api.plane.freeze()
        for body in ({}, {"all_contacts": False}):
            listed = new_list(api)
            campaign, (kept, updated), added = new_campaign(api, listed), _people(api, 2, listed), somebody()
            _send(api, campaign, _ALL)
            api.plane.advance(days=RESTED)
            for email in (updated, added):
                api.contact(email, contact_list=[listed], attributes={"plan": "gold"})
            api.plane.advance(minutes=1)
            _send(api, campaign, body)
            _surveyed(api, {kept: 1, updated: 2, added: 1})

    @requirement("VND-179", needs="campaigns")
    def test_what_it_says(self, api: Api) -> None:
        """The answer is a JSON string with the words that clients look for."""
        answer = _send(api, new_campaign(api, new_list(api)), _ALL)
        met = answer.status_code == 200 and value_of(answer) == _SENT
        expect(met, f'HTTP 200 "{_SENT}", in JSON', api.shown(answer))


def _people(api: Api, many: int, *lists: Any) -> list[str]:
    """Make contacts in some lists; return their e-mails."""
    people = [somebody() for _ in range(many)]
    for email in people:
        api.contact(email, **({"contact_list": lists} if lists else {}))
    return people


def _send(api: Api, campaign: Any, body: dict[str, bool]) -> httpx.Response:
    answer = api.post(f"{CAMPAIGNS}{campaign}/send-surveys/", body)
    expect(answer.is_success, "HTTP 2xx: the campaign sends its surveys", api.shown(answer))
    return answer


def _surveyed(api: Api, wanted: dict[str, int]) -> None:
    """Expect people to have been sent so many surveys."""
    found = {email: len(api.plane.surveys(email)) for email in wanted}
    expect(found == wanted, f"surveys by e-mail: {wanted}", found)

"""Who may be surveyed when."""

from __future__ import annotations

import httpx

from contract_tests.contract import requirement
from contract_tests.findings import expect
from contract_tests.vendor.api import NOT_ELIGIBLE, SURVEY_V1, Api, member, somebody, value_of
from contract_tests.vendor.base import VendorTests

#: Days after which whoever was surveyed may be surveyed again, where nobody has set a throttle.
RESTED = 60


class Eligibility(VendorTests):
    """Two throttles, and the wish to be left alone."""

    @requirement("VND-080")
    def test_nobody_twice_in_a_day(self, api: Api, campaign_id: int) -> None:
        """Whoever was surveyed is refused with 400 at once afterwards, by v2 and by v1, also after an update."""
        email = somebody()
        api.survey(campaign_id, email)
        api.contact(email, attributes={"plan": "gold"})
        for answer in _both(api, campaign_id, email):
            expect(answer.status_code == 400, "HTTP 400: surveyed a moment ago", api.shown(answer))

    @requirement("VND-080")
    def test_v1_counts_too(self, api: Api, campaign_id: int) -> None:
        """Whoever was surveyed by v1 is refused by v2."""
        email = somebody()
        api.post(SURVEY_V1, {"campaign": campaign_id, "email": email})
        answer = api.survey(campaign_id, email)
        expect(answer.status_code == 400, "HTTP 400: surveyed a moment ago", api.shown(answer))

    @requirement("VND-082")
    def test_words_for_who_may_not(self, api: Api, campaign_id: int) -> None:
        """Who may not be surveyed now is refused in exactly these words, by v2 and by v1."""
        email = somebody()
        api.survey(campaign_id, email)
        for answer in _both(api, campaign_id, email):
            if answer.status_code == 400:
                expect(value_of(answer) == NOT_ELIGIBLE, f"the body {NOT_ELIGIBLE}", api.shown(answer))

    @requirement("VND-084", needs="control")
    def test_a_day_later(self, api: Api, campaign_id: int) -> None:
        """A minute before 24 hours are over a person is still refused; then it is surveyed again."""
        email = somebody()
        api.plane.freeze()
        api.survey(campaign_id, email)
        if api.survey(campaign_id, email).is_success:
            return  # VND-080 is about that.
        api.plane.advance(hours=23, minutes=59)
        before = api.survey(campaign_id, email)
        expect(before.status_code == 400, "HTTP 400 within 24 hours", api.shown(before))
        api.plane.advance(minutes=1)
        after = api.survey(campaign_id, email)
        expect(after.status_code == 200, "HTTP 200 after 24 hours", api.shown(after))

    @requirement("VND-086", needs="control")
    def test_unsubscribed_for_good(self, api: Api, campaign_id: int) -> None:
        """Who unsubscribed is never surveyed again, not after years and not after an update."""
        email = somebody()
        number = member(api.contact(email), "id")
        api.plane.unsubscribe(number)
        for days in (0, 800):
            api.plane.advance(days=days)
            api.contact(email, attributes={"plan": "gold"})
            answer = api.survey(campaign_id, email)
            expect(answer.status_code == 400, f"HTTP 400 {days} days after they unsubscribed", api.shown(answer))

    @requirement("VND-088", needs="control")
    def test_survey_throttle(self, api: Api) -> None:
        """With a throttle of 30 days nobody is surveyed again within them, by whichever campaign; after them they are."""
        email, (first, other) = somebody(), (1, 2)
        campaigns = [{"id": first, "name": "First"}, {"id": other, "name": "Other"}]
        api.plane.restore({"settings": api.plane.settings(survey_throttle_days=30), "campaigns": campaigns})
        api.plane.freeze()
        api.survey(first, email)
        # Where days begin is not known: a day more, or less, is let be.
        for hours in (25, 28 * 24):
            api.plane.advance(hours=hours)
            for campaign in (first, other):
                within = api.survey(campaign, email)
                expect(within.status_code == 400, "HTTP 400 within the 30 days of the throttle", api.shown(within))
        api.plane.advance(days=2)
        after = api.survey(first, email)
        expect(after.status_code == 200, "HTTP 200 after the 30 days of the throttle", api.shown(after))


def is_refused_after_a_survey(api: Api, campaign: int, email: str) -> bool:
    """Survey somebody; return whether they may not be surveyed again at once, which is VND-080's affair."""
    api.survey(campaign, email)
    return api.survey(campaign, email).status_code == 400


def _both(api: Api, campaign: int, email: str) -> list[httpx.Response]:
    return [api.survey(campaign, email), api.post(SURVEY_V1, {"campaign": campaign, "email": email})]

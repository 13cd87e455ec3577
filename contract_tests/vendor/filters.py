"""Which answers are found by what."""

from __future__ import annotations

from contract_tests.contract import requirement
from contract_tests.findings import expect
from contract_tests.vendor.api import FEEDBACK, FEEDBACK_V1, Api, rows
from contract_tests.vendor.base import VendorTests
from contract_tests.vendor.feedback import answered

_RUNNING, _OVER = 1, 2
_CAMPAIGNS = ({"id": _RUNNING, "name": "Running"}, {"id": _OVER, "name": "Over", "status": "COMPLETE"})
#: Score, campaign, and the time of the survey and of its answer.
_ANSWERS = ((10, _RUNNING, "2026-03-01"), (7, _OVER, "2026-03-05"), (2, _RUNNING, "2026-03-09"))
#: A query, and the scores that it finds. No day in it is one of an answer's: whether both ends count is not documented.
_FOUND: tuple[tuple[dict[str, str], list[int]], ...] = (
    ({"survey__campaign": str(_RUNNING)}, [2, 10]),
    ({"survey__campaign": str(_OVER)}, [7]),
    ({"survey__campaign__status": "ACTIVE"}, [2, 10]),
    ({"survey__campaign__status": "COMPLETE"}, [7]),
    ({"posted_date_0": "2026-03-03"}, [2, 7]),
    ({"posted_date_1": "2026-03-03"}, [10]),
    ({"posted_date_0": "2026-03-03", "posted_date_1": "2026-03-07"}, [7]),
)


class Filters(VendorTests):
    """Clients ask for some answers only, in both versions of the API."""

    @requirement("VND-164", needs="control")
    def test_filters(self, api: Api, campaign_id: int) -> None:
        """Feedback is found by the contact, by score and by band."""
        email = answered(api, campaign_id, 10)
        answered(api, campaign_id, 2)
        for query in ({"survey__contact__email": email}, {"score": "10"}, {"score_type": "promoter"}):
            _finds(api, query, [10])

    @requirement("VND-165", needs="control")
    def test_filters_by_campaign_and_date(self, api: Api) -> None:
        """Feedback is found by the campaign, by whether that still runs, and by the days between which it was posted."""
        _answer_at_their_times(api)
        for query, scores in _FOUND:
            _finds(api, query, scores)


def _finds(api: Api, query: dict[str, str], wanted: list[int]) -> None:
    for path in (FEEDBACK, FEEDBACK_V1):
        answer = api.get(path, **query)
        scores = sorted((row.get("score") for row in rows(answer)), key=str)
        expect(
            scores == sorted(wanted, key=str),
            f"the feedback of the scores {wanted} only, by {query} from {path}",
            api.shown(answer),
        )


def _answer_at_their_times(api: Api) -> None:
    """Put answers into the account as if they had been given: whether a campaign that is over still surveys is not known."""
    people = [{"email": f"p{score}@example.com"} for score, _, _ in _ANSWERS]
    surveys = [
        {"id": number, "at": f"{day}T09:00:00Z", "campaign": campaign, "contact": f"p{score}@example.com"}
        for number, (score, campaign, day) in enumerate(_ANSWERS, 1)
    ]
    feedback = [
        {"survey": number, "score": score, "posted": f"{day}T12:00:00Z"}
        for number, (score, _, day) in enumerate(_ANSWERS, 1)
    ]
    settings, campaigns = api.plane.settings(), list(_CAMPAIGNS)
    state = {"settings": settings, "campaigns": campaigns, "contacts": people, "surveys": surveys, "feedback": feedback}
    api.plane.restore(state)

"""What people answer to surveys, and the scores that it comes to."""

from __future__ import annotations

from typing import Any

import httpx

from contract_tests.contract import requirement
from contract_tests.findings import expect
from contract_tests.vendor.api import FEEDBACK, FEEDBACK_V1, METRICS, SURVEY, Api, rows, somebody, value_of
from contract_tests.vendor.base import VendorTests
from contract_tests.vendor.paths import shape

_SURVEY_ATTRIBUTES = {"OrderId": "5", "product": "Box of apples"}


class Feedback(VendorTests):
    """Reading and closing feedback, by both versions of the API."""

    @requirement("VND-160", needs="control")
    def test_feedback_v2(self, api: Api, campaign_id: int) -> None:
        """v2 has an answer with its score and words, whom it is of, and the attributes of the survey."""
        email = answered(api, campaign_id, 9)
        answer = api.get(FEEDBACK, survey__contact__email=email)
        row = _only(answer)
        found = (
            row.get("score"),
            row.get("score_type"),
            row.get("comment"),
            row.get("status"),
            _of(row, "contact", "email"),
        )
        _has_shape(api, "feedback_v2", answer)
        expect(
            found == (9, "promoter", "Lovely", "OPEN", email), f"9, promoter, Lovely, OPEN, {email}", api.shown(answer)
        )
        kept = _of(row, "survey", "attributes")
        expect(kept == _SURVEY_ATTRIBUTES, f"the survey's attributes {_SURVEY_ATTRIBUTES}", api.shown(answer))

    @requirement("VND-162", needs="control")
    def test_feedback_v1(self, api: Api, campaign_id: int) -> None:
        """v1 has the same answer by the same id, in its list and alone."""
        email = answered(api, campaign_id, 3)
        number = _only(api.get(FEEDBACK, survey__contact__email=email)).get("id")
        answer = api.get(FEEDBACK_V1, survey__contact__email=email)
        row = _only(answer)
        _has_shape(api, "feedback_v1", answer)
        found = (row.get("id"), row.get("score"), row.get("score_type"))
        expect(found == (number, 3, "detractor"), f"{number}, 3, detractor", api.shown(answer))
        alone = api.get(f"{FEEDBACK_V1}{number}/")
        expect(value_of(alone) == row, f"the same row: {api.masked(row)}", api.shown(alone))

    @requirement("VND-166", needs="control")
    def test_closed(self, api: Api, campaign_id: int) -> None:
        """PUT closes feedback, and opens it again; another status is 400."""
        email = answered(api, campaign_id, 3)
        path = f"{FEEDBACK}{_only(api.get(FEEDBACK, survey__contact__email=email)).get('id')}/"
        for status in ("CLOSED", "OPEN"):
            answer = api.call("PUT", path, {"status": status})
            kept = _only(api.get(FEEDBACK, survey__contact__email=email)).get("status")
            expect(
                answer.status_code == 200 and kept == status, f"HTTP 200, and the status {status}", api.shown(answer)
            )
        bad = api.call("PUT", path, {"status": "GONE"})
        expect(bad.status_code == 400, "HTTP 400 for the status GONE", api.shown(bad))

    @requirement("VND-168", needs="control")
    def test_scores(self, api: Api, campaign_id: int) -> None:
        """The net promoter score is the share of promoters less that of detractors, in percent, as text."""
        for score in (10, 9, 8, 3):
            answered(api, campaign_id, score)
        answer = api.get(METRICS)
        expect(_only(answer).get("nps") == "25.0", 'nps "25.0" of 10, 9, 8 and 3', api.shown(answer))


def answered(api: Api, campaign: int, score: int) -> str:
    """Let somebody new answer a survey; return their e-mail."""
    email = somebody()
    api.post(SURVEY, {"campaign_id": campaign, "contact": {"email": email}, "attributes": _SURVEY_ATTRIBUTES})
    for survey in api.plane.surveys(email):
        api.plane.answer(survey["id"], score, "Lovely")
    return email


def _only(answer: httpx.Response) -> dict[str, Any]:
    """Return the first row of a page; an empty one where there is none."""
    found = rows(answer)
    return found[0] if found and isinstance(found[0], dict) else {}


def _of(row: dict[str, Any], name: str, inner: str) -> Any:
    value = row.get(name)
    return value.get(inner) if isinstance(value, dict) else None


def _has_shape(api: Api, name: str, answer: httpx.Response) -> None:
    wrong = [f"{error.json_path} {error.message}" for error in shape(name).iter_errors(_only(answer))]
    expected = f"the shape of {name} in schemas/promoter/answers.json"
    expect(not wrong, expected, api.masked(f"{'; '.join(wrong)}; in {api.shown(answer)}"))

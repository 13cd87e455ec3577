"""How to test an integration against the mock: every piece of docs/mock.md that is Python."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from mock_promoter import create_app
from mock_promoter.client import Control, UnmetError

SEED = Path(__file__).parent / "seed.yaml"


def send_survey(base_url: str, api_key: str, email: str) -> int:
    """Stand in for your own code: survey a person; try a failing server once more."""
    headers = {"Authorization": f"Token {api_key}", "Idempotency-Key": f"survey-of-{email}"}
    body = {"campaign_id": 1, "contact": {"email": email}, "attributes": {"order": "o-1"}}
    for _ in range(2):
        try:
            answer = httpx.post(f"{base_url}/api/v2/survey/", json=body, headers=headers)
        except httpx.TransportError:
            continue
        if answer.status_code < 500:
            break
    return answer.status_code


def test_a_survey_is_sent(promoter: Control) -> None:
    """Your code surveys the person that it should."""
    send_survey(promoter.url, promoter.api_key, "kate@mac.com")

    promoter.verify(1, method="POST", path="/api/v2/survey/", body={"contact": {"email": "kate@mac.com"}})
    assert promoter.surveys()[0]["attributes"] == {"order": "o-1"}
    assert promoter.requests()[0]["schema_errors"] == []


def test_what_is_missing_is_said(promoter: Control) -> None:
    """What did not come is compared with what came."""
    send_survey(promoter.url, promoter.api_key, "kate@mac.com")
    with pytest.raises(UnmetError, match=r'body\.contact\.email is "kate@mac.com", expected "chris@mac.com"'):
        promoter.verify(path="/api/v2/survey/", body={"contact": {"email": "chris@mac.com"}})


def test_a_lost_answer_makes_no_second_survey(promoter: Control) -> None:
    """The survey is sent, its answer is lost, the code tries again: Promoter must not ask twice."""
    promoter.fail({"kind": "answer_lost"}, times=1, path="/api/v2/survey/")

    assert send_survey(promoter.url, promoter.api_key, "kate@mac.com") == 200
    assert [request["state"] for request in promoter.requests()] == ["lost", "answered"]
    assert len(promoter.surveys()) == 1


def test_the_rate_limit(promoter: Control) -> None:
    """Beyond the limit comes Promoter's 429; whoever does not wait for Retry-After is flagged."""
    promoter.freeze("2026-03-01T09:00:00Z")
    promoter.limit(1, window_seconds=60)
    answers = [send_survey(promoter.url, promoter.api_key, f"{name}@mac.com") for name in ("kate", "chris", "ann")]

    assert answers == [200, 429, 429]
    assert [request["early"] for request in promoter.requests()] == [False, False, True]


def test_nobody_is_asked_twice_in_90_days(promoter: Control) -> None:
    """The clock stands still until the test lets time pass."""
    promoter.seed(SEED)
    headers = {"Authorization": f"Token {promoter.api_key}"}
    body = {"campaign_id": 1, "contact": {"email": "chris@mac.com"}}

    def survey() -> int:
        return httpx.post(f"{promoter.url}/api/v2/survey/", json=body, headers=headers).status_code

    assert [survey(), survey()] == [200, 400]
    promoter.advance(days=89)
    assert survey() == 400
    promoter.advance(days=1)
    assert survey() == 200


def test_the_whole_life_of_a_survey(promoter: Control) -> None:
    """A person answers; feedback appears and the score moves."""
    promoter.seed(SEED)
    send_survey(promoter.url, promoter.api_key, "chris@mac.com")

    survey = promoter.surveys(q="chris@mac.com")[0]
    promoter.answer(survey["id"], 3, "Too slow")

    headers = {"Authorization": f"Token {promoter.api_key}"}
    feedback = httpx.get(f"{promoter.url}/api/v2/feedback/?score_type=detractor", headers=headers).json()
    assert [row["comment"] for row in feedback["results"]] == ["Too slow"]
    metrics = httpx.get(f"{promoter.url}/api/metrics/", headers=headers).json()["results"]
    assert metrics[0] == {"campaign_name": "After a purchase", "nps": "0.0", "organization_nps": "0.0"}


def test_in_process() -> None:
    """Without a port: the same server as an ASGI application, the control plane included."""

    async def calls() -> tuple[int, int]:
        transport = httpx.ASGITransport(create_app(api_keys=["a-key"]))
        async with httpx.AsyncClient(transport=transport, base_url="http://promoter") as client:
            answer = await client.get("/api/campaigns/", headers={"Authorization": "Token a-key"})
            journal = await client.get("/__mock__/requests")
        return answer.status_code, journal.json()["count"]

    assert asyncio.run(calls()) == (200, 1)

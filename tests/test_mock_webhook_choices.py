"""The mock's webhooks, where the vendor's are not known: which events come, in which form, how often they are tried."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mock_promoter.documents import EVENTS
from mock_promoter.model import Notice, Webhook
from mock_promoter.webhooks import payload, wants

Ask = Callable[..., httpx.Response]
#: Where nobody listens: port 9 is for discarding, and needs rights to listen on.
NOBODY = "http://127.0.0.1:9/"


def subscribed(ask: Ask, **webhook: Any) -> None:
    """Subscribe, and make something happen that is told: an answer of campaign 1."""
    ask("POST", "/__mock__/webhooks", {"url": NOBODY} | webhook).raise_for_status()
    ask("POST", "/api/v2/survey/", {"campaign_id": 1, "contact": {"email": "a@b.co"}}).raise_for_status()
    ask("POST", "/__mock__/surveys/1/answer", {"score": 9}).raise_for_status()


def deliveries(ask: Ask, wait: int = 30) -> list[dict[str, Any]]:
    """Return the deliveries, once none is on its way."""
    found: list[dict[str, Any]] = ask("GET", f"/__mock__/deliveries?wait={wait}").json()["deliveries"]
    return found


@pytest.mark.fidelity("F-66")
def test_all_nine_can_be_subscribed_to(ask: Ask) -> None:
    """Who names none is told of all; tags do not exist here, so theirs never come; another campaign's are not told."""
    ask("PATCH", "/__mock__/settings", {"webhook_waits": []})
    assert len(EVENTS) == 9
    made = ask("POST", "/__mock__/webhooks", {"url": NOBODY}).json()
    assert made["events"] == list(EVENTS)
    ask("DELETE", f"/__mock__/webhooks/{made['id']}")
    tags = [event for event in EVENTS if "tag" in event]
    for events in (["feedback.added_or_changed"], tags):
        ask("POST", "/__mock__/webhooks", {"url": NOBODY, "events": events}).raise_for_status()
    subscribed(ask, events=["metric.score_changed"], campaign=1)
    assert sorted(one["event"] for one in deliveries(ask)) == ["feedback.added_or_changed", "metric.score_changed"]


@pytest.mark.fidelity("F-66")
@pytest.mark.parametrize(("campaign", "told"), [(None, True), (1, True), (2, False)])
def test_who_is_told_of_a_campaign(campaign: int | None, *, told: bool) -> None:
    """A webhook of one campaign hears of that one only, and of what concerns none."""
    webhook = Webhook(1, NOBODY, ("contact.unsubscribed",), campaign)
    assert wants(webhook, Notice("contact.unsubscribed", 1, {})) is told
    assert wants(webhook, Notice("contact.unsubscribed", None, {}))
    assert not wants(webhook, Notice("feedback.removed", 1, {}))


@pytest.mark.fidelity("F-67")
def test_the_form(ask: Ask) -> None:
    """The hook, the row as v2 shows it, and that the form is ours."""
    ask("PATCH", "/__mock__/settings", {"webhook_waits": []})
    subscribed(ask, events=["feedback.added_or_changed"])
    (delivery,) = deliveries(ask)
    sent = delivery["payload"]
    assert sent["hook"] == {"id": 1, "event": "feedback.added_or_changed", "target": NOBODY}
    assert sent["data"] == ask("GET", "/api/v2/feedback/").json()["results"][0]
    assert "not known" in sent["mock"]
    assert payload(Webhook(1, NOBODY, ()), Notice("x", None, {})).keys() == {"hook", "data", "mock"}


@pytest.mark.fidelity("F-68")
@pytest.mark.parametrize("waits", [[], [0], [0, 0, 0.0]])
def test_how_often_it_is_tried(ask: Ask, waits: list[float]) -> None:
    """One attempt more than there are waits, and then it is given up."""
    ask("PATCH", "/__mock__/settings", {"webhook_waits": waits})
    subscribed(ask, events=["feedback.added_or_changed"])
    (delivery,) = deliveries(ask)
    assert (delivery["state"], len(delivery["attempts"])) == ("failed", len(waits) + 1)
    assert all(attempt["status"] is None and attempt["error"] for attempt in delivery["attempts"])


@pytest.mark.fidelity("F-68")
def test_the_default_waits_a_while(ask: Ask) -> None:
    """After a first attempt in vain, and until told otherwise, a delivery is still on its way."""
    assert ask("GET", "/__mock__/settings").json()["webhook_waits"] == [1.0, 5.0, 30.0]
    subscribed(ask, events=["feedback.added_or_changed"])
    deadline = time.monotonic() + 30
    while not (attempts := (found := deliveries(ask, 0))[0]["attempts"]) and time.monotonic() < deadline:
        pass
    assert found[0]["state"] == "pending"
    assert 1 <= len(attempts) <= 3

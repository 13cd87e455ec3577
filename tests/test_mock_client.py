"""The client of the control plane: every call that it has, on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from mock_promoter.client import Control, ControlError, UnmetError
from mock_promoter.serving import serve


@pytest.fixture
def control(mock: str) -> Iterator[Control]:
    """Return a client of a fresh account."""
    with Control(f"{mock}/") as server, server.new_account() as account:
        yield account
        account.remove_account()


def survey(control: Control, email: str = "kate@mac.com") -> httpx.Response:
    """Survey somebody by the API."""
    body = {"campaign_id": 1, "contact": {"email": email}}
    return httpx.post(f"{control.url}/api/v2/survey/", json=body, headers=_token(control))


def _token(control: Control) -> dict[str, str]:
    return {"authorization": f"Token {control.api_key}"}


def test_an_account_of_its_own(mock: str, control: Control) -> None:
    """Two clients of one server see their own state only, and each key opens its own account."""
    survey(control)
    with Control(mock) as default:
        assert [one["contact"]["email"] for one in control.surveys()] == ["kate@mac.com"]
        assert default.surveys() == []
        with default.new_account("named", "a-key-of-mine") as named:
            assert (named.account, named.api_key) == ("named", "a-key-of-mine")
            assert survey(named).status_code == 200
            named.remove_account()
        assert survey(named).status_code == 401


def test_the_life_of_a_survey(control: Control) -> None:
    """Sent, answered, changed, unsubscribed: each step shows."""
    survey(control)
    (sent,) = control.surveys("kate")
    assert control.answer(sent["id"], 3)["score_type"] == "detractor"
    changed = control.answer(sent["id"], 10, "Better now")
    assert (changed["score_type"], changed["comment"]) == ("promoter", "Better now")
    assert control.unsubscribe(sent["id"])["unsubscribed"]
    assert [one["unsubscribed"] for one in control.contacts()] == [True]
    assert control.surveys("nobody") == []


def test_seeds_and_snapshots(control: Control, tmp_path: Path) -> None:
    """A seed is what reset returns to, as value, file or text; a snapshot is put back as it was."""
    control.seed({"contacts": [{"email": "a@b.co"}]})
    survey(control)
    kept = control.snapshot()
    control.reset("state")
    assert [one["email"] for one in control.contacts()] == ["a@b.co"]
    control.restore(kept)
    assert [one["contact"]["email"] for one in control.surveys()] == ["kate@mac.com"]
    file = tmp_path / "seed.yaml"
    file.write_text("contacts:\n- email: y@b.co\n  created: 2026-01-01T00:00:00Z\n")
    for seed in (
        file,
        file.read_bytes(),
        {"contacts": [{"email": "y@b.co", "created": datetime(2026, 1, 1, tzinfo=UTC)}]},
    ):
        control.seed(seed)
        assert [one["created_date"] for one in control.contacts()] == ["2026-01-01T00:00:00Z"]
    control.reset()
    assert control.requests(path="/api/*") == []


def test_time_limits_and_switches(control: Control) -> None:
    """The clock stands and goes on, the limit answers 429, a switch changes what is not known."""
    assert control.freeze("2026-01-01T00:00:00Z")["now"] == "2026-01-01T00:00:00Z"
    assert [survey(control).status_code, survey(control).status_code] == [200, 400]
    control.advance(hours=24)
    assert survey(control).status_code == 200
    assert control.clock()["now"] == "2026-01-02T00:00:00Z"
    assert control.limit(0)["limit"] == 0
    assert survey(control).status_code == 429
    assert control.limit(None)["limit"] is None
    assert control.settings(hard_throttle_hours=0)["hard_throttle_hours"] == control.settings()["hard_throttle_hours"]
    assert survey(control).status_code == 200
    assert control.freeze()["mode"] == "frozen"


def test_faults(control: Control) -> None:
    """A fault strikes as often as it is told, of this account only, until it is taken away."""
    assert control.fail({"kind": "status", "status": 503}, times=1, path="/api/*")["left"] == 1
    assert [survey(control).status_code, survey(control).status_code] == [503, 200]
    control.fail({"kind": "status", "status": 500})
    assert survey(control).status_code == 500
    control.heal()
    assert survey(control).status_code == 400


def test_expectations(control: Control) -> None:
    """What came is verified and waited for; what did not says what came instead."""
    survey(control)
    survey(control, "chris@mac.com")
    first, second = ({"body": {"contact": {"email": f"{name}@mac.com"}}} for name in ("kate", "chris"))
    control.verify(body=first["body"])
    control.verify(2, method="POST")
    control.verify({"at_most": 2}, method="POST")
    control.verify_sequence(first, second)
    assert [one["status"] for one in control.wait(2, path="/api/v2/survey/")] == [200, 200]
    with pytest.raises(UnmetError, match=r'body\.contact.email is "chris@mac.com", expected "x@mac.com"') as caught:
        control.verify(method="POST", body={"contact": {"email": "x@mac.com"}})
    assert isinstance(caught.value, AssertionError)
    with pytest.raises(UnmetError, match="number 2 of 2"):
        control.verify_sequence(second, first)
    with pytest.raises(UnmetError, match="but 2 came"):
        control.wait(3, timeout=0.01, method="POST")


def test_events_and_webhooks(control: Control) -> None:
    """A custom event is stored with what it led to; a webhook that nobody answers fails in the log."""
    event = {"type": "track", "event": "Order Completed", "userId": "1"}
    assert httpx.post(control.segment_url, json=event, auth=(control.api_key, "")).status_code == 200
    assert [one["event"] for one in control.custom_events("order")] == [event]
    control.settings(webhook_waits=[])
    hook = control.webhook("http://127.0.0.1:1/", ["feedback.added_or_changed"], 1)
    survey(control)
    control.answer(control.surveys()[0]["id"], 9)
    (delivery,) = control.deliveries(wait=10)
    assert (delivery["webhook"], delivery["state"], len(delivery["attempts"])) == (hook["id"], "failed", 1)
    assert control.deliveries() == [delivery]


def test_refusals(mock: str, control: Control) -> None:
    """A refused call has its code and what is wrong; what is no mock-promoter is said to be none."""
    with pytest.raises(ControlError, match=r"control\.invalid") as caught:
        control.fail({"kind": "explosion"})
    assert caught.value.errors[0]["path"] == "$.effect.kind"
    with Control(mock, account="nobody") as nobody, pytest.raises(ControlError, match="no account nobody"):
        nobody.clock()
    with pytest.raises(ControlError, match=r"http\.404: the answer is none of a mock-promoter"):
        control.call("GET", "/../api/nope/")


def test_tokens() -> None:
    """A server with a token wants it, and accounts made with it have it too."""
    with serve(control_token="s3cret") as url:
        with Control(url) as stranger, pytest.raises(ControlError, match=r"control\.token"):
            stranger.snapshot()
        with Control(url, token="s3cret") as owner, owner.new_account() as account:
            owner.ready()
            assert account.contacts() == []

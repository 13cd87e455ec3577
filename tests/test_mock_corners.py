"""The mock where nothing is known of Promoter: what we chose, so that nobody has to guess it from the code."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mock_promoter.auth import TEST_KEY

Ask = Callable[..., httpx.Response]
BASIC = {"authorization": "Basic " + b64encode(f"{TEST_KEY}:".encode()).decode()}


def survey(ask: Ask, email: str = "a@b.co", campaign: int = 1) -> httpx.Response:
    """Survey somebody by v2."""
    return ask("POST", "/api/v2/survey/", {"campaign_id": campaign, "contact": {"email": email}})


def effect(ask: Ask, **event: Any) -> str:
    """Send an event to the Segment endpoint; return what came of it."""
    ask("POST", "/api/segment/", event, headers=BASIC).raise_for_status()
    found: str = ask("GET", "/__mock__/custom-events").json()["custom_events"][0]["effect"]
    return found


@pytest.mark.fidelity("F-75")
def test_keys(ask: Ask) -> None:
    """A key that the mock makes has 40 hexadecimal digits; a key that it is given may be any text; both work."""
    made = ask("POST", "/__mock__/accounts", {"name": "made"}).json()["api_key"]
    assert re.fullmatch("[0-9a-f]{40}", made)
    given = ask("POST", "/__mock__/accounts", {"name": "given", "api_key": "a-key/of=mine"}).json()["api_key"]
    for key in (made, given):
        assert ask("GET", "/api/lists/", headers={"authorization": f"Token {key}"}).status_code == 200
    for name in ("made", "given"):
        ask("DELETE", f"/__mock__/accounts/{name}").raise_for_status()
    assert ask("GET", "/api/lists/", headers={"authorization": f"Token {made}"}).status_code == 401


@pytest.mark.fidelity("F-76")
def test_an_account_is_limited_as_a_whole(ask: Ask) -> None:
    """All calls of a key count together; one that is not let in by its credentials or its Accept header does not count."""
    ask("PUT", "/__mock__/clock", {"mode": "frozen"})
    ask("PUT", "/__mock__/rate-limit", {"limit": 2})
    assert ask("GET", "/api/lists/", headers={"authorization": "Token wrong"}).status_code == 401
    assert ask("GET", "/api/lists/", headers={"accept": "text/xml"}).status_code == 406
    assert ask("GET", "/api/nope/").status_code == 404
    assert ask("PATCH", "/api/lists/").status_code == 405
    assert ask("POST", "/api/segment/", {"type": "track"}, headers=BASIC).status_code == 200
    assert [ask("GET", path).status_code for path in ("/api/contacts/", "/api/lists/")] == [429, 429]


@pytest.mark.fidelity("F-77")
@pytest.mark.parametrize("status", [403, 410, 500, 503])
def test_what_only_faults_say(ask: Ask, status: int) -> None:
    """Statuses that the documents list and nothing here leads to can be had as faults."""
    ask("POST", "/__mock__/faults", {"match": {}, "effect": {"kind": "status", "status": status}, "times": 1})
    struck = ask("GET", "/api/lists/")
    assert (struck.status_code, list(struck.json())) == (status, ["detail"])
    assert ask("GET", "/api/lists/").status_code == 200


@pytest.mark.fidelity("F-78")
def test_who_was_removed_comes_back_as_somebody_new(ask: Ask) -> None:
    """With another id, neither unsubscribed nor throttled; with the switch it never went."""
    assert survey(ask).status_code == 200
    ask("POST", "/__mock__/surveys/1/unsubscribe")
    ask("POST", "/api/contacts/remove/", {"email": "a@b.co"})
    assert survey(ask).status_code == 200
    assert ask("GET", "/api/contacts/").json()["results"][0]["id"] == 2
    ask("PATCH", "/__mock__/settings", {"removal": "unsubscribe", "hard_throttle_hours": 0})
    ask("POST", "/api/contacts/remove/", {"email": "a@b.co"})
    assert survey(ask).status_code == 400


@pytest.mark.fidelity("F-79")
def test_a_complete_campaign_still_surveys(ask: Ask) -> None:
    """Its status is a filter of feedback, and nothing else."""
    ask("PUT", "/__mock__/seed", {"campaigns": [{"name": "Old", "status": "COMPLETE"}]})
    assert survey(ask).status_code == 200


@pytest.mark.fidelity("F-80")
def test_a_user_id_goes_to_the_latest_contact(ask: Ask) -> None:
    """The older one is left without, also after a restart from a snapshot."""
    seed = {"contacts": [{"email": "new@b.co"}, {"email": "old@b.co"}], "campaigns": [{"name": "x", "event": "e"}]}
    ask("PUT", "/__mock__/seed", seed)
    for email in ("old@b.co", "new@b.co"):
        effect(ask, type="identify", userId="u", traits={"email": email})
    ask("PUT", "/__mock__/snapshot", ask("GET", "/__mock__/snapshot").json()).raise_for_status()
    contacts = ask("GET", "/__mock__/contacts").json()["contacts"]
    assert {one["email"]: one["user_id"] for one in contacts} == {"old@b.co": None, "new@b.co": "u"}
    assert effect(ask, type="track", event="e", userId="u") == "contact 1 surveyed by campaign 1"


@pytest.mark.fidelity("F-81")
@pytest.mark.parametrize(
    ("hours", "second"),
    [
        (0, "contact 1 surveyed by campaign 2"),
        (24, "no survey by campaign 2: the contact was surveyed within 24 hours (articles/5702435)"),
    ],
)
def test_one_event_of_two_campaigns(ask: Ask, hours: int, second: str) -> None:
    """Each surveys in turn, and the journal says of each what came of it."""
    campaigns = [{"name": "mail", "event": "e"}, {"name": "text", "event": "e", "channel": "sms"}]
    ask("PUT", "/__mock__/seed", {"settings": {"hard_throttle_hours": hours}, "campaigns": campaigns})
    effect(ask, type="identify", userId="u", traits={"email": "a@b.co"})
    said = effect(ask, type="track", event="e", userId="u")
    assert said == f"contact 1 surveyed by campaign 1; {second}"
    assert ask("GET", "/__mock__/requests").json()["requests"][-1]["notes"] == [said]
    assert ask("GET", "/__mock__/surveys").json()["count"] == said.count("surveyed by campaign")


@pytest.mark.fidelity("F-82")
def test_a_delete_event_removes(ask: Ask) -> None:
    """The contact of the userId is gone, whatever the switch for removing says; another stays."""
    ask("PATCH", "/__mock__/settings", {"removal": "unsubscribe"})
    for user in ("1", "2"):
        effect(ask, type="identify", userId=user, traits={"email": f"{user}@b.co"})
    assert effect(ask, type="delete", userId="1") == "contact 1 removed"
    assert [one["id"] for one in ask("GET", "/api/contacts/").json()["results"]] == [2]


@pytest.mark.fidelity("F-83")
def test_properties_become_attributes_of_the_survey(ask: Ask) -> None:
    """They are seen in feedback of v2, without what is no scalar; the contact's own stay as they were."""
    ask("PUT", "/__mock__/seed", {"campaigns": [{"name": "x", "event": "e"}]})
    effect(ask, type="identify", userId="u", traits={"email": "a@b.co", "plan": "gold"})
    effect(ask, type="track", event="e", userId="u", properties={"total": 1.5, "items": [1], "none": None})
    ask("POST", "/__mock__/surveys/1/answer", {"score": 1})
    (row,) = ask("GET", "/api/v2/feedback/").json()["results"]
    assert (row["survey"]["attributes"], row["contact"]["attributes"]) == ({"total": 1.5}, {"plan": "gold"})


@pytest.mark.fidelity("F-84")
def test_channels(ask: Ask) -> None:
    """A campaign of a seed has the channel that it names; one that the API makes asks by e-mail."""
    seed = {"templates": [{"name": "t"}], "campaigns": [{"name": "text", "channel": "sms"}]}
    ask("PUT", "/__mock__/seed", seed)
    assert ask("POST", "/api/campaigns/", {"name": "x", "contact_list": 1, "email": 1}).status_code == 201
    assert [one["channel"] for one in ask("GET", "/__mock__/campaigns").json()["campaigns"]] == ["sms", "email"]
    survey(ask)
    assert ask("GET", "/__mock__/surveys").json()["surveys"][0]["channel"] == "sms"


@pytest.mark.fidelity("F-30")
def test_the_default_list_comes_when_it_is_needed(ask: Ask) -> None:
    """A seed without list 1 gets it with the first contact that is in no list, and its snapshot can be taken back."""
    ask("PUT", "/__mock__/seed", {"lists": [{"id": 5, "name": "Five"}], "campaigns": [{"name": "x", "list": 5}]})
    assert [one["id"] for one in ask("GET", "/api/lists/").json()["results"]] == [5]
    ask("POST", "/api/contacts/", {"email": "a@b.co"}).raise_for_status()
    assert [one["id"] for one in ask("GET", "/api/lists/").json()["results"]] == [5, 1]
    assert ask("GET", "/api/lists/1/contacts/").json()["count"] == 1
    ask("PUT", "/__mock__/snapshot", ask("GET", "/__mock__/snapshot").json()).raise_for_status()
    assert ask("POST", "/api/lists/", {"name": "Six"}).json()["id"] == 6


@pytest.mark.fidelity("F-34")
@pytest.mark.parametrize(("choice", "status"), [("not_found", 404), ("empty", 200)])
def test_taking_an_unknown_email_from_all_lists(ask: Ask, choice: str, status: int) -> None:
    """The switch for removing an unknown e-mail holds here too; one that is none is refused either way."""
    ask("PATCH", "/__mock__/settings", {"unknown_removal": choice})
    assert ask("POST", "/api/lists/remove/", {"email": "a@b.co"}).status_code == status
    assert ask("POST", "/api/lists/remove/", {"email": "no"}).status_code == 400


@pytest.mark.fidelity("F-35")
def test_unsubscribing_twice_is_told_once(ask: Ask) -> None:
    """The second removal of a contact that stays changes nothing, so nobody is told of it."""
    ask("PATCH", "/__mock__/settings", {"removal": "unsubscribe", "webhook_waits": []})
    ask("POST", "/__mock__/webhooks", {"url": "http://127.0.0.1:9/", "events": ["contact.unsubscribed"]})
    ask("POST", "/api/contacts/", {"email": "a@b.co"})
    for _ in range(2):
        assert ask("POST", "/api/contacts/remove/", {"email": "a@b.co"}).status_code == 200
    assert len(ask("GET", "/__mock__/deliveries?wait=30").json()["deliveries"]) == 1


@pytest.mark.fidelity("F-40")
def test_sending_misses_nobody(ask: Ask) -> None:
    """Who was added and not asked yet is asked, although the campaign has surveyed somebody else since, and time stands."""
    ask("PUT", "/__mock__/clock", {"mode": "frozen", "at": "2026-01-01T00:00:00Z"})

    def send() -> list[str]:
        before = ask("GET", "/__mock__/surveys").json()["count"]
        assert ask("POST", "/api/campaigns/1/send-surveys/", {"all_contacts": False}).status_code == 200
        surveys = ask("GET", "/__mock__/surveys").json()
        return [one["contact"]["email"] for one in surveys["surveys"][: surveys["count"] - before]]

    ask("POST", "/api/contacts/", {"email": "early@b.co"})
    assert survey(ask, "other@b.co").status_code == 200
    assert send() == ["early@b.co"]
    ask("POST", "/api/contacts/", {"email": "late@b.co"})
    assert send() == ["late@b.co"]
    ask("POST", "/__mock__/clock/advance", {"days": 400})
    assert send() == []
    ask("POST", "/api/contacts/", {"email": "late@b.co", "last_name": "L"})
    assert send() == ["late@b.co"]
    assert ask("GET", "/api/campaigns/").json()["results"][0]["launch_date"] == "2026-01-01T00:00:00Z"


@pytest.mark.fidelity("F-38")
def test_a_campaign_that_reaches_nobody_is_launched_all_the_same(ask: Ask) -> None:
    """Its first launch stays its launch; the last time that it sent goes on."""
    for day in ("01", "02"):
        ask("PUT", "/__mock__/clock", {"mode": "frozen", "at": f"2026-01-{day}T00:00:00Z"})
        assert ask("POST", "/api/campaigns/1/send-surveys/").status_code == 200
    (campaign,) = ask("GET", "/api/campaigns/").json()["results"]
    assert (campaign["launch_date"], campaign["last_surveyed_date"]) == ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")


@pytest.mark.fidelity("F-41")
@pytest.mark.fidelity("F-42")
def test_the_echo_has_all_that_is_known_of_the_contact(ask: Ask) -> None:
    """Attributes of earlier calls are in it too, those of the survey are its own."""
    ask("PATCH", "/__mock__/settings", {"hard_throttle_hours": 0})
    for name in ("first", "second"):
        contact = {"email": "a@b.co", "attributes": {name: 1}}
        echo = ask("POST", "/api/v2/survey/", {"campaign_id": 1, "contact": contact, "attributes": {name: 2}}).json()
    assert (echo["contact"]["attributes"], echo["attributes"]) == ({"first": 1, "second": 1}, {"second": 2})


@pytest.mark.fidelity("F-24")
def test_head_is_remembered_for_no_key(ask: Ask) -> None:
    """A HEAD with an Idempotency-Key does not answer the POST that comes with the same one."""
    key = {"idempotency-key": "k"}
    assert ask("HEAD", "/api/contacts/", headers=key).status_code == 200
    assert ask("POST", "/api/contacts/", {"email": "a@b.co"}, headers=key).status_code == 201


@pytest.mark.parametrize("path", ["v2/contacts/", "v2/lists/", "v2/campaigns/", "v2/metrics/", "v2/feedback/1/tags/"])
def test_what_is_not_emulated(ask: Ask, path: str) -> None:
    """It is the page of unknown paths, and the journal says that nothing is known of it."""
    assert ask("GET", f"/api/{path}").headers["content-type"] == "text/html; charset=utf-8"
    (note,) = ask("GET", "/__mock__/requests").json()["requests"][-1]["notes"]
    assert note.startswith("Not emulated: no such path of Promoter's is known.")


def test_extras_of_the_framework(ask: Ask) -> None:
    """A format in the query is ignored, and there are no pages for browsers."""
    assert ask("GET", "/api/lists/?format=xml").json()["count"] == 1
    assert ask("GET", "/api/lists/", headers={"accept": "text/html"}).status_code == 406

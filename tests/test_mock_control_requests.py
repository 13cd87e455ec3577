"""The journal over HTTP: listed, searched, counted, sent again; what nothing serves."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from mock_plane import FROZEN, Plane, sleep_with

from mock_promoter.auth import TEST_KEY
from mock_promoter.journal import LONGEST_KEPT
from mock_promoter.serving import serve

BASIC = b64encode(f"{TEST_KEY}:".encode()).decode()


@pytest.fixture
def plane(mock: str) -> Iterator[Plane]:
    """Return a client of a mock that holds nothing yet, at noon."""
    with Plane(mock) as plane:
        plane.call("PUT", "/clock", FROZEN)
        yield plane


def test_an_entry(plane: Plane) -> None:
    """Everything of a request and its answer, but for the key; the correlation id on both sides."""
    answer = plane.api("POST", "/api/contacts/?a=b", {"email": "kate@mac.com", "first_name": 5})
    (one,) = plane.journal()
    assert answer.headers["x-request-id"] == one["correlation_id"] == "mock-1"
    assert one.pop("headers").items() >= {"authorization": "Token ***", "content-type": "application/json"}.items()
    assert one.pop("response_headers")["content-type"] == "application/json"
    assert one.pop("response") == answer.json()
    assert one == {
        "id": 1,
        "correlation_id": "mock-1",
        "account": "default",
        "at": "2026-01-01T12:00:00Z",
        "method": "POST",
        "path": "/api/contacts/",
        "query": "a=b",
        "body": {"email": "kate@mac.com", "first_name": 5},
        "state": "answered",
        "status": 201,
        "operation": "POST /api/contacts/",
        "schema_errors": [
            {"path": "$.first_name", "rule": "type", "message": one["schema_errors"][0]["message"]},
        ],
        "notes": [],
        "fault": None,
        "early": False,
        "cut": False,
    }


def test_the_caller_s_correlation_id(plane: Plane) -> None:
    """Where the caller names the request, so do the journal and the answer."""
    answer = plane.survey(headers={"X-Request-Id": "r-7"})
    assert (plane.journal()[0]["correlation_id"], answer.headers["x-request-id"]) == ("r-7", "r-7")


def test_notes(plane: Plane) -> None:
    """What Promoter's answers do not tell, and keys that a body has twice."""
    plane.survey()
    plane.survey()
    body = b'{"email": "a@b.co", "email": "c@d.co"}'
    plane.api("POST", "/api/contacts/", content=body, headers={"content-type": "application/json"})
    notes = [one["notes"] for one in plane.journal()]
    assert notes[0] == []
    assert notes[1][0].startswith("not eligible: the contact was surveyed within 24 hours")
    assert notes[2] == ["duplicate keys in the body, of which the last counts: email"]


def test_what_has_no_key_or_no_body_of_json(plane: Plane) -> None:
    """It is no account's; its body is its text."""
    plane.api("POST", "/api/contacts/", content=b"\xffa", headers={"content-type": "text/plain", "authorization": ""})
    (one,) = plane.journal()
    assert (one["account"], one["body"], one["status"]) == (None, "\ufffda", 401)
    assert plane.call("GET", "/requests", account="default")["requests"] == []


def test_the_list(plane: Plane) -> None:
    """By method, path, status and text; the newest so many; those before another."""
    for email in ("a@b.co", "c@d.co"):
        plane.api("POST", "/api/contacts/", {"email": email, "last_name": "Äpfel"})
    plane.api("GET", "/api/contacts/1/")
    plane.api("GET", "/api/contacts/9/")
    for query, ids in (
        ({}, [1, 2, 3, 4]),
        ({"method": "GET"}, [3, 4]),
        ({"path": "/api/contacts/*/"}, [3, 4]),
        ({"path": "/api/contacts/"}, [1, 2]),
        ({"status": 404}, [4]),
        ({"q": "C@D.co"}, [2]),
        ({"q": "äpfel", "method": "POST"}, [1, 2]),
        ({"before": 3}, [1, 2]),
        ({"account": "default"}, [1, 2, 3, 4]),
    ):
        found = plane.call("GET", "/requests", **query)
        assert ([one["id"] for one in found["requests"]], found["count"]) == (ids, len(ids))
    newest = plane.call("GET", "/requests", limit=2, before=4)
    assert ([one["id"] for one in newest["requests"]], newest["count"], newest["dropped"]) == ([2, 3], 3, 0)


def test_count_and_find(plane: Plane) -> None:
    """By a match; by none, all."""
    for email in ("a@b.co", "c@d.co"):
        plane.survey(email)
    match = {"match": {"body": {"contact": {"email": "c@d.co"}}}}
    assert plane.call("POST", "/requests/count", match) == {"count": 1}
    assert [one["id"] for one in plane.call("POST", "/requests/find", match)["requests"]] == [2]
    assert plane.call("POST", "/requests/count") == {"count": 2}
    assert len(plane.call("POST", "/requests/find")["requests"]) == 2


def test_near_misses(plane: Plane) -> None:
    """The nearest first, with what they lack."""
    plane.api("GET", "/api/contacts/")
    plane.survey()
    body = {"match": {"method": "POST", "body": {"contact": {"email": "x@y.co"}}}}
    nearest, other = plane.call("POST", "/requests/near-misses", body)["near_misses"]
    assert (nearest["request"]["id"], [one["at"] for one in nearest["differences"]]) == (2, ["body.contact.email"])
    assert (other["request"]["id"], [one["at"] for one in other["differences"]]) == (1, ["method", "body"])


def test_what_nothing_serves(plane: Plane) -> None:
    """The nearest route and why not; a wrong method of a known path is told as such, HEAD and OPTIONS are served."""
    for method, path in (
        ("POST", "/api/v2/survy/"),
        ("POST", "/api/v2/tags/"),
        ("PATCH", "/api/contacts"),
        ("HEAD", "/api/contacts/"),
        ("OPTIONS", "/api/contacts/"),
        ("GET", "/api/contacts/"),
    ):
        plane.api(method, path)
    wrong, other, method = plane.call("GET", "/requests/unmatched")["requests"]
    assert (wrong["id"], wrong["nearest_route"]) == (1, {"method": "POST", "path": "/api/v2/survey/"})
    assert wrong["why"].endswith("Nearest: POST /api/v2/survey/")
    assert "their paths are unknown" in other["why"]
    assert method["why"] == "/api/contacts/ takes GET, POST, HEAD, OPTIONS only."
    assert method["nearest_route"]["path"] == "/api/contacts/"
    assert [one["operation"] for one in (wrong, other, method)] == [None] * 3
    newest = plane.call("GET", "/requests/unmatched", limit=1)
    assert (newest["requests"], newest["count"]) == ([method], 3)


def test_one_request(plane: Plane) -> None:
    """With a command that sends it, and how far it is from what was expected."""
    plane.survey()
    assert plane.call("GET", "/requests/1")["nearest_expectation"] is None
    match = {"body": {"campaign_id": 2}}
    plane.refusal("POST", "/verify", {"match": match})
    near = plane.call("GET", "/requests/1")["nearest_expectation"]
    assert (near["id"], near["kind"], near["match"]) == (1, "verify", match)
    assert near["differences"][0]["message"] == "body.campaign_id is 1, expected 2"


@pytest.mark.parametrize(
    ("method", "path", "options", "command"),
    [
        (
            "POST",
            "/api/contacts/?a=[b]",
            {"content": b'{"x": "it\'s @"}', "headers": {"content-type": "application/json", "idempotency-key": "k"}},
            (
                "curl --globoff -X POST '{url}/api/contacts/?a=[b]' -H \"Authorization: Token $PROMOTER_API_KEY\" "
                "-H 'content-type: application/json' -H 'accept: */*' -H 'idempotency-key: k' "
                '--data-raw \'{{"x": "it\'"\'"\'s @"}}\''
            ),
        ),
        (
            "GET",
            "/api/a%20b/",
            {"headers": {"authorization": "Basic eDo="}},
            "curl --globoff -X GET {url}/api/a%20b/ -u \"$PROMOTER_API_KEY:\" -H 'accept: */*'",
        ),
        (
            "HEAD",
            "/api/contacts/",
            {"headers": {"authorization": "", "accept": "application/json"}},
            "curl --globoff --head {url}/api/contacts/ -H 'accept: application/json'",
        ),
        (
            "POST",
            "/api/contacts/",
            {"content": b"@file"},
            (
                '{curl} -X POST {url}/api/contacts/ -H "Authorization: Token $PROMOTER_API_KEY" '
                "-H 'accept: */*' -H content-type: --data-raw @file"
            ),
        ),
    ],
)
def test_curl(plane: Plane, method: str, path: str, options: dict[str, Any], command: str) -> None:
    """A command for a shell: the key comes from the environment, and nothing in it is read as curl's own."""
    plane.api(method, path, **options)
    shown = plane.call("GET", "/requests/1")["curl"]
    assert shown == command.format(url=plane.url, curl="curl --globoff")
    assert shlex.split(shown)[0] == "curl"


def test_send_again(plane: Plane) -> None:
    """The same request once more: a new entry, answered as things stand now."""
    plane.api("POST", "/api/contacts/?a=b", {"email": "kate@mac.com"}, headers={"x-request-id": "r-1"})
    again = plane.call("POST", "/requests/1/send-again")
    assert (again["id"], again["status"], again["body"], again["query"]) == (2, 200, {"email": "kate@mac.com"}, "a=b")
    assert (again["correlation_id"], again["account"]) == ("mock-2", "default")
    assert len(plane.journal()) == 2


@pytest.mark.parametrize("kind", ["reset", "timeout", "answer_lost", "truncated_json"])
def test_send_again_into_a_fault(plane: Plane, kind: str) -> None:
    """A fault strikes what is sent again as well, and the entry tells."""
    plane.survey()
    plane.call("POST", "/faults", {"effect": {"kind": kind}})
    again = plane.call("POST", "/requests/1/send-again")
    assert (again["id"], again["fault"]) == (2, {"id": 1, "kind": kind})
    assert again["state"] == ("answered" if kind == "truncated_json" else "lost")


def test_what_cannot_be_sent_again(plane: Plane) -> None:
    """A body that the journal cut is not whole any more; nor can anybody say what is wrong with it."""
    plane.api("POST", "/api/contacts/", {"email": "kate@mac.com", "first_name": 5, "x": "y" * LONGEST_KEPT})
    (one,) = plane.journal()
    assert (one["cut"], one["schema_errors"], one["status"]) == (True, [], 201)
    assert one["body"].startswith('{"email":"kate@mac.com"')
    with plane.unchanged():
        assert plane.refusal("POST", "/requests/1/send-again") == (422, "control.invalid", [("$", "cut")])


def test_a_journal_that_is_cleared_while_something_is_sent_again(plane: Plane, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing to show then."""
    plane.survey()
    plane.call("POST", "/faults", {"effect": {"kind": "latency", "seconds": 3600}})

    async def reset(_: float) -> None:
        async with httpx.AsyncClient(verify=False) as client:
            await client.post(f"{plane.url}/__mock__/reset")

    sleep_with(monkeypatch, "wire", reset)
    assert plane.refusal("POST", "/requests/1/send-again")[:2] == (404, "control.not_found")


def test_two_runs_give_the_same_journal() -> None:
    """With the clock frozen, the same calls leave the same bytes, on one server after a reset or on another."""
    shown = []
    for _ in range(2):
        with serve() as url, Plane(url) as plane:
            for _ in range(2):
                plane.call("PUT", "/clock", FROZEN)
                plane.call("POST", "/faults", {"effect": {"kind": "html"}, "probability": 0.5, "seed": 1})
                plane.survey()
                plane.survey()
                plane.api("GET", "/api/nope")
                plane.api("POST", "/api/segment/", {"type": "track"})
                text = plane.send("GET", "/requests").text
                shown.append(text.replace(plane.url.removeprefix("http://"), "HOST"))
                plane.call("POST", "/reset")
    assert len(set(shown)) == 1
    assert shown[0].count('"id"') > 4


@pytest.mark.skipif(shutil.which("curl") is None, reason="this machine has no curl")
@pytest.mark.parametrize(
    ("method", "path", "options"),
    [
        ("POST", "/api/contacts/?a=[b]&c=%20", {"json": {"email": "kate@mac.com", "say": 'it\'s "@" $HOME'}}),
        ("POST", "/api/contacts/", {"content": b"@/etc/hostname\r\n"}),
        ("GET", "/api/a%20b/", {}),
        ("HEAD", "/api/contacts/", {}),
        ("POST", "/api/segment/", {"json": {}, "headers": {"authorization": f"Basic {BASIC}"}}),
    ],
)
def test_curl_sends_the_same(plane: Plane, method: str, path: str, options: dict[str, Any]) -> None:
    """Run by a shell, the command leaves the same entry once more."""
    headers = {"authorization": f"Token {TEST_KEY}", **options.pop("headers", {})}
    with httpx.Client(base_url=plane.url, verify=False) as client:
        client.request(method, path, headers=headers, **options)
    command = plane.call("GET", "/requests/1")["curl"]
    environment = {**os.environ, "PROMOTER_API_KEY": TEST_KEY}
    subprocess.run(["sh", "-c", command], env=environment, check=True, capture_output=True, timeout=60)
    first, second = plane.journal()
    same = ("method", "path", "query", "body", "account", "operation")
    assert {name: first[name] for name in same} == {name: second[name] for name in same}
    assert first["headers"].get("content-type") == second["headers"].get("content-type")
    assert first["headers"]["authorization"] == second["headers"]["authorization"]

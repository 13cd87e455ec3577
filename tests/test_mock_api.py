"""What every call of the mock gets past first: path, slash, Accept, credentials, throttle, method, body, in this order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from mock_promoter.auth import TEST_KEY

Ask = Callable[..., httpx.Response]
JSON = {"content-type": "application/json"}


def said(answer: httpx.Response) -> tuple[int, Any]:
    """Return status and body."""
    return answer.status_code, answer.json()


@pytest.mark.fidelity("F-01")
@pytest.mark.fidelity("F-02")
@pytest.mark.parametrize(
    ("authorization", "detail"),
    [
        ("", "Authentication credentials were not provided."),
        ("Basic x", "Authentication credentials were not provided."),
        ("Token", "Invalid token header. No credentials provided."),
        ("Token a b", "Invalid token header. Token string should not contain spaces."),
        ("Token wrong", "Invalid token."),
        ("Token \u00e9", "Invalid token."),
    ],
)
def test_credentials(ask: Ask, authorization: str, detail: str) -> None:
    """Each kind of wrong credentials has the framework's own words; the scheme's case does not matter."""
    answer = ask("GET", "/api/contacts/", headers={"authorization": authorization.encode("latin-1")})
    assert said(answer) == (401, {"detail": detail})
    assert answer.headers["www-authenticate"] == "Token"
    assert ask("GET", "/api/contacts/", headers={"authorization": f"tOKEN {TEST_KEY}"}).status_code == 200


@pytest.mark.fidelity("F-10")
def test_the_order_of_checks(ask: Ask) -> None:
    """A call that is wrong in every way is told of the first; each time that is mended, of the next."""
    ask("PUT", "/__mock__/rate-limit", {"limit": 0})
    wrong: dict[str, Any] = {"content": b"{", "headers": {"authorization": "", "accept": "text/xml"}}
    assert ask("PUT", "/api/nope", **wrong).status_code == 404
    assert ask("PUT", "/api/contacts", **wrong).status_code == 301
    assert ask("PUT", "/api/contacts/", **wrong).status_code == 406
    del wrong["headers"]["accept"]
    assert ask("PUT", "/api/contacts/", **wrong).status_code == 401
    del wrong["headers"]["authorization"]
    assert ask("PUT", "/api/contacts/", **wrong).status_code == 429
    ask("DELETE", "/__mock__/rate-limit")
    assert ask("PUT", "/api/contacts/", **wrong).status_code == 405
    assert ask("POST", "/api/contacts/", **wrong).status_code == 415
    wrong["headers"] = JSON
    assert "JSON parse error" in ask("POST", "/api/contacts/", **wrong).json()["detail"]
    wrong["content"] = b"{}"
    assert said(ask("POST", "/api/contacts/", **wrong)) == (400, {"email": ["This field is required."]})


@pytest.mark.fidelity("F-04")
def test_a_missing_slash(ask: Ask) -> None:
    """It is redirected with its query, percent-encoded, or served where the switch says so."""
    moved = ask("POST", "/api/contacts?a=b&c=%20d", {})
    assert (moved.status_code, moved.headers["location"]) == (301, "/api/contacts/?a=b&c=%20d")
    sneaky = ask("GET", "/api/contacts/a%0d%0aX-Evil:%20b")
    assert sneaky.headers["location"] == "/api/contacts/a%0D%0AX-Evil%3A%20b/"
    ask("PATCH", "/__mock__/settings", {"redirect_slash": False})
    assert ask("GET", "/api/contacts?email=x").json()["count"] == 0


@pytest.mark.fidelity("F-05")
def test_deletes_without_slash(ask: Ask) -> None:
    """Both forms of a DELETE are served: an HTTP library that follows a redirect would make it a GET."""
    for path in ("/api/lists/1/contacts/1", "/api/lists/1/contacts/2/"):
        ask("POST", "/api/contacts/", {"email": f"{path[-2]}@b.co"})
        assert said(ask("DELETE", path)) == (200, {"result": True})


@pytest.mark.fidelity("F-06")
@pytest.mark.parametrize(
    ("path", "note"),
    [
        ("/api/contact/", "Nearest: GET /api/contacts/"),
        ("/api/v2/feedback/1/reply/", "Reply, forward, tags and common replies of v2 are not emulated"),
        ("/", "Not emulated"),
        ("/x" * 4000, "Not emulated"),
    ],
)
def test_unknown_paths(ask: Ask, path: str, note: str) -> None:
    """Django's page, not the framework's JSON; the journal says what is not emulated."""
    unknown = ask("GET", path)
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert note in ask("GET", "/__mock__/requests").json()["requests"][-1]["notes"][0]


@pytest.mark.fidelity("F-07")
@pytest.mark.parametrize("object_id", ["9", "0", "abc", "-1", "1" * 30, "\u0661", "%00"])
def test_unknown_objects(ask: Ask, object_id: str) -> None:
    """An id that nothing has, or that is none, is not found."""
    ask("POST", "/api/contacts/", {"email": "a@b.co"})
    assert said(ask("GET", f"/api/contacts/{object_id}/")) == (404, {"detail": "Not found."})


@pytest.mark.fidelity("F-08")
def test_methods(ask: Ask) -> None:
    """A method that a path does not have is refused by name; every answer says which there are; HEAD is a GET."""
    wrong = ask("PUT", "/api/contacts/", {})
    assert said(wrong) == (405, {"detail": 'Method "PUT" not allowed.'})
    assert wrong.headers["allow"] == ask("GET", "/api/contacts/").headers["allow"] == "GET, POST, HEAD, OPTIONS"
    assert ask("GET", "/api/contacts/remove/").headers["allow"] == "POST, OPTIONS"
    head = ask("HEAD", "/api/contacts/")
    assert (head.status_code, head.content) == (200, b"")
    described = ask("OPTIONS", "/api/campaigns/1/send-surveys/").json()
    assert (described["name"], described["parses"]) == ("Send Surveys", ["application/json"])


@pytest.mark.fidelity("F-09")
@pytest.mark.parametrize(
    ("accept", "status"), [("text/xml", 406), ("text/html, */*;q=0.1", 200), ("application/json; indent=4", 200)]
)
def test_accept(ask: Ask, accept: str, status: int) -> None:
    """Only who takes JSON is answered with it."""
    answer = ask("GET", "/api/contacts/", headers={"accept": accept})
    assert answer.status_code == status
    if status == 406:
        assert answer.json() == {"detail": "Could not satisfy the request Accept header."}


@pytest.mark.fidelity("F-03")
@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 201),
        ("Application/JSON; charset=utf-8", 201),
        ("application/jsonp", 415),
        ("application/x-www-form-urlencoded", 415),
        ("", 415),
    ],
)
def test_media_types(ask: Ask, kind: str, status: int) -> None:
    """A body is JSON and says so."""
    answer = ask("POST", "/api/contacts/", content=b'{"email": "a@b.co"}', headers={"content-type": kind})
    assert answer.status_code == status
    if status == 415:
        assert answer.json() == {"detail": f'Unsupported media type "{kind}" in request.'}


@pytest.mark.fidelity("F-11")
@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"NaN",
        b'{"email": NaN}',
        b"\xff",
        '{"email": "a@b.co"}'.encode("utf-16"),
        b'{"email": "\\ud800"}',
        b'{"email": "a@b.co", "x": ' + b"[" * 300 + b"]" * 300 + b"}",
        b"[" * 5000,
        b'{"email": "a@b.co"} x',
    ],
    ids=range(9),
)
def test_what_is_no_json(ask: Ask, body: bytes) -> None:
    """It is refused, never a 500, and the journal shows what came."""
    answer = ask("POST", "/api/contacts/", content=body, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("JSON parse error - ")
    (entry,) = ask("GET", "/__mock__/requests").json()["requests"]
    assert (entry["status"], entry["response"]) == (400, answer.json())
    assert entry["body"] is not None


@pytest.mark.fidelity("F-12")
def test_duplicate_keys(ask: Ask) -> None:
    """The last counts, as with Python's own parser; the journal says that there were two."""
    answer = ask("POST", "/api/contacts/", content=b'{"email": "a@b.co", "email": "c@d.co"}', headers=JSON)
    assert (answer.status_code, answer.json()["email"]) == (201, "c@d.co")
    notes = ask("GET", "/__mock__/requests").json()["requests"][0]["notes"]
    assert notes == ["duplicate keys in the body, of which the last counts: email"]


@pytest.mark.fidelity("F-16")
def test_large_bodies(ask: Ask) -> None:
    """A body over Django's limit is refused, and only its beginning kept; one under it is taken."""
    huge = ask("POST", "/api/contacts/", content=b"x" * 3_000_000, headers=JSON)
    assert said(huge) == (413, {"detail": "Request body too large."})
    entry = ask("GET", "/__mock__/requests").json()["requests"][0]
    assert (entry["cut"], len(entry["body"])) == (True, 65536)
    good = {"email": "a@b.co", "attributes": {"x": "y" * 2_000_000}}
    assert ask("POST", "/api/contacts/", good).status_code == 201


@pytest.mark.fidelity("F-17")
def test_throttling(ask: Ask) -> None:
    """The 429 is the documented one; who is refused does not count, and a second is told in the singular."""
    ask("PUT", "/__mock__/clock", {"mode": "frozen", "at": "2026-01-01T00:00:00Z"})
    ask("PUT", "/__mock__/rate-limit", {"limit": 1, "window_seconds": 42})
    assert ask("GET", "/api/campaigns/").status_code == 200
    refused = ask("GET", "/api/campaigns/")
    assert said(refused) == (429, {"detail": "Request was throttled. Expected available in 42.0 seconds."})
    assert refused.headers["retry-after"] == "42"
    ask("POST", "/__mock__/clock/advance", {"seconds": 41})
    assert "in 1.0 second." in ask("GET", "/api/campaigns/").json()["detail"]
    ask("POST", "/__mock__/clock/advance", {"seconds": 1})
    assert ask("GET", "/api/campaigns/").status_code == 200


@pytest.mark.fidelity("F-24")
def test_idempotency(ask: Ask) -> None:
    """A repeated write is answered as before and done once; a refused one may be tried again; a switch ends it."""
    key = {"idempotency-key": "k"}
    survey = {"campaign_id": 1, "contact": {"email": "a@b.co"}}
    assert ask("POST", "/api/v2/survey/", {}, headers=key).status_code == 400
    first = ask("POST", "/api/v2/survey/", survey, headers=key)
    again = ask("POST", "/api/v2/survey/", survey, headers=key)
    assert said(first) == said(again)
    assert (first.headers.get("idempotent-replay"), again.headers["idempotent-replay"]) == (None, "true")
    assert ask("GET", "/__mock__/surveys").json()["count"] == 1
    assert "idempotent-replay" not in ask("POST", "/api/contacts/", {"email": "a@b.co"}, headers=key).headers
    assert ask("GET", "/api/contacts/", headers=key).status_code == 200
    ask("PATCH", "/__mock__/settings", {"idempotency": False})
    assert ask("POST", "/api/v2/survey/", survey, headers=key).status_code == 400


HOSTILE = [
    b"GET /api/contacts/ HTTP/1.1\r\nhost: \xff\xfe\r\nauthorization: Token \xe9\r\n",
    b"GET /api/contacts/?page=\xff&\x80 HTTP/1.1\r\nhost: x\r\n",
    b"POST /api/contacts/ HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\nx-request-id: \xe9\xff\r\n",
    b"GET /api/contacts/%c3%28/ HTTP/1.1\r\nhost: x\r\naccept: \xff\r\n",
    b"BREW /api/contacts/ HTTP/1.1\r\nhost: x\r\n",
    b"GET /api/contacts/?" + b"a=b&" * 10_000 + b" HTTP/1.1\r\nhost: x\r\n",
    b"GET /api/contacts/ HTTP/1.0\r\ncontent-type: \x01\r\n",
]


@pytest.mark.parametrize("head", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_requests(ask: Ask, mock: str, head: bytes) -> None:
    """Whatever bytes come, the answer is no 5xx, and the journal goes on."""

    async def exchange() -> bytes:
        reader, writer = await asyncio.open_connection(urlsplit(mock).hostname, urlsplit(mock).port)
        writer.write(head + b"connection: close\r\n\r\nx")
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        return answer

    answer = asyncio.run(asyncio.wait_for(exchange(), 30))
    assert answer.startswith(b"HTTP/1.1 4")
    assert ask("GET", "/__mock__/requests").status_code == 200

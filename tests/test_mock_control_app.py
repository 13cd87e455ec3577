"""The control plane as a whole: routes, methods, accounts, what is hidden."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from mock_plane import Plane
from starlette.types import Message

from mock_promoter import create_app
from mock_promoter.app import App
from mock_promoter.control.commands import COMMANDS
from mock_promoter.server import Server


@pytest.fixture
def plane(mock: str) -> Iterator[Plane]:
    """Return a client of a mock that holds nothing yet."""
    with Plane(mock) as plane:
        yield plane


def test_health_and_ready(plane: Plane) -> None:
    """Two short answers for whoever started the server."""
    assert plane.call("GET", "/health") == {"status": "ok"}
    ready = plane.call("GET", "/ready")
    assert (ready["status"], ready["version"].count(".")) == ("ready", 2)


@pytest.mark.parametrize("path", ["", "/", "/nope", "/health/", "/contacts/1/2", "x", "/ui/nope.js", "/ui/a/b"])
def test_paths_that_are_not_there(plane: Plane, path: str) -> None:
    """A 404 of the control plane's own, never one of Promoter's."""
    answer = plane.send("GET", path)
    assert (answer.status_code, answer.json()["code"]) == (404, "control.no_route")
    assert plane.journal() == []


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", "/health", "GET, HEAD"),
        ("DELETE", "/clock", "GET, PUT, HEAD"),
        ("GET", "/reset", "POST"),
        ("HEAD", "/reset", "POST"),
        ("GET", "/requests/count", "POST"),
        ("DELETE", "/requests/unmatched", "GET, HEAD"),
        ("PROPFIND", "/contacts/1", "PATCH"),
        ("OPTIONS", "/contacts", "GET, HEAD"),
        ("POST", "/events", "GET, HEAD"),
        ("PUT", "/openapi.json", "GET, HEAD"),
        ("POST", "/ui", "GET, HEAD"),
    ],
)
def test_methods_that_are_not_for_a_path(plane: Plane, method: str, path: str, allow: str) -> None:
    """A 405 with those that are."""
    answer = plane.send(method, path)
    assert (answer.status_code, set(answer.headers["allow"].split(", "))) == (405, set(allow.split(", ")))
    assert method == "HEAD" or answer.json()["code"] == "control.method"


def test_head(plane: Plane) -> None:
    """Wherever GET is, HEAD is; of the stream of events it comes to an end."""
    for path in ("/clock", "/requests", "/events", "/openapi.json", "/ui"):
        answer = plane.send("HEAD", path)
        assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        (one.method, one.path, {"score": 1} if one.path.endswith("answer") else None)
        for one in COMMANDS
        if "{" in one.path
    ],
)
@pytest.mark.parametrize("number", ["9", "x", "-1", "0", "٣", "99999999999999999999"])
def test_what_there_is_not(plane: Plane, method: str, path: str, body: object, number: str) -> None:
    """An id that nothing has, or that is none: 404, and nothing changes."""
    there = path.replace("{id}", number).replace("{name}", number)
    with plane.unchanged():
        assert plane.refusal(method, there, body) == (404, "control.not_found", [])


@pytest.mark.parametrize(("method", "path"), [("GET", "/contacts"), ("POST", "/reset"), ("GET", "/requests")])
def test_an_account_that_there_is_not(plane: Plane, method: str, path: str) -> None:
    """Whatever the call: 404 with a code of its own."""
    with plane.unchanged():
        assert plane.refusal(method, path, account="nobody") == (404, "control.unknown_account", [])


@pytest.mark.parametrize("host", ["[", "a b", "x:99999", "", "é"])
def test_a_host_that_is_none(plane: Plane, host: str) -> None:
    """It is the caller's own affair: the call is answered."""
    address = urlsplit(plane.url)
    with socket.create_connection((str(address.hostname), int(address.port or 0)), 10) as connection:
        connection.sendall(f"GET /__mock__/feedback HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    "authorization", ["Token a-key-of-my-own", "a-key-of-my-own", "Basic YS1rZXktb2YtbXktb3duOg=="]
)
def test_keys_are_shown_nowhere(plane: Plane, authorization: str) -> None:
    """Neither the key nor its Basic form, in whatever answer of whatever status a request is shown."""
    key = "a-key-of-my-own"
    plane.call("POST", "/accounts", {"name": "mine", "api_key": key})
    headers = {"authorization": authorization, "x-request-id": f"r-{key}"}
    body = {"email": "kate@mac.com", "first_name": key, "attributes": {"YS1rZXktb2YtbXktb3duOg==": key}}
    plane.api("POST", f"/api/contacts/?q={key}", body, headers=headers)
    plane.api("GET", f"/api/{key}", headers=headers)
    match = {"match": {"headers": {"authorization": "Token ?", "x-request-id": "?"}, "body": {"first_name": "?"}}}
    shown = [
        plane.send("GET", "/requests"),
        plane.send("GET", "/requests/1"),
        plane.send("GET", "/requests/unmatched"),
        plane.send("GET", "/contacts?account=mine"),
        plane.send("GET", "/snapshot"),
        plane.send("GET", "/accounts"),
        plane.send("POST", "/requests/find", {}),
        plane.send("POST", "/requests/near-misses", match),
        plane.send("POST", "/requests/wait", {"count": 2, "timeout_seconds": 0}),
        plane.send("POST", "/requests/wait", {**match, "timeout_seconds": 0}),
        plane.send("POST", "/verify", match),
        plane.send("POST", "/verify-sequence", {"sequence": [match["match"]]}),
        plane.send("GET", "/expectations"),
        plane.send("GET", "/requests/1"),
        plane.send("POST", "/requests/1/send-again"),
        plane.send("POST", "/accounts", {"name": key, "api_key": key}),
        plane.send("GET", "/contacts", params={"limit": key}),
    ]
    plane.call("DELETE", "/accounts/mine")
    for answer in shown:
        assert key not in answer.text
        assert "YS1rZXktb2YtbXktb3duOg" not in answer.text
    assert [answer.status_code for answer in shown[9:12]] == [409, 409, 409]


@pytest.mark.anyio
async def test_a_caller_that_hangs_up() -> None:
    """A body that does not come whole changes nothing, and is no error of the server's."""
    server, sent = Server(), list[Message]()
    scope = {
        "type": "http",
        "method": "PUT",
        "path": "/__mock__/seed",
        "raw_path": b"/__mock__/seed",
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": [],
    }
    messages: list[Message] = [
        {"type": "http.request", "body": b'{"contacts": [', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    await App(server)(scope, receive, send)
    assert sent[0]["status"] == 400
    assert b"did not come whole" in sent[1]["body"]


@pytest.mark.anyio
async def test_in_process() -> None:
    """The application is a plain ASGI one; whatever is no HTTP is the control plane's to refuse."""
    application = create_app(("first-key", "second-key"), {"contacts": [{"email": "a@b.co"}]})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://mock") as client:
        accounts = (await client.get("/__mock__/accounts")).json()["accounts"]
        contacts = (await client.get("/api/contacts/", headers={"authorization": "Token first-key"})).json()
    assert [(one["name"], one["default"]) for one in accounts] == [("default", True), ("account-2", False)]
    assert contacts["count"] == 1
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/__mock__/events", "headers": [], "root_path": "", "query_string": b""}
    await application(scope, receive, send)
    assert [message["type"] for message in sent] == ["websocket.close"]

"""Waiting for requests and verifying them, over HTTP."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest
from mock_plane import Plane

from mock_promoter.serving import serve

SURVEY = {"match": {"method": "POST", "path": "/api/v2/survey/"}}


@pytest.fixture
def plane(mock: str) -> Iterator[Plane]:
    """Return a client of a mock that holds nothing yet."""
    with Plane(mock) as plane:
        yield plane


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Return threads for what has to happen at the same time."""
    with ThreadPoolExecutor(4) as pool:
        yield pool


def test_what_came_already_is_not_waited_for(plane: Plane) -> None:
    """The answer comes at once, with the requests."""
    plane.survey()
    found = plane.call("POST", "/requests/wait", {**SURVEY, "timeout_seconds": 0})
    assert (found["met"], found["count"], [one["id"] for one in found["requests"]]) == (True, 1, [1])
    assert found["expected"].startswith("at least 1 request matching")
    assert plane.call("POST", "/requests/wait", {})["count"] == 1


def test_what_comes_later(plane: Plane, pool: ThreadPoolExecutor) -> None:
    """The call answers when enough came, and not before."""
    waiting = pool.submit(plane.call, "POST", "/requests/wait", {**SURVEY, "count": 2, "timeout_seconds": 60})
    with Plane(plane.url) as other:
        other.survey()
        other.api("GET", "/api/campaigns/")
        assert not waiting.done()
        other.survey()
    assert [one["id"] for one in waiting.result(30)["requests"]] == [1, 3]


def test_what_does_not_come(plane: Plane) -> None:
    """After the time a 409, with what came and what came near."""
    plane.survey()
    plane.api("GET", "/api/campaigns/")
    answer = plane.send("POST", "/requests/wait", {**SURVEY, "count": 2, "timeout_seconds": 0.01})
    value = answer.json()
    assert (answer.status_code, value["code"], value["met"], value["count"]) == (409, "control.unmet", False, 1)
    assert [one["id"] for one in value["requests"]] == [1]
    (near,) = value["near_misses"]
    assert (near["request"]["id"], [one["at"] for one in near["differences"]]) == (2, ["method", "path"])
    assert value["message"].startswith("expected at least 2 requests matching")


@contextmanager
def sent(url: str, path: str, body: bytes, length: int | None = None) -> Iterator[socket.socket]:
    """Send a request; yield the connection, on which the answer is still to come."""
    address = urlsplit(url)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length or len(body)}\r\n\r\n"
    with socket.create_connection((str(address.hostname), int(address.port or 0)), 10) as connection:
        connection.sendall(head.encode() + body)
        yield connection


def test_an_open_request_is_seen(plane: Plane) -> None:
    """While a caller hangs in a fault, its request is there, with its body."""
    plane.call("POST", "/faults", {"effect": {"kind": "timeout"}})
    with sent(plane.url, "/api/v2/survey/", b'{"campaign_id": 1}') as hanging:
        (one,) = plane.call("POST", "/requests/wait", SURVEY)["requests"]
        assert (one["body"], one["status"], one["fault"]["kind"]) == ({"campaign_id": 1}, None, "timeout")
        hanging.setblocking(False)
        with pytest.raises(BlockingIOError):
            hanging.recv(1)


def test_a_request_is_recorded_on_its_arrival(plane: Plane) -> None:
    """Before its body is there."""
    with sent(plane.url, "/api/contacts/", b"{", 9) as connection:
        while not (entries := plane.journal()):
            pass
        assert [(one["state"], one["status"], one["body"]) for one in entries] == [("open", None, None)]
        connection.sendall(b'"a": 12}')
        assert connection.recv(100).startswith(b"HTTP/1.1 401")
    assert [(one["state"], one["body"]) for one in plane.journal()] == [("answered", {"a": 12})]


def test_verify(plane: Plane) -> None:
    """At least one by default; exactly, at least, at most so many."""
    for email in ("a@b.co", "c@d.co"):
        plane.survey(email)
    for times in (None, {"exactly": 2}, {"at_least": 1, "at_most": 2}):
        met = plane.call("POST", "/verify", SURVEY if times is None else {**SURVEY, "times": times})
        assert (met["met"], met["count"], met["nearest"]) == (True, 2, None)
    answer = plane.send("POST", "/verify", {**SURVEY, "times": {"at_most": 1}})
    assert (answer.status_code, answer.json()["count"], answer.json()["nearest"]) == (409, 2, None)
    assert answer.json()["expected"].startswith("at most 1 request matching")


def test_verify_tells_the_nearest(plane: Plane) -> None:
    """The message is all that a person needs."""
    plane.survey("a@b.co")
    body = {"match": {"method": "POST", "body": {"contact": {"email": "c@d.co"}}}}
    value = plane.send("POST", "/verify", body).json()
    assert value["message"].endswith(
        'Nearest is request 1, POST /api/v2/survey/: body.contact.email is "a@b.co", expected "c@d.co"'
    )
    assert value["nearest"]["request"]["id"] == 1
    (difference,) = value["nearest"]["differences"]
    assert (difference["at"], difference["found"], difference["expected"]) == ("body.contact.email", "a@b.co", "c@d.co")


def test_verify_sequence(plane: Plane) -> None:
    """Requests in an order, with others between them; else which of them is missing."""
    plane.api("GET", "/api/campaigns/")
    plane.survey()
    plane.api("GET", "/api/lists/")
    campaigns, lists = {"path": "/api/campaigns/"}, {"path": "/api/lists/"}
    met = plane.call("POST", "/verify-sequence", {"sequence": [campaigns, lists]})
    assert (met["found"], met["missing"], met["nearest"]) == ([1, 3], None, None)
    answer = plane.send("POST", "/verify-sequence", {"sequence": [lists, campaigns]})
    value = answer.json()
    assert (answer.status_code, value["met"], value["found"], value["missing"]) == (409, False, [3], 1)
    assert "as number 2 of 2 after request 3" in value["message"]


def test_expectations(plane: Plane) -> None:
    """What was asked, the latest first, met or not; of the server or of an account."""
    plane.survey()
    plane.call("POST", "/verify", SURVEY)
    plane.refusal("POST", "/verify-sequence", {"sequence": [{"method": "PUT"}]})
    plane.refusal("POST", "/requests/wait", {"count": 5, "timeout_seconds": 0}, account="default")
    found = plane.call("GET", "/expectations")["expectations"]
    assert [(one["id"], one["kind"], one["met"]) for one in found] == [
        (3, "wait", False),
        (2, "verify-sequence", False),
        (1, "verify", True),
    ]
    assert (found[1]["match"], found[2]["match"]) == ([{"method": "PUT"}], SURVEY["match"])
    assert "1 came" in found[2]["message"]
    scoped = plane.call("GET", "/expectations", account="default")["expectations"]
    assert [one["id"] for one in scoped] == [3]


def test_the_end_of_the_server() -> None:
    """Whoever still waits then is answered, as if the time were over."""
    with ExitStack() as after:
        with serve() as url, Plane(url) as plane:
            waiting = after.enter_context(sent(url, "/__mock__/requests/wait", b'{"timeout_seconds": 600}'))
            # The server reads connections in the order in which something came: now the other call waits.
            plane.call("GET", "/health")
        assert waiting.recv(100).startswith(b"HTTP/1.1 409")

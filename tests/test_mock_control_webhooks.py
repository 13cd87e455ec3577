"""Webhooks, to a receiver on a real port: who is told of what, how often it is tried, what is logged."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import orjson
import pytest
from mock_plane import FROZEN, Plane

from mock_promoter.documents import EVENTS
from mock_promoter.serving import listen


class Receiver(ThreadingHTTPServer):
    """Takes notices; answers with the statuses of a script, then with 200."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: list[int] = []
        self.taken: list[tuple[str, Any]] = []
        self.open = Event()
        self.open.set()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_port}/hook"

    def told(self) -> list[str]:
        """Return the events it was told of, in their order."""
        return [value["hook"]["event"] for _, value in self.taken]


class Handler(BaseHTTPRequestHandler):
    """One notice."""

    server: Receiver

    def do_POST(self) -> None:
        """Keep it, answer it."""
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.open.wait(20)
        self.server.taken.append((self.path, orjson.loads(body)))
        self.send_response(self.server.script.pop(0) if self.server.script else 200)
        self.send_header("content-length", "0")
        self.send_header("location", "/elsewhere")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Return a receiver on a port of its own."""
    with Receiver() as receiver:
        thread = Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield receiver
        receiver.open.set()
        receiver.shutdown()
        thread.join()


@pytest.fixture
def plane(mock: str) -> Iterator[Plane]:
    """Return a client of a mock at noon, with a survey, two campaigns, and attempts that follow at once."""
    with Plane(mock) as plane:
        campaigns = [{"name": "Segment"}, {"name": "Other"}]
        plane.call("PUT", "/seed", {"clock": FROZEN, "campaigns": campaigns, "settings": {"webhook_waits": [0, 0]}})
        plane.survey()
        yield plane


def settled(plane: Plane) -> list[Any]:
    """Return all deliveries, oldest first, once none is on its way."""
    found: list[Any] = plane.call("GET", "/deliveries", wait=20)["deliveries"]
    return found[::-1]


def test_the_life_of_a_webhook(plane: Plane, receiver: Receiver) -> None:
    """Added, listed, tested, removed."""
    made = plane.call("POST", "/webhooks", {"url": receiver.url})
    assert made == {"id": 1, "url": receiver.url, "events": list(EVENTS), "campaign": None}
    assert plane.call("GET", "/webhooks") == {"webhooks": [made]}
    assert plane.call("POST", "/webhooks/1/test")["state"] == "pending"
    (one,) = settled(plane)
    assert one == {
        "id": one["id"],
        "account": "default",
        "webhook": 1,
        "event": EVENTS[0],
        "url": receiver.url,
        "payload": {
            "hook": {"id": 1, "event": EVENTS[0], "target": receiver.url},
            "data": {"test": True},
            "mock": "mock-promoter: the vendor's form of this payload is not known",
        },
        "state": "delivered",
        "attempts": [{"at": "2026-01-01T12:00:00Z", "status": 200, "error": None}],
    }
    assert receiver.taken == [("/hook", one["payload"])]
    assert plane.call("DELETE", "/webhooks/1") == {}
    assert plane.call("GET", "/webhooks") == {"webhooks": []}
    assert plane.refusal("POST", "/webhooks/1/test")[0] == 404


def test_what_is_told(plane: Plane, receiver: Receiver) -> None:
    """Answers and scores, a change of status, feedback taken back, somebody who unsubscribes: each once."""
    plane.call("POST", "/webhooks", {"url": receiver.url})
    plane.call("POST", "/surveys/1/answer", {"score": 9})
    settled(plane)
    plane.call("POST", "/surveys/1/answer", {"score": 10})
    settled(plane)
    for _ in range(2):
        assert plane.api("PUT", "/api/v2/feedback/1/", {"status": "CLOSED"}).status_code == 200
    settled(plane)
    plane.call("DELETE", "/feedback/1")
    settled(plane)
    for _ in range(2):
        plane.call("POST", "/surveys/1/unsubscribe")
    plane.call("PATCH", "/contacts/1", {"unsubscribed": True})
    deliveries = settled(plane)
    assert [one["event"] for one in deliveries] == [
        "feedback.added_or_changed",
        "metric.score_changed",
        "feedback.added_or_changed",
        "feedback.status_changed",
        "feedback.removed",
        "metric.score_changed",
        "contact.unsubscribed",
    ]
    assert sorted(receiver.told()) == sorted(one["event"] for one in deliveries)
    data = [one["payload"]["data"] for one in deliveries]
    assert (data[0]["score"], data[2]["score"], data[3]["status"]) == (9, 10, "CLOSED")
    assert (data[1]["nps"], data[5]["nps"], data[6]["email"]) == ("100.0", "0.0", "kate@mac.com")
    assert {one["state"] for one in deliveries} == {"delivered"}


def test_the_switch_that_removal_unsubscribes(plane: Plane, receiver: Receiver) -> None:
    """By the API, too."""
    plane.call("POST", "/webhooks", {"url": receiver.url, "events": ["contact.unsubscribed"]})
    plane.call("PATCH", "/settings", {"removal": "unsubscribe"})
    plane.api("POST", "/api/contacts/remove/", {"email": "kate@mac.com"})
    (one,) = settled(plane)
    assert (one["event"], one["payload"]["data"]["unsubscribed"]) == ("contact.unsubscribed", True)


def test_subscriptions(plane: Plane, receiver: Receiver) -> None:
    """A webhook is told of its events and of its campaign only; what concerns no campaign, all are told."""
    plane.call("POST", "/webhooks", {"url": f"{receiver.url}/1", "campaign": 1})
    plane.call("POST", "/webhooks", {"url": f"{receiver.url}/2", "campaign": 2})
    plane.call("POST", "/webhooks", {"url": f"{receiver.url}/3", "events": ["feedback.removed"]})
    plane.call("POST", "/surveys/1/answer", {"score": 9})
    plane.call("DELETE", "/feedback/1")
    plane.call("PATCH", "/contacts/1", {"unsubscribed": True})
    told = {(one["url"][-1], one["event"]) for one in settled(plane)}
    assert told == {
        ("1", "feedback.added_or_changed"),
        ("1", "feedback.removed"),
        ("1", "metric.score_changed"),
        ("1", "contact.unsubscribed"),
        ("2", "contact.unsubscribed"),
        ("3", "feedback.removed"),
    }


@pytest.mark.parametrize(
    ("script", "state", "statuses"),
    [
        ([500, 200], "delivered", [500, 200]),
        ([503, 301, 204], "delivered", [503, 301, 204]),
        ([500, 404, 429], "failed", [500, 404, 429]),
    ],
)
def test_attempts(plane: Plane, receiver: Receiver, script: list[int], state: str, statuses: list[int]) -> None:
    """What is not taken is tried again, as often as there are waits; a redirect is no answer."""
    receiver.script = script
    plane.call("POST", "/webhooks", {"url": receiver.url})
    plane.call("POST", "/webhooks/1/test")
    (one,) = settled(plane)
    assert (one["state"], [attempt["status"] for attempt in one["attempts"]]) == (state, statuses)
    assert [path for path, _ in receiver.taken] == ["/hook"] * len(statuses)


def test_a_receiver_that_is_not_there(plane: Plane) -> None:
    """Why it failed is logged with each attempt."""
    with listen("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    plane.call("POST", "/webhooks", {"url": f"http://127.0.0.1:{port}/"})
    plane.call("POST", "/webhooks/1/test")
    (one,) = settled(plane)
    assert (one["state"], [attempt["status"] for attempt in one["attempts"]]) == ("failed", [None] * 3)
    assert all(attempt["error"].startswith("ConnectError: ") for attempt in one["attempts"])


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999/", "http://[::1", "http://xn--a/", "https://?x"])
def test_an_address_that_is_none(plane: Plane, url: str) -> None:
    """It ends as a failure in the log, never as a delivery that hangs for good."""
    plane.call("PATCH", "/settings", {"webhook_waits": []})
    plane.call("POST", "/webhooks", {"url": url})
    plane.call("POST", "/webhooks/1/test")
    (one,) = settled(plane)
    assert (one["state"], len(one["attempts"])) == ("failed", 1)
    assert one["attempts"][0]["error"]


def test_redeliver(plane: Plane, receiver: Receiver) -> None:
    """Once more, what failed or what was delivered; its attempts go on."""
    receiver.script = [500, 500, 500]
    plane.call("POST", "/webhooks", {"url": receiver.url})
    made = plane.call("POST", "/webhooks/1/test")
    settled(plane)
    for _ in range(2):
        assert plane.call("POST", f"/deliveries/{made['id']}/redeliver")["state"] == "pending"
        (one,) = settled(plane)
        assert one["state"] == "delivered"
    assert [attempt["status"] for attempt in one["attempts"]] == [500, 500, 500, 200, 200]
    other = plane.call("POST", "/accounts")
    path = f"/deliveries/{made['id']}/redeliver"
    assert plane.refusal("POST", path, account=other["name"])[0] == 404
    plane.call("DELETE", f"/accounts/{other['name']}")


def test_what_is_on_its_way(plane: Plane, receiver: Receiver) -> None:
    """It is shown as pending, is not sent twice at once, and is not waited for longer than was asked."""
    receiver.open.clear()
    plane.call("POST", "/webhooks", {"url": receiver.url})
    made = plane.call("POST", "/webhooks/1/test")
    assert plane.call("POST", f"/deliveries/{made['id']}/redeliver")["state"] == "pending"
    (one,) = plane.call("GET", "/deliveries", wait=0.01)["deliveries"]
    assert (one["state"], one["attempts"]) == ("pending", [])
    assert plane.call("GET", "/deliveries")["deliveries"] == [one]
    receiver.open.set()
    assert [one["state"] for one in settled(plane)] == ["delivered"]
    assert len(receiver.taken) == 1


def test_the_newest_delivery_comes_first(plane: Plane, receiver: Receiver) -> None:
    """Of the account that is asked for only."""
    plane.call("POST", "/webhooks", {"url": receiver.url})
    ids = [plane.call("POST", "/webhooks/1/test")["id"] for _ in range(3)]
    settled(plane)
    assert [one["id"] for one in plane.call("GET", "/deliveries")["deliveries"]] == ids[::-1]


def test_a_seed_may_have_webhooks_without_events(plane: Plane, receiver: Receiver) -> None:
    """They are told of nothing, but can be tested."""
    plane.call("PUT", "/seed", {"webhooks": [{"url": receiver.url, "events": []}]})
    plane.survey()
    plane.call("POST", "/surveys/1/answer", {"score": 9})
    assert settled(plane) == []
    assert plane.call("POST", "/webhooks/1/test")["event"] == EVENTS[0]
    assert [one["state"] for one in settled(plane)] == ["delivered"]

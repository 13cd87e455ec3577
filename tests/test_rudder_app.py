"""The app: a request read, counted and answered, whatever goes wrong with it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

import orjson
import pytest
from door import speak
from rudder_cases import destination
from rudder_transformer import Transformer
from support import KEY, identify, track

from event_router.doors.store import Unavailable
from event_router.hooks import Contact
from event_router.rudder import app
from event_router.rudder.admission import Admission
from event_router.rudder.contacts import Key, MemoryContacts

PATH = "/v0/destinations/promoter"
BODY = [{"message": identify(), "metadata": {"jobId": 1}, "destination": destination()}]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/health", b'{"service":"UP"'),
        ("/version", b"event-router "),
        ("/buildVersion", b"event-router "),
        ("/transformerBuildVersion", b"event-router "),
        ("/features", b'{"routerTransform":{"PROMOTER":true}'),
    ],
)
def test_what_operators_ask(path: str, said: bytes) -> None:
    """Health, version and features, as ever."""
    answer = Transformer().ask(path, method="GET")
    assert (answer.status_code, answer.headers["apiVersion"]) == (200, "2")
    assert answer.content.startswith(said)
    assert Transformer().ask(path, method="HEAD").status_code == 200


@pytest.mark.parametrize("path", ["/features", "/health", "/metrics"])
def test_what_operators_post(path: str) -> None:
    """What is asked for is not sent anything."""
    answer = Transformer().ask(path, b"{}")
    assert answer.status_code == 405
    assert answer.json()["error"].startswith("[rudder.method] POST ")


def test_figures() -> None:
    """Requests and events are counted: by kind of path, never by the path itself."""
    transformer = Transformer()
    transformer.ask(PATH, BODY)
    transformer.ask("/v0/destinations/other", BODY)
    transformer.ask("/nothing/12345")
    text = transformer.ask("/metrics", method="GET").content
    assert b'requests_total{route="processor",status="200"} 1.0' in text
    assert b'requests_total{route="processor",status="503"} 1.0' in text
    assert b'requests_total{route="unknown",status="404"} 1.0' in text
    assert b'events_total{code="",dest_type="promoter",feature="processor",status="200"} 1.0' in text
    assert b"requests_in_flight 0.0" in text


class Failing(MemoryContacts):
    """A memory that fails as it is told."""

    def __init__(self, failure: BaseException) -> None:
        super().__init__()
        self.failure = failure

    async def load(self, wanted: Collection[Key]) -> Mapping[Key, Contact]:
        """Fail."""
        raise self.failure


def test_contacts_that_cannot_be_read() -> None:
    """While nothing remembered can be read, all is tried again: nothing is lost."""
    transformer = Transformer(contacts=Failing(Unavailable("engine.unavailable", "It is away.", 2)))
    answer = transformer.ask(PATH, BODY)
    assert (answer.status_code, answer.headers["X-Rudder-Should-Retry"]) == (503, "true")
    assert answer.headers["X-Rudder-Error-Reason"] == "contacts"
    assert answer.json() == {"error": "[engine.unavailable] It is away."}


def test_a_fault_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever it is, the request is tried again, and neither answer nor log says what was sent."""
    transformer = Transformer(contacts=Failing(RuntimeError("ted@mosbiusdesigns.com")))
    answer = transformer.ask(PATH, BODY)
    assert (answer.status_code, answer.headers["X-Rudder-Should-Retry"]) == (503, "true")
    assert answer.json()["error"].startswith("[rudder.failed]")
    assert "RuntimeError at test_rudder_app.py" in caplog.text
    for text in (answer.text, caplog.text):
        assert "ted@" not in text
        assert KEY not in text


def test_too_much_at_once() -> None:
    """Beyond the room there is, rudder-server is told to come again."""
    answer = Transformer(admission=Admission(most_requests=0)).ask(PATH, BODY)
    assert (answer.status_code, answer.headers["X-Rudder-Should-Retry"]) == (503, "true")
    assert Transformer(admission=Admission(most_requests=0)).ask("/features", method="GET").status_code == 200


def test_too_long() -> None:
    """A body over the limit says which option raises it."""
    answer = Transformer(most=10).ask(PATH, BODY)
    assert answer.status_code == 413
    assert answer.json()["error"].startswith("[rudder.too_large]")
    assert "--max-body" in answer.json()["error"]


def test_a_sender_that_hangs_up() -> None:
    """It is answered nothing, and its room is free again."""
    transformer = Transformer()
    scope = {
        "type": "http",
        "method": "POST",
        "path": PATH,
        "raw_path": PATH.encode(),
        "query_string": b"",
        "headers": [],
    }
    assert speak(transformer.app, scope, {"type": "http.disconnect"}) == []
    assert transformer.admission.requests == 0


@pytest.mark.parametrize(("large", "times"), [(10, 1), (10**6, 0)])
def test_memory_is_given_back(monkeypatch: pytest.MonkeyPatch, large: int, times: int) -> None:
    """After a large body, once its room is free; others are not worth it."""
    transformer = Transformer()
    given_back: list[int] = []
    monkeypatch.setattr(app, "LARGE", large)
    monkeypatch.setattr(app, "give_back", lambda: given_back.append(transformer.admission.bytes))
    assert transformer.ask(PATH, BODY).status_code == 200
    assert given_back == [0] * times


def test_a_server_whose_grace_is_over() -> None:
    """A request that is cancelled is tried again, elsewhere or later."""
    transformer = Transformer(contacts=Failing(asyncio.CancelledError()))
    answer = transformer.ask(PATH, BODY)
    assert (answer.status_code, answer.headers["X-Rudder-Should-Retry"]) == (503, "true")
    assert answer.headers["X-Rudder-Error-Reason"] == "stopping"


def test_query_goes_along() -> None:
    """A path with a query is the path that it is."""
    assert Transformer().ask(f"{PATH}?attempt=1", BODY).status_code == 200


def test_what_one_request_remembers_the_next_knows() -> None:
    """Contacts last as long as the process does."""
    transformer = Transformer()

    async def run() -> Any:
        await transformer.asked(PATH, BODY)
        return await transformer.asked(PATH, [{**BODY[0], "message": track()}])

    assert orjson.loads(asyncio.run(run()).content)[0]["output"]["endpointPath"] == "survey"

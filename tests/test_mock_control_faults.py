"""Faults over a real connection and in process: what the caller gets, and that the server does not mind."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from logging.handlers import BufferingHandler
from typing import Any

import httpx
import pytest
from mock_plane import FROZEN, Plane

from mock_promoter import create_app
from mock_promoter.auth import TEST_KEY

TOKEN = {"authorization": f"Token {TEST_KEY}"}


@pytest.fixture
def plane(mock: str) -> Iterator[Plane]:
    """Return a client of a mock that holds nothing yet."""
    with Plane(mock) as plane:
        yield plane


@pytest.fixture(autouse=True)
def _nothing_is_logged(mock: str) -> Iterator[None]:
    """Hold every test to leave uvicorn without a complaint: the server runs in this process."""
    handler = BufferingHandler(1000)
    logging.getLogger("uvicorn.error").addHandler(handler)
    yield
    logging.getLogger("uvicorn.error").removeHandler(handler)
    assert [one.getMessage() for one in handler.buffer] == []


def strike(plane: Plane, times: int | None = 1, match: Any = None, **effect: Any) -> Any:
    """Add a fault."""
    more = {} if times is None else {"times": times}
    return plane.call("POST", "/faults", {"effect": effect, "match": match or {}, **more})


def test_another_status(plane: Plane) -> None:
    """With body and headers of one's own, or in the framework's words; the API is not asked."""
    strike(plane, kind="status", status=503, body={"down": True}, headers={"Retry-After": "2", "Content-Type": "x/y"})
    strike(plane, kind="status", status=429)
    first, second, third = (plane.survey() for _ in range(3))
    assert (first.status_code, first.json(), first.headers["retry-after"]) == (503, {"down": True}, "2")
    assert first.headers.get_list("content-type") == ["x/y"]
    assert (second.status_code, second.json()) == (429, {"detail": "Too Many Requests."})
    assert (third.status_code, plane.call("GET", "/surveys")["count"]) == (200, 1)


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_body(plane: Plane, status: int) -> None:
    """The connection stays usable: nothing is left on it that would be taken for the next answer."""
    strike(plane, kind="status", status=status, body={"a": 1})
    assert (plane.survey().status_code, plane.survey().status_code) == (status, 200)


def test_a_page_of_html(plane: Plane) -> None:
    """A gateway's page, as HTML."""
    strike(plane, kind="html")
    answer = plane.survey()
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert answer.text.startswith("<html>")


@pytest.mark.parametrize("dribble", [False, True])
def test_latency(plane: Plane, dribble: bool) -> None:
    """Late or little by little, the answer is whole, and the API did its part."""
    strike(plane, kind="latency", seconds=0.05, jitter_seconds=0.01, dribble=dribble)
    answer = plane.survey()
    assert (answer.status_code, answer.json()["campaign"]) == (200, 1)
    assert answer.elapsed.total_seconds() >= 0.03


def test_a_reset(plane: Plane) -> None:
    """The kernel says ECONNRESET; the API was not asked."""
    strike(plane, kind="reset")
    with pytest.raises(httpx.ReadError, match="Connection reset by peer"):
        plane.survey()
    assert plane.call("GET", "/surveys")["count"] == 0
    assert plane.survey().status_code == 200


def test_an_empty_reply(plane: Plane) -> None:
    """The connection is closed properly, without a byte."""
    strike(plane, kind="empty_reply")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        plane.survey()
    assert plane.survey().status_code == 200


def test_garbage(plane: Plane) -> None:
    """Bytes that are no HTTP."""
    strike(plane, kind="garbage")
    with pytest.raises(httpx.RemoteProtocolError, match="illegal"):
        plane.survey()
    assert plane.survey().status_code == 200


def test_truncated_json(plane: Plane) -> None:
    """The HTTP is fine, its length agrees; the JSON is half of what the journal has."""
    strike(plane, kind="truncated_json")
    answer = plane.survey()
    with pytest.raises(ValueError, match=r".+"):
        answer.json()
    (one,) = plane.journal()
    assert one["response"]["campaign"] == 1
    assert plane.call("GET", "/surveys")["count"] == 1


def test_a_timeout(plane: Plane) -> None:
    """The caller gives up; the server goes on, and shows the request while it hangs."""
    strike(plane, kind="timeout")
    with pytest.raises(httpx.ReadTimeout):
        plane.survey(timeout=0.05)
    (one,) = plane.journal()
    assert (one["state"], one["status"], one["fault"]) == ("lost", None, {"id": 1, "kind": "timeout"})
    assert plane.survey().status_code == 200


def test_a_lost_answer(plane: Plane) -> None:
    """The API did it, the caller does not know: the next try is refused, as with the real one."""
    strike(plane, kind="answer_lost")
    with pytest.raises(httpx.ReadError):
        plane.survey()
    assert plane.call("GET", "/surveys")["count"] == 1
    assert plane.survey().status_code == 400
    (lost, _) = plane.journal()
    assert (lost["state"], lost["status"], lost["response"]["campaign"]) == ("lost", 200, 1)


def test_a_lost_answer_and_an_idempotency_key(plane: Plane) -> None:
    """With the key of the first try the second is answered as the first was, and nobody is surveyed twice."""
    strike(plane, kind="answer_lost")
    key = {"idempotency-key": "k-1"}
    with pytest.raises(httpx.ReadError):
        plane.survey(headers=key)
    again = plane.survey(headers=key)
    assert (again.status_code, again.headers["idempotent-replay"]) == (200, "true")
    assert plane.call("GET", "/surveys")["count"] == 1


def test_a_script_of_faults(plane: Plane) -> None:
    """Several faults strike in their order, each as often as it says; then all is well."""
    strike(plane, kind="status", status=500, times=2)
    strike(plane, kind="status", status=503, match={"method": "POST"})
    assert [plane.survey().status_code for _ in range(4)] == [500, 500, 503, 200]
    faults = plane.call("GET", "/faults")["faults"]
    assert [(one["used"], one["left"]) for one in faults] == [(2, 0), (1, 0)]


def test_chance_is_reproducible(plane: Plane) -> None:
    """The same seed strikes the same of the requests, in every run."""
    runs = []
    for _ in range(2):
        plane.call("POST", "/reset")
        plane.call("POST", "/faults", {"effect": {"kind": "status", "status": 500}, "probability": 0.5, "seed": 4})
        runs.append([plane.api("GET", "/api/campaigns/").status_code for _ in range(20)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 500}


def test_who_comes_back_early_is_told(plane: Plane) -> None:
    """After a fault's Retry-After, by the account's clock; a date or a word there is no number of seconds."""
    plane.call("PUT", "/clock", FROZEN)
    strike(plane, kind="status", status=503, headers={"retry-after": "60"})
    plane.survey()
    plane.api("GET", "/api/campaigns/")
    plane.call("POST", "/clock/advance", {"seconds": 60})
    plane.api("GET", "/api/campaigns/")
    strike(plane, kind="status", status=503, headers={"Retry-After": "Thu, 01 Jan 2027 00:00:00 GMT"})
    plane.api("GET", "/api/campaigns/")
    plane.api("GET", "/api/campaigns/")
    assert [one["early"] for one in plane.journal()] == [False, True, False, False, False]
    assert plane.journal()[1]["notes"] == ["came back before Retry-After had passed"]


def test_who_comes_back_early_after_a_429(plane: Plane) -> None:
    """The account's rate limit counts as well as a fault's."""
    plane.call("PUT", "/clock", FROZEN)
    plane.call("PUT", "/rate-limit", {"limit": 1, "window_seconds": 30})
    statuses = [plane.api("GET", "/api/campaigns/").status_code for _ in range(3)]
    plane.call("POST", "/clock/advance", {"seconds": 30})
    statuses.append(plane.api("GET", "/api/campaigns/").status_code)
    assert statuses == [200, 429, 429, 200]
    assert [one["early"] for one in plane.journal()] == [False, False, True, False]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("kind", "raised"),
    [
        ("reset", ConnectionResetError),
        ("empty_reply", ConnectionResetError),
        ("garbage", ConnectionResetError),
        ("answer_lost", ConnectionResetError),
        ("timeout", TimeoutError),
    ],
)
async def test_in_process(kind: str, raised: type[OSError]) -> None:
    """Without a connection to break, the caller gets the error that a broken one ends in; the next call is fine."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_app()), base_url="http://mock") as client:
        await client.post("/__mock__/faults", json={"effect": {"kind": kind}, "times": 1})
        with pytest.raises(raised, match="fault"):
            await client.post("/api/contacts/", json={"email": "kate@mac.com"}, headers=TOKEN)
        count = (await client.get("/__mock__/contacts")).json()["count"]
        again = await client.post("/api/contacts/", json={"email": "kate@mac.com"}, headers=TOKEN)
    assert (count, again.status_code) == ((1, 200) if kind == "answer_lost" else (0, 201))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("effect", "status", "text"),
    [
        ({"kind": "status", "status": 503}, 503, '{"detail":"Service Unavailable."}'),
        ({"kind": "html"}, 502, "<html>"),
        ({"kind": "truncated_json"}, 200, '{"count":1'),
        ({"kind": "latency", "seconds": 0.01}, 200, '{"count":1'),
        ({"kind": "latency", "seconds": 0.01, "dribble": True}, 200, '{"count":1'),
    ],
)
async def test_answers_in_process(effect: dict[str, Any], status: int, text: str) -> None:
    """What is an answer is one in process too."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_app()), base_url="http://mock") as client:
        await client.post("/__mock__/faults", json={"effect": effect})
        answer = await client.get("/api/campaigns/", headers=TOKEN)
    assert (answer.status_code, answer.text.startswith(text)) == (status, True)


def test_the_list_and_taking_away(plane: Plane) -> None:
    """In the order in which they strike; one or all are taken away."""
    first, second = (strike(plane, kind="reset", times=None) for _ in range(2))
    assert plane.call("GET", "/faults")["faults"] == [first, second]
    assert plane.call("DELETE", f"/faults/{first['id']}") == {}
    assert plane.call("GET", "/faults")["faults"] == [second]
    assert plane.call("DELETE", "/faults") == {}
    assert plane.call("GET", "/faults")["faults"] == []
    assert plane.survey().status_code == 200


@pytest.mark.parametrize("name", ["Content-Length", "transfer-encoding"])
def test_headers_that_frame_the_answer(plane: Plane, name: str) -> None:
    """They are the server's own: a fault that set them would break the HTTP unasked."""
    effect = {"kind": "status", "status": 500, "headers": {"x-a": "b", name: "1"}}
    with plane.unchanged():
        found = plane.refusal("POST", "/faults", {"effect": effect})
    assert found == (422, "control.invalid", [(f"$.effect.headers.{name}", "not")])

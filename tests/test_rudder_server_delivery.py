"""The stand-in's own delivery: requests as Go's http client sends them."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from rudder_server import RudderServer
from rudder_server.delivery import Delivery
from rudder_server.delivery import read as read_request
from rudder_server.example import track, workspace
from rudder_server.fake_transformer import Fake, Reply


@pytest.fixture
def delivery() -> Iterator[Delivery]:
    """Return the router's HTTP client."""
    with closing(Delivery()) as made:
        yield made


def rest(fake: Fake, **changes: Any) -> Any:
    """Return a request for the destination."""
    return read_request({"type": "REST", "method": "POST", "endpoint": f"{fake.url}/sink", **changes})


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ({"JSON": {"b": 1, "a": None}}, b'{"a":null,"b":1}'),
        ({"JSON_ARRAY": {"batch": "[1]"}}, b"[1]"),
        ({"XML": {"payload": "<a/>"}, "JSON": {}}, b"<a/>"),
        ({"FORM": {"n": 1000000, "e": None, "t": "a b"}}, b"e=%3Cnil%3E&n=1e%2B06&t=a+b"),
        ({"JSON": {}, "FORM": {}}, b""),
        ({}, b""),
        (None, b""),
    ],
    ids=str,
)
def test_bodies(fake: Fake, delivery: Delivery, body: Any, sent: bytes) -> None:
    """Each format goes as Go writes it; numbers of forms as Go prints them (§4.1)."""
    assert delivery.send(rest(fake, body=body)).code == 200
    assert fake.heard[0].body == sent
    assert fake.heard[0].header("content-type") == []


def test_gzip(fake: Fake, delivery: Delivery) -> None:
    """GZIP compresses, and says so (§4.1)."""
    delivery.send(rest(fake, body={"GZIP": {"payload": "text"}}))
    assert gzip.decompress(fake.heard[0].body) == b"text"
    assert fake.heard[0].header("content-encoding") == ["gzip"]


@pytest.mark.parametrize(
    ("body", "code"),
    [({"JSON": None}, 500), ({"JSON": "a"}, 500), ({"YAML": {"a": 1}}, 500), ({"XML": {"a": 1}}, 400)],
    ids=str,
)
def test_bodies_that_cannot_go(fake: Fake, delivery: Delivery, body: Any, code: int) -> None:
    """Each format's value is an object (§4.1)."""
    assert delivery.send(rest(fake, body=body)).code == code
    assert fake.heard == []


def test_two_bodies(fake: Fake, delivery: Delivery) -> None:
    """Of several formats Go picks one at random, which is a breach (§4.1)."""
    delivery.send(rest(fake, body={"JSON": {"a": 1}, "FORM": {"a": "1"}}))
    assert "at random" in delivery.breaches[0]


def test_params_and_headers(fake: Fake, delivery: Delivery) -> None:
    """Params are appended to the query; the User-Agent is added to one that is set already (§4.1)."""
    params = {"b": 12345678, "a": "x y", "o": {"k": 1}, "n": None}
    request = rest(fake, endpoint=f"{fake.url}/sink?z=&a=0", params=params, headers={"User-Agent": "mine", "X": "é"})
    delivery.send(request)
    (heard,) = fake.heard
    pairs = parse_qsl(urlsplit(heard.path).query, keep_blank_values=True)
    assert pairs == [("a", "0"), ("a", "x y"), ("b", "1.2345678e+07"), ("n", "<nil>"), ("o", '{"k":1}'), ("z", "")]
    assert heard.header("user-agent") == ["mine", "RudderLabs"]
    assert heard.header("x") == ["é".encode().decode("latin-1")]


def test_follows_redirects(fake: Fake, delivery: Delivery) -> None:
    """Redirects are followed (§4.1)."""
    fake.scripts["/sink"] = lambda heard: Reply(307, None, {"Location": "/other"})
    assert delivery.send(rest(fake)).code == 200
    assert [heard.path for heard in fake.heard] == ["/sink", "/other"]


@pytest.mark.parametrize("changes", [{"endpoint": "http://127.0.0.1:1/"}, {"endpoint": ""}, {"endpoint": "http://[x/"}])
def test_no_answer(fake: Fake, delivery: Delivery, changes: dict[str, str]) -> None:
    """What cannot be reached is 504 (§4.1)."""
    assert delivery.send(rest(fake, **changes)).code == 504


@pytest.mark.parametrize(
    ("kind", "kept"), [("text/html", True), ("application/problem+json; charset=utf-8", True), ("image/png", False)]
)
def test_answers_that_people_can_read(fake: Fake, delivery: Delivery, kind: str, kept: bool) -> None:
    """Other content types are redacted (§4.1)."""
    fake.scripts["/sink"] = lambda heard: Reply(400, b"why", {"Content-Type": kind})
    assert (delivery.send(rest(fake)).body == "why") is kept


def test_what_is_kept_of_answers(fake: Fake) -> None:
    """Answers are cut to 10 KB, and kept of successes only if the definition says so (§4.1)."""
    fake.scripts["/sink"] = lambda heard: Reply(200, b"x" * 20_000, {"Content-Type": "text/plain"})
    for saves, length in ((True, 10_240), (False, 0)):
        given = workspace(definition={"saveDestinationResponse": saves, "supportsDeliveredWithWarnings": saves})
        with closing(RudderServer(fake.url, given)) as server:
            server.start()
            server.ingest(track())
            server.run()
        assert len(server.jobs[0].error_response) == length


@pytest.mark.parametrize(("knows", "code"), [(True, 296), (False, 200)])
def test_warnings(fake: Fake, knows: bool, code: int) -> None:
    """296 is kept only where the definition knows of it (§5)."""
    fake.scripts["/sink"] = lambda heard: Reply(296)
    with closing(RudderServer(fake.url, workspace(definition={"supportsDeliveredWithWarnings": knows}))) as server:
        server.start()
        server.ingest(track())
        server.run()
    assert (server.jobs[0].state, server.jobs[0].code) == ("succeeded", code)

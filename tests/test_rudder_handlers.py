"""Handlers: who answers which call."""

from __future__ import annotations

import json
from typing import Any

import pytest
from door import served
from rudder_calls import call
from rudder_cases import CONFIG, destination, small_plugin
from rudder_transformer import Transformer
from support import Script, identify, track

from event_router.rudder.client import Client

PLAIN = {"metadata": {"jobId": 1, "destinationId": "dest-1"}, "destination": destination()}


def plain(*events: Any, **changes: Any) -> list[Any]:
    """Return a processor's request."""
    return [{**PLAIN, "message": event, **changes} for event in events]


def routed(*events: Any, dest_type: Any = "promoter") -> dict[str, Any]:
    """Return a router's request."""
    return {"input": plain(*events), "destType": dest_type}


def test_processor() -> None:
    """The type in the path decides, in any casing."""
    for name in ("promoter", "PROMOTER", "Promoter"):
        answer = Transformer().ask(f"/v0/destinations/{name}", plain(identify()))
        assert (answer.status_code, answer.headers["apiVersion"]) == (200, "2")
        assert [one["statusCode"] for one in answer.json()] == [200]


@pytest.mark.parametrize("dest_type", ["promoter", "PROMOTER", " Promoter "])
def test_router_and_batch(dest_type: str) -> None:
    """The type in the body decides, in any casing."""
    transformer = Transformer()
    answer = transformer.ask("/routerTransform", routed(identify(), dest_type=dest_type))
    assert [one["statusCode"] for one in answer.json()["output"]] == [200]
    assert answer.headers["apiVersion"] == "2"
    assert len(transformer.ask("/batch", routed(identify(), track(), dest_type=dest_type)).json()) == 2


def test_every_plugin_is_served() -> None:
    """Not only Promoter."""
    transformer = Transformer((small_plugin(),))
    answer = transformer.ask("/v0/destinations/small", plain(identify(), destination=destination({})))
    assert answer.json()[0]["output"]["endpoint"] == "http://x/contact"
    features = transformer.ask("/features", method="GET").json()
    assert features["routerTransform"] == {"SMALL": True}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v0/destinations/other", plain(identify())),
        ("/v0/destinations/other", b"{"),
        ("/routerTransform", routed(identify(), dest_type="other")),
        ("/routerTransform", routed(identify(), dest_type=None)),
        ("/batch", routed(identify(), dest_type="other")),
        ("/v1/destinations/other/proxy", {}),
        ("/v0/destinations/other/proxy", {}),
        ("/customTransform", []),
        ("/v2/sources/shopify", []),
    ],
)
def test_types_that_nobody_serves(path: str, body: Any) -> None:
    """Their events wait at rudder-server, since a 404 would lose them for good; nobody here judges their bodies."""
    answer = Transformer().ask(path, body)
    assert (answer.status_code, answer.headers["X-Rudder-Should-Retry"]) == (503, "true")
    assert answer.headers["X-Rudder-Error-Reason"] == "unserved"
    assert "--upstream" in answer.json()["error"]


def test_unserved_types_are_told(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever runs it hears for which types events wait: once in a while, whatever they are called."""
    transformer = Transformer()
    for _ in range(2):
        transformer.ask("/v0/destinations/webhook", plain(identify()))
        transformer.ask("/routerTransform", routed(identify(), dest_type="other\x1b" + "x" * 100))
        transformer.ask("/routerTransform", routed(identify(), dest_type=None))
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 3
    assert "type webhook wait" in told[0]
    assert "\x1b" not in told[1]
    assert len(told[1]) < 200
    assert "type (none) wait" in told[2]


def test_a_destination_that_takes_nothing_is_told(mock: str, caplog: pytest.LogCaptureFixture) -> None:
    """A wrong key aborts every event: whoever runs it hears so, once in a while, and the figures have the reason."""
    transformer = Transformer()
    config = {**CONFIG, "apiKey": "wrong-key", "baseUrl": mock}
    call = {
        "type": "REST", "method": "GET", "endpoint": f"{mock}/api/campaigns/", "headers": {"authorization": "Token wrong-key"},
        "metadata": [PLAIN["metadata"]], "destinationConfig": config,
    }  # fmt: skip
    for _ in range(2):
        answer = transformer.ask("/v1/destinations/promoter/proxy", call).json()
        assert answer["output"]["response"][0]["statusCode"] == 400
    (told,) = [record.getMessage() for record in caplog.records]
    assert told.startswith("Destination dest-1: [promoter.unauthorized] ")
    assert "wrong-key" not in told
    figures = transformer.ask("/metrics", method="GET").content
    assert b'deliveries_total{code="promoter.unauthorized",dest_type="promoter",status="400"} 2.0' in figures


def test_a_path_that_no_transformer_has() -> None:
    """That is a 404."""
    answer = Transformer().ask("/favicon.ico", method="GET")
    assert answer.status_code == 404
    assert answer.json()["error"].startswith("[rudder.not_found] ")


@pytest.mark.parametrize("path", ["/v0/destinations/promoter", "/routerTransform", "/deleteUsers"])
def test_another_method(path: str) -> None:
    """What is asked for with GET is not served."""
    answer = Transformer().ask(path, method="GET")
    assert answer.status_code == 405
    assert answer.json()["error"].startswith("[rudder.method] GET ")


@pytest.mark.parametrize("body", [b"", b"{", b"7", b'"text"'])
def test_no_json(body: bytes) -> None:
    """A body without elements is refused with words."""
    for path in ("/v0/destinations/promoter", "/routerTransform", "/batch"):
        answer = Transformer().ask(path, body)
        assert answer.status_code == 400
        assert answer.json()["error"].startswith("[rudder.bad_body] ")


def test_proxy(mock: str) -> None:
    """A request comes back, and is delivered; its figure is counted by what its job is told."""
    transformer = Transformer()
    config = {**CONFIG, "baseUrl": mock}
    made = transformer.ask(
        "/routerTransform", {"input": plain(identify(), destination=destination(config)), "destType": "promoter"}
    )
    call = made.json()["output"][0]["batchedRequest"] | {"metadata": [PLAIN["metadata"]], "destinationConfig": config}
    answer = transformer.ask("/v1/destinations/promoter/proxy", call, headers={"RdProxy-Timeout": "5000"}).json()
    assert [one["statusCode"] for one in answer["output"]["response"]] == [200]
    old = transformer.ask("/v0/destinations/promoter/proxy", {**call, "metadata": PLAIN["metadata"]})
    assert old.status_code == 200
    assert (
        b'deliveries_total{code="",dest_type="promoter",status="200"} 2.0'
        in transformer.ask("/metrics", method="GET").content
    )


def test_the_timeout_of_a_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    """A destination has the time that rudder-server gives, by the header's name in any casing."""
    asked: list[float] = []

    async def sender(_: Client, seconds: float) -> Script:
        asked.append(seconds)
        return Script()

    monkeypatch.setattr(Client, "sender", sender)
    transformer = Transformer()
    for headers in ({"RdProxy-Timeout": "2500"}, {}):
        transformer.ask("/v1/destinations/promoter/proxy", call(), headers=headers)
    assert asked == [2.5, 10.0]


def test_deletion(mock: str) -> None:
    """People are deleted, and counted by how that ended; a body without jobs is refused as a list."""
    transformer = Transformer()
    job = {"jobId": "5", "destType": "PROMOTER", "config": {**CONFIG, "baseUrl": mock}}
    answer = transformer.ask("/deleteUsers", [{**job, "userAttributes": [{"userId": "u", "email": "ted@x.co"}]}])
    assert (answer.status_code, answer.json()) == (200, [{"statusCode": 200, "status": "successful"}])
    assert transformer.ask("/deleteUsers", b"{").json()[0]["statusCode"] == 400
    other = [{**job, "destType": "other", "userAttributes": [{"userId": "u"}]}]
    assert transformer.ask("/deleteUsers", other).status_code == 500
    figures = transformer.ask("/metrics", method="GET").content
    assert b'events_total{code="",dest_type="promoter",feature="userDeletion",status="200"} 1.0' in figures
    assert (
        b'events_total{code="rudder.unknown_type",dest_type="other",feature="userDeletion",status="500"} 1.0' in figures
    )


def test_upstream() -> None:
    """What is not ours is handed on, and what can be asked for is that of both."""
    behind = Transformer((small_plugin(),))
    with served(behind.app) as url:
        transformer = Transformer(upstream=url)
        ours = transformer.ask("/v0/destinations/promoter", plain(identify())).json()
        assert ours[0]["output"]["endpoint"].startswith("https://app.promoter.io")
        theirs = transformer.ask("/v0/destinations/small", plain(identify(), destination=destination({})))
        assert theirs.json()[0]["output"]["endpoint"] == "http://x/contact"
        routed_there = transformer.ask("/routerTransform", json.dumps(routed(identify(), dest_type="small")).encode())
        assert routed_there.headers["apiVersion"] == "2"
        features = transformer.ask("/features", method="GET").json()
        assert features["routerTransform"] == {"SMALL": True, "PROMOTER": True}
        job = {"jobId": "5", "destType": "small", "config": {}, "userAttributes": [{"userId": "u"}]}
        assert transformer.ask("/deleteUsers", [job]).json()[0]["statusCode"] == 405
        handed_on = transformer.ask("/deleteUsers", [{}, job]).json()
        assert [one["statusCode"] for one in handed_on] == [400, 405]
        assert transformer.ask("/nothing").status_code == 404

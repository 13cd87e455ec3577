"""The stand-in for rudder-server: the way through it, and what ends it."""

from __future__ import annotations

import math
import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from rudder_server import Panic, Refused, RudderServer
from rudder_server.example import track, workspace
from rudder_server.fake_transformer import FEATURES, Fake, Reply
from rudder_server.scripts import PROCESSOR, ROUTER, replies, spoil_processed, spoil_routed, states


@pytest.mark.parametrize("compacted", [True, False])
@pytest.mark.parametrize("mode", ["router", "processor"])
def test_delivers(fake: Fake, play: Any, mode: str, compacted: bool) -> None:
    """Each event reaches the destination once, in order, in both modes and both forms of payload."""
    server = play(*(track(number) for number in range(45)), transform_at=mode, compacted=compacted)
    assert states(server) == [("succeeded", 200)] * 45
    assert [body["id"] for body in fake.sunk()] == [f"m-{number}" for number in range(45)]
    asked = fake.at(ROUTER) or fake.at(PROCESSOR)
    assert len(asked) == (3 if mode == "router" else 1)
    assert isinstance(asked[0].json(), dict) is (compacted or mode == "router")
    assert asked[0].header("x-content-format") == ["json+compactedv1"] * compacted
    assert server.breaches == [] == server.lost
    assert server.calls[0] == "/features"


def test_compacts_only_what_is_understood(fake: Fake, play: Any) -> None:
    """Without the feature payloads are plain (§1)."""
    fake.scripts["/features"] = replies(Reply(200, {**FEATURES, "supportDestTransformCompactedPayloadV1": False}))
    play()
    assert "destination" in fake.at(ROUTER)[0].json()["input"][0]


def test_a_router_request(fake: Fake, play: Any) -> None:
    """A request to the router's transformation holds what §3 lists, on a connection of its own."""
    play(compacted=False)
    (heard,) = fake.at(ROUTER)
    body = heard.json()
    (item,) = body["input"]
    assert body["destType"] == "promoter"
    assert item["metadata"]["userId"] == "<<>>u-1<<>>u-1"
    assert item["metadata"]["firstAttemptedAt"] == ""
    assert item["destination"]["Config"]["campaignId"] == 9007199254740992
    assert item["connection"]["config"] is None
    assert heard.header("connection") == ["close"]
    assert heard.header("content-type") == ["application/json; charset=utf-8"]
    assert heard.header("x-feature-filter-code") == ["?1"]


def test_sends_as_itself(fake: Fake, play: Any) -> None:
    """The User-Agent is added, the body is Go's JSON, and integers beyond 2^53 are broken (§0.15, §4.1)."""
    play(track(properties={"n": 2**53 + 1, "f": 2.0, "t": "<"}))
    (heard,) = fake.at("/sink")
    assert heard.header("user-agent") == ["RudderLabs"]
    assert heard.body == b'{"f":2,"id":"m-1","n":9007199254740992,"t":"\\u003c"}'


def test_panics_at_the_second_poll(fake: Fake, play: Any) -> None:
    """/features that lack the flags end rudder-server, but not at once (§0.3)."""
    fake.scripts["/features"] = replies(Reply(200, {"routerTransform": {"PROMOTER": True}}))
    with pytest.raises(Panic, match="upgradedToSourceTransformV2"):
        play()
    assert len(fake.at("/features")) == 2


@pytest.mark.parametrize("body", [b"[]", b"nonsense", b'{"supportSourceTransformV1": "true"}'])
def test_panics_without_readable_features(fake: Fake, play: Any, body: bytes) -> None:
    """What is no object has no flags."""
    fake.scripts["/features"] = replies(Reply(200, body))
    with pytest.raises(Panic):
        play()


def test_falls_back_to_the_processor(fake: Fake, play: Any) -> None:
    """Without routerTransform for the type, router mode is silently not taken; so with a 404 (§1)."""
    fake.scripts["/features"] = replies(Reply(404))
    server = play()
    assert [path for path in server.calls if path != "/features"] == [PROCESSOR]


def test_keeps_what_it_knew(fake: Fake, play: Any) -> None:
    """A 5xx leaves what was known (§1)."""
    fake.scripts["/features"] = replies(Reply(200, FEATURES), Reply(500))
    assert play().calls[-1] == ROUTER


def test_waits_behind_a_closed_gateway() -> None:
    """As long as nothing answers, nothing is taken (§1)."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with RudderServer(url, workspace()) as server:
            with pytest.raises(TimeoutError):
                server.start(patience=0.05)
            with pytest.raises(Refused):
                server.ingest(track())


@pytest.mark.parametrize("mode", ["router", "processor"])
@pytest.mark.parametrize("headers", [{}, {"apiVersion": "1"}])
def test_panics_without_api_version(fake: Fake, play: Any, mode: str, headers: dict[str, str]) -> None:
    """A 200 without apiVersion: 2 ends rudder-server (§0.2)."""
    fake.scripts[ROUTER] = fake.scripts[PROCESSOR] = replies(Reply(200, [], headers))
    with pytest.raises(Panic, match="apiVersion"):
        play(transform_at=mode)


_WRONG: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a float statusCode": lambda output: output.update(statusCode=200.0),
    "a text as statusCode": lambda output: output.update(statusCode="200"),
    "an object as error": lambda output: output.update(error={"code": 1}),
    "a number in statTags": lambda output: output.update(statTags={"a": 1}),
    "NaN": lambda output: output.update(output={"a": math.nan}, batchedRequest={"a": math.nan}),
}


@pytest.mark.parametrize("change", _WRONG.values(), ids=_WRONG)
def test_a_wrong_type_ends_the_processor(fake: Fake, play: Any, change: Callable[[dict[str, Any]], Any]) -> None:
    """One wrong type in one element makes the processor panic (§2)."""
    spoil_processed(fake, lambda outputs: change(outputs[1]))
    with pytest.raises(Panic, match="decoded"):
        play(track(1), track(2), track(3), transform_at="processor")


@pytest.mark.parametrize("change", _WRONG.values(), ids=_WRONG)
def test_a_wrong_type_fails_the_routers_batch(fake: Fake, play: Any, change: Callable[[dict[str, Any]], Any]) -> None:
    """The same wrong type makes a router's whole batch 500 (§2)."""
    spoil_routed(fake, lambda outputs: change(outputs[1]))
    server = play(track(1, "a"), track(2, "b"), track(3, "c"), until=timedelta(seconds=1))
    assert states(server) == [("failed", 500)] * 3
    assert "not to be decoded" in server.breaches[0]


@pytest.mark.parametrize(("mode", "metadata"), [("processor", []), ("router", {})])
def test_metadata_of_the_wrong_form(fake: Fake, play: Any, mode: str, metadata: Any) -> None:
    """Metadata is an object for the processor, an array for the router (§2)."""
    spoil_processed(fake, lambda outputs: outputs[0].update(metadata=metadata))
    spoil_routed(fake, lambda outputs: outputs[0].update(metadata=metadata))
    if mode == "processor":
        with pytest.raises(Panic):
            play(transform_at=mode)
    else:
        assert play(until=timedelta(0)).jobs[0].code == 500


def test_a_float_job_id(fake: Fake, play: Any) -> None:
    """``1.0`` is no jobId (§2)."""
    spoil_routed(fake, lambda outputs: outputs[0]["metadata"][0].update(jobId=1.0))
    assert states(play(until=timedelta(0))) == [("failed", 500)]

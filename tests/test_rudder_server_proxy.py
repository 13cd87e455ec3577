"""The stand-in's delivery through the transformer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from rudder_server.fake_transformer import FEATURES, Fake, Heard, Reply, proxied
from rudder_server.scripts import PROCESSOR, PROXY, ROUTER, hang_up, replies, spoil_routed, states


def test_the_proxy_delivers(fake: Fake, play: Any) -> None:
    """The proxy gets the request, the job and the config, and its word counts, whatever its status (§4.2)."""
    fake.scripts[PROXY] = lambda heard: Reply(500, proxied(heard, 200))
    server = play(proxy=True)
    assert states(server) == [("succeeded", 200)]
    (heard,) = fake.at(PROXY)
    body = heard.json()
    assert heard.header("content-type") == ["application/json"]
    assert heard.header("rdproxy-timeout") == ["10000"]
    assert (body["metadata"][0]["jobId"], body["metadata"][0]["userId"]) == (1, "")
    assert body["destinationConfig"]["apiKey"] == "k"
    assert "version" not in body
    assert "endpointPath" not in body
    assert server.lost == [] == fake.sunk()


def test_dont_batch_comes_back(fake: Fake, play: Any) -> None:
    """What the proxy says of batching comes back with the next attempt (§4.2)."""
    fake.scripts[PROXY] = lambda heard: Reply(200, proxied(heard, 500, dontBatch=True))
    play(proxy=True, until=timedelta(seconds=10))
    assert [heard.json()["input"][0]["metadata"]["dontBatch"] for heard in fake.at(ROUTER)] == [False, True]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(404, {"error": "unknown"}),
        Reply(503, {"error": "overload"}),
        Reply(200, b"<html>"),
        Reply(200, {"message": "no output"}),
        Reply(200, {"output": {"response": []}}),
        Reply(200, {"output": {"response": [{"statusCode": 200.0, "metadata": {"jobId": 1}}]}}),
    ],
    ids=["404", "503", "no JSON", "no output", "no job", "wrong type"],
)
def test_broken_answers_of_the_proxy(fake: Fake, play: Any, reply: Reply) -> None:
    """All of them are 500, and tried again (§0.12, §4.2)."""
    fake.scripts[PROXY] = replies(reply)
    server = play(proxy=True, until=timedelta(0))
    assert states(server) == [("failed", 500)]
    assert bool(server.breaches) is (reply.status == 200)


def test_a_job_twice_in_the_proxys_answer(fake: Fake, play: Any) -> None:
    """The last verdict counts, and the breach is counted (§4.2)."""

    def answer(heard: Heard) -> Reply:
        told = proxied(heard, 500)
        told["output"]["response"] += proxied(heard, 200)["output"]["response"]
        return Reply(200, told)

    fake.scripts[PROXY] = answer
    server = play(proxy=True)
    assert states(server) == [("succeeded", 200)]
    assert "[1, 1]" in server.breaches[0]


def test_a_proxy_that_is_gone(fake: Fake, play: Any) -> None:
    """No answer is 500 (§4.2)."""
    fake.scripts[PROXY] = hang_up
    assert states(play(proxy=True, until=timedelta(0))) == [("failed", 500)]


@pytest.mark.parametrize(
    ("codes", "final"), [((500, 200), ("failed", 500)), ((429, 200), ("failed", 500)), ((400, 200), ("succeeded", 200))]
)
def test_arrays_through_the_proxy(fake: Fake, play: Any, codes: tuple[int, int], final: tuple[str, int]) -> None:
    """A retryable status ends an array, a terminal one that is not the last is forgotten (§4.2)."""
    left = list(codes)
    fake.scripts[PROXY] = lambda heard: Reply(200, proxied(heard, left.pop(0)))
    spoil_routed(fake, lambda outputs: outputs[0].update(batchedRequest=[outputs[0]["batchedRequest"]] * 2))
    assert states(play(proxy=True, until=timedelta(0))) == [final]


@pytest.mark.parametrize(("status", "state"), [(200, "succeeded"), (400, "aborted"), (500, "failed")])
def test_the_old_proxy(fake: Fake, play: Any, status: int, state: str) -> None:
    """Without the feature the status of the answer is that of the jobs (§4.2, v0)."""
    fake.scripts["/features"] = replies(Reply(200, {**FEATURES, "supportTransformerProxyV1": False}))
    fake.scripts[f"{PROCESSOR}/proxy"] = replies(Reply(status, {"output": {}}))
    server = play(proxy=True, until=timedelta(0))
    assert states(server) == [(state, status)]
    assert fake.at(f"{PROCESSOR}/proxy")[0].json()["metadata"]["jobId"] == 1

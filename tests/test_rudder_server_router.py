"""The stand-in's router: what a broken answer does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from rudder_server import Panic
from rudder_server.example import track
from rudder_server.fake_transformer import Fake, Reply
from rudder_server.scripts import ROUTER, hang_up, only, replies, spoil_routed, states


@pytest.mark.parametrize(
    "change",
    [
        lambda outputs: outputs[:1],
        lambda outputs: [outputs[0], outputs[0]],
        lambda outputs: [*outputs, outputs[0]],
        lambda outputs: outputs[1]["metadata"][0].update(jobId=77),
        lambda outputs: [*outputs, {**outputs[0], "metadata": []}],
        lambda outputs: [],
    ],
    ids=["missing", "twice for another", "one more", "foreign", "empty metadata", "nothing"],
)
def test_job_ids_that_do_not_match(fake: Fake, play: Any, change: Callable[[list[dict[str, Any]]], Any]) -> None:
    """Every jobId exactly once, else the whole batch is 500 and tried again (§0.9)."""
    spoil_routed(fake, change)
    server = play(track(1, "a"), track(2, "b"), until=timedelta(seconds=1))
    assert states(server) == [("failed", 500)] * 2
    assert fake.sunk() == []
    assert len(server.breaches) == 1


@pytest.mark.parametrize(
    ("code", "state"),
    [(298, "filtered"), (299, "succeeded"), (400, "aborted"), (302, "aborted"), (500, "failed"), (429, "failed")],
)
def test_statuses_of_outputs(fake: Fake, play: Any, code: int, state: str) -> None:
    """What an output's status means (§3)."""
    spoil_routed(fake, lambda outputs: outputs[0].update(statusCode=code, error="why", batchedRequest=None))
    server = play(until=timedelta(0))
    assert states(server) == [(state, code)]
    assert only(server).error_response == ("" if code < 300 else "why")
    assert server.lost == []
    assert fake.sunk() == []


def test_no_status_is_delivered(fake: Fake, play: Any) -> None:
    """A missing statusCode is the same as 200 (§3)."""
    spoil_routed(fake, lambda outputs: outputs[0].pop("statusCode") and None)
    assert states(play()) == [("succeeded", 200)]
    assert len(fake.sunk()) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"statusCode": 201},
        {"batchedRequest": {}},
        {"batchedRequest": None},
        {"batchedRequest": {"type": "rest", "endpoint": "http://x"}},
        {"batchedRequest": {"type": "REST", "files": {"a": "b"}}},
    ],
    ids=str,
)
def test_success_without_sending_is_a_loss(fake: Fake, play: Any, change: dict[str, Any]) -> None:
    """Other 2xx, other types than REST and files "succeed" and send nothing (§0.11)."""
    spoil_routed(fake, lambda outputs: outputs[0].update(change))
    server = play()
    assert only(server).state == "succeeded"
    assert [loss.why for loss in server.lost] == ["succeeded unsent (§0.11)"]
    assert fake.sunk() == []


def test_none_as_place_loses_all(play: Any) -> None:
    """``transformAt: none`` lets raw events "succeed" unsent (§3)."""
    server = play(transform_at="none")
    assert states(server) == [("succeeded", 200)]
    assert len(server.lost) == 1


def test_404_of_the_router_is_a_loss(fake: Fake, play: Any) -> None:
    """404 ends the jobs (§0.12)."""
    fake.scripts[ROUTER] = replies(Reply(404, {"error": "unknown"}))
    assert states(play()) == [("aborted", 404)]


@pytest.mark.parametrize("status", [201, 400, 500, 503])
def test_other_statuses_of_the_router(fake: Fake, play: Any, status: int) -> None:
    """Any other status than 200 is 500 for each job, without an apiVersion (§3)."""
    fake.scripts[ROUTER] = replies(Reply(status, "no"))
    assert states(play(until=timedelta(0))) == [("failed", 500)]


def test_no_connection_ends_the_router(fake: Fake, play: Any) -> None:
    """30 retries without a connection, and rudder-server ends (§3)."""
    fake.scripts[ROUTER] = hang_up
    with pytest.raises(Panic, match="30 retries"):
        play()
    assert len(fake.at(ROUTER)) == 31


def test_a_changed_echo(fake: Fake, play: Any) -> None:
    """Attempts are counted from the echo: without it a job is tried for ever (§0.10)."""
    fake.scripts["/sink"] = replies(Reply(500))
    spoil_routed(fake, lambda outputs: outputs[0]["metadata"][0].update(attemptNum=0, firstAttemptedAt=""))
    server = play(until=timedelta(minutes=5))
    assert (only(server).state, only(server).attempts) == ("failed", 1)
    assert "attemptNum, firstAttemptedAt" in server.breaches[-1]


def test_a_batched_output(fake: Fake, play: Any) -> None:
    """One request for several jobs gives them one status (§3)."""

    def change(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**outputs[0], "batched": True, "metadata": [output["metadata"][0] for output in outputs]}]

    spoil_routed(fake, change)
    server = play(track(1), track(2))
    assert states(server) == [("succeeded", 200)] * 2
    assert len(fake.sunk()) == 1


@pytest.mark.parametrize(
    "change", [{"headers": {"a": 1}}, {"userId": 1}, {"body": []}, {"params": "a=b"}], ids=lambda change: str(change)
)
def test_an_unreadable_request(fake: Fake, play: Any, change: dict[str, Any]) -> None:
    """Header values and userId are strings, else the status is 599, which never ends (§4.1, §5)."""
    spoil_routed(fake, lambda outputs: outputs[0]["batchedRequest"].update(change))
    server = play(until=timedelta(hours=6))
    assert states(server) == [("failed", 599)]
    assert only(server).attempts > 40
    assert fake.sunk() == []


def test_an_array_of_requests(fake: Fake, play: Any) -> None:
    """Requests go in order up to the first that fails, and all of them again (§4.1)."""

    def change(outputs: list[dict[str, Any]]) -> None:
        first = outputs[0]["batchedRequest"]
        last = {**first, "endpoint": f"{fake.url}/second"}
        outputs[0]["batchedRequest"] = [first, last, first]

    spoil_routed(fake, change)
    fake.scripts["/second"] = replies(Reply(500, "down"), Reply(200))
    server = play()
    assert only(server).codes == [500, 200]
    assert [len(fake.at(path)) for path in ("/sink", "/second")] == [3, 2]


def test_an_array_is_for_the_router_only(fake: Fake, play: Any) -> None:
    """Without the echoed transformAt an array is not readable (§0.10, §3)."""

    def change(outputs: list[dict[str, Any]]) -> None:
        outputs[0]["batchedRequest"] = [outputs[0]["batchedRequest"]]
        outputs[0]["metadata"][0]["transformAt"] = ""

    spoil_routed(fake, change)
    assert states(play(until=timedelta(0))) == [("failed", 599)]

"""The stand-in's router: retries and order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rudder_server import Job
from rudder_server.example import track, workspace
from rudder_server.fake_transformer import Fake, Heard, Reply
from rudder_server.jobs import backoff, ends
from rudder_server.picking import next_due, pick
from rudder_server.scripts import ROUTER, only, replies, spoil_routed, states


def test_5xx_ends_after_three_hours(fake: Fake, play: Any) -> None:
    """5xx is given up after 180 minutes and at least 3 attempts, some 40 of them (§0.13)."""
    fake.scripts["/sink"] = replies(Reply(503, "down"))
    job = only(play())
    assert (job.state, job.code, job.error_response) == ("aborted", 410, "retry limit reached")
    assert 38 <= job.attempts <= 42
    assert job.attempts == len(fake.sunk())


@pytest.mark.parametrize("status", [408, 429])
def test_throttling_has_no_limit(fake: Fake, play: Any, status: int) -> None:
    """408 and 429 are tried until the job is a month old (§0.13)."""
    fake.scripts["/sink"] = replies(Reply(status))
    server = play(until=timedelta(hours=12))
    assert states(server) == [("failed", status)]
    server.clock.wait(timedelta(hours=720).total_seconds())
    server.run()
    assert only(server).error_response == "job expired"


def test_reverse_etl_is_given_up_sooner(fake: Fake, play: Any) -> None:
    """Jobs of such runs have 1 minute and 3 tries (§5)."""
    fake.scripts["/sink"] = replies(Reply(500))
    job = only(play(track(context={"sources": {"job_run_id": "r"}})))
    assert (job.state, job.attempts) == ("aborted", 3)


def test_a_failure_holds_its_user_only(fake: Fake, play: Any) -> None:
    """Later events of a user wait for an earlier one; those of others do not (§5)."""
    first = True

    def sink(heard: Heard) -> Reply:
        nonlocal first
        fails, first = first, False
        return Reply(500 if fails else 200)

    fake.scripts["/sink"] = sink
    server = play(track(1, "a"), track(2, "b"), track(3, "a"))
    assert [body["id"] for body in fake.sunk()] == ["m-1", "m-2", "m-1", "m-3"]
    assert [job.attempts for job in server.jobs] == [2, 1, 1]


def test_without_order(fake: Fake, play: Any) -> None:
    """Without guaranteeUserEventOrder nothing is held (§5 c)."""
    fake.scripts["/sink"] = replies(Reply(500), Reply(200))
    play(track(1, "a"), track(2, "a"), order=False)
    assert [body["id"] for body in fake.sunk()] == ["m-1", "m-2", "m-1"]


def test_a_batch_is_held_whole(fake: Fake, play: Any) -> None:
    """A batch of several users is held back if one of them is blocked (§5)."""

    def change(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len(outputs) < 3:
            return outputs
        alone, *others = outputs
        return [{**alone, "statusCode": 500}, {**others[0], "metadata": [o["metadata"][0] for o in others]}]

    spoil_routed(fake, change)
    server = play(track(1, "a"), track(2, "a"), track(3, "b"), until=timedelta(seconds=1))
    assert fake.sunk() == []
    assert [(job.state, job.attempts) for job in server.jobs] == [("failed", 1), ("waiting", 0), ("failed", 1)]


def test_an_abort_leaves_a_gap(fake: Fake, play: Any) -> None:
    """A terminal 4xx does not hold later events; after retries the key goes one at a time (§5 f)."""
    fake.scripts["/sink"] = replies(Reply(500), Reply(400), Reply(400), Reply(200))
    server = play(*(track(number) for number in range(1, 5)))
    assert [job.state for job in server.jobs] == ["aborted", "aborted", "succeeded", "succeeded"]
    assert [len(heard.json()["input"]) for heard in fake.at(ROUTER)] == [4, 1, 1, 1, 1]


def test_settings_of_now_are_used(fake: Fake, play: Any) -> None:
    """Retries use the destination's present config; one that is gone drains its jobs (§0.7, §5)."""
    fake.scripts["/sink"] = replies(Reply(500), Reply(500), Reply(200))
    server = play(track(1), track(2), until=timedelta(seconds=1))
    server.configure(workspace(config={"apiKey": "new"}))
    server.run(timedelta(seconds=10))
    assert fake.at(ROUTER)[-1].json()["destinations"]["dest-1"]["Config"] == {"apiKey": "new"}
    server.configure(workspace(enabled=False))
    server.run()
    assert [job.error_response for job in server.jobs] == ["destination missing or disabled"] * 2


@given(st.integers(min_value=100, max_value=700))
def test_what_ends_a_job(code: int) -> None:
    """2xx, 3xx and 4xx do, but for 408 and 429 (§5)."""
    assert ends(code) is (code // 100 in (2, 3, 4) and code not in (408, 429))


def test_waits() -> None:
    """10 s doubled each time, 300 s at most (§5)."""
    assert [backoff(number) for number in (1, 2, 3, 4, 5, 6, 99)] == [10, 20, 40, 80, 160, 300, 300]


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["router", "processor"])), min_size=1, max_size=12),
    st.integers(min_value=1, max_value=5),
)
def test_picks_in_order(made: list[tuple[str, str]], batch: int) -> None:
    """However jobs are picked, each key's go in the order of their numbers, and none is left (§5)."""
    jobs = [Job(number, "d", user, place, None, 0.0) for number, (user, place) in enumerate(made)]
    seen: list[Job] = []
    while next_due(jobs, ordered=True) is not None:
        picked = pick(jobs, 0.0, batch=batch, ordered=True, careful=())
        assert 0 < len(picked) <= batch
        assert len({job.transform_at for job in picked}) == 1
        for job in picked:
            job.state = "succeeded"
        seen += picked
    assert seen == jobs

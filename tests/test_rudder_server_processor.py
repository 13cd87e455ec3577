"""The stand-in's processor: failures are final, and what lacks an output is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from rudder_server import Panic
from rudder_server.example import track
from rudder_server.fake_transformer import Fake, Reply, good
from rudder_server.scripts import PROCESSOR, hang_up, replies, spoil_processed, states


def test_failures_at_the_processor_are_final(fake: Fake, play: Any) -> None:
    """Any status but 200 and 298 is final there, 500 too; neighbours go on (§0.6)."""

    def change(outputs: list[dict[str, Any]]) -> None:
        for output, code in zip(outputs, (500, 200, 298, 201), strict=True):
            output.update(statusCode=code, error=f"because {code}")

    spoil_processed(fake, change)
    server = play(*map(track, range(4)), transform_at="processor")
    assert [(failure.code, failure.error) for failure in server.failed_at_processor] == [
        (500, "because 500"),
        (201, "because 201"),
    ]
    assert [failure.event["messageId"] for failure in server.filtered_at_processor] == ["m-2"]
    assert [job.event["messageId"] for job in server.jobs] == ["m-1"]


def test_a_missing_output_is_a_silent_loss(fake: Fake, play: Any) -> None:
    """An event without any output is dropped without a word (§2)."""
    spoil_processed(fake, lambda outputs: outputs[:1])
    server = play(track(1), track(2), transform_at="processor")
    assert [loss.event["messageId"] for loss in server.lost] == ["m-2"]


def test_several_outputs_of_one_event(fake: Fake, play: Any) -> None:
    """Each output of an event is a job of its own (§2)."""
    spoil_processed(fake, lambda outputs: [outputs[0], outputs[0]])
    server = play(transform_at="processor")
    assert states(server) == [("succeeded", 200)] * 2
    assert server.breaches == []


def test_another_order_is_seen(fake: Fake, play: Any) -> None:
    """Jobs are numbered in the answer's order, which breaks a user's order (§2)."""
    spoil_processed(fake, lambda outputs: outputs[::-1])
    server = play(track(1), track(2), transform_at="processor")
    assert [body["id"] for body in fake.sunk()] == ["m-2", "m-1"]
    assert "another order" in server.breaches[0]


def test_outputs_of_nobody(fake: Fake, play: Any) -> None:
    """What an output is, is taken from its echo: an unknown destination drains it (§0.10, §5)."""
    spoil_processed(fake, lambda outputs: outputs[0].update(metadata={}))
    server = play(transform_at="processor")
    assert states(server) == [("aborted", 410)]
    assert "unknown jobIds [0]" in server.breaches[0]
    spoil_processed(fake, lambda outputs: outputs[0].update(metadata={}, statusCode=400))
    assert play(transform_at="processor").failed_at_processor[0].event == {}


@pytest.mark.parametrize("status", [201, 301, 400, 404])
def test_another_status_fails_the_whole_request(fake: Fake, play: Any, status: int) -> None:
    """Any other 2xx, 3xx and 4xx loses the events of a request for good (§0.12, §2)."""
    fake.scripts[PROCESSOR] = replies(Reply(status, {"error": "no"}))
    server = play(track(1), track(2), transform_at="processor")
    assert [failure.code for failure in server.failed_at_processor] == [status] * 2
    assert server.jobs == []


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_the_processor_tries_again(fake: Fake, play: Any, status: int) -> None:
    """408, 429 and 5xx are tried again (§2)."""
    fake.scripts[PROCESSOR] = replies(*[Reply(status)] * 30, good([]))
    server = play(transform_at="processor")
    assert len(fake.at(PROCESSOR)) == 31
    assert len(server.lost) == 1


def test_the_processor_panics_in_the_end(fake: Fake, play: Any) -> None:
    """The 31st failure ends rudder-server (§2)."""
    fake.scripts[PROCESSOR] = replies(Reply(500))
    with pytest.raises(Panic, match="31 times"):
        play(transform_at="processor")


def test_overload_is_waited_for(fake: Fake, play: Any) -> None:
    """503 with X-Rudder-Should-Retry uses up no try, however long it lasts (§1)."""
    overload = Reply(503, None, {"X-Rudder-Should-Retry": "true", "X-Rudder-Error-Reason": "overload"})
    fake.scripts[PROCESSOR] = replies(overload)
    server = play(transform_at="processor", until=timedelta(hours=1))
    assert len(fake.at(PROCESSOR)) > 100
    del fake.scripts[PROCESSOR]
    server.run()
    assert states(server) == [("succeeded", 200)]


def test_no_connection_ends_the_processor(fake: Fake, play: Any) -> None:
    """So does having no connection 31 times (§2)."""
    fake.scripts[PROCESSOR] = hang_up
    with pytest.raises(Panic, match="no answer"):
        play(transform_at="processor")

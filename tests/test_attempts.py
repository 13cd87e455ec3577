"""Attempts: what is tried again, when, and when it is given up."""

from __future__ import annotations

import asyncio
from typing import Any

from support import Fast, Script, answer, promoter

from event_router.api import Misconfigured, Outcome, Reason, Request, Retry
from event_router.attempts import Attempts, Settled
from event_router.retry import Policy

REQUEST = Request("contact", "POST", "http://x/", {})
BUSY = answer(503)


def settle(script: Script, fast: Fast | None = None, *, times: int = 1, **limits: Any) -> list[Settled]:
    """Settle a request so many times, one after the other."""

    async def run() -> list[Settled]:
        attempts = Attempts(promoter(), script, Policy(**limits), (fast or Fast()).timing())
        return [await attempts.settle(REQUEST) for _ in range(times)]

    return asyncio.run(run())


def name(outcome: Outcome) -> tuple[str, str]:
    """Return an outcome in short."""
    return type(outcome).__name__, outcome.reason.code


def test_tried_again_until_it_works() -> None:
    """Failures that pass are followed by a growing wait and another attempt."""
    fast = Fast()
    (settled,) = settle(Script(BUSY, BUSY, Retry(Reason("delivery.timeout", "slow"))), fast)
    assert (name(settled.outcome), settled.attempts) == (("Delivered", "delivered"), 4)
    assert fast.slept == [0.25, 0.5, 1.0]


def test_given_up_after_so_many_attempts() -> None:
    """The last reason stands, with the number of attempts."""
    (settled,) = settle(Script(then=BUSY), attempts=3)
    assert (name(settled.outcome), settled.attempts) == (("Retry", "promoter.unavailable"), 3)
    assert "Given up after 3 attempts." in settled.outcome.reason.message


def test_given_up_after_so_much_time() -> None:
    """An event is not tried for ever, however many attempts it may have."""
    (settled,) = settle(Script(then=BUSY), attempts=100, give_up_after=2)
    assert settled.attempts == 4


def test_retry_after_holds_everybody() -> None:
    """While the destination asks for patience nobody sends, and the wait does not count as failing."""
    fast = Fast()
    settled = settle(Script(answer(429, retry_after="42"), answer(429, retry_after="0")), fast, times=2, attempts=1)
    assert [name(one.outcome)[0] for one in settled] == ["Delivered", "Delivered"]
    assert fast.slept == [42.0, 0.5]


def test_too_much_patience_is_not_had() -> None:
    """A destination that asks for hours is left alone, and so are the events behind."""
    settled = settle(Script(answer(429, retry_after="7200")), times=2)
    assert [name(one.outcome) for one in settled] == [("Retry", "promoter.throttled"), ("Retry", "delivery.throttled")]
    assert "longest_wait allows 300" in settled[0].outcome.reason.message


def test_endless_throttling_ends() -> None:
    """A server that always answers 429 without a time does not hold us for ever."""
    (settled,) = settle(Script(then=answer(429)), longest_wait=20)
    assert name(settled.outcome) == ("Retry", "promoter.throttled")


def test_wrong_credentials_stop_the_destination() -> None:
    """After a 401 nothing is sent any more, and every event behind says why."""
    script = Script(answer(401, {"detail": "Invalid token."}))
    first, second = settle(script, times=2)
    assert name(first.outcome) == ("Misconfigured", "promoter.unauthorized")
    assert name(second.outcome) == ("Misconfigured", "delivery.stopped")
    assert len(script.requests) == 1


def test_a_destination_that_is_down_is_not_tried_with_everything() -> None:
    """Three events given up in a row, and the rest fails at once; one success in between starts the count again."""
    settled = settle(Script(BUSY, BUSY, answer(), then=BUSY), times=7, attempts=1)
    assert [one.outcome.reason.code for one in settled[-2:]] == ["promoter.unavailable", "delivery.down"]
    assert [one.attempts for one in settled] == [1, 1, 1, 1, 1, 1, 0]


def test_halting_wakes_who_waits() -> None:
    """Requests that wait to be sent again are given up at once; those queued are not sent."""

    async def run() -> list[Settled]:
        fast, script = Fast(), Script(BUSY)
        forever = asyncio.Event()

        async def sleep(seconds: float) -> None:
            attempts.halt(Misconfigured(Reason("x", "stop")))
            await forever.wait()

        timing = fast.timing()
        attempts = Attempts(promoter(), script, Policy(concurrency=1), type(timing)(timing.clock, sleep, timing.random))
        return list(await asyncio.gather(attempts.settle(REQUEST), attempts.settle(REQUEST)))

    found = asyncio.run(run())
    assert found[0].outcome.reason.code == "x"


def test_queued_requests_are_not_sent_after_a_halt() -> None:
    """Who waits for a place when everything stops goes home."""
    script = Script(answer(401))

    async def run() -> list[Settled]:
        attempts = Attempts(promoter(), script, Policy(concurrency=1), Fast().timing())
        return list(await asyncio.gather(attempts.settle(REQUEST), attempts.settle(REQUEST)))

    assert [settled.outcome.reason.code for settled in asyncio.run(run())] == [
        "promoter.unauthorized",
        "delivery.stopped",
    ]
    assert len(script.requests) == 1

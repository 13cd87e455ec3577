"""Runs of ``send``: each line one result, through a real engine and a worker."""

from __future__ import annotations

import asyncio
from time import time
from typing import Any
from unittest.mock import patch

import pytest
from engines import engine, limits, settle, take
from nats_servers import server
from runs import Sent, told
from support import Script, answer, each, identify, lines, order, promoter, small, track

from event_router import running
from event_router.api import Delivered, Parked, Reason, Request, Retry, Skipped, Transformed
from event_router.engine.access import Access
from event_router.engine.outcomes import Outcomes
from event_router.engine.stored import Recorded
from event_router.file_door import FileDoor
from event_router.results import Result, result_of
from event_router.resume import Done
from event_router.retry import PATIENCE_OF_SEND, Policy, policy
from event_router.sending import Run, impatience, send
from event_router.worker.gate import DOWN, MISCONFIGURED, THROTTLED, GateState

DELETE = {"type": "delete", "messageId": "d", "userId": "12345"}


@pytest.fixture
def sent(nats: str) -> Sent:
    """Return a function that sends lines over an engine of this test's own."""
    return Sent(nats)


@pytest.mark.anyio
async def test_the_main_job(sent: Sent) -> None:
    """A contact, a survey and an order go out; what is no event says so and its neighbours go through."""
    script = Script()
    assert told(await sent(promoter(), lines(identify(), b"{", track(), b"", order()), script)) == [
        (1, "delivered", "delivered"),
        (2, "rejected", "event.bad_json"),
        (3, "delivered", "delivered"),
        (4, "skipped", "event.empty_line"),
        (5, "delivered", "delivered"),
    ]
    assert [request.kind for request in script.requests] == ["contact", "survey", "event"]


@pytest.mark.anyio
async def test_a_track_before_its_identify_waits(sent: Sent) -> None:
    """It is parked and released by the identify; without one it stays parked."""
    script = Script()
    results = await sent(promoter(), lines(track(), identify(), order(), track(userId="2", messageId="m-9")), script)
    assert sorted(request.kind for request in script.requests) == ["contact", "event", "survey"]
    assert script.requests[0].kind == "contact"
    assert [outcome for _, outcome, _ in told(results)] == ["delivered", "delivered", "delivered", "parked"]
    assert results[3].code == "promoter.contact_unknown"


@pytest.mark.anyio
async def test_duplicates_are_sent_once(sent: Sent) -> None:
    """The second event of one messageId is skipped, whosever it is; a refused one may come again, corrected."""
    script = Script()
    wrong = identify(messageId="b", traits={})
    events = lines(identify(), identify(), identify(userId="2"), wrong, identify(messageId="b"), wrong)
    assert [(outcome, code) for _, outcome, code in told(await sent(promoter(), events, script))] == [
        ("delivered", "delivered"),
        ("skipped", "event.duplicate"),
        ("skipped", "event.duplicate"),
        ("rejected", "contract.required"),
        ("delivered", "delivered"),
        ("skipped", "event.duplicate"),
    ]
    assert len(script.requests) == 2


@pytest.mark.anyio
async def test_a_parked_event_is_not_sent_after_its_twin(sent: Sent) -> None:
    """Of one event that waits twice, the second is a duplicate once the first is sent; until then both are parked."""
    assert [result.outcome for result in await sent(promoter(), lines(track(), track()), Script(), name=None)] == [
        "parked",
        "parked",
    ]
    script = Script()
    assert told(await sent(promoter(), lines(track(messageId="t"), track(messageId="t"), identify()), script))[:2] == [
        (1, "delivered", "delivered"),
        (2, "skipped", "event.duplicate"),
    ]


@pytest.mark.anyio
async def test_a_delete_forgets(sent: Sent) -> None:
    """After it the person is unknown, whether Promoter knew them or not."""
    gone = answer(404, {"detail": "Not found."})
    assert (await sent(promoter(), lines(identify(), DELETE, track()), Script(answer(), gone)))[2].outcome == "parked"


@pytest.mark.anyio
async def test_a_later_run_goes_on_with_the_second_request(sent: Sent) -> None:
    """An order that is stored is not stored again because its survey failed."""
    destination, done = promoter(surveys={"Order Completed": 2}), Done()
    events = lines(identify(), order())
    first = await sent(destination, events, Script(answer(), answer(), answer(503)), attempts=1, done=done)
    assert (first[1].outcome, first[1].requests_settled) == ("failed", 1)
    done.add_begun(first[1])
    script = Script()
    (again,) = await sent(destination, events, script, done=done)
    assert [request.kind for request in script.requests] == ["survey"]
    assert (again.outcome, again.requests_settled, sent.passed) == ("delivered", 2, 1)


@pytest.mark.anyio
async def test_a_later_run_sends_only_what_is_left(sent: Sent) -> None:
    """What is settled is passed over, and the engine still knows who the person is; elsewhere it is a duplicate."""
    done = Done()
    await sent(promoter(), lines(identify()), Script(), done=done)
    done.add(result_of(2, "promoter", identify(messageId="s"), Skipped(Reason("x", "y"))))
    script = Script()
    events = lines(identify(), identify(messageId="s"), track(), identify())
    assert told(await sent(promoter(), events, script, done=done)) == [
        (3, "delivered", "delivered"),
        (4, "skipped", "event.duplicate"),
    ]
    assert [request.kind for request in script.requests] == ["survey"]


@pytest.mark.anyio
async def test_a_run_that_could_not_report_is_believed_later(sent: Sent) -> None:
    """What an earlier run sent, or found nothing to do for, but did not live to report, is not sent again."""
    events = lines(identify(), {"type": "page", "messageId": "p", "userId": "1"}, identify(messageId="w", traits={}))
    await sent(promoter(), events, Script())
    script = Script()
    results = await sent(promoter(), events, script)
    assert [outcome for _, outcome, _ in told(results)] == ["delivered", "skipped", "rejected"]
    assert "earlier run" in results[0].reason
    assert not script.requests
    done = Done()
    done.add(result_of(9, "promoter", identify(messageId="other"), Delivered()))
    twice = await sent(promoter(), lines(identify(), identify()), script, done=done)
    assert [result.code for result in twice] == ["delivered", "event.duplicate"]


@pytest.mark.anyio
async def test_other_runs_of_the_same_engine(sent: Sent) -> None:
    """Another file's event of the same messageId is a duplicate: the engine remembers."""
    await sent(promoter(), lines(identify()), Script(), name="one")
    assert told(await sent(promoter(), lines(identify()), Script(), name=None)) == [(1, "skipped", "event.duplicate")]


@pytest.mark.anyio
async def test_anonymous_events_may_wait_or_go(sent: Sent) -> None:
    """A plugin may take or park whatever it likes; without a person there is nobody to release it."""
    waits = small(transform_page=lambda event: Parked(Reason("small.waits", "It waits.")))
    pages = [{"type": "page", "messageId": f"m{n}", "anonymousId": "a"} for n in range(3)]
    assert {result.code for result in await sent(waits, lines(*pages), Script())} == {"small.waits"}
    goes = small(transform_page=lambda event: Transformed((Request("page", "POST", "http://x/", event),)))
    assert {result.outcome for result in await sent(goes, lines(*pages), Script(), name=None)} == {"delivered"}


@pytest.mark.anyio
async def test_a_wrong_key_ends_the_run(sent: Sent) -> None:
    """Nothing more is sent, every event has its result, and a later run with the right key sends them."""
    people = lines(*(identify(messageId=f"m{at}", userId=f"u{at}") for at in range(9)))
    script = Script(then=answer(401, {"detail": "Invalid token."}))
    results = await sent(promoter(), people, script)
    assert {(result.outcome, result.code) for result in results} == {("failed", "delivery.stopped")}
    assert "Invalid token" in results[0].reason
    assert not any(result.final for result in results)
    assert {result.outcome for result in await sent(promoter(), people, Script())} == {"delivered"}


@pytest.mark.anyio
async def test_a_promoter_that_asks_for_too_much_patience(sent: Sent) -> None:
    """Who is asked to wait for longer than longest_wait ends."""
    results = await sent(promoter(), lines(identify()), Script(then=answer(429, {}, retry_after="99999")))
    assert [result.code for result in results] == ["delivery.throttled"]


@pytest.mark.anyio
async def test_a_promoter_that_is_down(sent: Sent) -> None:
    """Events that fail again and again are given up, with the reason and the number of attempts."""
    script = Script(then=Retry(Reason("delivery.unreachable", "Nobody is there.")))
    results = await sent(promoter(), lines(identify()), script, attempts=2, longest_backoff=0.01)
    assert [(result.outcome, result.code, result.attempts) for result in results] == [
        ("failed", "delivery.unreachable", 2)
    ]
    assert "Given up after 2 attempts" in results[0].reason


@pytest.mark.anyio
async def test_what_comes_after_a_failed_event_waits_for_it(sent: Sent) -> None:
    """A delete is not taken for done because the identify before it failed; other people's events go."""
    events = lines(identify(), DELETE, identify(messageId="o", userId="other"))
    script = Script(answer(503))
    assert [(result.outcome, result.code) for result in await sent(promoter(), events, script, attempts=1)] == [
        ("failed", "promoter.unavailable"),
        ("failed", "delivery.behind"),
        ("delivered", "delivered"),
    ]


@pytest.mark.anyio
async def test_interrupting_before_the_start(sent: Sent) -> None:
    """A run that is stopped before it began sends nothing."""
    interrupted, script = asyncio.Event(), Script()
    interrupted.set()
    await sent(promoter(), lines(*(identify(messageId=f"m{at}") for at in range(5))), script, interrupted=interrupted)
    assert not script.requests


@pytest.mark.anyio
async def test_a_door_that_was_never_opened(nats: str) -> None:
    """It has nothing to report."""
    async with engine(nats) as opened:
        results: list[Result] = []
        await FileDoor(opened, "promoter", "run", results.append).finish()
        assert not results


@pytest.mark.anyio
async def test_interrupting(sent: Sent) -> None:
    """What is out comes to its end, the rest is given up or not read; nothing is lost without a word."""
    interrupted = asyncio.Event()

    def stop(request: Request) -> Any:
        interrupted.set()
        return answer()

    people = lines(*(identify(messageId=f"m{n}", userId=f"u{n}") for n in range(20)), identify(messageId="m5"))
    results = await sent(promoter(), people, Script(stop), interrupted=interrupted, requests_per_second=1)
    assert {result.code for result in results} == {"delivered", "delivery.interrupted"}
    assert len(results) == 21


@pytest.mark.anyio
async def test_reading_that_fails_ends_the_run(sent: Sent, nats: str) -> None:
    """What reading raises is raised."""

    async def broken() -> Any:
        raise OSError("gone")
        yield

    run = Run(promoter(), Policy(), sent.settings, ("promoter",))
    with pytest.raises(OSError, match="gone"):
        await send(run, Access(nats), broken(), print, asyncio.Event())


@pytest.mark.anyio
async def test_an_engine_that_ends() -> None:
    """A run whose nats-server dies ends, and says so of every event."""
    results: list[Result] = []
    with server() as handle:
        run = Run(promoter(), policy(PATIENCE_OF_SEND), limits(), ("promoter",))

        def die(request: Request) -> Any:
            handle.kill()
            run.ended.set()
            return answer()

        people = lines(*(identify(messageId=f"m{at}", userId=f"u{at}") for at in range(3)))
        with patch.object(running, "http_sender", lambda *_: Script(die)):
            await send(run, Access(handle.url), each(people), results.append, asyncio.Event())
    assert [(result.outcome, result.code) for result in results] == [("failed", "engine.ended")] * 3


@pytest.mark.anyio
@pytest.mark.parametrize("outcome", ["delivered", "skipped", "rejected", "failed"])
async def test_a_word_that_is_lost(nats: str, monkeypatch: pytest.MonkeyPatch, outcome: str) -> None:
    """After a while without news the record is looked at; what is not recorded is waited for."""
    monkeypatch.setattr("event_router.file_door._SILENCE", 0)
    results: list[Result] = []
    async with engine(nats) as opened:
        door = FileDoor(opened, "promoter", "run", results.append)
        sending = asyncio.create_task(door.run(each(lines(identify()))))
        message = await take(opened)
        await door.catch_up()
        assert not results
        recorded = Recorded(outcome, "some.code", "m-1", "identify", 3, time())
        await Outcomes(opened, "promoter").record(opened.people.person(identify()), recorded, "1")
        await door.catch_up()
        await sending
        await settle(opened, message)
    assert [(result.outcome, result.code, result.attempts) for result in results] == [(outcome, "some.code", 3)]


def test_impatience() -> None:
    """Wrong settings, a long Retry-After and a long outage end a run; anything shorter does not."""
    most = Policy(longest_wait=10, give_up_after=30)

    def code(state: GateState, lasting: float = 0.0) -> str | None:
        why = impatience(state, lasting, most, 100.0)
        return why.reason.code if why else None

    assert code(GateState()) is None
    assert code(GateState(MISCONFIGURED, 400.0)) == "delivery.stopped"
    assert code(GateState(THROTTLED, 105.0)) is None
    assert code(GateState(THROTTLED, 111.0)) == "delivery.throttled"
    assert code(GateState(DOWN, 105.0), 29.0) is None
    assert code(GateState(DOWN, 105.0), 31.0) == "delivery.down"

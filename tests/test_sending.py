"""Sending: each event one result, each person's events in order, parked events released."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import Fast, Script, answer, each, identify, lines, order, promoter, send, small, track

from event_router.api import Delivered, Parked, Reason, Request, Retry, Skipped, Transformed
from event_router.results import Result, result_of
from event_router.resume import Done
from event_router.retry import Policy
from event_router.sending import Sending


def told(results: list[Result]) -> list[tuple[int, str, str]]:
    """Return results in short, by line."""
    return sorted((result.line, result.outcome, result.code) for result in results)


def test_the_main_job() -> None:
    """A contact, a survey and an order go out; what is no event says so and its neighbours go through."""
    script = Script()
    given_lines = lines(identify(), b"{", track(), b"", order())
    assert told(send(promoter(), given_lines, script)) == [
        (1, "delivered", "delivered"),
        (2, "rejected", "event.bad_json"),
        (3, "delivered", "delivered"),
        (4, "skipped", "event.empty_line"),
        (5, "delivered", "delivered"),
    ]
    assert [request.kind for request in script.requests] == ["contact", "survey", "event"]


def test_a_track_before_its_identify_waits() -> None:
    """It is parked and released by the identify, before what comes later; without one it stays parked."""
    script = Script()
    results = send(promoter(), lines(track(), identify(), order(), track(userId="2", messageId="m-9")), script)
    assert [request.kind for request in script.requests] == ["contact", "survey", "event"]
    assert told(results)[-1] == (4, "parked", "promoter.contact_unknown")
    assert results[-1].line == 4


def test_a_full_car_park() -> None:
    """What finds no room to wait ends as parked at once."""
    results = send(promoter(), lines(track(), track(messageId="b"), identify()), Script(), policy=Policy(most_parked=1))
    assert told(results) == [
        (1, "delivered", "delivered"),
        (2, "parked", "promoter.contact_unknown"),
        (3, "delivered", "delivered"),
    ]


def test_duplicates_are_sent_once() -> None:
    """The second event of one messageId is skipped."""
    script = Script()
    assert told(send(promoter(), lines(identify(), identify()), script))[1] == (2, "skipped", "event.duplicate")
    assert len(script.requests) == 1


def test_repeated_ids_do_not_overtake_each_other() -> None:
    """Two people's events of one messageId are not sent side by side; a refused one may come again, corrected."""
    script = Script()
    other = identify(userId="2")
    events = lines(identify(), other, identify(messageId="b", traits={}), identify(messageId="b"))
    assert [outcome for _, outcome, _ in told(send(promoter(), events, script))] == [
        "delivered",
        "skipped",
        "rejected",
        "delivered",
    ]
    assert len(script.requests) == 2


def test_a_parked_event_is_not_sent_after_its_twin() -> None:
    """Of one event that waits twice, the second is a duplicate once the first is sent."""
    script = Script()
    assert told(send(promoter(), lines(track(), track(), identify()), script))[:2] == [
        (1, "delivered", "delivered"),
        (2, "skipped", "event.duplicate"),
    ]
    assert len(script.requests) == 2


def test_a_delete_forgets() -> None:
    """After it the person is unknown, whether Promoter knew them or not."""
    for removed in (answer(), answer(404, {"detail": "Not found."})):
        script = Script(answer(), removed)
        delete = {"type": "delete", "messageId": "d", "userId": "12345"}
        assert told(send(promoter(), lines(identify(), delete, track()), script))[2][1] == "parked"


def test_a_failed_identify_is_not_remembered() -> None:
    """Only what Promoter took counts as known."""
    results = send(promoter(), lines(identify(), track()), Script(answer(400, {"email": ["no"]})))
    assert [outcome for _, outcome, _ in told(results)] == ["rejected", "parked"]


def test_what_comes_after_a_failed_event_waits_for_it() -> None:
    """A delete is not taken for done because the identify before it failed; what needs no contact is judged as ever."""
    delete = {"type": "delete", "messageId": "d", "userId": "12345"}
    page = {"type": "page", "messageId": "p", "userId": "12345"}
    wrong = identify(messageId="w", traits={})
    events = lines(identify(), delete, page, wrong, track(), order(), identify(messageId="o", userId="other"))
    done = Done()
    first = send(promoter(), events, Script(answer(503)), policy=Policy(attempts=1), done=done)
    assert told(first) == [
        (1, "failed", "promoter.unavailable"),
        (2, "failed", "delivery.behind"),
        (3, "skipped", "event.unsupported"),
        (4, "rejected", "contract.required"),
        (5, "parked", "promoter.contact_unknown"),
        (6, "failed", "delivery.behind"),
        (7, "delivered", "delivered"),
    ]
    script = Script()
    again = send(promoter(), events, script, done=done)
    assert [request.kind for request in script.requests] == ["contact", "remove", "event"]
    assert (2, "delivered", "delivered") in told(again)


def test_requests_of_one_event_stop_at_the_first_failure() -> None:
    """The order is stored, the survey refused: the event says so, with all attempts counted."""
    destination = promoter(surveys={"Order Completed": 2})
    script = Script(answer(), answer(), answer(400, {"campaign_id": ["no"]}))
    results = send(destination, lines(identify(), order()), script)
    assert (results[1].outcome, results[1].attempts) == ("rejected", 2)


def test_a_later_run_goes_on_with_the_second_request() -> None:
    """An order that is stored is not stored again because its survey failed."""
    destination = promoter(surveys={"Order Completed": 2})
    events, policy = lines(identify(), order()), Policy(attempts=1)
    first = send(destination, events, Script(answer(), answer(), answer(503)), policy=policy)
    assert (first[1].outcome, first[1].requests_settled) == ("failed", 1)
    done = Done()
    done.add(first[0])
    done.add_begun(first[1])
    script = Script()
    (again,) = send(destination, events, script, done=done)
    assert [request.kind for request in script.requests] == ["survey"]
    assert (again.outcome, again.requests_settled) == ("delivered", 2)


def test_skipped_counts_only_if_nothing_was_delivered() -> None:
    """An order that is stored is delivered, though its survey was not due."""
    destination = promoter(surveys={"Order Completed": 2})
    refused = answer(400, {"non_field_errors": ["Contact is not eligible for survey."]})
    assert send(destination, lines(identify(), order()), Script(answer(), answer(), refused))[1].outcome == "delivered"
    assert send(promoter(), lines(identify(), track()), Script(answer(), refused))[1].outcome == "skipped"


def test_a_later_run_sends_only_what_is_left() -> None:
    """What is settled is passed over, and still teaches who the person is; elsewhere it is a duplicate."""
    done = Done()
    done.add(result_of(1, "promoter", identify(), Delivered(), 1))
    done.add(result_of(2, "promoter", identify(messageId="s"), Skipped(Reason("x", "y"))))
    script = Script()
    results = send(promoter(), lines(identify(), identify(messageId="s"), track(), identify()), script, done=done)
    assert told(results) == [(3, "delivered", "delivered"), (4, "skipped", "event.duplicate")]
    assert [request.kind for request in script.requests] == ["survey"]


def test_a_repeated_delete_does_not_forget_again() -> None:
    """Who came back after a delete stays known, though the delete arrives a second time."""
    delete = {"type": "delete", "messageId": "d", "userId": "12345"}
    back = identify(messageId="back")
    results = send(promoter(), lines(identify(), delete, back, delete, track()), Script())
    assert told(results)[-2:] == [(4, "skipped", "event.duplicate"), (5, "delivered", "delivered")]


def test_anonymous_events_may_wait_too() -> None:
    """A plugin may park whatever it likes; without a person there is nobody to release it."""
    destination = small(transform_page=lambda event: Parked(Reason("small.waits", "It waits.")))
    page = {"type": "page", "messageId": "p", "anonymousId": "a"}
    assert told(send(destination, lines(page), Script())) == [(1, "parked", "small.waits")]


def test_a_later_run_forgets_as_well() -> None:
    """A delete that is settled makes the person unknown again."""
    done = Done()
    delete = {"type": "delete", "messageId": "d", "userId": "12345"}
    done.add(result_of(1, "promoter", identify(), Delivered(), 1))
    done.add(result_of(2, "promoter", delete, Delivered(), 1))
    assert told(send(promoter(), lines(identify(), delete, track()), Script(), done=done)) == [
        (3, "parked", "promoter.contact_unknown")
    ]


HTML = b"<!DOCTYPE html><html><body>Bad gateway</body></html>"


@pytest.mark.parametrize(
    ("then", "code"),
    [
        (answer(502, HTML), "promoter.unavailable"),
        (answer(200, HTML), "promoter.not_json"),
        (answer(200, b"\x00garbage"), "promoter.not_json"),
        (answer(404, HTML), "promoter.not_found"),
        (Retry(Reason("delivery.unreachable", "dead")), "delivery.unreachable"),
        (Retry(Reason("delivery.timeout", "slow")), "delivery.timeout"),
        (answer(429, {}, retry_after="99999"), "promoter.throttled"),
    ],
)
def test_a_promoter_that_misbehaves_loses_nothing(then: Any, code: str) -> None:
    """Dead, slow, speaking garbage or HTML: every event ends as failed, with a reason."""
    people = [identify(messageId=f"m{at}", userId=f"u{at}") for at in range(9)]
    results = send(promoter(), lines(*people), Script(then=then))
    assert {result.outcome for result in results} == {"failed"}
    assert len(results) == 9
    assert code in {result.code for result in results}
    assert not any(result.final for result in results)


def test_interrupting() -> None:
    """What is out comes to its end, the rest is given up or not read; nothing is lost without a word."""

    async def run() -> tuple[list[Result], int]:
        results: list[Result] = []

        def stop(request: Request) -> Any:
            sending.interrupt()
            return answer()

        script = Script(stop)
        policy = Policy(concurrency=1)
        sending = Sending(promoter(), script, policy, results.append, timing=Fast().timing())
        people = [identify(messageId=f"m{n}", userId=f"u{n}") for n in range(20)]
        await sending.run(each(lines(*people)))
        sending.interrupt()
        return results, len(script.requests)

    results, sent = asyncio.run(run())
    assert sent == 1
    assert {result.code for result in results} == {"delivered", "delivery.interrupted"}


def test_interrupting_before_the_start() -> None:
    """A run that is stopped before it began sends nothing."""
    sending = Sending(promoter(), Script(), Policy(), print)
    sending.interrupt()
    asyncio.run(sending.run(each([])))
    assert sending.passed == 0


def test_events_without_a_person_need_no_turn() -> None:
    """A destination may take anonymous events; they do not wait for each other."""
    destination = small(transform_page=lambda event: Transformed((Request("page", "POST", "http://x/", event),)))
    pages = [{"type": "page", "messageId": f"m{n}", "anonymousId": "a"} for n in range(3)]
    assert {result.outcome for result in send(destination, lines(*pages), Script())} == {"delivered"}


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(("identify", "track"))), max_size=12), st.integers(1, 4)
)
def test_each_event_one_result_each_person_in_order(story: list[tuple[str, str]], concurrency: int) -> None:
    """Whatever comes, every line has one result, and a person's requests keep the order in which they could go."""
    events = [
        (identify if kind == "identify" else track)(userId=user, messageId=f"m{at}")
        for at, (user, kind) in enumerate(story)
    ]
    script = Script()
    results = send(promoter(), lines(*events), script, policy=Policy(concurrency=concurrency))
    assert sorted(result.line for result in results) == list(range(1, len(events) + 1))
    for user in "ab":
        sent = [request.headers["idempotency-key"] for request in script.requests]
        mine = [key for key in sent if story[int(key.removeprefix("promoter:m"))][0] == user]
        known = next((at for at, item in enumerate(story) if item == (user, "identify")), None)
        wanted = [f"promoter:m{at}" for at, (who, _) in enumerate(story) if who == user]
        first = f"promoter:m{known}"
        assert mine == ([] if known is None else [first, *(key for key in wanted if key != first)])

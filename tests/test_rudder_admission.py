"""Admission: never more in flight than there is room for."""

from __future__ import annotations

from contextlib import suppress

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from event_router.rudder.admission import Admission, Held, Overloaded, overloaded


def in_flight(admission: Admission) -> tuple[int, int]:
    """Return how much is in flight."""
    return admission.requests, admission.bytes


def fail(admission: Admission) -> None:
    """Fail with something in flight."""
    with admission.request() as held:
        held.take(10)
        raise ZeroDivisionError


def test_requests_are_bounded() -> None:
    """One more than there is room for is refused; one that ends makes room, however it ends."""
    admission = Admission(most_requests=1)
    with admission.request():
        assert admission.requests == 1
        with pytest.raises(Overloaded) as caught, admission.request():
            pass
        assert caught.value.reason == "requests"
        assert admission.requests == 1
    with pytest.raises(ZeroDivisionError):
        fail(admission)
    assert in_flight(admission) == (0, 0)


def test_bytes_are_bounded() -> None:
    """All bodies together have their limit; what is refused takes nothing."""
    admission = Admission(most_bytes=100)
    with admission.request() as one, admission.request() as two:
        one.take(60)
        two.take(40)
        with pytest.raises(Overloaded) as caught:
            two.take(1)
        assert caught.value.reason == "memory"
        assert in_flight(admission) == (2, 100)
        assert (one.bytes, two.bytes) == (60, 40)
    assert in_flight(admission) == (0, 0)


def test_a_body_for_which_all_the_room_is_not_enough() -> None:
    """Once it takes more than half of the room it goes on outside it, and the room is the others'."""
    admission = Admission(most_bytes=100)
    with admission.request() as small:
        with admission.request() as large:
            small.take(40)
            large.take(60)
            large.take(1000)
            small.take(60)
            with pytest.raises(Overloaded):
                small.take(1)
            large.take(1)
            assert in_flight(admission) == (2, 1161)
        assert in_flight(admission) == (1, 100)


def test_one_large_body_at_a_time() -> None:
    """The second one is let in when the first has gone, and so is not sent for ever."""
    admission = Admission(most_bytes=100)
    with admission.request() as second:
        with admission.request() as first:
            first.take(200)
            second.take(90)
            with pytest.raises(Overloaded):
                second.take(110)
        second.take(110)
        assert in_flight(admission) == (1, 200)


@pytest.mark.parametrize(("number", "taken"), [(50, 0), (51, 51)])
def test_what_is_large(number: int, taken: int) -> None:
    """More than half of the room is, to the byte."""
    admission = Admission(most_bytes=100)
    with admission.request() as other, admission.request() as one:
        other.take(60)
        with suppress(Overloaded):
            one.take(number)
        assert (one.bytes, admission.bytes) == (taken, 60 + taken)


def test_after_a_large_body() -> None:
    """Once it has gone the room is as it was before: no more of it, and no less."""
    admission = Admission(most_bytes=100)
    for _ in range(2):
        with admission.request() as large:
            large.take(200)
        with admission.request() as one, admission.request() as other:
            one.take(60)
            other.take(40)
            with pytest.raises(Overloaded):
                other.take(1)


def test_beside_a_large_body() -> None:
    """Others come and go, and it stays outside of the room."""
    admission = Admission(most_bytes=100)
    with admission.request() as large:
        large.take(200)
        for _ in range(2):
            with admission.request() as small:
                small.take(50)
        assert in_flight(admission) == (1, 200)


def test_room_of_a_process() -> None:
    """Unless it is told otherwise: what docs/rudderstack.md promises."""
    admission = Admission()
    assert (admission.most_requests, admission.most_bytes) == (2000, 128 * 1024 * 1024)


def test_many_small_bodies() -> None:
    """None of them goes outside the room: a body of half of it finds room again soon enough."""
    admission = Admission(most_bytes=100)
    with admission.request() as one, admission.request() as other:
        one.take(60)
        other.take(40)
        with pytest.raises(Overloaded):
            other.take(10)
        assert in_flight(admission) == (2, 100)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 70)), max_size=30))
def test_the_room_always_adds_up(steps: list[tuple[int, int]]) -> None:
    """Whoever takes what, all of it together is what is in flight, and too much only without the largest."""
    admission = Admission(most_bytes=100)
    requests: list[Held] = [admission.request() for _ in range(5)]
    for who, number in steps:
        before = requests[who].bytes
        try:
            requests[who].take(number)
        except Overloaded:
            assert admission.bytes + number > 100
            assert requests[who].bytes == before
        assert admission.bytes == sum(held.bytes for held in requests)
        assert admission.bytes <= 100 or admission.bytes - max(held.bytes for held in requests) <= 100


@pytest.mark.parametrize(("word", "told"), [("requests", "More requests"), ("memory", "The bodies")])
def test_overload_is_answered(word: str, told: str) -> None:
    """rudder-server sends it again, counting nothing; people read why."""
    answer = overloaded(word)
    headers = dict(answer.headers)
    assert answer.status == 503
    assert headers[b"x-rudder-should-retry"] == b"true"
    assert headers[b"x-rudder-error-reason"] == word.encode()
    assert headers[b"retry-after"] == b"1"
    assert headers[b"content-type"] == b"application/json"
    assert orjson.loads(answer.body)["error"].startswith(f"[rudder.overloaded] {told}")

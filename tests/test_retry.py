"""Backoff grows, is bounded, and leaves room for chance; of limits the last one named counts."""

from __future__ import annotations

from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from event_router.contracts import compile_schema
from event_router.retry import PATIENCE_OF_SEND, SCHEMA, Policy, backoff, policy


@given(st.integers(1, 10_000), st.floats(0, 1), st.floats(0.001, 86_400))
def test_law(attempt: int, chance: float, longest: float) -> None:
    """Never more than the longest, never less than half of the full wait, never shorter than the attempt before."""
    full = backoff(attempt, longest, lambda: 1.0)
    assert full / 2 <= backoff(attempt, longest, lambda: chance) <= full <= longest
    assert full <= backoff(attempt + 1, longest, lambda: 1.0)


def test_chance_is_taken_where_nobody_brings_any() -> None:
    """Many events that failed together do not come back together."""
    assert len({backoff(20, 600.0) for _ in range(20)}) > 1


def test_the_last_limit_counts() -> None:
    """A destination's own table goes before the common one, and both before what the program assumes."""
    assert policy() == Policy()
    assert policy(PATIENCE_OF_SEND, {"attempts": 3, "timeout": 1}, {"timeout": 2}) == Policy(
        attempts=3, timeout=2, give_up_after=30.0, longest_backoff=10.0
    )


def test_what_is_no_limit_is_passed_over() -> None:
    """Tables of the configuration may hold more than limits."""
    assert policy({"plugin": "promoter", "concurrency": 1}).concurrency == 1


def test_every_limit_can_be_set() -> None:
    """The schema knows each limit, and takes what the program assumes."""
    assert set(SCHEMA["properties"]) == {field.name for field in fields(Policy)}
    defaults = {field.name: getattr(Policy(), field.name) for field in fields(Policy)}
    assert compile_schema("delivery", SCHEMA).is_valid(defaults)

"""Backoff grows, is bounded, and leaves room for chance."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from event_router.retry import backoff


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_law(attempt: int, chance: float) -> None:
    """Never more than ten seconds, never less than half of the full wait, never shorter than the attempt before."""
    full = backoff(attempt, lambda: 1.0)
    assert full / 2 <= backoff(attempt, lambda: chance) <= full <= 10
    assert full <= backoff(attempt + 1, lambda: 1.0)

"""Turns: much work in parts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from event_router.rudder.turns import parts


@given(st.lists(st.integers(0, 50)), st.integers(0, 60))
def test_parts_law(sizes: list[int], most: int) -> None:
    """All items come once, in order; no part goes on beyond the item that made it full."""
    found = list(parts(sizes, lambda size: size, most))
    assert [size for part in found for size in part] == sizes
    assert all(part and sum(part[:-1]) <= most for part in found)

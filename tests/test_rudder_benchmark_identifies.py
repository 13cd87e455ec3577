"""The benchmark's identifies alone: about 1 KB each, each a contact that really goes to Promoter."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st
from rudder_identifies import IDENTIFY, identify
from support import promoter

from event_router.api import Context, Rejected, Transformed
from event_router.dispatch import decide
from event_router.event import canonicalise


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=9, unique=True))
def test_the_elements(numbers: list[int]) -> None:
    """Each is an identify of another person, with little around it."""
    elements: list[dict[str, Any]] = orjson.loads(IDENTIFY.body(numbers))
    assert [one["message"] for one in elements] == [identify(number) for number in numbers]
    assert {one["message"]["type"] for one in elements} == {"identify"}
    assert len({one["message"]["userId"] for one in elements}) == len(numbers)
    assert [one["metadata"]["jobId"] for one in elements] == [number + 1 for number in numbers]


@given(st.integers(0, 10_000))
def test_their_size(number: int) -> None:
    """The event has about 1 KB, and what is around it less than half of that."""
    event = len(orjson.dumps(identify(number)))
    assert 1000 < event < 1300
    assert len(IDENTIFY.body([number])) - event < 500


def test_they_go_to_promoter() -> None:
    """One that is skipped or refused would cost less than a real one."""
    canonical = canonicalise(identify(7))
    assert not isinstance(canonical, Rejected)
    result = decide(promoter(), canonical[0], None, Context("promoter", datetime.now(UTC)))[1]
    assert isinstance(result, Transformed)
    assert [request.kind for request in result.requests] == ["contact"]

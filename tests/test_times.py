"""Times: many forms in, one out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract_tests.strategies import hostile_json
from event_router.times import _other, event_time, is_canonical, parse, to_utc


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-23T15:01:41.904Z", "2026-11-23T15:01:41.904Z"),
        ("2026-11-23T15:01:41.904123+00:00", "2026-11-23T15:01:41.904Z"),
        ("2026-11-23", "2026-11-23T00:00:00.000Z"),
        ("2026-11-23 15:01:41.209808489 +0000 UTC m=+70366.298768264", "2026-11-23T15:01:41.209Z"),
        ("2026-11-23 15:01:41 +0100 CET", "2026-11-23T14:01:41.000Z"),
        (0, "1970-01-01T00:00:00.000Z"),
        (1764000101, "2025-11-24T16:01:41.000Z"),
        (1764000101904, "2025-11-24T16:01:41.904Z"),
        (100_000_000_000, "1973-03-03T09:46:40.000Z"),
        (99_999_999_999, "5138-11-16T09:46:39.000Z"),
        ("2026-11-23 15:01:41 +0000 UTC m=+" + "1" * 47, "2026-11-23T15:01:41.000Z"),
        ("2026-11-23 15:01:41 +0000 UTC m=+" + "1" * 48, None),
        ("soon", None),
        ("2026-13-23T15:01:41.904Z", None),
        ("x" * 100, None),
        (True, None),
        (1e300, None),
        (float("nan"), None),
        ([], None),
    ],
)
def test_forms(value: Any, expected: str | None) -> None:
    """Every form that libraries write is read; what is none is nothing."""
    assert to_utc(value) == expected


@pytest.mark.parametrize("best", range(4))
@pytest.mark.parametrize("nothing", [None, "soon", True])
def test_the_best_of_four(best: int, nothing: Any) -> None:
    """An event's time is the first of the four that can be read."""
    names = ("timestamp", "originalTimestamp", "sentAt", "receivedAt")
    times = {name: nothing if at < best else f"2026-11-2{at}T00:00:00Z" for at, name in enumerate(names)}
    assert event_time(times) == f"2026-11-2{best}T00:00:00.000Z"
    assert event_time(dict.fromkeys(names, nothing)) is None


@given(st.datetimes(timezones=st.just(UTC)))
def test_law(time: datetime) -> None:
    """A time survives to the millisecond, and the canonical form is a fixed point."""
    text = to_utc(time.isoformat())
    assert text is not None
    assert to_utc(text) == text
    assert abs((parse(text) - time).total_seconds()) < 0.001


_NEARLY = st.datetimes().map(lambda time: time.isoformat(timespec="milliseconds") + "Z")
_MISTAKES = st.tuples(st.integers(0, 23), st.sampled_from("0129-:., TZzW+\uff11"))


@given(_NEARLY, st.lists(_MISTAKES, max_size=2))
@example("2026-W47-1T15:01:41.904Z", [])
@example("2026-11-23T15:01:41,904Z", [])
@example("2026-11-23 15:01:41.904Z", [])
@example("2026-11-23T15:01:41.9041", [])
@example("2026-02-30T15:01:41.904Z", [])
def test_canonical_times_are_fixed_points_of_all_the_rules(text: str, mistakes: list[tuple[int, str]]) -> None:
    """A time is canonical exactly where reading it in full gives the same text; a slip or two makes no difference."""
    for at, char in mistakes:
        text = text[:at] + char + text[at + 1 :]
    try:
        read = _other(text)
    except ValueError:
        read = None
    assert is_canonical(text) == (read == text)
    assert to_utc(text) == read


@given(hostile_json)
def test_never_raises(value: Any) -> None:
    """Whatever is given, there is a time or none."""
    assert to_utc(value) is None or isinstance(to_utc(value), str)

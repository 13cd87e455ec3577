"""The table at the end."""

from __future__ import annotations

from support import identify

from event_router.api import Delivered, Dropped, Outcome, Reason, Rejected, Retry, Skipped
from event_router.results import result_of
from event_router.summary import Summary, columns, table


def test_table() -> None:
    """Counts by outcome and reason, worst last, an example for each, long reasons cut."""
    outcomes: list[Outcome] = [Delivered(), Skipped(Reason("s", "x" * 500)), Retry(Reason("f", "why")), Delivered()]
    summary = Summary()
    for number, outcome in enumerate(outcomes):
        summary.add(
            result_of(number + 1, "p", identify(), outcome, 1, (Dropped("$.a", "null"),) if number == 0 else ())
        )
    text = table(summary, passed=3)
    assert [line.split() for line in text.splitlines()[:4]] == [
        ["outcome", "reason", "events"],
        ["delivered", "delivered", "2"],
        ["skipped", "s", "1"],
        ["failed", "f", "1"],
    ]
    assert "3 events were settled by an earlier run" in text
    assert "1 delivered events lost fields" in text
    assert "f, for example line 3: why" in text
    assert max(map(len, text.splitlines())) < 220
    assert not summary.clean


def test_clean() -> None:
    """Skipped and parked are no failures; refused and failed are."""
    summary = Summary()
    assert summary.clean
    summary.add(result_of(1, "p", None, Rejected(Reason("r", "no"))))
    assert not summary.clean


def test_columns() -> None:
    """Columns are as wide as their widest cell."""
    assert list(columns([("a", "b"), ("ccc", "d")])) == ["a    b", "ccc  d"]

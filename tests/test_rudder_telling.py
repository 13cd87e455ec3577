"""Telling: each thing once in a while."""

from __future__ import annotations

import pytest

from event_router.rudder.telling import QUIET, Teller


def test_not_again_and_again(caplog: pytest.LogCaptureFixture) -> None:
    """The same is told once, another thing at once, and the same once more after a while."""
    now = 100.0
    teller = Teller(lambda: now)
    for _ in range(3):
        teller.warn("Destination %s is broken.", "a")
        teller.warn("Destination %s is broken.", "b")
    now += QUIET
    teller.warn("Destination %s is broken.", "a")
    assert [record.getMessage()[:13] for record in caplog.records] == [
        "Destination a",
        "Destination b",
        "Destination a",
    ]


def test_no_more_than_there_is_room_for(caplog: pytest.LogCaptureFixture) -> None:
    """However many things there are to tell, few are kept; the oldest may be told again."""
    teller = Teller(lambda: 100.0)
    for number in range(1500):
        teller.warn("%s", str(number))
    caplog.clear()
    teller.warn("%s", "1499")
    teller.warn("%s", "0")
    assert [record.getMessage() for record in caplog.records] == ["0"]

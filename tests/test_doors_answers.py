"""Answers: what a store that cannot, and a door that breaks, come to."""

from __future__ import annotations

import pytest
from door import Doors, refusal
from support import identify

from event_router.doors.store import Unavailable


def test_only_what_is_stored_is_answered_200() -> None:
    """A store that cannot, or that breaks, makes SDKs try again; its words do not reach them."""
    doors = Doors()
    doors.store.failures = [Unavailable("engine.full", "The disk is full. Make room.", 7), KeyError("ted@x.com")]
    response = doors.ask("/v1/track", {})
    assert refusal(response) == (503, "engine.full")
    assert response.headers["retry-after"] == "7"
    response = doors.ask("/v1/track", {})
    assert refusal(response) == (500, "door.failed")
    assert "ted" not in response.text
    assert doors.ask("/v1/track", {}).status_code == 200


def test_the_log_knows_no_traits(caplog: pytest.LogCaptureFixture) -> None:
    """It has what failed and where, not on what."""
    doors = Doors()
    doors.store.failures = [KeyError("ted@mosbiusdesigns.com")]
    doors.ask("/v1/identify", identify())
    (record,) = caplog.records
    assert record.name == "event_router.doors"
    assert "KeyError" in record.getMessage()
    assert "door.py" in record.getMessage()
    assert "ted" not in caplog.text

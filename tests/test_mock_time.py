"""The mock when its clock is set back, and when a caller goes before it has said all."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_promoter.choices import Choices
from mock_promoter.eligibility import hindrance
from mock_promoter.model import Contact
from mock_promoter.rate_limit import RateLimit

Ask = Callable[..., httpx.Response]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
_SECONDS = st.integers(-99, 99).map(lambda seconds: timedelta(seconds=seconds))
_GAPS = st.timedeltas(timedelta(days=-3), timedelta(days=3))


@pytest.mark.fidelity("F-17")
def test_a_clock_that_is_set_back_limits_nobody(ask: Ask) -> None:
    """What was counted, and what a caller was told, in a time that has not come yet holds nobody up."""
    for year in ("2030", "2026"):
        ask("PUT", "/__mock__/clock", {"mode": "frozen", "at": f"{year}-01-01T00:00:00Z"})
        if year == "2030":
            ask("PUT", "/__mock__/rate-limit", {"limit": 1})
        assert [ask("GET", "/api/lists/").status_code for _ in range(2)] == [200, 429]
    entries = ask("GET", "/__mock__/requests").json()["requests"]
    assert [(one["status"], one["early"]) for one in entries] == [(200, False), (429, False)] * 2
    assert ask("GET", "/api/lists/").headers["retry-after"] == "60"
    assert ask("GET", "/__mock__/requests").json()["requests"][-1]["early"]


@pytest.mark.fidelity("F-17")
@given(st.lists(_GAPS | _SECONDS, max_size=30), st.integers(0, 3), st.integers(1, 100_000))
def test_nobody_waits_longer_than_a_window(gaps: list[timedelta], most: int, seconds: int) -> None:
    """However the clock jumps, one who is refused is let in a window later, and Retry-After says exactly when."""
    limit, now = RateLimit(), NOW
    limit.set(most, timedelta(seconds=seconds))
    for gap in gaps:
        now += gap
        refused = limit.take(now)
        if refused is not None:
            wait = timedelta(seconds=int(refused.headers["retry-after"]))
            assert timedelta(0) < wait <= timedelta(seconds=seconds)
            assert limit.take(now + wait - timedelta(seconds=1)) is not None
            now += wait
            assert (limit.take(now) is None) == (most > 0)


@pytest.mark.fidelity("F-43")
@given(st.lists(_GAPS, max_size=20))
def test_no_hours_are_no_throttle(gaps: list[timedelta]) -> None:
    """With 0 hours nobody is too early, however the clock jumps."""
    contact, now = Contact(1, "a@b.co", NOW), NOW
    for gap in gaps:
        now += gap
        assert hindrance(contact, "email", Choices(hard_throttle_hours=0), now) is None
        contact.surveyed["email"] = now


def test_a_caller_that_goes_before_its_body_has_come(ask: Ask, mock: str) -> None:
    """Nothing is done, not even what would need no body, and the journal has the request as lost."""
    ask("POST", "/api/contacts/", {"email": "a@b.co"})
    where = urlsplit(mock)
    head = b"POST /api/campaigns/1/send-surveys/ HTTP/1.1\r\nhost: x\r\nauthorization: Token promoter-test-key\r\n"
    with socket.create_connection((where.hostname, where.port or 80), 10) as caller:
        caller.sendall(head + b'content-type: application/json\r\ncontent-length: 21\r\n\r\n{"all_')
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        entry = ask("GET", "/__mock__/requests").json()["requests"][-1]
        if entry["path"] == "/api/campaigns/1/send-surveys/" and entry["state"] != "open":
            break
    assert (entry["state"], entry["status"]) == ("lost", None)
    assert entry["notes"] == ["the caller hung up before its body had come"]
    assert ask("GET", "/__mock__/surveys").json()["count"] == 0
    assert ask("GET", "/api/lists/").status_code == 200

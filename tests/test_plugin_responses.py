"""What Promoter's answers mean."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from promoter_destination.responses import interpret
from support import answer

from event_router.api import Request, Response, Retry

HTML = b"<!DOCTYPE html><html></html>"


def meaning(status: int, body: Any = None, kind: str = "survey", **headers: str) -> tuple[str, str]:
    """Return the outcome of an answer and its code."""
    outcome = interpret(Request(kind, "POST", "http://x/", {"campaign_id": 9}), answer(status, body, **headers))
    return type(outcome).__name__, outcome.reason.code


@pytest.mark.parametrize(
    ("status", "body", "kind", "expected"),
    [
        (200, {}, "survey", ("Delivered", "delivered")),
        (201, {"id": 1}, "contact", ("Delivered", "delivered")),
        (200, b"", "event", ("Delivered", "delivered")),
        (200, HTML, "event", ("Retry", "promoter.not_json")),
        (200, HTML, "contact", ("Retry", "promoter.not_json")),
        (200, [], "survey", ("Retry", "promoter.not_json")),
        (200, [], "contact", ("Retry", "promoter.not_json")),
        (200, [], "event", ("Delivered", "delivered")),
        (200, b"  <html>", "event", ("Retry", "promoter.not_json")),
        (200, b"It works!", "check", ("Retry", "promoter.not_json")),
        (401, {"detail": "Invalid token."}, "survey", ("Misconfigured", "promoter.unauthorized")),
        (403, {"detail": "no"}, "survey", ("Misconfigured", "promoter.forbidden")),
        (300, HTML, "survey", ("Misconfigured", "promoter.redirected")),
        (300, {}, "survey", ("Misconfigured", "promoter.redirected")),
        (301, HTML, "survey", ("Misconfigured", "promoter.redirected")),
        (404, HTML, "survey", ("Misconfigured", "promoter.not_found")),
        (404, {"detail": "Not found."}, "survey", ("Misconfigured", "promoter.campaign_not_found")),
        (404, {"detail": "Not found."}, "remove", ("Skipped", "promoter.contact_not_found")),
        (404, {"detail": "Not found."}, "contact", ("Misconfigured", "promoter.not_found")),
        (405, {}, "contact", ("Misconfigured", "promoter.not_found")),
        (
            400,
            {"non_field_errors": ["Contact is not eligible for survey."]},
            "survey",
            ("Skipped", "promoter.not_eligible"),
        ),
        (400, {"email": ["Enter a valid email address."]}, "contact", ("Rejected", "promoter.refused")),
        (400, {"detail": "no"}, "survey", ("Rejected", "promoter.refused")),
        (400, {"detail": "not eligible"}, "contact", ("Rejected", "promoter.refused")),
        (413, {"detail": "not eligible"}, "survey", ("Rejected", "promoter.refused")),
        (400, HTML, "contact", ("Retry", "promoter.not_json")),
        (413, {"detail": "x"}, "contact", ("Rejected", "promoter.refused")),
        (429, {"detail": "x"}, "contact", ("Retry", "promoter.throttled")),
        (500, HTML, "contact", ("Retry", "promoter.unavailable")),
        (408, {}, "contact", ("Retry", "promoter.unavailable")),
        (423, {}, "contact", ("Retry", "promoter.unavailable")),
        (425, {}, "contact", ("Retry", "promoter.unavailable")),
        (501, {"message": "no"}, "event", ("Skipped", "promoter.unsupported")),
        (501, {}, "survey", ("Retry", "promoter.unavailable")),
        (100, {}, "survey", ("Retry", "promoter.not_json")),
    ],
)
def test_meanings(status: int, body: Any, kind: str, expected: tuple[str, str]) -> None:
    """Each answer groups by what the host must do."""
    assert meaning(status, body, kind) == expected


@pytest.mark.parametrize(
    ("value", "date", "after"),
    [
        ("42", "", 42.0),
        ("1234567890", "", 123456789.0),
        ("", "", None),
        ("soon", "", None),
        ("Wed, 21 Oct 2026 07:28:30 GMT", "Wed, 21 Oct 2026 07:28:00 GMT", 30.0),
        ("Wed, 21 Oct 2026 07:27:00 GMT", "Wed, 21 Oct 2026 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2026 07:28:30 -0000", "Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("Wed, 21 Oct 2026 07:28:30 GMT", "", None),
    ],
)
def test_retry_after(value: str, date: str, after: float | None) -> None:
    """Seconds or a date; a date counts from the answer's own."""
    outcome = interpret(Request("survey", "POST", "http://x/"), answer(429, {}, retry_after=value, date=date))
    assert isinstance(outcome, Retry)
    assert (outcome.after, outcome.throttled) == (after, True)


def test_busy_with_a_time_holds_everybody() -> None:
    """503 with Retry-After is a throttle, without one a failure of this request."""
    outcomes = [
        interpret(Request("survey", "POST", "http://x/"), answer(503, {}, **headers))
        for headers in ({"retry_after": "5"}, {})
    ]
    assert [(outcome.throttled, outcome.after) for outcome in outcomes if isinstance(outcome, Retry)] == [
        (True, 5.0),
        (False, None),
    ]


@pytest.mark.parametrize(
    ("content_type", "outcome"), [("text/HTML; charset=utf-8", "Retry"), ("text/plain", "Delivered")]
)
def test_a_page_is_no_answer(content_type: str, outcome: str) -> None:
    """A proxy's page says so in its Content-Type, whatever it begins with; other text is nobody's business."""
    assert meaning(200, b"Be right back", "event", content_type=content_type)[0] == outcome


def test_promoters_own_words_are_kept_short() -> None:
    """Nested errors become one line; endless ones are cut."""
    said = interpret(
        Request("contact", "POST", "http://x/"), answer(400, {"contact": {"email": ["This field may not be blank."]}})
    )
    assert "contact: email: This field may not be blank." in said.reason.message
    long = interpret(Request("contact", "POST", "http://x/"), answer(400, {"a": ["x" * 999], "b": [5, [["deep"] * 3]]}))
    assert len(long.reason.message) < 500


@given(
    st.integers(100, 599),
    st.binary(max_size=60),
    st.dictionaries(st.sampled_from(("retry-after", "date", "location", "content-type")), st.text(max_size=20)),
)
def test_never_raises(status: int, body: bytes, headers: dict[str, str]) -> None:
    """Whatever a server says, it means something."""
    for kind in ("contact", "survey", "remove", "event", "check"):
        assert interpret(
            Request(kind, "POST", "http://x/", {"campaign_id": 1}), Response(status, headers, body)
        ).reason.code

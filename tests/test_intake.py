"""Intake: a line is an event, or it has an outcome with a reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from event_router.intake import read_line
from event_router.lines import Line


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (None, "event.too_large"),
        (b"", "event.empty_line"),
        (b" \t", "event.empty_line"),
        (b"{", "event.bad_json"),
        (b"\xff\xfe", "event.bad_json"),
        (b'{"a": NaN}', "event.bad_json"),
        (b'{"a": "\\ud800"}', "event.bad_json"),
        (b"\xef\xbb\xbf{}", "event.bad_json"),
        (b"[]", "event.not_an_object"),
        (b"5", "event.not_an_object"),
    ],
)
def test_what_is_no_event(data: bytes | None, code: str) -> None:
    """Each kind of nonsense has its code."""
    read = read_line(Line(2, data, 5))
    assert not isinstance(read, tuple)
    assert read.reason.code == code


def test_a_byte_order_mark_starts_a_file() -> None:
    """Windows tools put it before the first line; duplicate keys take the last value."""
    read = read_line(Line(1, b'\xef\xbb\xbf{"type": "page", "type": "track"}', 9))
    assert isinstance(read, tuple)
    assert read[0]["type"] == "track"


@given(st.binary(max_size=80))
def test_never_raises(data: bytes) -> None:
    """Any bytes come to something."""
    assert read_line(Line(1, data, len(data)))

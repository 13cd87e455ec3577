"""What an envelope holds for its items, and the type that a path gives."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from event_router.doors.answers import DoorError
from event_router.doors.envelope import Envelope, merge, open_batch, typed
from event_router.doors.settings import DoorSettings

VALUES = (
    st.none() | st.integers() | st.text(max_size=3) | st.dictionaries(st.text(max_size=2), st.integers(), max_size=3)
)
OBJECTS = st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4)
NAMES = st.sampled_from(("context", "integrations"))
ITEMS = st.dictionaries(NAMES | st.text(max_size=3), VALUES | OBJECTS, max_size=5)
SHARED = st.dictionaries(NAMES, OBJECTS, max_size=2)


@given(ITEMS, SHARED)
def test_merging(item: dict[str, Any], shared: dict[str, dict[str, Any]]) -> None:
    """Own keys win, one level deep; the envelope fills in the rest; doing it twice changes nothing more."""
    before = deepcopy((item, shared))
    merged = merge(item, shared)
    assert (item, shared) == before
    assert merge(merged, shared) == merged
    assert merged.keys() == item.keys() | shared.keys()
    for name, value in merged.items():
        own, given_ = item.get(name), shared.get(name)
        if given_ is None:
            assert value == own
        elif own is None:
            assert value == given_
        else:
            assert value == ({**given_, **own} if isinstance(own, dict) else own)


@given(st.none() | st.integers() | st.text() | st.lists(st.integers()), SHARED)
def test_what_is_no_object_stays_as_it_is(item: Any, shared: dict[str, dict[str, Any]]) -> None:
    """It is refused as what came."""
    assert merge(item, shared) is item


def test_opening() -> None:
    """Null and empty objects are the same as absent; what is unknown is left alone."""
    body: dict[str, Any] = {"batch": [1], "context": None, "integrations": {}, "timestamp": 1, "sentAt": None}
    assert open_batch(body, DoorSettings()) == Envelope([1], {}, None)
    body = {"batch": [], "context": {"a": 1}, "sentAt": "now"}
    assert open_batch(body, DoorSettings()) == Envelope([], {"context": {"a": 1}}, "now")


def test_types() -> None:
    """The path's where the event has none; the same in any case is no conflict; what is no object is judged later."""
    assert typed({"a": 1}, "track") == {"a": 1, "type": "track"}
    assert typed({"type": None}, "track") == {"type": "track"}
    for body in ({"type": "track"}, {"type": " Track"}, {"action": "track"}):
        assert typed(body, "track") is body
    assert typed(7, "track") == 7
    with pytest.raises(DoorError, match="another"):
        typed({"type": "page"}, "track")

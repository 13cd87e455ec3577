"""Merging: many identifies of one person as one that says what all of them would have said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import identify, track

from event_router.worker.merging import merge, mergeable, newest

_TRAITS = st.dictionaries(st.sampled_from("abcd"), st.integers(), max_size=4)
_TIMES = st.none() | st.integers(1, 3).map(lambda day: f"2026-01-0{day}T00:00:00.000Z")
_EVENTS = st.lists(st.builds(lambda time, traits: identify(timestamp=time, traits=traits), _TIMES, _TRAITS), min_size=1)


@given(_EVENTS)
def test_law(events: list[dict[str, Any]]) -> None:
    """The merged traits are what one gets who is told of all events, the oldest first."""
    told: dict[str, Any] = {}
    for event in sorted(events, key=lambda event: event["timestamp"] or ""):
        told.update(event["traits"])
    lead = events[newest(events)]
    assert merge(events) == {**lead, "traits": told}


@given(_EVENTS)
def test_nothing_is_changed_in_place(events: list[dict[str, Any]]) -> None:
    """The events stay what they were, for their own outcomes and dead letters."""
    before = [{**event, "traits": dict(event["traits"])} for event in events]
    merge(events)
    assert events == before


def test_the_last_of_equals_is_the_newest() -> None:
    """Events of one moment, or of none, count in the order they came."""
    assert newest([identify(), identify(), identify(timestamp="2020-01-01T00:00:00.000Z")]) == 1
    assert newest([identify(timestamp=None), identify(timestamp=None)]) == 1


def test_absent_wins_nothing() -> None:
    """A null is the same as absent, so it takes no older value away."""
    old, new = identify(traits={"plan": "A"}), identify(timestamp="2027-01-01T00:00:00.000Z", traits={"plan": None})
    assert merge([old, new])["traits"] == {"plan": "A"}


@pytest.mark.parametrize(
    ("other", "together"),
    [
        (identify(messageId="m-9", traits={}), True),
        (identify(userId="other"), False),
        (identify(integrations={"All": False}), False),
        (identify(traits=None), False),
        (track(), False),
    ],
)
def test_who_may_go_together(other: dict[str, Any], together: bool) -> None:
    """Only identifies of one user with the same integrations, whichever of them comes first."""
    assert mergeable(identify(), other) is mergeable(other, identify()) is together


def test_without_a_user_nothing_is_merged() -> None:
    """Of two anonymous events nobody knows whether they are the same person's."""
    anonymous = identify(userId=None)
    assert not mergeable(anonymous, anonymous)

"""Contacts: the newest event time wins, whatever order they come in."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import TIME, identify, track

from event_router.hooks import Contact
from event_router.memory import Contacts

_TIMES = st.lists(st.integers(10, 59), min_size=1, max_size=4, unique=True)


@given(_TIMES)
def test_order_does_not_matter(minutes: list[int]) -> None:
    """All orders of the same identifies end with the same contact: that of the newest."""
    events = [
        identify(timestamp=f"2026-11-23T15:{minute}:00.000Z", traits={"email": f"{minute}@x.co"}) for minute in minutes
    ]
    for some in permutations(events):
        contacts = Contacts(("email",))
        for event in some:
            contacts.remember(event)
        known = contacts.get(track())
        assert known is not None
        assert known.traits == {"email": f"{max(minutes)}@x.co"}


def test_only_named_traits_stay_and_gaps_are_filled() -> None:
    """What the plugin does not ask for is not kept; an older event fills what is missing."""
    contacts = Contacts(("email", "firstName"))
    contacts.remember(identify(traits={"email": "new@x.co", "plan": "A", "firstName": None}))
    contacts.remember(identify(timestamp="2020-01-01T00:00:00.000Z", traits={"email": "old@x.co", "firstName": "Ted"}))
    known = contacts.get(track())
    assert known is not None
    assert known.traits == {"email": "new@x.co", "firstName": "Ted"}


@pytest.mark.parametrize("time", [TIME, None])
def test_what_comes_later_at_the_same_time(time: str | None) -> None:
    """Of two identifies of one time, or of which the later has none, the later counts; the time that is known stays."""
    contacts = Contacts(("email", "firstName"))
    contacts.remember(identify(timestamp=TIME, traits={"email": "old@x.co", "firstName": "Ted"}))
    contacts.remember(identify(timestamp=time, traits={"email": "new@x.co"}))
    assert contacts.get(track()) == Contact("12345", {"email": "new@x.co", "firstName": "Ted"}, TIME)


def test_a_time_where_none_was_known() -> None:
    """It is the newest that there is."""
    contacts = Contacts(("email",))
    contacts.remember(identify(timestamp=None, traits={"email": "old@x.co"}))
    contacts.remember(identify(timestamp=TIME, traits={"email": "new@x.co"}))
    assert contacts.get(track()) == Contact("12345", {"email": "new@x.co"}, TIME)


def test_strangers_and_the_forgotten() -> None:
    """Nobody is known without a userId or traits; who is forgotten is unknown again."""
    contacts = Contacts(("email",))
    anonymous: dict[str, Any] = identify()
    del anonymous["userId"]
    contacts.remember(anonymous)
    contacts.remember(identify(traits=5))
    assert contacts.get(track()) is None
    contacts.remember(identify())
    contacts.forget(track())
    contacts.forget(track())
    assert contacts.get(track()) is None
    assert contacts.get(anonymous) is None

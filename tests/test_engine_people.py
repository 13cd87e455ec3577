"""Keyed hashes of ids."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from event_router.engine.people import People

_PEOPLE = People(b"key")
_IDS = st.text(st.characters(exclude_categories=()), min_size=1)


@given(_IDS)
def test_a_hash_is_a_token_and_holds_no_id(text: str) -> None:
    """Whatever the id is made of, halves of surrogate pairs, dots and wildcards included."""
    for found, size in ((_PEOPLE.user(text), 20), (_PEOPLE.message(text), 16)):
        assert len(found) == size
        assert not set(found) & set(".*> =")


@given(_IDS, _IDS)
def test_different_ids_have_different_hashes(one: str, other: str) -> None:
    """One person's traces are never taken for another's."""
    assert (_PEOPLE.user(one) == _PEOPLE.user(other)) == (one == other)
    assert (_PEOPLE.message(one) == _PEOPLE.message(other)) == (one == other)


def test_another_key_makes_other_hashes() -> None:
    """Nobody who lacks the key can look up whether an id is there."""
    assert People(b"other").user("1") != _PEOPLE.user("1")


def test_a_person_goes_by_the_best_id_there_is() -> None:
    """By userId, else by anonymousId, else each event is somebody else's; and these are never confused."""

    def person(**ids: Any) -> str:
        return _PEOPLE.person({"messageId": "1", **ids})

    assert person(userId="1", anonymousId="2") == person(userId="1") == _PEOPLE.user("1")
    assert person(anonymousId="1") == person(anonymousId="1", messageId="2")
    assert len({person(userId="1"), person(anonymousId="1"), person(), person(messageId="2")}) == 4

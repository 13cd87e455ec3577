"""Values as bytes and back."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from event_router.api import Dropped
from event_router.engine.stored import (
    RETRIED,
    Answered,
    DeadLetter,
    Recorded,
    StoredEvent,
    Trying,
    decode_event,
    decode_letter,
    decode_outcome,
    decode_trying,
    encode_event,
    encode_letter,
    encode_outcome,
    encode_trying,
    once_more,
)

_TEXT = st.text(st.characters(codec="utf-8"))
_NUMBERS = st.integers(0, 2**53)
_TIMES = st.floats(0, 1e11)
_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=8,
)
_OBJECTS = st.dictionaries(_TEXT, _JSON, max_size=4)
_EVENTS = st.builds(
    StoredEvent,
    event=_OBJECTS,
    source=_TEXT,
    dropped=st.lists(st.builds(Dropped, path=_TEXT, why=_TEXT), max_size=3).map(tuple),
    again=st.none() | _TEXT,
    surveys=st.booleans(),
    since=st.none() | _TIMES,
    settled=_NUMBERS,
    run=st.none() | _TEXT,
    line=_NUMBERS,
)
_LETTERS = st.builds(
    DeadLetter,
    destination=_TEXT,
    outcome=_TEXT,
    code=_TEXT,
    reason=_TEXT,
    at=_TIMES,
    attempts=_NUMBERS,
    stored=_EVENTS,
    answer=st.none() | st.builds(Answered, status=_NUMBERS, body=_TEXT),
    errors=st.lists(_OBJECTS, max_size=2).map(tuple),
    cut=st.booleans(),
)
_OUTCOMES = st.builds(
    Recorded,
    outcome=_TEXT,
    code=_TEXT,
    message_id=_TEXT,
    type=_TEXT,
    attempts=_NUMBERS,
    at=_TIMES,
    again=st.none() | _TEXT,
)
_TRYING = st.builds(Trying, attempts=_NUMBERS, settled=_NUMBERS, put_back=_NUMBERS, started=_NUMBERS, code=_TEXT)


@given(_EVENTS)
def test_an_event_comes_back_as_it_was(stored: StoredEvent) -> None:
    """Each field, in any combination."""
    assert decode_event(encode_event(stored)) == stored


@given(_LETTERS)
def test_a_dead_letter_comes_back_as_it_was(letter: DeadLetter) -> None:
    """With its event, and with how many of its requests need not be made again."""
    assert decode_letter(encode_letter(letter)) == letter


@given(_OUTCOMES)
def test_an_outcome_comes_back_as_it_was(recorded: Recorded) -> None:
    """Each field."""
    assert decode_outcome(encode_outcome(recorded)) == recorded


@given(_TRYING)
def test_what_is_known_of_tries_comes_back_as_it_was(trying: Trying) -> None:
    """Each field."""
    assert decode_trying(encode_trying(trying)) == trying


def test_what_is_as_usual_takes_no_room() -> None:
    """Most events are accepted and delivered, and nothing else."""
    assert encode_event(StoredEvent({"type": "page"}, "web")) == b'{"event":{"type":"page"},"source":"web"}'


@given(_JSON.map(orjson.dumps) | st.binary())
def test_whatever_else_is_stored_is_refused_in_a_way_that_readers_know(data: bytes) -> None:
    """Another program, or a newer version, may write anything; its events come to an end as well."""
    with pytest.raises((ValueError, KeyError, TypeError)):
        decode_event(data)


def test_an_event_given_again_keeps_when_it_was_accepted() -> None:
    """Its time to be given up counts from there."""
    first = once_more(StoredEvent({}, "web", run="r"), RETRIED, 5.0, run=None)
    assert (first.again, first.since, first.run) == (RETRIED, 5.0, None)
    assert once_more(first, RETRIED, 9.0).since == 5.0

"""Spelling: reserved names found in any casing, memory bounded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from event_router import spelling
from event_router.spelling import Speller, event_key, squash


@given(st.sampled_from(spelling.TRAITS), st.sampled_from(("{}", " {}", "{}_", "-{}")))
def test_every_casing_is_found(name: str, form: str) -> None:
    """Letter case and separators do not count."""
    for spelled in (name.upper(), name.lower(), name.title()):
        assert spelling.trait[form.format(spelled)] == name


@given(st.text(max_size=40))
def test_squash_is_idempotent(text: str) -> None:
    """Squashing twice changes nothing more."""
    assert squash(squash(text)) == squash(text)


def test_memory_stays_small() -> None:
    """Long keys are not learned, and a full memory learns no more."""
    speller = Speller(("email",))
    assert speller["k" * 99] == "k" * 99
    assert not speller
    for number in range(5000):
        assert speller[f"k{number}"] == f"k{number}"
    assert len(speller) == 4096


def test_event_keys() -> None:
    """Event names compare without case, underscores and extra spaces; long ones are not learned."""
    assert event_key("Signed_Up") == event_key(" signed  up")
    assert event_key("N" * 101) == "n" * 101
    assert "N" * 101 not in spelling.event_keys

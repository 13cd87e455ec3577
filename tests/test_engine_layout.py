"""Names, subjects and configurations of what the engine keeps."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from hypothesis import given
from hypothesis import strategies as st

from event_router.engine.layout import ACK_WAIT, Layout, token
from event_router.engine.settings import EngineSettings

LAYOUT = Layout(EngineSettings(namespace="r"))


@given(st.text())
def test_any_text_is_one_token(text: str) -> None:
    """A plugin's reason code may have any characters; a token of a subject may not."""
    assert token("*") == "*"
    assert text == "*" or re.fullmatch(r"[A-Za-z0-9_=~-]+", token(text))


@given(st.text(), st.text())
def test_different_texts_have_different_tokens(one: str, other: str) -> None:
    """Two codes are never counted as one."""
    assert (token(one) == token(other)) == (one == other)


def test_each_subject_belongs_to_one_stream() -> None:
    """JetStream refuses streams whose subjects overlap, and drops silently what belongs to none."""
    subjects = [
        LAYOUT.event("P"),
        LAYOUT.again("my.shop", "P"),
        LAYOUT.outcome("my.shop", "skipped", "promoter.not_eligible", "P", "M"),
        LAYOUT.parked("my.shop", "P", "M"),
        LAYOUT.retry("my.shop", "P", "M"),
        LAYOUT.dead("my.shop", "P", "M"),
        LAYOUT.refused("P", "M"),
        LAYOUT.contact("my.shop", "P"),
        LAYOUT.state("gate.my~shop"),
    ]
    owners = [[c["name"] for c in LAYOUT.streams() if _takes(c["subjects"], subject)] for subject in subjects]
    names = ["r-events", "r-events", "r-outcomes", "r-parked", "r-retries", "r-dead", "r-refused"]
    assert owners == [[name] for name in (*names, "KV_r-contacts", "KV_r-state")]


def test_what_nobody_keeps_belongs_to_no_stream() -> None:
    """Words between processes are not stored."""
    for subject in (LAYOUT.result("run"), LAYOUT.forgotten("promoter", "P")):
        assert not any(_takes(config["subjects"], subject) for config in LAYOUT.streams())


def test_a_person_is_a_token_of_its_own_everywhere() -> None:
    """So that one person's traces can be found by subject."""
    subjects = [
        LAYOUT.event("P"),
        LAYOUT.again("d", "P"),
        LAYOUT.outcome("d", "o", "c", "P", "M"),
        LAYOUT.parked("d", "P", "M"),
        LAYOUT.retry("d", "P", "M"),
        LAYOUT.dead("d", "P", "M"),
        LAYOUT.refused("P", "M"),
        LAYOUT.contact("d", "P"),
    ]
    assert all("P" in subject.split(".") for subject in subjects)


def test_everything_refuses_when_full_and_only_outcomes_end_by_age() -> None:
    """JetStream would otherwise drop what is oldest, settled or not."""
    configs = LAYOUT.streams()
    assert {config["discard"] for config in configs} == {"new"}
    assert [config["name"] for config in configs if config["max_age"]] == ["r-outcomes"]


def test_the_window_of_outcomes_is_not_longer_than_they_are_kept() -> None:
    """JetStream refuses such a stream."""
    (outcomes,) = (c for c in Layout(EngineSettings(keep=5)).streams() if c["name"] == "router-outcomes")
    assert outcomes["duplicate_window"] == outcomes["max_age"] == 5_000_000_000


def test_a_consumer_gets_all_new_events_and_its_own_again() -> None:
    """Not those that other destinations get again."""
    first, second = LAYOUT.consumers(("a.b", "c"))
    assert first["durable_name"] == "a~b"
    assert first["filter_subjects"] == ["r.event.>", "r.again.a~b.>"]
    assert second["filter_subjects"] == ["r.event.>", "r.again.c.>"]
    assert first["ack_wait"] == ACK_WAIT * 1e9


def _takes(patterns: list[str], subject: str) -> bool:
    return any(fnmatchcase(subject, pattern.replace(">", "*")) for pattern in patterns)

"""Settings: validated, filled, secrets wrapped; events override only what they may."""

from __future__ import annotations

from types import MappingProxyType

import pytest

import promoter_schemas
from event_router.messages import Secret
from event_router.settings import SettingsError, event_options, secret_names, validate_settings

SCHEMA = promoter_schemas.load("settings")


def test_defaults_and_secrets() -> None:
    """Gaps are filled from the schema, secrets hide themselves, given as text or as Secret."""
    values = validate_settings(SCHEMA, {"api_key": Secret("k")})
    assert values["mode"] == "rest"
    assert values["api_key"] == Secret("k")
    assert "k'" not in repr(values["api_key"])


def test_wrong_settings_are_all_told() -> None:
    """Every problem is listed, not only the first."""
    with pytest.raises(SettingsError) as caught:
        validate_settings(SCHEMA, {"campaign_id": "x", "mod": 1})
    assert {(problem.code, problem.path) for problem in caught.value.problems} == {
        ("settings.required", "$.api_key"),
        ("settings.type", "$.campaign_id"),
        ("settings.unknown", "$.mod"),
    }
    assert str(caught.value) == " ".join(problem.message for problem in caught.value.problems)


def test_events_cannot_move_the_key() -> None:
    """Only what is marked may be set per event; text that is a number becomes one."""
    changed, unused = event_options(SCHEMA, {"campaign": "33", "list": ["7", 8], "base_url": "http://evil", "x": 1})
    assert changed == {"campaign_id": 33, "contact_lists": [7, 8]}
    assert unused == ("base_url", "x")


def test_texts_that_are_no_number_stay() -> None:
    """Whether they may is for the schema to say; nobody means a number of 16 digits by an id."""
    changed, _ = event_options(SCHEMA, {"campaign": "nine", "list": ["1" * 15, "1" * 16]})
    assert changed == {"campaign_id": "nine", "contact_lists": [int("1" * 15), "1" * 16]}


def test_a_schema_without_properties() -> None:
    """A plugin may have no settings that it knows of: nothing is filled in, secret, or for events to change."""
    schema = MappingProxyType({"type": "object"})
    assert validate_settings(schema, {"a": 1}) == {"a": 1}
    assert secret_names(schema) == frozenset()
    assert event_options(schema, {"a": 1}) == ({}, ("a",))


def test_a_setting_without_other_names() -> None:
    """``x-aliases`` is not needed for an event to change a setting."""
    schema = {"properties": {"a": {"x-per-event": True}, "b": {}}}
    assert event_options(schema, {"a": 1, "b": 2}) == ({"a": 1}, ("b",))

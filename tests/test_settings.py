"""Settings: validated, filled, secrets wrapped; events override only what they may."""

from __future__ import annotations

import pytest

import promoter_schemas
from event_router.messages import Secret
from event_router.settings import SettingsError, event_options, validate_settings

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
    assert {problem.path for problem in caught.value.problems} == {"$.api_key", "$.campaign_id", "$.mod"}


def test_events_cannot_move_the_key() -> None:
    """Only what is marked may be set per event; text that is a number becomes one."""
    changed, unused = event_options(SCHEMA, {"campaign": "33", "list": ["7", 8], "base_url": "http://evil", "x": 1})
    assert changed == {"campaign_id": 33, "contact_lists": [7, 8]}
    assert unused == ("base_url", "x")

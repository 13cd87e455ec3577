"""The table ``[engine]`` in the configuration."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from event_router.engine.settings import SCHEMA, EngineSettings

_VALIDATOR = Draft202012Validator(SCHEMA)


def test_the_defaults_meet_the_schema_and_each_has_a_rule() -> None:
    """What is not configured is allowed to be configured just so."""
    values = asdict(EngineSettings())
    assert _VALIDATOR.is_valid(values)
    assert set(values) == set(SCHEMA["properties"])


@pytest.mark.parametrize(
    "values",
    [
        {"namespace": "a.b"},
        {"namespace": ""},
        {"replicas": 2},
        {"sync": "soon"},
        {"keep": 0},
        {"dedupe_window": 0.05},
        {"event_bytes": 10},
        {"free_bytes": -1},
        {"unknown": 1},
    ],
)
def test_what_the_engine_cannot_do_is_refused(values: dict[str, Any]) -> None:
    """Names that are no token, limits that JetStream does not take, and settings that nobody knows."""
    assert not _VALIDATOR.is_valid(values)

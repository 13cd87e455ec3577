"""The schemas that the configuration file embeds."""

from __future__ import annotations

from typing import Any

import pytest
from door import SOURCE

from event_router.contracts import compile_schema, explain
from event_router.doors.settings import DOORS_SCHEMA, SOURCES_SCHEMA, DoorSettings

SOURCES = compile_schema("the configuration", SOURCES_SCHEMA)
DOORS = compile_schema("the configuration", DOORS_SCHEMA)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"shop": {"write_key": "k"}},
        {"shop": {"write_key": {"env": "KEY"}, "webhook_secret": {"file": "secret.txt"}}},
    ],
)
def test_good_sources(value: Any) -> None:
    """Keys as text or by reference."""
    assert SOURCES.is_valid(value)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"shop": {}}, "config.required"),
        ({"shop": {"write_key": ""}}, "config.anyOf"),
        ({"shop": {"write_key": {"vault": "x"}}}, "config.anyOf"),
        ({"shop": {"write_key": {}}}, "config.anyOf"),
        ({"shop": {"write_key": "k", "writeKey": "k"}}, "config.unknown"),
    ],
)
def test_bad_sources(value: Any, code: str) -> None:
    """With the reason, and without the key."""
    assert not SOURCES.is_valid(value)
    (problem,) = explain(SOURCES, value, prefix="config")
    assert problem.code == code
    assert "vault" not in problem.message


def test_doors() -> None:
    """The defaults are Segment's limits, and the schema knows every field."""
    assert (DoorSettings().max_event_bytes, DoorSettings().max_batch_bytes) == (32_768, 512_000)
    assert set(DOORS_SCHEMA["properties"]) == set(DoorSettings.__dataclass_fields__)
    good = {"max_event_bytes": 1024, "cors_origins": ["*", "https://shop.example:8443"]}
    assert DOORS.is_valid(good)
    for bad in ({"max_event_bytes": 1}, {"cors_origins": ["shop.example"]}, {"cors_origins": ["https://a/"]}, {"x": 1}):
        assert not DOORS.is_valid(bad)
        assert explain(DOORS, bad, prefix="config")


def test_secrets_do_not_show() -> None:
    """Neither in a repr nor in a text."""
    assert "WRITE_KEY" not in f"{SOURCE} {SOURCE!r}"

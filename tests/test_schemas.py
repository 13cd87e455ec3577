"""The published schemas: good schemas, with examples that hold and counter-examples that do not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator
from promoter_destination.emails import PATTERN

import promoter_schemas

NAMES = promoter_schemas.names()


def properties(schema: Any) -> Iterator[tuple[str, Any]]:
    """Yield every property of a schema, nested ones included."""
    for name, value in schema.get("properties", {}).items():
        yield name, value
        yield from properties(value)


def test_names() -> None:
    """What comes in, what goes out, the settings."""
    assert {"events/identify", "events/track", "events/order_completed", "events/delete", "settings"} <= set(NAMES)
    assert {
        "promoter/contact",
        "promoter/contact_remove",
        "promoter/survey",
        "promoter/segment_event",
        "promoter/error",
    } <= set(NAMES)
    with pytest.raises(FileNotFoundError):
        promoter_schemas.load("nope")


@pytest.mark.parametrize("name", NAMES)
def test_metaschema_and_examples(name: str) -> None:
    """Each schema is one, its examples meet it, its counter-examples miss it where they say, by both validators."""
    schema = promoter_schemas.load(name)
    Draft202012Validator.check_schema(schema)
    judge, authority = jsonschema_rs.Draft202012Validator(schema), Draft202012Validator(schema)
    assert schema["examples"]
    for example in schema["examples"]:
        assert judge.is_valid(example)
        assert authority.is_valid(example)
    assert schema["x-invalid"]
    for case in schema["x-invalid"]:
        assert not judge.is_valid(case["value"]), case["why"]
        assert case["rule"] in {error.validator for error in authority.iter_errors(case["value"])}, case["why"]


@pytest.mark.parametrize("name", NAMES)
def test_every_property_is_described(name: str) -> None:
    """Whoever reads a schema learns what each property means."""
    for key, value in properties(promoter_schemas.load(name)):
        assert value.get("description"), f"{name}: {key}"


def test_one_rule_for_addresses() -> None:
    """The plugin's rule for e-mails is the schemas'."""
    for name in ("promoter/contact", "promoter/contact_remove"):
        assert promoter_schemas.load(name)["properties"]["email"]["pattern"] == PATTERN
    assert promoter_schemas.load("events/identify")["properties"]["traits"]["properties"]["email"]["pattern"] == PATTERN

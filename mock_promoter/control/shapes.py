"""Schemas that several calls of the control plane share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import promoter_schemas
from mock_promoter.control.command import Schema


def shape(**properties: Schema) -> dict[str, Any]:
    """Return the schema of an object that has all of these members."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def body(required: tuple[str, ...] = (), **properties: Schema) -> dict[str, Any]:
    """Return the schema of a body that may have these members and no others."""
    found: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**found, "required": list(required)} if required else found


def published(name: str) -> dict[str, Any]:
    """Return a published schema as part of another, without its title page."""
    whole = promoter_schemas.load(f"mock/{name}")
    return {key: value for key, value in whole.items() if not key.startswith("$") and key not in {"x-invalid", "title"}}


def definition(name: str) -> dict[str, Any]:
    """Return a part of the state document's schema."""
    found: dict[str, Any] = promoter_schemas.load("mock/state")["$defs"][name]
    return found


def rows(name: str, row: Schema, **more: Schema) -> dict[str, Any]:
    """Return the schema of a list of rows with their count."""
    return shape(**{name: {"type": "array", "items": row}}, **more)


ID: Mapping[str, Any] = {"type": "integer", "minimum": 1}
TEXT: Mapping[str, Any] = {"type": "string"}
COUNT: Mapping[str, Any] = {"type": "integer", "minimum": 0}
MET: Mapping[str, Any] = {"type": "boolean"}
NOTHING: Mapping[str, Any] = {"type": "object", "maxProperties": 0}

#: Parameters of lists.
SEARCH: Mapping[str, Schema] = {
    "q": {"type": "string", "description": "Only rows that contain this text, in any letter case."},
    "limit": {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 100, "description": "Rows at most."},
}

MATCH = published("match")
DIFFERENCE = shape(at=TEXT, message=TEXT)
ENTRY = shape(
    id=ID,
    correlation_id=TEXT,
    account={"type": ["string", "null"]},
    at=TEXT,
    method=TEXT,
    path=TEXT,
    query=TEXT,
    headers={"type": "object"},
    body={},
    state={"enum": ["open", "answered", "lost"]},
    status={"type": ["integer", "null"]},
    response_headers={"type": "object"},
    response={},
    operation={"type": ["string", "null"]},
    schema_errors={"type": "array"},
    notes={"type": "array", "items": TEXT},
    fault={"type": ["object", "null"]},
    early={"type": "boolean"},
    cut={"type": "boolean"},
)
NEAR = shape(request=ENTRY, differences={"type": "array", "items": DIFFERENCE})
ERROR = shape(code={"type": "string", "pattern": "^control\\.[a-z_]+$"}, message=TEXT)

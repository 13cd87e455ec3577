"""The settings of the doors: sources with their write keys, limits, and who may ask from a browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from event_router.messages import Secret

_KIB = 1024
_SECRET: Mapping[str, Any] = {
    "writeOnly": True,
    "x-advice": 'Write it as text, as { env = "NAME" } or as { file = "PATH" }.',
    "anyOf": [
        {"type": "string", "minLength": 1},
        {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
            "properties": {"env": {"type": "string", "minLength": 1}, "file": {"type": "string", "minLength": 1}},
        },
    ],
}
#: JSON Schema of the table ``[sources]``, before secrets are looked up.
SOURCES_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "additionalProperties": False,
        "required": ["write_key"],
        "properties": {"write_key": _SECRET, "webhook_secret": _SECRET},
    },
}
#: JSON Schema of the table ``[doors]``. An event fits into a NATS message (1 MiB) with room to spare.
DOORS_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "max_event_bytes": {"type": "integer", "minimum": _KIB, "maximum": 512 * _KIB},
        "max_batch_bytes": {"type": "integer", "minimum": _KIB, "maximum": 64 * _KIB * _KIB},
        "max_batch_events": {"type": "integer", "minimum": 1, "maximum": 100_000},
        "max_connections": {"type": "integer", "minimum": 1, "maximum": 100_000},
        "cors_origins": {
            "type": "array",
            "uniqueItems": True,
            "items": {
                "type": "string",
                "pattern": r"^(\*|https?://[^/\s]+)$",
                "x-advice": 'Write "*", or an origin such as "https://shop.example": no path, no slash at its end.',
            },
        },
    },
}


@dataclass(frozen=True, slots=True)
class Source:
    """One sender of events.

    Attributes:
        name: Its name in the configuration.
        write_key: What it identifies itself with.
        webhook_secret: What Segment signs webhooks with; ``None`` where they come with the write key instead.
    """

    name: str
    write_key: Secret
    webhook_secret: Secret | None = None


@dataclass(frozen=True, slots=True)
class DoorSettings:
    """Limits, which are Segment's own by default, and origins.

    Attributes:
        max_event_bytes: The longest event, as JSON without blanks.
        max_batch_bytes: The longest body, once decompressed.
        max_batch_events: The most events in one body.
        max_connections: Open connections at most; more are answered with 503.
        cors_origins: Pages of which origins may send events; ``*`` for all.
    """

    max_event_bytes: int = 32 * _KIB
    max_batch_bytes: int = 500 * _KIB
    max_batch_events: int = 2500
    max_connections: int = 1000
    cors_origins: tuple[str, ...] = ("*",)

"""``[engine]`` in the configuration: how much is kept, for how long, how often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_DAY = 86_400.0
_GIB = 1024**3

# JetStream takes no window and no age below 100 ms.
_SECONDS = {"type": "number", "minimum": 0.1, "maximum": 365 * _DAY}
_BYTES = {"type": "integer", "minimum": 1024 * 1024, "maximum": 1024**5}
#: JSON Schema of the table.
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "namespace": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,32}$"},
        "replicas": {"type": "integer", "enum": [1, 3, 5]},
        "sync": {"type": "string", "pattern": "^(always|[1-9][0-9]*(ms|s|m))$"},
        "keep": _SECONDS,
        "dedupe_window": _SECONDS,
        "event_bytes": _BYTES,
        "outcome_bytes": _BYTES,
        "parked_bytes": _BYTES,
        "dead_letter_bytes": _BYTES,
        "refused_bytes": _BYTES,
        "contact_bytes": _BYTES,
        "free_bytes": {"type": "integer", "minimum": 0, "maximum": 1024**5},
    },
}


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Limits of what the engine keeps.

    Attributes:
        namespace: Put before the names of streams and subjects; two routers on one cluster have two.
        replicas: Servers of the cluster that keep each message.
        sync: How often our own nats-server flushes to the disk, or ``always``; a cluster's servers have their own setting.
        keep: Seconds for which settled events and outcomes are kept, for replay. Unsettled events are kept until settled.
        dedupe_window: Seconds within which a messageId of one person is accepted once.
        event_bytes: Accepted events at most; then new ones are refused.
        outcome_bytes: Outcomes at most.
        parked_bytes: Events that wait for their contact at most.
        dead_letter_bytes: Dead letters at most.
        refused_bytes: Items of batches that were no events at most; more are only counted, and close no door.
        contact_bytes: Remembered contacts at most.
        free_bytes: Disk space below which new events are refused; for our own nats-server.
    """

    namespace: str = "router"
    replicas: int = 1
    sync: str = "1s"
    keep: float = 7 * _DAY
    dedupe_window: float = _DAY
    event_bytes: int = 8 * _GIB
    outcome_bytes: int = 4 * _GIB
    parked_bytes: int = _GIB
    dead_letter_bytes: int = _GIB
    refused_bytes: int = 256 * 1024**2
    contact_bytes: int = 2 * _GIB
    free_bytes: int = 256 * 1024**2

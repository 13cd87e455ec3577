"""From what a client sends to what is kept: ids, times, and the key by which events are ordered (§2, §5, §6)."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rudder_server.clock import read, text
from rudder_server.go_text import through_float64
from rudder_server.panics import Refused
from rudder_server.workspace import Source

_LIMIT = 4000 * 1024
_ADDRESS = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Event:
    """An event as the gateway keeps it.

    Attributes:
        id: The gateway's job id.
        source: Where it came from.
        raw: What the client sent.
        message: The same, with ids and times filled in, and each number a float64.
        user: The key by which it is ordered.
        received: When it came.
    """

    id: int
    source: Source
    raw: Mapping[str, Any]
    message: dict[str, Any]
    user: str
    received: str


def accept(number: int, source: Source, raw: Mapping[str, Any], now: float, header: str = "") -> Event:
    """Return an event as it is kept; ``header`` is the AnonymousId header. Raise ``Refused`` where there is no id."""
    person, device = _id(raw, "userId"), _id(raw, "anonymousId")
    if not (person or device):
        raise Refused("An event needs userId or anonymousId (§6).")
    if len(json.dumps(raw)) > _LIMIT:
        raise Refused("An event may have 4000 KB (§6).")
    moment = datetime.fromtimestamp(now, UTC)
    received = text(moment)
    added = {
        "messageId": raw.get("messageId") or str(uuid.uuid4()),
        "rudderId": _rudder_id(person, device),
        "request_ip": _ADDRESS,
        "receivedAt": received,
    }
    message = {**through_float64(dict(raw)), **added, **_times(raw, moment)}
    return Event(number, source, raw, message, order_key(person, device, header), received)


def order_key(person: str, device: str, header: str = "") -> str:
    """Return a user's key: it changes with the first identify (§5)."""
    return f"{header}<<>>{device or person}<<>>{person}"


def _id(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    return "" if value is None else str(value)


def _rudder_id(person: str, device: str) -> str:
    """Return the MD5 of both ids in the form of a UUID (§2)."""
    digest = hashlib.md5(f"{person}:{device}".encode(), usedforsecurity=False).digest()
    return str(uuid.UUID(bytes=digest, version=4))


def _times(raw: Mapping[str, Any], received: datetime) -> dict[str, str]:
    """Return the client's times; without its own timestamp, received minus what lay between event and sending (§2)."""
    original = read(raw.get("originalTimestamp")) or received
    sent = read(raw.get("sentAt")) or received
    stamp = read(raw.get("timestamp")) or received - (sent - original)
    return {"originalTimestamp": text(original), "sentAt": text(sent), "timestamp": text(stamp)}

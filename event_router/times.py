"""Event times: whatever a library wrote, as RFC 3339 in UTC with milliseconds, or nothing.

In that one form, times of equal length compare as text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

#: Where an event's time is looked for, best first.
FIELDS = ("timestamp", "originalTimestamp", "sentAt", "receivedAt")

# Go's default format, in the originalTimestamp of Segment's delete events: [DOC] segment-docs partners/spec.
_GO = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d{1,9})? ([+-]\d{4})(?: [A-Z]{1,5})?(?: m=[+-][\d.]+)?")
_LONGEST = 80
# Looked up once, since every event needs it.
_from_iso = datetime.fromisoformat
# Epoch numbers from here on are milliseconds: as seconds it would be the year 5138.
_MILLISECONDS_FROM = 1e11


def event_time(raw: Mapping[str, Any]) -> str | None:
    """Return the event's time, from the first field that holds a readable one."""
    for name in FIELDS:
        value = raw.get(name)
        if value is not None:
            time = to_utc(value)
            if time is not None:
                return time
    return None


def to_utc(value: object) -> str | None:
    """Return a time as ``2026-11-23T15:01:41.904Z``; ``None`` for what is no time. Never raises.

    Reads ISO 8601 (without a zone it is UTC), Go's default format, and epoch seconds or milliseconds.
    """
    try:
        if not isinstance(value, str):
            return _number(value)
        return value if is_canonical(value) else _other(value)
    except (ValueError, OverflowError, OSError):
        return None


def is_canonical(value: Any) -> bool:
    """Return whether a value is a time in the canonical form already."""
    if value.__class__ is not str or len(value) != 24:
        return False
    if value[23] != "Z" or value[19] != "." or value[10] != "T" or value[7] != "-":
        return False
    try:
        _from_iso(value)
    except ValueError:
        return False
    return True


def parse(time: str) -> datetime:
    """Return a canonical time as an aware datetime."""
    return datetime.fromisoformat(time)


def _number(value: object) -> str | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return _utc(datetime.fromtimestamp(value / 1000 if value >= _MILLISECONDS_FROM else value, UTC))


def _other(text: str) -> str | None:
    if len(text) > _LONGEST:
        return None
    if match := _GO.fullmatch(text):
        date, clock, fraction, zone = match.groups()
        text = f"{date}T{clock}{(fraction or '.0')[:7]}{zone}"
    return _utc(datetime.fromisoformat(text))


def _utc(time: datetime) -> str:
    aware = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    return f"{aware.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"

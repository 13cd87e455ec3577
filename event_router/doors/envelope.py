"""What a body holds: one event, or a batch whose envelope goes for each of its items. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from event_router.doors.answers import DoorError
from event_router.doors.settings import DoorSettings

_SHARED = ("context", "integrations")
# How many times its own size a batch may become once each item has what the envelope holds.
_GROWTH = 8


class Envelope(NamedTuple):
    """A batch.

    Attributes:
        items: As they came; some may be no events.
        shared: What each item is to have of ``context`` and ``integrations``; its own keys win.
        sent_at: When all were sent; ``None`` where the envelope does not say.
    """

    items: list[Any]
    shared: Mapping[str, Mapping[str, Any]]
    sent_at: Any = None


def open_batch(body: Any, settings: DoorSettings) -> Envelope:
    """Return what is in a batch's body. Raises ``DoorError``."""
    if not isinstance(body, dict):
        raise bad_envelope("The body is no JSON object.")
    items = body.get("batch")
    if not isinstance(items, list):
        raise bad_envelope("The body has no list named batch.")
    check_count(items, settings)
    shared = {name: _object(body[name], name) for name in _SHARED if body.get(name)}
    if shared and len(items) * len(orjson.dumps(shared)) > _GROWTH * settings.max_batch_bytes:
        raise DoorError(
            413, "door.too_large", "The envelope's context is too long for so many events. Send fewer events at once."
        )
    return Envelope(items, shared, body.get("sentAt"))


def check_count(items: list[Any], settings: DoorSettings) -> None:
    """Refuse more events than may come at once. Raises ``DoorError``."""
    most = settings.max_batch_events
    if len(items) > most:
        message = f"The batch has {len(items):,} events; at most {most:,} may come at once. Send it in parts."
        raise DoorError(413, "door.too_many", message)


def _object(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise bad_envelope(f"The envelope's {name} is no JSON object.")
    return value


def bad_envelope(what: str) -> DoorError:
    """Return the error for a body that is no batch."""
    return DoorError(400, "door.bad_envelope", f'{what} Send {{"batch": [event, …]}}.')


def merge(item: Any, shared: Mapping[str, Mapping[str, Any]]) -> Any:
    """Return an item with what the envelope holds for all; its own keys win, one level deep. Changes nothing in place."""
    if not shared or item.__class__ is not dict:
        return item
    merged = item.copy()
    for name, values in shared.items():
        own = merged.get(name)
        if own is None:
            merged[name] = values
        elif own.__class__ is dict:
            merged[name] = {**values, **own}
    return merged


def typed(body: Any, kind: str) -> Any:
    """Return one event with the type of the path it came to. Raises ``DoorError`` where its own says something else."""
    if not isinstance(body, dict):
        return body
    own = body.get("type")
    if own is None:
        own = body.get("action")
    if own is None and "batch" in body:
        raise bad_envelope("This looks like a batch, and the path takes one event. Use /v1/batch.")
    if own is None:
        return {**body, "type": kind}
    if own == kind or (isinstance(own, str) and own.strip().casefold() == kind):
        return body
    message = f"The path is that of {kind}, the event's own type is another. Use the path of its type, or /v1/batch."
    raise DoorError(400, "event.type_conflict", message)

"""What tests of the transformer need: destinations and elements as rudder-server sends them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from support import KEY, plugin, track

from event_router.plugins import Plugin, load_object, load_plugins
from event_router.rudder.contacts import MemoryContacts
from event_router.rudder.elements import Element
from event_router.rudder.service import Served

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
CONFIG = {"apiKey": KEY, "campaignId": "1"}


def promoter_plugin() -> Plugin:
    """Return the installed plugin."""
    return load_plugins({"promoter"}).plugins["promoter"]


def small_plugin(**functions: Any) -> Plugin:
    """Return a small plugin."""
    return load_object("small", plugin(**functions))


def destination(config: Any = None, **changes: Any) -> dict[str, Any]:
    """Return a destination as rudder-server describes it."""
    described = {
        "ID": "dest-1",
        "Name": "promoter prod",
        "DestinationDefinition": {"ID": "dd-1", "Name": "PROMOTER", "DisplayName": "Promoter", "Config": {}},
        "Config": CONFIG if config is None else config,
        "Enabled": True,
        "WorkspaceID": "ws-1",
        "RevisionID": "1",
        "hasDynamicConfig": False,
    }
    return described | changes


def element(message: Any = None, to: Any = None, **metadata: Any) -> Element:
    """Return an element."""
    said = {"jobId": 1, "destinationId": "dest-1", "workspaceId": "ws-1", "sourceId": "src-1"} | metadata
    message = track() if message is None else message
    sent = message if isinstance(message, bytes) else orjson.dumps(message)
    return Element(sent, orjson.dumps(said), orjson.dumps(destination() if to is None else to))


def served(of: Plugin | None = None, contacts: Any = None) -> Served:
    """Return a type of destination, with a clock that stands still."""
    return Served(of or promoter_plugin(), MemoryContacts() if contacts is None else contacts, lambda: NOW)

"""What rudder-server decides before it asks the transformer at all (§5, Before the transformer)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rudder_server.workspace import Destination

FILTERED = 298


def takes_part(message: Mapping[str, Any], destination: Destination) -> bool:
    """Return whether the event's integrations leave a destination in, by its exact display name."""
    integrations = message.get("integrations")
    if integrations is None:
        return True
    if not isinstance(integrations, dict):
        return False
    everyone = integrations.get("All", True)
    if not isinstance(everyone, bool):
        return False
    own = integrations.get(destination.display)
    return own if isinstance(own, bool) else everyone or isinstance(own, dict)


def refusal(message: Mapping[str, Any], destination: Destination) -> tuple[int, str] | None:
    """Return the status and the reason why an event goes no further; ``None`` where it does."""
    supported = destination.definition.get("supportedMessageTypes")
    if not isinstance(supported, list):
        return None
    kind = message.get("type")
    if not isinstance(kind, str):
        return 400, "The event has no type."
    return None if kind.strip().lower() in supported else (FILTERED, "The destination takes no events of this type.")

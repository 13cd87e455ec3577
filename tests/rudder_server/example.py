"""A small workspace and small events, to try the stand-in with (§6)."""

from __future__ import annotations

from typing import Any


def workspace(*, definition: dict[str, Any] | None = None, source: Any = None, **destination: Any) -> dict[str, Any]:
    """Return a workspace of one source with one PROMOTER destination in router mode."""
    defined = {"transformAtV1": "router", **(definition or {})}
    given = {
        "id": "dest-1",
        "name": "promoter prod",
        "enabled": True,
        "isProcessorEnabled": True,
        "workspaceId": "ws-1",
        "revisionId": "1",
        "transformations": [],
        "config": {"apiKey": "k", "campaignId": 9007199254740993},
        "destinationDefinition": {"id": "dd", "name": "PROMOTER", "displayName": "Promoter", "config": defined},
        **destination,
    }
    return {"workspaceId": "ws-1", "sources": [{**_SOURCE, **(source or {}), "destinations": [given]}]}


_SOURCE: dict[str, Any] = {
    "id": "src-1",
    "name": "http",
    "writeKey": "wk-1",
    "enabled": True,
    "workspaceId": "ws-1",
    "config": {},
    "sourceDefinition": {"id": "sd-1", "name": "HTTP", "category": "", "type": "cloud"},
}


def track(number: int = 1, user: str = "u-1", **changes: Any) -> dict[str, Any]:
    """Return a track of a user."""
    return {"type": "track", "event": "Seen", "messageId": f"m-{number}", "userId": user, **changes}

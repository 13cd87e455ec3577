"""Requests of rudder-server, and what is in the answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rudder_cases import CONFIG, destination, promoter_plugin
from rudder_transformer import Transformer
from support import identify

PROCESSOR, ROUTER, BATCH = "/v0/destinations/promoter", "/routerTransform", "/batch"
PATHS = [PROCESSOR, ROUTER, BATCH]
WITH_EMAIL = {"context": {"traits": {"email": "ted@mosbiusdesigns.com"}}}
SURVEYED = {**CONFIG, "surveys": [{"from": "Order Completed", "to": "2"}]}
PROMOTER = (promoter_plugin(),)


def element(message: Any, to: Any = None, **metadata: Any) -> dict[str, Any]:
    """Return an element of a plain body."""
    said = {"jobId": 1, "sourceId": "src-1", "destinationId": "dest-1", "workspaceId": "ws-1"} | metadata
    return {"message": message, "metadata": said, "destination": to or destination(), "connection": None}


def body(path: str, *elements: Any) -> Any:
    """Return the plain body of a path."""
    return list(elements) if path.startswith("/v0") else {"input": list(elements), "destType": "promoter"}


def compacted(*elements: Any) -> dict[str, Any]:
    """Return the same elements, each destination apart."""
    given = [{name: one[name] for name in ("message", "metadata")} for one in elements]
    destinations = {one["destination"]["ID"]: one["destination"] for one in elements}
    return {"input": given, "destType": "promoter", "destinations": destinations, "connections": {}}


def answers(path: str, *elements: Any, of: Transformer | None = None) -> list[dict[str, Any]]:
    """Return an answer's elements."""
    answer = (of or Transformer(PROMOTER)).ask(path, body(path, *elements))
    assert (answer.status_code, answer.headers["apiVersion"]) == (200, "2"), answer.text
    found: Any = answer.json()
    said: list[dict[str, Any]] = found["output"] if path == ROUTER else found
    return said


def requests(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the requests in an element of an answer."""
    found = said.get("output", said.get("batchedRequest", []))
    return found if isinstance(found, list) else [found]


#: One good event, as a processor's body.
EVENTS = [element(identify())]

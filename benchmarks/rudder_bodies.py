"""The request bodies that rudder-server sends: each event with its metadata, destination and connection, in three forms.

A third each of identifies, tracks and orders of three products, each of another person, whose traits ride along in
``context.traits``, as RudderStack's SDKs send them. Every field of the protocol is there, the empty ones as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from events import IDENTIFY, ORDER, TRACK

_DESTINATION_ID = "2pQ7xYkD3mVnB8rTzLw1AeFhGjK"
_SOURCE_ID = "2pQ7wRtC5uXsM9qNyHv4ZdEiPoL"
_WORKSPACE_ID = "2pQ7vJhB6iOaW0lSxGu3CfUkTnM"
_DEFINITION = {"transformAtV1": "router", "supportedMessageTypes": ["identify", "track"], "secretKeys": ["apiKey"]}
#: Events are of now, since surveys for old ones are skipped.
_NOW = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
_PRODUCTS = 3

DESTINATION: dict[str, Any] = {
    "ID": _DESTINATION_ID,
    "Name": "promoter prod",
    "DestinationDefinition": {
        "ID": "2pQ7uKgN7yEbX1kRwFt2DgVlSoQ",
        "Name": "PROMOTER",
        "DisplayName": "Promoter.io",
        "Config": _DEFINITION,
    },
    "Config": {"apiKey": "promoter-test-key", "campaignId": "1"},
    "Enabled": True,
    "WorkspaceID": _WORKSPACE_ID,
    "Transformations": [],
    "IsProcessorEnabled": True,
    "RevisionID": "2pQ7tLfM8xDcY2jQvEs1EhWmRpP",
    "hasDynamicConfig": False,
}
CONNECTION: dict[str, Any] = {
    "sourceId": _SOURCE_ID,
    "destinationId": _DESTINATION_ID,
    "enabled": True,
    "config": None,
    "processorEnabled": True,
}
_PROCESSOR: dict[str, Any] = {
    "sourceId": _SOURCE_ID,
    "originalSourceId": "",
    "sourceDefinitionId": "1TW48i2bIzEl1HPf825cEznfIM8",
    "sourceName": "web shop",
    "sourceType": "Javascript",
    "sourceCategory": "",
    "sourceJobId": "",
    "sourceJobRunId": "",
    "sourceTaskRunId": "",
    "recordId": None,
    "workspaceId": _WORKSPACE_ID,
    "namespace": "",
    "instanceId": "1",
    "partitionId": "",
    "destinationId": _DESTINATION_ID,
    "originalDestinationId": "",
    "destinationName": DESTINATION["Name"],
    "destinationType": "PROMOTER",
    "destinationDefinitionId": DESTINATION["DestinationDefinition"]["ID"],
    "transformationId": "",
    "transformationVersionId": "",
    "messageIds": None,
    "receivedAt": _NOW,
}
_ROUTER: dict[str, Any] = {
    "sourceId": _SOURCE_ID,
    "sourceCategory": "",
    "destinationId": _DESTINATION_ID,
    "attemptNum": 0,
    "receivedAt": _NOW,
    "createdAt": _NOW,
    "firstAttemptedAt": "",
    "transformAt": "router",
    "workspaceId": _WORKSPACE_ID,
    "secret": None,
    "workerAssignedTime": _NOW,
    "destInfo": None,
    "dontBatch": False,
}


def message(number: int) -> dict[str, Any]:
    """Return the event of a person as it leaves rudder-server's gateway."""
    event = (IDENTIFY, TRACK, ORDER)[number % 3]
    who = {"userId": f"user-{number}", "messageId": f"5f0e1a3c-7f5b-4b0f-9d0e-{number:012x}"}
    times = dict.fromkeys(("receivedAt", "originalTimestamp", "sentAt", "timestamp"), _NOW)
    seen = {"channel": "web", "request_ip": "192.0.2.17", "rudderId": f"90ca6da0-292e-4e79-9880-{number:012x}"}
    traits = IDENTIFY["traits"] | {"email": f"user-{number}@example.com"}
    page = {name: event["context"][name] for name in ("page", "campaign", "userAgent", "locale", "timezone")}
    context = page | {"library": {"name": "RudderLabs JavaScript SDK", "version": "3.11.2"}, "traits": traits}
    known = {name: value for name, value in event.items() if name not in ("traits", "properties")}
    return known | who | times | seen | {"context": context} | _properties(event)


def _properties(event: dict[str, Any]) -> dict[str, Any]:
    given = event.get("properties")
    if given is None:
        return {}
    return {"properties": given | {"products": given["products"][:_PRODUCTS]} if "products" in given else given}


def processor_metadata(number: int, event: dict[str, Any]) -> dict[str, Any]:
    """Return what the processor knows of an event."""
    return _PROCESSOR | {
        "jobId": number + 1,
        "rudderId": _order_key(event),
        "messageId": event["messageId"],
        "eventName": event.get("event", ""),
        "eventType": event["type"],
        "traceparent": _trace(number),
    }


def router_metadata(number: int, event: dict[str, Any]) -> dict[str, Any]:
    """Return what the router knows of an event's job."""
    return _ROUTER | {"userId": _order_key(event), "jobId": number + 1, "traceparent": _trace(number)}


def _trace(number: int) -> str:
    return f"00-4bf92f3577b34da6a3ce929d0e0e4736-{number:016x}-01"


def _order_key(event: dict[str, Any]) -> str:
    return f"<<>>{event['anonymousId']}<<>>{event['userId']}"


def plain(numbers: Sequence[int]) -> bytes:
    """Return a processor's request for the events of some people, destination and connection with each of them."""
    around = {"destination": DESTINATION, "connection": CONNECTION, "libraries": None, "credentials": None}
    return orjson.dumps([_element(number, processor_metadata) | around for number in numbers])


def compacted(numbers: Sequence[int]) -> bytes:
    """Return the same, destination and connection once."""
    return orjson.dumps(
        {
            "input": [_element(number, processor_metadata) for number in numbers],
            "destinations": {_DESTINATION_ID: DESTINATION},
            "connections": {f"{_SOURCE_ID}:{_DESTINATION_ID}": CONNECTION},
        }
    )


def router(numbers: Sequence[int]) -> bytes:
    """Return a router's request for the events of some people."""
    around = {"destination": DESTINATION, "connection": CONNECTION}
    jobs = [_element(number, router_metadata) | around for number in numbers]
    return orjson.dumps({"input": jobs, "destType": "promoter"})


def _element(number: int, metadata: Callable[[int, dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    event = message(number)
    # Go writes the keys of a map in order.
    return {
        "message": orjson.Fragment(orjson.dumps(event, option=orjson.OPT_SORT_KEYS)),
        "metadata": metadata(number, event),
    }


@dataclass(frozen=True, slots=True)
class Form:
    """One way to ask.

    Attributes:
        name: For people.
        path: Where.
        body: The body for the events of some people.
        headers: Beside those that all of them have.
    """

    name: str
    path: str
    body: Callable[[Sequence[int]], bytes]
    headers: Mapping[str, str] = field(default_factory=dict)


PLAIN = Form("processor", "/v0/destinations/promoter", plain)
COMPACTED = Form("compacted", "/v0/destinations/promoter", compacted, {"X-Content-Format": "json+compactedv1"})
ROUTER = Form("router", "/routerTransform", router)


_HEADERS = {
    "Host": "127.0.0.1",
    "User-Agent": "Go-http-client/1.1",
    "Content-Type": "application/json; charset=utf-8",
    "Accept-Encoding": "gzip",
    "X-Feature-Filter-Code": "?1",
    "X-Feature-Gzip-Support": "?1",
}


def request(form: Form, numbers: Sequence[int], *, keep: bool) -> bytes:
    """Return a whole HTTP request; the connection is kept or, as rudder-server does by default, it is not."""
    body = form.body(numbers)
    headers = (
        _HEADERS | dict(form.headers) | {"Content-Length": f"{len(body)}"} | ({} if keep else {"Connection": "close"})
    )
    lines = [f"POST {form.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body

"""Segment events of every type as they come over the wire, in the accent of one of the libraries.

>>> from hypothesis import given
>>> from contract_tests.strategies import segment_events
>>> @given(segment_events("track", library="rudder-sdk-node"))
... def test_a_track(raw):
...     assert "timestamp" not in raw
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from hypothesis import strategies as st

from contract_tests.strategies.canonical import canonical_events
from contract_tests.strategies.dialects import dialects

#: Makes an event in canonical form what a library sends, in a dict of its own.
Accent: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]

KINDS = ("identify", "track", "order", "page", "screen", "group", "alias", "delete")


@st.composite
def segment_events(draw: st.DrawFn, kind: str | None = None, library: str | None = None) -> dict[str, Any]:
    """Return an event as a library sends it, and as its customers spell it.

    Args:
        draw: Hypothesis gives it.
        kind: One of ``KINDS``; any unless given.
        library: One of ``LIBRARIES``; any unless given. A delete always comes as Segment itself sends it.
    """
    kind = kind or draw(st.sampled_from(KINDS))
    event = draw(dialects(draw(canonical_events(kind)), only=("spellings", "order names", "order properties")))
    if kind == "delete":
        return _deletion(event)
    return LIBRARIES[library or draw(st.sampled_from(sorted(LIBRARIES)))](event)


def _segment_python(event: dict[str, Any]) -> dict[str, Any]:
    context = {"library": {"name": "analytics-python", "version": "2.4.0"}}
    time = event["timestamp"].replace("Z", "+00:00")
    return {"integrations": {}, "anonymousId": None, **event, "timestamp": time, "context": context}


def _rudder_python(event: dict[str, Any]) -> dict[str, Any]:
    context: dict[str, Any] = {"library": {"name": "analytics-python", "version": "2.1.9"}}
    if event["type"] == "identify":
        context["traits"] = event.pop("traits")
    time = event["timestamp"].replace("Z", "000+00:00")
    envelope = {"integrations": {"All": True}, "anonymousId": None, "channel": "server"}
    return {**envelope, **event, "timestamp": time, "context": context}


def _segment_node(event: dict[str, Any]) -> dict[str, Any]:
    context = {"library": {"name": "@segment/analytics-node", "version": "3.1.0"}}
    return {"integrations": {}, **event, "context": context, "_metadata": {"jsRuntime": "node"}}


def _rudder_node(event: dict[str, Any]) -> dict[str, Any]:
    context: dict[str, Any] = {"library": {"name": "@rudderstack/rudder-sdk-node", "version": "3.0.13"}}
    if event["type"] == "identify":
        context["traits"] = event["traits"]
    time = event.pop("timestamp")
    return {**event, "context": context, "originalTimestamp": time, "sentAt": time, "channel": "server"}


def _segment_browser(event: dict[str, Any]) -> dict[str, Any]:
    page = {"path": "/", "url": "https://shop.example/", "title": "Shop", "referrer": "", "search": ""}
    context = {"page": page, "locale": "en-US", "library": {"name": "analytics.js", "version": "npm:next-1.84.3"}}
    envelope = {"anonymousId": "4b2f6a0c-6a3e-4a0e-9d55-2f1c0d0f7a11", "writeKey": "WRITE_KEY", "integrations": {}}
    return {**event, **envelope, "context": context, "sentAt": event["timestamp"]}


def _direct(event: dict[str, Any]) -> dict[str, Any]:
    times = dict.fromkeys(("originalTimestamp", "sentAt", "receivedAt"), event["timestamp"])
    more = {"version": 2, "channel": "client", "projectId": "P0PROJECT01", "_metadata": {"bundled": []}}
    return {**event, **times, **more, "context": {}, "integrations": {}}


def _deletion(event: dict[str, Any]) -> dict[str, Any]:
    """Return what Segment asks the owner of a destination: nulls, and one time in Go's default format."""
    date, _, clock = event["timestamp"].removesuffix("Z").partition("T")
    go = f"{date} {clock}808489 +0000 UTC m=+70366.298768264"
    return {**event, "channel": "server", "context": None, "integrations": None, "originalTimestamp": go}


#: Libraries by name.
LIBRARIES: Mapping[str, Accent] = MappingProxyType(
    {
        "analytics-next": _segment_browser,
        "analytics-node": _segment_node,
        "direct": _direct,
        "rudder-sdk-node": _rudder_node,
        "rudder-sdk-python": _rudder_python,
        "segment-analytics-python": _segment_python,
    }
)

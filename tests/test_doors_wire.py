"""Captured requests of real SDKs, byte for byte: each is taken, and becomes the events that it holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from door import CLOCK, RECEIVED, SOURCE, Doors, captures
from support import promoter

from event_router.api import Secret
from event_router.event import canonicalise

_SDKS = captures("*-sdk-python-*") | captures("segment-analytics-*")
_DIRECT = captures("direct-*")


def sent(capture: dict[str, Any]) -> dict[str, str]:
    """Return a capture's headers."""
    return {name.lower(): value for name, value in capture["headers"]}


@pytest.mark.parametrize("name", _SDKS)
def test_sdks(name: str) -> None:
    """Exactly 200, and the canonical events of the batch with the time they came."""
    capture = _SDKS[name]
    doors = Doors()
    response = doors.ask(capture["path"], capture["raw"], key=None, headers=sent(capture))
    assert (response.status_code, response.json()) == (200, {"success": True})
    batch = capture["json"]["batch"]
    for raw, kept in zip(batch, doors.store.accepted, strict=True):
        canonical = canonicalise(raw)
        assert isinstance(canonical, tuple)
        added = {"receivedAt": RECEIVED, "sentAt": capture["json"]["sentAt"]}
        assert kept.event == added | canonical[0]
        assert (kept.dropped, kept.source, kept.destination) == (canonical[1], "shop", None)
    assert doors.store.refused == []


@pytest.mark.parametrize("name", _DIRECT)
def test_direct(name: str) -> None:
    """What Segment sends to the owner of a destination goes to that destination alone."""
    capture = _DIRECT[name]
    doors = Doors((replace(SOURCE, write_key=Secret("PROMOTER_API_KEY")),), destinations={"nps": promoter()})
    response = doors.ask("/direct/nps", capture["raw"], key=None, headers=sent(capture))
    assert (response.status_code, response.json()) == (200, {"success": True})
    (kept,) = doors.store.accepted
    assert kept.destination == "promoter"
    assert kept.event["userId"] == str(capture["json"]["userId"])
    assert kept.event["type"] == (capture["json"].get("type") or capture["json"]["action"])


def test_the_shapes_that_were_not_captured() -> None:
    """rudder-sdk-node's batch calls itself a form; analytics.js sends text with the key in the body."""
    doors = Doors()
    event = {"type": "identify", "userId": "1", "messageId": "r", "originalTimestamp": "2026-11-23T15:01:41.904Z"}
    batch = {"batch": [event], "timestamp": "2026-11-23T15:01:42Z", "sentAt": "2026-11-23T15:01:42Z"}
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert doors.ask("/v1/batch", batch, headers=form).status_code == 200
    browser = {**event, "messageId": "a", "writeKey": "WRITE_KEY", "userId": None, "anonymousId": "x"}
    assert doors.ask("/v1/i", browser, key=None, headers={"content-type": "text/plain"}).status_code == 200
    assert [kept["messageId"] for kept in doors.store.events] == ["r", "a"]
    assert {kept["timestamp"] for kept in doors.store.events} == {"2026-11-23T15:01:41.904Z"}
    assert "WRITE_KEY" not in str(doors.store.events)
    assert doors.clock == CLOCK

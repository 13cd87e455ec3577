"""Items as events: size, depth, times, and ids that stay the same."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from support import TIME, identify

from event_router.doors.answers import DoorError
from event_router.doors.items import Arrival, judge, single
from event_router.doors.store import Accepted, Refused

RECEIVED = "2026-11-23T15:02:00.000Z"
ARRIVAL = Arrival("shop", RECEIVED, 32 * 1024)


def deep(levels: int) -> Any:
    """Return an event whose property is so many levels deep."""
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return {"type": "track", "messageId": "m", "userId": "1", "properties": {"x": value}}


def accepted(item: Any, arrival: Arrival = ARRIVAL) -> dict[str, Any]:
    """Return the event that an item becomes."""
    judged = judge(item, arrival)
    assert isinstance(judged, Accepted)
    return judged.event


def test_times() -> None:
    """The event's own win; the envelope's next; what has none is taken to have happened when it came."""
    own = accepted(identify(receivedAt="x", sentAt="y"), ARRIVAL._replace(sent_at=TIME))
    assert (own["timestamp"], own["receivedAt"], own["sentAt"]) == (TIME, "x", "y")
    later = accepted({"type": "page", "sentAt": None, "receivedAt": None}, ARRIVAL._replace(sent_at=TIME))
    assert (later["timestamp"], later["receivedAt"], later["sentAt"]) == (TIME, RECEIVED, TIME)
    never = accepted({"type": "page", "timestamp": "yesterday"})
    assert (never["timestamp"], never["receivedAt"]) == (RECEIVED, RECEIVED)
    assert "sentAt" not in never


def test_an_event_that_is_sent_once_more_has_the_same_id() -> None:
    """Neither when it came nor when its envelope was sent goes into an id that is made of the content."""
    first = accepted({"type": "page", "userId": "1"}, ARRIVAL._replace(sent_at=TIME))
    again = accepted({"type": "page", "userId": "1"}, Arrival("shop", "2026-11-24T00:00:00.000Z", 1024))
    assert first["messageId"] == again["messageId"]
    assert first["messageId"].startswith("content-")


def test_sizes_are_those_of_json_without_blanks() -> None:
    """The limit itself is taken, one byte more is not; what the envelope adds counts."""
    event = identify()
    size = len(orjson.dumps(event))
    assert isinstance(judge(event, ARRIVAL._replace(limit=size)), Accepted)
    for arrival in (ARRIVAL._replace(limit=size - 1), ARRIVAL._replace(limit=size, shared={"context": {"a": 1}})):
        refused = judge(event, arrival)
        assert isinstance(refused, Refused)
        assert (refused.raw, refused.outcome.reason.code) == (event, "event.too_large")


def test_depth() -> None:
    """What is stored can be written with an envelope around it; of what cannot, the surface is kept."""
    fits = judge(deep(240), ARRIVAL)
    assert orjson.dumps([[[[fits[0]]]]])
    refused = judge(deep(250), ARRIVAL)
    assert isinstance(refused, Refused)
    assert refused.outcome.reason.code == "event.too_deep"
    assert refused.raw == {"type": "track", "messageId": "m", "userId": "1"}
    bare = judge(deep(300)["properties"]["x"], ARRIVAL)
    assert isinstance(bare, Refused)
    assert bare.raw is None


def test_a_write_key_is_not_kept() -> None:
    """Whatever is wrong with an item: a dead letter is no place for a credential."""
    for item in (
        {"type": "nope", "userId": "u"},
        {"type": "page", "userId": "x" * 40_000},
        deep(250),
        {"type": "track", "properties": {"writeKey": "a value of its own"}, "userId": ""},
    ):
        with_key = item | {"writeKey": "SECRET"}
        refused = judge(with_key, ARRIVAL)
        assert isinstance(refused, Refused)
        assert refused.raw == judge(item, ARRIVAL)[0]
        assert "writeKey" not in refused.raw
        assert with_key["writeKey"] == "SECRET"


def test_alone() -> None:
    """An event that came alone is told what is wrong with it."""
    assert single(identify(), ARRIVAL).source == "shop"
    with pytest.raises(DoorError, match="no type") as caught:
        single({}, ARRIVAL)
    assert (caught.value.status, caught.value.reason.code) == (400, "event.type_missing")

"""Rehearsal: what explain foretells is what send does."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from runs import Sent
from support import Script, identify, lines, order, promoter, track

from event_router.api import Transformed
from event_router.rehearsal import as_json, rehearse
from event_router.wire import shown

NOW = datetime(2026, 11, 24, tzinfo=UTC)
DELETE = {"type": "delete", "messageId": "d", "userId": "12345"}


def explained(*events: Any, most_parked: int = 9) -> list[dict[str, Any]]:
    """Return what explain says."""
    return [as_json(here) for here in rehearse(promoter(), lines(*events), NOW, most_parked)]


def test_shape() -> None:
    """Each line has what others rely on, and no key."""
    (said,) = explained(identify(traits={"email": "a@b.co", "tags": None}))
    assert {"contract", "valid", "errors", "requests", "dropped"} <= said.keys()
    assert (said["contract"], said["valid"], said["outcome"]) == ("identify", True, "sent")
    assert said["requests"][0]["headers"]["authorization"] == "Token ***"
    assert said["dropped"] == [{"path": "$.traits.tags", "why": "null"}]


def test_a_corrected_event_may_come_again() -> None:
    """What missed its contract does not make the event that follows under its id a duplicate."""
    wrong, right = explained(identify(traits={}), identify())
    assert (wrong["outcome"], right["outcome"]) == ("rejected", "sent")


def test_a_twin_that_waits_is_a_duplicate() -> None:
    """Of one event that waits twice, the second is a duplicate once the first would be sent."""
    said = explained(track(), track(), identify())
    assert [(one["line"], one["outcome"], one["code"]) for one in said] == [
        (3, "sent", None),
        (1, "sent", None),
        (2, "skipped", "event.duplicate"),
    ]


@pytest.mark.anyio
async def test_what_no_json_holds_is_refused_in_both(nats: str) -> None:
    """An order nested deeper than JSON is written stops neither explain nor send, and is judged again next time."""
    deep: Any = 1
    for _ in range(300):
        deep = {"a": deep}
    event = order(properties={"order_id": "1", "x": deep})
    (said,) = explained(json.dumps(event).encode())
    assert (said["outcome"], said["code"], said["requests"]) == ("rejected", "event.not_json", [])
    raw = orjson.dumps(order())[:-2] + b',"x":' + b'{"a":' * 300 + b"1" + b"}" * 300 + b"}}"
    (sent,) = await Sent(nats)(promoter(), lines(raw), Script())
    assert (sent.code, sent.attempts, sent.final) == ("event.not_json", 0, False)


def test_refusals_are_told() -> None:
    """What misses its contract says which rules; what is no event too."""
    wrong, none = explained(identify(traits={"email": "no"}), b"{")
    assert (wrong["valid"], wrong["contract"], wrong["errors"][0]["path"]) == (False, "identify", "$.traits.email")
    assert (none["message_id"], none["code"]) == (None, "event.bad_json")


def test_the_order_is_that_of_the_requests() -> None:
    """A parked event follows what releases it; duplicates and what stays parked are told."""
    said = explained(
        track(),
        identify(),
        identify(),
        DELETE,
        track(messageId="late"),
        track(messageId="later", userId="2"),
        most_parked=1,
    )
    assert [(one["line"], one["outcome"], one["code"]) for one in said] == [
        (2, "sent", None),
        (1, "sent", None),
        (3, "skipped", "event.duplicate"),
        (4, "sent", None),
        (6, "parked", "promoter.contact_unknown"),
        (5, "parked", "promoter.contact_unknown"),
    ]


_EVENTS = st.lists(
    st.sampled_from((identify, track, order, lambda **changes: DELETE | changes)).flatmap(
        lambda make: st.builds(
            lambda user, minute: make(userId=user, timestamp=f"2026-11-23T15:{minute}:00.000Z"),
            st.sampled_from("ab"),
            st.integers(10, 59),
        )
    ),
    max_size=12,
)


@settings(max_examples=15)
@given(_EVENTS, st.integers(1, 12))
def test_what_is_foretold_is_what_is_sent(nats: str, events: list[dict[str, Any]], modulus: int) -> None:
    """Whatever the events, repeated ones among them, a destination that takes everything gets just the foretold requests."""
    numbered = lines(*(event | {"messageId": f"{event['userId']}{at % modulus}"} for at, event in enumerate(events)))
    foretold = [
        shown(request)
        for here in rehearse(promoter(), numbered, NOW, 99)
        if isinstance(here.result, Transformed)
        for request in here.result.requests
    ]
    script = Script()
    asyncio.run(Sent(nats)(promoter(), numbered, script))
    sent = [shown(request) for request in script.requests]
    assert sorted(map(repr, sent)) == sorted(map(repr, foretold))

"""The direct-destination form: one event, one destination, settings in a header."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import orjson
import pytest
from door import Doors, captures, refusal
from support import identify, info, promoter, small

from event_router.doors.direct import with_options


def doors() -> Doors:
    """Return doors with a destination."""
    return Doors(destinations={"promoter": promoter(), "small": small()})


def settings(value: Any) -> dict[str, str]:
    """Return settings as Segment sends them."""
    return {"x-segment-settings": b64encode(orjson.dumps(value)).decode()}


def test_settings_are_options_of_that_destination() -> None:
    """Under the destination's first name, without the key; the event's own win."""
    door = doors()
    event = identify(integrations={"Promoter.io": {"list": [3]}})
    headers = settings({"campaign": "33", "list": [4], "apiKey": "secret-key"})
    assert door.ask("/direct/promoter", event, headers=headers).status_code == 200
    (kept,) = door.store.accepted
    assert kept.event["integrations"] == {"Promoter.io": {"campaign": "33", "list": [3]}}
    assert (kept.source, kept.destination) == ("shop", "promoter")
    assert "secret-key" not in str(door.store.accepted)


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (None, {"A": {"x": 1}}),
        ({}, {"A": {"x": 1}}),
        ({"A": True}, {"A": {"x": 1}}),
        ({"B": {"y": 2}, "C": 1}, {"B": {"x": 1, "y": 2}, "C": 1}),
        ({"A": False}, {"A": False}),
        ({"All": False}, {"All": False}),
        ("text", "text"),
    ],
)
def test_what_the_event_says_itself_wins(own: Any, expected: Any) -> None:
    """Options reach the name that it uses, and switch on nothing that it switches off."""
    event = {"integrations": own}
    assert with_options(event, {"x": 1}, ("A", "B"))["integrations"] == expected
    assert event == {"integrations": own}


def test_no_settings_change_nothing() -> None:
    """An event without the header is stored as it is."""
    event = {"integrations": {"A": True}}
    assert with_options(event, {}, ("A",)) is event
    assert with_options(7, {"x": 1}, ("A",)) == 7


@pytest.mark.parametrize(
    ("value", "code"), [("x" * 40_000, "event.too_large"), (orjson.loads("[" * 300 + "]" * 300), "event.too_deep")]
)
def test_settings_count_as_part_of_the_event(value: Any, code: str) -> None:
    """Neither its length nor its depth can be had past the limits through the header."""
    door = doors()
    header = b64encode(json.dumps({"x": value}).encode()).decode()
    assert refusal(door.ask("/direct/small", identify(), headers={"x-segment-settings": header})) == (400, code)
    assert door.store.calls == 0


@pytest.mark.parametrize("header", ["!", b64encode(b"{").decode(), b64encode(b"[]").decode(), b64encode(b"7").decode()])
def test_settings_that_cannot_be_read(header: str) -> None:
    """They are refused, not ignored."""
    response = doors().ask("/direct/promoter", identify(), headers={"x-segment-settings": header})
    assert refusal(response) == (400, "door.bad_settings")


def test_settings_of_a_wrong_type() -> None:
    """They are refused with the setting's name."""
    response = doors().ask("/direct/promoter", identify(), headers=settings({"campaign": "all"}))
    assert refusal(response) == (400, "door.bad_settings")
    assert "campaign_id" in response.json()["message"]


def test_settings_that_a_plugin_refuses() -> None:
    """Its words are for the router's owner: they reach nobody else."""
    schema = {"type": "object", "properties": {"url": {"type": "string", "x-per-event": True}}}

    def load_settings(settings: Any) -> Any:
        if "url" in settings:
            raise ValueError("secret words")
        return settings

    strict = small(destination_info=lambda: info(settings_schema=schema), load_settings=load_settings)
    door = Doors(destinations={"small": strict})
    response = door.ask("/direct/small", identify(), headers=settings({"url": "http://bad"}))
    assert refusal(response) == (400, "door.bad_settings")
    assert "secret words" not in response.text


@pytest.mark.parametrize(
    ("path", "body", "key", "expected"),
    [
        ("/direct/promoter", {"type": "page", "userId": "1"}, "WRITE_KEY", (501, "event.unsupported")),
        ("/direct/small", {"type": "track", "event": "x"}, "WRITE_KEY", (501, "event.unsupported")),
        ("/direct/promoter", {"userId": "1"}, "WRITE_KEY", (400, "event.type_missing")),
        ("/direct/nobody", {"type": "page"}, "WRITE_KEY", (404, "door.no_destination")),
        ("/direct/promoter", {"type": "page"}, "wrong", (401, "door.unknown_key")),
        ("/direct/promoter", {"type": "page"}, None, (401, "door.unknown_key")),
        ("/direct/promoter", b"{", "WRITE_KEY", (400, "door.bad_json")),
    ],
)
def test_refusals(path: str, body: Any, key: str | None, expected: tuple[int, str]) -> None:
    """What Segment's documentation says of each."""
    door = doors()
    assert refusal(door.ask(path, body, key=key)) == expected
    assert door.store.calls == 0


def test_a_delete() -> None:
    """Null context and a time in Go's format go through."""
    door = doors()
    capture = captures("direct-delete")["direct-delete"]
    assert door.ask("/direct/promoter/", capture["raw"]).status_code == 200
    (event,) = door.store.events
    assert (event["type"], event["timestamp"]) == ("delete", "2026-11-23T15:01:41.209Z")
    assert "context" not in event

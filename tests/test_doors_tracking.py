"""The tracking API: paths, methods, keys, limits, answers."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from door import KEY, RECEIVED, Doors, hanging_up, refusal
from hypothesis import given
from hypothesis import strategies as st
from support import TIME, identify, track

from event_router.doors.settings import DoorSettings
from event_router.doors.tracking import PATHS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(
    ("type", "action", "userId", "messageId", "context", "integrations", "batch", "sentAt", "event")
)


def test_paths() -> None:
    """Long and short, with a slash at the end or without; the type is the path's."""
    singles = {path: kind for path, kind in PATHS.items() if kind}
    assert len(singles) == 12
    doors = Doors()
    for path in singles:
        assert doors.ask(path, {"userId": "1", "messageId": path}).status_code == 200
        assert doors.ask(f"{path}/", {"userId": "1", "messageId": path}).status_code == 200
    assert [event["type"] for event in doors.store.events] == [kind for kind in singles.values() for _ in range(2)]
    assert set(PATHS) - set(singles) == {"/v1/batch", "/v1/b", "/v1/import"}


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/b", "/v1/import/"])
def test_batches(path: str) -> None:
    """The envelope goes for each item; an item that is no event harms no other, and is kept with its reason."""
    doors = Doors()
    items = [identify(context={"ip": "1.2.3.4"}), 7, track(integrations={"All": False}, type="trick")]
    envelope = {"context": {"ip": "9.9.9.9", "app": {"name": "shop"}}, "integrations": {"Small": True}}
    response = doors.ask(path, {"batch": items, "sentAt": TIME, "writeKey": "another", **envelope})
    assert response.json() == {"success": True}
    (event,) = doors.store.events
    assert event["context"] == {"ip": "1.2.3.4", "app": {"name": "shop"}}
    assert event["integrations"] == {"Small": True}
    assert (event["sentAt"], event["receivedAt"]) == (TIME, RECEIVED)
    assert [(no.raw, no.outcome.reason.code, no.source) for no in doors.store.refused] == [
        (7, "event.not_an_object", "shop"),
        (items[2], "event.type_unknown", "shop"),
    ]
    assert doors.store.calls == 1


def test_an_empty_batch() -> None:
    """It is taken, and nobody is asked to store nothing."""
    doors = Doors()
    assert doors.ask("/v1/batch", {"batch": []}).status_code == 200
    assert doors.store.calls == 0


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/v1/batch", b"{", (400, "door.bad_json")),
        ("/v1/batch", b"\xff", (400, "door.bad_json")),
        ("/v1/batch", b"", (400, "door.bad_json")),
        ("/v1/batch", [], (400, "door.bad_envelope")),
        ("/v1/batch", {}, (400, "door.bad_envelope")),
        ("/v1/batch", {"batch": {}}, (400, "door.bad_envelope")),
        ("/v1/batch", {"batch": [], "context": "x"}, (400, "door.bad_envelope")),
        ("/v1/track", [], (400, "event.not_an_object")),
        ("/v1/track", {"type": "identify"}, (400, "event.type_conflict")),
        ("/v1/track", {"type": 7}, (400, "event.type_conflict")),
        ("/v1/track", {"action": "identify"}, (400, "event.type_conflict")),
        ("/v1/track", {"batch": []}, (400, "door.bad_envelope")),
        ("/v1/track", {"userId": 1.5}, (400, "event.bad_id")),
        ("/v1/nothing", {}, (404, "door.not_found")),
    ],
)
def test_refusals(path: str, body: Any, expected: tuple[int, str]) -> None:
    """Each with a status that no SDK tries again, a code and a message."""
    doors = Doors()
    assert refusal(doors.ask(path, body)) == expected
    assert doors.store.calls == 0


def test_methods() -> None:
    """POST only; the answer says so."""
    response = Doors().ask("/v1/track", method="GET")
    assert refusal(response) == (405, "door.method")
    assert response.headers["allow"] == "POST"


def test_limits() -> None:
    """An event over the limit is refused, alone with 400 or among others; a body over its limit stops everything."""
    limits = DoorSettings(max_event_bytes=1024, max_batch_bytes=4096, max_batch_events=3)
    doors = Doors(settings=limits)
    long = track(properties={"x": "y" * 1024})
    assert refusal(doors.ask("/v1/track", long)) == (400, "event.too_large")
    assert doors.ask("/v1/batch", {"batch": [long, identify()]}).status_code == 200
    assert [no.outcome.reason.code for no in doors.store.refused] == ["event.too_large"]
    assert doors.store.refused[0].raw == long
    assert [event["messageId"] for event in doors.store.events] == ["m-1"]
    assert refusal(doors.ask("/v1/batch", {"batch": [long] * 4})) == (413, "door.too_large")
    assert refusal(doors.ask("/v1/batch", {"batch": [{}] * 4})) == (413, "door.too_many")
    assert refusal(doors.ask("/v1/batch", gzip.compress(b" " * 10**8), headers={"content-encoding": "gzip"})) == (
        413,
        "door.too_large",
    )
    assert len(doors.store.accepted) == 1


def test_what_stands_in_an_envelope_cannot_be_multiplied_without_end() -> None:
    """A long context for thousands of empty events would be hundreds of megabytes."""
    doors = Doors()
    body = {"batch": [{"type": "track"}] * 2500, "context": {"x": "y" * 10_000}}
    assert refusal(doors.ask("/v1/batch", body)) == (413, "door.too_large")


def test_keys() -> None:
    """In the header, the body or the address; the first that is there counts."""
    doors = Doors()
    assert doors.ask("/v1/track", {}).status_code == 200
    assert doors.ask("/v1/track", {"writeKey": KEY}, key=None).status_code == 200
    assert doors.ask("/v1/batch", {"writeKey": KEY, "batch": [{"type": "page"}]}, key=None).status_code == 200
    assert doors.ask(f"/v1/track?writeKey={KEY}", {}, key=None).status_code == 200
    assert doors.store.calls == 4
    assert refusal(doors.ask("/v1/track", {"writeKey": KEY}, key="wrong")) == (401, "door.unknown_key")
    assert refusal(doors.ask("/v1/track", {}, key=None)) == (401, "door.unknown_key")
    assert refusal(doors.ask("/v1/track", {"writeKey": 7}, key=None)) == (401, "door.unknown_key")
    assert refusal(doors.ask("/v1/track", [], key=None)) == (401, "door.unknown_key")
    assert doors.store.calls == 4
    assert "writeKey" not in json.dumps(doors.store.events)


def test_without_sources() -> None:
    """Whoever is on this machine may send with any key, nobody else may."""
    doors = Doors(sources=())
    assert doors.ask("/v1/track", {}, key="any").status_code == 200
    assert doors.ask("/v1/track", {}, key=None).status_code == 200
    assert {kept.source for kept in doors.store.accepted} == {"-"}
    doors.client = ("192.0.2.1", 1)
    assert refusal(doors.ask("/v1/track", {}, key="any")) == (403, "door.no_sources")


def test_a_sender_that_hangs_up() -> None:
    """Nothing is stored, nobody is answered."""
    doors = Doors()
    assert hanging_up(doors, "/v1/track") == []
    assert doors.store.calls == 0


@given(st.sampled_from(sorted(PATHS)), st.binary(max_size=60), st.sampled_from(("", "gzip", "deflate", "br")))
def test_nothing_that_is_sent_makes_it_fail(path: str, body: bytes, encoding: str) -> None:
    """Bytes of any kind are refused as what they are."""
    response = Doors().ask(path, body, headers={"content-encoding": encoding})
    assert response.status_code in {200, 400, 413, 415}


@given(st.sampled_from(sorted(PATHS)), JSON | st.dictionaries(NAMES, JSON | NAMES, max_size=5), st.booleans())
def test_no_json_makes_it_fail(path: str, value: Any, wrapped: bool) -> None:
    """Each item of any batch is either accepted or refused, none is lost."""
    doors = Doors()
    body = {"batch": [value, value]} if wrapped else value
    response = doors.ask(path, body)
    assert response.status_code in {200, 400}
    if wrapped and PATHS[path] is None:
        assert (response.status_code, len(doors.store.accepted) + len(doors.store.refused)) == (200, 2)

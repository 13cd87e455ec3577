"""Webhooks: what is signed, what is not, and what happens to either."""

from __future__ import annotations

import gzip
import json
import time
from dataclasses import replace
from typing import Any

import orjson
import pytest
from door import SOURCE, Doors, refusal
from hypothesis import given
from hypothesis import strategies as st
from support import identify, track

from event_router.api import Secret
from event_router.doors.settings import DoorSettings
from event_router.doors.webhooks import first_item, sign

SIGNED = replace(SOURCE, name="signed", webhook_secret=Secret("hush"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-100, 100) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=10,
)


def doors(**options: Any) -> Doors:
    """Return doors with a source that signs and one that does not."""
    return Doors((SOURCE, SIGNED), **options)


def compact(value: Any) -> bytes:
    """Return JSON as JavaScript writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def ask(door: Doors, body: bytes, signed: bytes, **headers: str) -> Any:
    """Deliver a body with the signature of some bytes."""
    signature = {"x-signature": sign("hush", signed).decode()}
    return door.ask("/webhook/signed", body, key=None, headers=signature | headers)


def test_the_signature_is_what_segment_documents() -> None:
    """The hexadecimal HMAC-SHA1 of the body: the value that `openssl dgst -sha1 -hmac hush` gives."""
    assert sign("hush", b'{"a":1}') == b"20b8c3d061696a94bc43e070fa20e6e7b6be0268"


def test_one_event() -> None:
    """Signed as a whole; any other byte spoils it."""
    door = doors()
    body = compact(identify(traits={"name": "Zoë"}))
    assert ask(door, body, body).json() == {"success": True}
    (kept,) = door.store.accepted
    assert (kept.event["traits"]["name"], kept.source, kept.destination) == ("Zoë", "signed", None)
    assert refusal(ask(door, body, body + b" ")) == (401, "door.bad_signature")
    assert ask(door, gzip.compress(body), body, **{"content-encoding": "gzip"}).status_code == 200


def test_a_list_is_signed_by_its_first_event() -> None:
    """So the second may be changed on the way without anybody noticing; a signature of the whole body is taken, too."""
    door = doors()
    first, second = compact(identify()), compact(track())
    for body in (b"[" + first + b"," + second + b"]", b" [ " + first + b" ,7]"):
        assert ask(door, body, first).status_code == 200
        assert ask(door, body, body).status_code == 200
    assert [event["messageId"] for event in door.store.events] == ["m-1", "m-2"] * 2 + ["m-1"] * 2
    assert [no.raw for no in door.store.refused] == [7, 7]
    assert refusal(ask(door, b"[" + second + b"," + first + b"]", first)) == (401, "door.bad_signature")


def test_no_signature() -> None:
    """Missing or of another secret: nothing is taken, and a write key does not replace it."""
    door = doors()
    assert refusal(door.ask("/webhook/signed", identify())) == (401, "door.bad_signature")
    other = {"x-signature": sign("loud", compact(identify())).decode()}
    assert refusal(door.ask("/webhook/signed", compact(identify()), headers=other)) == (401, "door.bad_signature")
    assert door.store.calls == 0


def test_without_a_secret_the_write_key_counts() -> None:
    """That of this source, no other's."""
    door = doors()
    assert door.ask("/webhook/shop", {"batch": [identify()], "context": {"a": 1}}).status_code == 200
    assert door.store.events[0]["context"] == {"a": 1}
    assert refusal(door.ask("/webhook/shop", identify(), key="hush")) == (401, "door.unknown_key")
    assert refusal(door.ask("/webhook/nobody", identify())) == (404, "door.no_source")


def test_limits_and_refusals() -> None:
    """As at the other doors; an empty list is nothing to store."""
    door = doors(settings=DoorSettings(max_batch_events=2))
    assert refusal(door.ask("/webhook/shop", [{}] * 3)) == (413, "door.too_many")
    assert refusal(door.ask("/webhook/shop", {"userId": "1"})) == (400, "event.type_missing")
    assert refusal(door.ask("/webhook/shop", 7)) == (400, "event.not_an_object")
    assert door.ask("/webhook/shop", []).status_code == 200
    assert ask(door, b"[]", b"[]").status_code == 200
    assert door.store.calls == 0


@given(st.lists(JSON, min_size=1, max_size=3), st.sampled_from((None, 0, 2)), st.booleans())
def test_the_first_item_is_found_as_it_stands(items: list[Any], indent: int | None, ascii_only: bool) -> None:
    """Whatever is in it, and however the sender writes JSON."""
    text = json.dumps(items, indent=indent, ensure_ascii=ascii_only)
    cut = first_item(text.encode())
    assert orjson.loads(cut) == items[0]
    assert cut in text.encode()
    assert cut == cut.strip()


@given(st.binary(max_size=40).map(lambda rest: b"[" + rest) | st.binary(max_size=40))
def test_no_bytes_make_it_fail(body: bytes) -> None:
    """What is no JSON is refused by its signature or as no JSON."""
    assert ask(doors(), body, body).status_code in {200, 400}


@pytest.mark.parametrize("body", [b'["' + b'\\"' * 250_000, b"[" + b'"' * 500_000, b"[" * 500_000])
def test_hostile_bodies_cost_no_more_than_their_length(body: bytes) -> None:
    """Nobody has shown a key yet when the first item is looked for."""
    started = time.process_time()
    first_item(body)
    assert time.process_time() - started < 2

"""Requests in every shape: elements as raw JSON, so that spelling, large numbers and broken parts are what they are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st
from rudder_asking import SURVEYED
from rudder_cases import CONFIG, destination
from rudder_values import BROKEN_TEXTS, JSON_TEXTS, SPACES, array_text, object_text
from support import identify, order, track

_NO_OBJECT = st.sampled_from(["null", "true", "7", "1.5", '"text"', "[]", "[null]"])


@dataclass(frozen=True, slots=True)
class Shape:
    """An element of a request.

    Attributes:
        message: Raw; ``None`` for absent, as with the others.
        metadata: Raw.
        destination: Raw.
        connection: Raw.
        whole: Stands for the element where it is no object.
        good: There is nothing amiss with it.
        typed: Go can have written it.
    """

    message: str | None
    metadata: str | None
    destination: str | None
    connection: str | None
    whole: str | None = None
    good: bool = True
    typed: bool = True

    def plain(self) -> str:
        """Return it as an element that holds everything."""
        return self.whole or _written(self, ("message", "metadata", "destination", "connection"))

    def joined(self) -> str:
        """Return it as an element whose destination is elsewhere in the body."""
        return self.whole or _written(self, ("message", "metadata"))


def _written(shape: Shape, names: Sequence[str]) -> str:
    return object_text({name: raw for name in names if (raw := getattr(shape, name)) is not None})


def plain_body(shapes: Sequence[Shape], *, envelope: bool) -> bytes:
    """Return a body in which each element has its destination."""
    elements = array_text([shape.plain() for shape in shapes])
    return (object_text({"input": elements, "destType": '"promoter"'}) if envelope else elements).encode()


def compacted_body(shapes: Sequence[Shape]) -> bytes:
    """Return a body in which destinations are apart."""
    destinations = {f"dest-{at}": shape.destination for at, shape in enumerate(shapes)}
    connections = {f"src-1:dest-{at}": shape.connection for at, shape in enumerate(shapes)}
    members = {
        "input": array_text([shape.joined() for shape in shapes], ""),
        "destType": '"promoter"',
        "destinations": object_text({name: raw for name, raw in destinations.items() if raw is not None}),
        "connections": object_text({name: raw for name, raw in connections.items() if raw is not None}),
    }
    return object_text(members).encode()


def _metadata(at: int, first: int, extra: dict[str, str], space: str) -> str:
    known = {"jobId": str(first + at), "destinationId": f'"dest-{at}"', "sourceId": '"src-1"', "workspaceId": '"ws-1"'}
    return object_text(known | {f"_{name}": value for name, value in extra.items()}, space)


_MADE: dict[str, Any] = {
    "identify": identify(),
    "track": track(context={"traits": {"email": "ted@mosbiusdesigns.com"}}),
    "unknown contact": track(),
    "order": order(context={"traits": {"email": "ted@mosbiusdesigns.com"}}),
    "page": {"type": "page", "userId": "12345", "messageId": "m-4"},
}
_CONFIGS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        CONFIG,
        SURVEYED,  # Orders are stored, and surveyed: two requests.
        {**CONFIG, "mode": "segment"},
        {**CONFIG, "campaignId": "{{ message.properties.x || 3 }}"},
        {**CONFIG, "contactLists": "nonsense"},
        {"apiKey": 7},
        {},
    ]
)


def _message(kind: str, at: int, extra: dict[str, str]) -> str:
    event = _MADE[kind] | {"userId": f"u-{at}", "messageId": f"m-{at}"}
    holder = "traits" if kind == "identify" else "properties"
    members = {name: json.dumps(value) for name, value in event.items() if name != holder}
    held = {name: json.dumps(value) for name, value in event.get(holder, {}).items()}
    return object_text(members | {holder: object_text(held | extra)})


def _destination(at: int, config: dict[str, Any], dynamic: bool, space: str) -> str:
    described = destination(config, ID=f"dest-{at}", hasDynamicConfig=dynamic, Transformations=None)
    return object_text({name: json.dumps(value) for name, value in described.items()}, space)


_EXTRA = st.dictionaries(st.sampled_from("xyzé"), JSON_TEXTS, max_size=2)
_CONNECTIONS = st.sampled_from([None, "null", '{"sourceId": "src-1", "config": null}'])


@st.composite
def _good(draw: st.DrawFn, at: int, first: int) -> Shape:
    return Shape(
        _message(draw(st.sampled_from(sorted(_MADE))), at, draw(_EXTRA)),
        _metadata(at, first, draw(_EXTRA), draw(SPACES)),
        _destination(at, draw(_CONFIGS), draw(st.booleans()), draw(SPACES)),
        draw(_CONNECTIONS),
    )


_ODD_MEMBERS = st.sampled_from(
    ["type", "userId", "messageId", "traits", "properties", "context", "timestamp", "integrations", "event", "channel"]
)


def _spoiled(names: list[str], value: str) -> str:
    return object_text({"type": '"track"', "event": '"E"'} | dict.fromkeys(names, value))


_ODD_MESSAGES = (
    st.none()
    | _NO_OBJECT
    | BROKEN_TEXTS
    | JSON_TEXTS
    | st.builds(_spoiled, st.lists(_ODD_MEMBERS, min_size=1, max_size=3), JSON_TEXTS)
    | st.just("[" * 5000 + "]" * 5000)
)
_ODD_METADATA = (
    st.none()
    | _NO_OBJECT
    | BROKEN_TEXTS
    | st.sampled_from(
        ['{"jobId":1.0}', '{"jobId":"1"}', '{"jobId":null}', '{"destinationId":5}', "{}", '{"jobId":1E400}']
    )
    | st.builds(object_text, _EXTRA)
)
_ODD_DESTINATIONS = (
    st.none()
    | _NO_OBJECT
    | BROKEN_TEXTS
    | st.sampled_from(["{}", '{"Config":null}', '{"ID":5,"Config":{}}', '{"Config":{"apiKey":{"a":[1.10]}}}'])
    | st.builds(lambda value: object_text({"ID": '"dest-9"', "Config": value}), JSON_TEXTS)
)


@st.composite
def _odd(draw: st.DrawFn, at: int, first: int) -> Shape:
    """Return an element of which something is amiss: the message, the metadata, the destination, or all of it."""
    good = draw(_good(at, first))
    what = draw(st.sampled_from(["message", "metadata", "destination", "whole"]))
    if what == "message":
        return replace(good, message=draw(_ODD_MESSAGES), good=False)
    if what == "metadata":
        return replace(good, metadata=draw(_ODD_METADATA), good=False, typed=False)
    if what == "destination":
        return replace(good, destination=draw(_ODD_DESTINATIONS), good=False, typed=False)
    return Shape(None, None, None, None, whole=draw(_NO_OBJECT | BROKEN_TEXTS), good=False)


@st.composite
def shapes(draw: st.DrawFn) -> list[Shape]:
    """Return the elements of one request: all good, but for one perhaps."""
    first = draw(st.sampled_from([1, 2**53, 2**63 - 100]))
    odd = draw(st.none() | st.integers(0, 4))
    return [draw(_odd(at, first) if at == odd else _good(at, first)) for at in range(draw(st.integers(0, 5)))]

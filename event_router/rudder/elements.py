"""What rudder-server sends: elements whose metadata and destination stay the bytes they are, to be echoed as they came.

Only messages are parsed, each by itself, so that one that cannot be parsed is no one else's trouble.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
from msgspec import Raw

from event_router.rudder.raw import BadBodyError
from event_router.rudder.spans import NotJsonError, fields, is_json, items
from event_router.rudder.turns import TURN

#: Events in one body at most: an answer is longer than the shortest of them. rudder-server sends 100 ([S] protocol §1).
MOST = 10_000

# Bytes of destinations that an answer may repeat: in a compacted body one stands for as many as there are events.
_MOST_ECHOED = 256 * 1024**2
_NULL = Raw(b"null")


class Element(NamedTuple):
    """One event as it was sent, each part raw JSON.

    Attributes:
        message: The event.
        metadata: An object, to be echoed.
        destination: An object, to be echoed; ``null`` where there is none.
    """

    message: bytes
    metadata: bytes
    destination: bytes

    def attempts(self) -> int:
        """Return how often its delivery has failed, as rudder-server's router counts; 0 where that is not said."""
        try:
            return _metadata.decode(self.metadata).attemptNum
        except (msgspec.DecodeError, RecursionError):
            return 0


class Body(NamedTuple):
    """A request's body.

    Attributes:
        elements: In their order.
        dest_type: The type of destination that the body names; ``None`` where it names none.
    """

    elements: list[Element]
    dest_type: str | None


class _Item(msgspec.Struct, gc=False):
    message: Raw = _NULL
    metadata: Raw = _NULL
    destination: Raw = _NULL


class _Envelope(msgspec.Struct):
    input: list[_Item] | None = None
    destType: str | None = None  # noqa: N815  # RudderStack's name.
    destinations: dict[str, Raw] | None = None


class _Metadata(msgspec.Struct, gc=False):
    destinationId: str = ""  # noqa: N815
    attemptNum: int = 0  # noqa: N815


_body = msgspec.json.Decoder(list[_Item] | _Envelope)
_metadata = msgspec.json.Decoder(_Metadata)


async def read(body: bytes) -> Body:
    """Return a body's elements, plain or compacted ([S] protocol §2, §3). Raises ``BadBodyError``.

    In a compacted body each destination is sent once, and joined by ``metadata.destinationId``.
    """
    found = read_quickly(body)
    if found is None:
        # Slow, so that a large one must not keep everybody waiting.
        found = await asyncio.to_thread(read_carefully, body) if len(body) > TURN else read_carefully(body)
    if sum(len(element.destination) for element in found.elements) > _MOST_ECHOED:
        raise BadBodyError("Its destinations, echoed with each event, are longer than any answer may be.")
    return found


def read_quickly(body: bytes) -> Body | None:
    """Return a body's elements; ``None`` where something is amiss with it."""
    try:
        found = _body.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None
    given = found if isinstance(found, list) else found.input or []
    if len(given) > MOST:
        raise _too_many()
    if isinstance(found, list):
        return Body(_plain(given), None)
    if found.destinations is None:
        return Body(_plain(given), found.destType)
    # Once for all of the events that go there.
    known = {name: bytes(raw) for name, raw in found.destinations.items()}
    return Body([_joined(item.message, item.metadata, known) for item in given], found.destType)


def _too_many() -> BadBodyError:
    return BadBodyError(f"It has more than {MOST:,} events. Send fewer at once.")


def _plain(given: Sequence[_Item]) -> list[Element]:
    return [Element(bytes(item.message), _object(item.metadata), bytes(item.destination)) for item in given]


def _object(raw: Raw) -> bytes:
    """Return metadata that rudder-server can read again: it decodes an object, or fails on the whole answer."""
    found = bytes(raw)
    return found if found[:1] == b"{" else b"{}"


def _joined(message: Raw, metadata: Raw, destinations: Mapping[str, bytes]) -> Element:
    try:
        name: str | None = _metadata.decode(metadata).destinationId
    except (msgspec.DecodeError, RecursionError):
        name = _text(_fields(bytes(metadata)).get("destinationId", b""))
    return Element(bytes(message), _object(metadata), destinations.get(name or "", b"null"))


def read_carefully(body: bytes) -> Body:
    """Return the elements of a body with which something is amiss, so that only the one with it suffers.

    Raises ``BadBodyError``.
    """
    try:
        if body.lstrip()[:1] == b"[":
            return Body(_from_spans(_items(body), None), None)
        whole = fields(body)
        destinations = whole.get("destinations", b"null")
        known = fields(destinations) if destinations[:1] == b"{" else None
        given = whole.get("input", b"null")
        return Body(_from_spans(_items(given) if given[:1] == b"[" else [], known), _text(whole.get("destType", b"")))
    except NotJsonError as error:
        raise BadBodyError(str(error)) from None


def _from_spans(spans: Sequence[bytes], destinations: Mapping[str, bytes] | None) -> list[Element]:
    known = None if destinations is None else {name: bytes(_echoed(raw)) for name, raw in destinations.items()}
    return [_from_span(span, known) for span in spans]


def _items(text: bytes) -> list[bytes]:
    found = items(text, MOST)
    if len(found) > MOST:
        raise _too_many()
    return found


def _from_span(span: bytes, destinations: Mapping[str, bytes] | None) -> Element:
    parts = _fields(span)
    message = Raw(parts.get("message", b"null"))
    metadata = _echoed(parts.get("metadata", b"null"))
    if destinations is not None:
        return _joined(message, metadata, destinations)
    return Element(bytes(message), _object(metadata), bytes(_echoed(parts.get("destination", b"null"))))


def _fields(span: bytes) -> dict[str, bytes]:
    """Return the members of an object; none where it is none."""
    try:
        return fields(span)
    except NotJsonError:
        return {}


def _echoed(raw: bytes) -> Raw:
    """Return what may be echoed: a broken value in one element would make the whole answer unreadable."""
    return Raw(raw) if is_json(raw) else _NULL


def _text(raw: bytes) -> str | None:
    try:
        return msgspec.json.decode(raw, type=str)
    except (msgspec.DecodeError, RecursionError):
        return None

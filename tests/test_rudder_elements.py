"""Elements: what rudder-server sends, read without parsing what is echoed."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rudder_values import JSON

from event_router.rudder import elements
from event_router.rudder.elements import Body, Element, read, read_carefully, read_quickly
from event_router.rudder.raw import BadBodyError

pytestmark = pytest.mark.anyio

ITEMS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("message", "metadata", "destination", "connection", "libraries"), JSON)
)
METADATA = b'{"jobId":12345678901234567890123,"destinationId":"d-1", "x" : 1.10}'
DESTINATION = b'{"ID":"d-1","n":1.0}'


def plain(*texts: bytes) -> bytes:
    """Return a plain body."""
    return b"[" + b",".join(texts) + b"]"


def one(message: bytes = b"{}") -> bytes:
    """Return an element."""
    return b'{"message":%b,"metadata":%b,"destination":%b,"libraries":null}' % (message, METADATA, DESTINATION)


async def test_bytes_as_they_came() -> None:
    """Metadata and destination are echoed to the byte: large numbers, spaces and all."""
    found = await read(plain(one(b'{"type":"track"}')))
    assert found == Body([Element(b'{"type":"track"}', METADATA, DESTINATION)], None)


@given(st.lists(ITEMS | JSON, max_size=5))
def test_two_ways_one_result(given: list[Any]) -> None:
    """The careful way finds what the quick one does, wherever both can read."""
    body = json.dumps(given).encode()
    quick = read_quickly(body)
    careful = read_carefully(body)
    assert len(careful.elements) == len(given)
    if quick is not None:
        assert quick == careful


@given(st.lists(ITEMS, max_size=4), st.dictionaries(st.text(max_size=4), JSON, max_size=3))
def test_two_ways_compacted(given: list[Any], destinations: dict[str, Any]) -> None:
    """Compacted bodies likewise."""
    body = json.dumps({"input": given, "destType": "promoter", "destinations": destinations}).encode()
    quick = read_quickly(body)
    careful = read_carefully(body)
    assert (len(careful.elements), careful.dest_type) == (len(given), "promoter")
    if quick is not None:
        assert quick == careful


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        plain(one()),
        b'{"input":[{"message":{},"metadata":{"destinationId":"d"}}],"destType":"x","destinations":{"d":{}}}',
        b'{"input":[{}],"connections":{"s:d":{}}}',
    ],
)
def test_what_is_sound_is_read_quickly(body: bytes) -> None:
    """The careful way is for what is amiss alone."""
    assert read_quickly(body) == read_carefully(body)


async def test_a_poisoned_destination() -> None:
    """A destination that Go could not read again is not echoed, sent with its event or once for all."""
    bad, good = b'{"ID":"d-1","a":NaN}', b'{"ID":"d-2"}'
    item = b'{"message":1,"metadata":{"destinationId":"%b"},"destination":%b}'
    found = await read(plain(item % (b"d-1", bad), item % (b"d-2", good)))
    assert [element.destination for element in found.elements] == [b"null", good]
    body = b'{"input":%b,"destinations":{"d-1":%b,"d-2":%b}}'
    found = await read(body % (plain(item % (b"d-1", b"1"), item % (b"d-2", b"1")), bad, good))
    assert [element.destination for element in found.elements] == [b"null", good]


async def test_compacted() -> None:
    """Destinations are joined by metadata.destinationId; one that is not there is none."""
    body = b'{"input":[{"message":1,"metadata":%b},{"message":2}],"destType":"x","destinations":{"d-1":%b}}'
    found = await read(body % (METADATA, DESTINATION))
    assert found.elements == [Element(b"1", METADATA, DESTINATION), Element(b"2", b"{}", b"null")]
    assert found.dest_type == "x"


@pytest.mark.parametrize("more", [b"", b',"destinations":null', b',"destinations":{},"destType":null'])
async def test_nothing_in_it(more: bytes) -> None:
    """A null where a list may be is an empty one: Go writes nil so."""
    assert await read(b'{"input":null%b}' % more) == Body([], None)


@pytest.mark.parametrize(
    "poison",
    [b"null", b"7", b'"text"', b"[]", b'{"message":"\\ud800"}', b'{"message":' + b"[" * 9000 + b"]" * 9000 + b"}"],
)
async def test_one_poisoned_element(poison: bytes) -> None:
    """What no parser reads is one element's trouble: its neighbours are read as ever."""
    found = await read(plain(one(), poison, one()))
    assert len(found.elements) == 3
    assert found.elements[0] == found.elements[2] == Element(b"{}", METADATA, DESTINATION)
    assert found.elements[1].metadata == b"{}"


async def test_poisoned_metadata() -> None:
    """Metadata that Go could not read again is not echoed; half of a surrogate pair it can."""
    odd, broken = b'{"message":1,"metadata":{"eventName":"\\ud800"}}', b'{"message":1,"metadata":{"a":NaN}}'
    found = await read(plain(odd, broken, b'{"message":1,"metadata":"x"}'))
    assert [element.metadata for element in found.elements] == [b'{"eventName":"\\ud800"}', b"{}", b"{}"]


async def test_poisoned_compacted() -> None:
    """The careful way joins destinations too, and forgives what is wrong with the names around them."""
    body = b'{"input":[{"message":"\\ud800","metadata":%b},3],"destType":7,"destinations":{"d-1":%b}}'
    found = await read(body % (METADATA, DESTINATION))
    assert found.elements == [Element(b'"\\ud800"', METADATA, DESTINATION), Element(b"null", b"{}", b"null")]
    assert found.dest_type is None
    assert await read(b'{"input":7,"destinations":7,"destType":"a"}') == Body([], "a")


async def test_metadata_without_id() -> None:
    """Metadata that names no destination, or names it by something else than text, has none."""
    found = await read(b'{"input":[{"metadata":{"destinationId":7}},{"metadata":[]}],"destinations":{"7":{}}}')
    assert [element.destination for element in found.elements] == [b"null", b"null"]


async def test_space_around_it() -> None:
    """Blanks before and behind a body make no other body of it, whichever way it is read."""
    for poison in (b"{}", b"NaN"):
        body = plain(one(), poison)
        assert await read(b" \r\n\t%b \n" % body) == await read(body)


async def test_a_type_that_is_no_text() -> None:
    """A type that cannot be read is none; the events are there to be answered."""
    assert await read(b'{"input":[{}],"destType":"\\q"}') == Body([Element(b"null", b"{}", b"null")], None)


@pytest.mark.parametrize("body", [b"", b"x", b"7", b"[", b'{"input":[1}', b"[{}]]"])
async def test_no_body(body: bytes) -> None:
    """What has no elements is refused with a sentence."""
    with pytest.raises(BadBodyError, match=r"\.$"):
        await read(body)


@pytest.mark.parametrize("odd", [b"{}", b"NaN"])
async def test_too_many(odd: bytes) -> None:
    """A body of more events than are answered at once is refused, whichever way it is read; as many are not."""
    most = [b"{}"] * (elements.MOST - 1) + [odd]
    assert len((await read(plain(*most))).elements) == elements.MOST
    with pytest.raises(BadBodyError, match=r"^It has more than 10,000 events\."):
        await read(plain(*most, b"{}"))


async def test_large_and_poisoned(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large body is taken apart beside everything else, not before it."""
    monkeypatch.setattr(elements, "TURN", 10)
    assert len((await read(plain(one(), b"null"))).elements) == 2


async def test_ids_stay_exact() -> None:
    """What comes back is what a parser with exact numbers reads."""
    found = await read(plain(one()))
    assert json.loads(found.elements[0].metadata)["jobId"] == 12345678901234567890123
    assert orjson.loads(found.elements[0].destination) == {"ID": "d-1", "n": 1.0}


@pytest.mark.parametrize(
    ("metadata", "count"), [(b'{"attemptNum":2}', 2), (b"{}", 0), (b'{"attemptNum":"2"}', 0), (b'{"a":"\\ud800"}', 0)]
)
def test_attempts(metadata: bytes, count: int) -> None:
    """How often a delivery has failed, as far as it is said."""
    assert Element(b"{}", metadata, b"{}").attempts() == count


@pytest.mark.parametrize("body", [b"[%b0]", b'{"input":[%b0],"destinations":{}}', b"[%bNaN]", b'{"input":[%bNaN]}'])
async def test_too_many_events(body: bytes) -> None:
    """More than anybody sends is refused before anything is made of it, whether it can be read or not."""
    with pytest.raises(BadBodyError, match="more than 10,000 events"):
        await read(body % (b"{}," * elements.MOST))
    assert len((await read(b"[%b{}]" % (b"{}," * (elements.MOST - 1)))).elements) == elements.MOST


async def test_destinations_that_are_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """One destination stands for all its events, and an answer that would repeat it without end is refused."""
    body = b'{"input":[{"metadata":{"destinationId":"a"}},{"metadata":{"destinationId":"a"}}],"destinations":{"a":{"x":1}}}'
    first, second = (await read(body)).elements
    assert first.destination is second.destination
    monkeypatch.setattr(elements, "_MOST_ECHOED", 10)
    with pytest.raises(BadBodyError, match="longer than any answer"):
        await read(body)


async def test_names_that_are_no_text() -> None:
    """Half a surrogate pair where a name should be is no name; whoever is beside it has its own."""
    assert (await read(b'{"input":[{}],"destType":"\\ud800"}')).dest_type is None
    body = b'{"input":[{"metadata":{"destinationId":"\\ud800"}},{"metadata":%b}],"destinations":{"d-1":%b}}'
    odd, good = (await read(body % (METADATA, DESTINATION))).elements
    assert (odd.destination, good.destination) == (b"null", DESTINATION)

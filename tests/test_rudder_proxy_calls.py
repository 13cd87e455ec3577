"""The proxy's calls: jobs byte for byte, names, Config; whatever is broken in it stays where it is."""

from __future__ import annotations

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rudder_calls import CONTACT, call, job, members
from rudder_cases import CONFIG

from event_router.api import Rejected, Request
from event_router.rudder.proxy_calls import alone, read
from event_router.rudder.raw import BadBodyError
from event_router.rudder.spans import fields

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
#: Metadata as somebody may write it: with spaces or without, escaped or not.
RAW = st.builds(
    lambda value, ascii_only, spaces: json.dumps(
        value, ensure_ascii=ascii_only, separators=(", ", " : ") if spaces else (",", ":")
    ).encode(),
    st.dictionaries(TEXT.filter(lambda name: name != "jobId"), JSON, max_size=4),
    st.booleans(),
    st.booleans(),
)


def with_metadata(metadata: bytes) -> bytes:
    """Return a call's body with metadata of just these bytes."""
    return call(metadata=orjson.Fragment(metadata))


def test_what_is_in_a_call() -> None:
    """Jobs, names, Config and the request."""
    found = read(call(CONTACT, job(1), job(2)))
    assert [orjson.loads(one) for one in found.jobs] == [job(1), job(2)]
    assert found.names == {"destinationId": "dest-1", "workspaceId": "ws-1"}
    assert orjson.loads(found.config) == CONFIG
    assert isinstance(found.request, Request)
    assert found.request.url == CONTACT.url


def test_the_destination_as_it_is_described_elsewhere() -> None:
    """Id and Config under the names that a destination has."""
    assert orjson.loads(read(call()).destination()) == {"ID": "dest-1", "Config": CONFIG}
    unknown = read(call(CONTACT, {"jobId": 1}, config=None))
    assert orjson.loads(unknown.destination()) == {"ID": None, "Config": None}


@pytest.mark.parametrize("name", [7, "", None, ["d"], {}])
def test_names_that_are_none(name: object) -> None:
    """What is no text, or an empty one, names no destination and labels nothing."""
    assert read(call(CONTACT, job(destinationId=name))).names == {"workspaceId": "ws-1"}


@given(st.lists(RAW, min_size=1, max_size=4))
def test_metadata_stays_the_bytes_it_is(entries: list[bytes]) -> None:
    """Every job, in order, to the byte: its large integers too."""
    assert read(with_metadata(b"[" + b" , ".join(entries) + b"]")).jobs == tuple(entries)


def test_v0_sends_one_object() -> None:
    """It is one job."""
    raw = b'{"jobId": 9007199254740993}'
    assert read(with_metadata(raw)).jobs == (raw,)


@pytest.mark.parametrize("metadata", [b"null", b"[]", b"5", b'"x"', b"[null, 5, []]"])
def test_nobody_is_named(metadata: bytes) -> None:
    """What is no object is no job."""
    assert read(with_metadata(metadata)).jobs == ()
    assert read(with_metadata(metadata)).names == {}


def test_a_job_is_there_once() -> None:
    """Of two entries with the same jobId the first counts; those without one are jobs each."""
    entries = [b'{"jobId":1,"a":1}', b'{"jobId":2}', b'{"jobId":1,"a":2}', b"{}", b'{"jobId":[1]}', b"{}"]
    assert read(with_metadata(b"[" + b",".join(entries) + b"]")).jobs == (*entries[:2], *entries[3:])


def test_a_broken_part_is_its_own_trouble() -> None:
    """The jobs can be told, whatever else cannot be read."""
    body = call().replace(b'"POST"', b"NaN").replace(b'"1"', b'"\\ud800"')
    found = read(body)
    assert [orjson.loads(one)["jobId"] for one in found.jobs] == [1]
    assert isinstance(found.request, Rejected)
    assert json.loads(found.config)["campaignId"] == "\ud800"


def test_a_config_that_is_no_json() -> None:
    """It is as good as none."""
    assert read(call().replace(b'"1"', b"NaN")).config == b"null"


def test_broken_metadata_among_others() -> None:
    """An entry that could not be echoed is left out; half a surrogate pair, which Go reads, is echoed."""
    odd = b'{"jobId":3,"x":"\\ud800"}'
    found = read(with_metadata(b'[{"jobId":1},{"jobId":NaN},' + odd + b"]").replace(b'"POST"', b"NaN"))
    assert found.jobs == (b'{"jobId":1}', odd)


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b"null", b'{"metadata":[', b'{"metadata":[}', b"5"])
def test_bodies_that_name_nobody(body: bytes) -> None:
    """Nobody could be answered."""
    with pytest.raises(BadBodyError):
        read(body)


@pytest.mark.parametrize("part", ["body", "metadata", "destinationConfig"])
def test_bottomless_bodies(part: str) -> None:
    """However deep something is nested, the answer is an answer."""
    deep = orjson.Fragment(b"[" * 100_000 + b"]" * 100_000)
    found = read(orjson.dumps({**members(CONTACT), "metadata": [job()], "destinationConfig": CONFIG, part: deep}))
    assert isinstance(found.request, Rejected) is (part == "body")
    assert len(found.jobs) == (0 if part == "metadata" else 1)


@given(RAW)
def test_alone(raw: bytes) -> None:
    """Only ``dontBatch`` changes: every other member keeps its bytes."""
    before, after = fields(raw), fields(alone(raw))
    assert after == before | {"dontBatch": b"true"}
    assert json.loads(alone(raw)) == json.loads(raw) | {"dontBatch": True}


def test_alone_with_odd_names() -> None:
    """A name with half a surrogate pair is written as Go reads it."""
    assert alone(b'{"\\ud800":1}') == b'{"\\ud800":1,"dontBatch":true}'

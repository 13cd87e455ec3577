"""The benchmark's request bodies are what rudder-server sends, and events that really go to Promoter."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rudder_bodies import COMPACTED, PLAIN, ROUTER, Form, message, request
from support import promoter

from event_router.api import Context, Rejected, Transformed
from event_router.dispatch import decide
from event_router.event import canonicalise

_PROCESSOR = """jobId workspaceId rudderId receivedAt partitionId messageId eventName eventType sourceId originalSourceId
    sourceDefinitionId sourceName sourceType sourceCategory sourceJobId sourceJobRunId sourceTaskRunId recordId instanceId
    namespace traceparent destinationId originalDestinationId destinationName destinationType destinationDefinitionId
    transformationId transformationVersionId messageIds"""
_ROUTER = """userId jobId sourceId sourceCategory destinationId attemptNum receivedAt createdAt firstAttemptedAt transformAt
    workspaceId secret workerAssignedTime destInfo dontBatch traceparent"""
_DESTINATION = """ID Name DestinationDefinition Config Enabled WorkspaceID Transformations IsProcessorEnabled RevisionID
    hasDynamicConfig"""

NUMBERS = st.lists(st.integers(0, 10_000), min_size=1, max_size=9, unique=True)


def plain(numbers: list[int]) -> list[dict[str, Any]]:
    """Return the elements of a processor's request."""
    elements: list[dict[str, Any]] = orjson.loads(PLAIN.body(numbers))
    return elements


@given(NUMBERS)
def test_a_compacted_body_joins_to_the_plain_one(numbers: list[int]) -> None:
    """Its maps hold the destination and connection of each event."""
    body = orjson.loads(COMPACTED.body(numbers))
    joined = [
        one
        | {"destination": body["destinations"][one["metadata"]["destinationId"]]}
        | {"connection": body["connections"][f"{one['metadata']['sourceId']}:{one['metadata']['destinationId']}"]}
        for one in body["input"]
    ]
    assert [one | {"libraries": None, "credentials": None} for one in joined] == plain(numbers)


@given(NUMBERS)
def test_the_router_sends_the_same_events(numbers: list[int]) -> None:
    """Only what is around them differs."""
    body = orjson.loads(ROUTER.body(numbers))
    assert body["destType"] == "promoter"
    assert [one["message"] for one in body["input"]] == [one["message"] for one in plain(numbers)]


@given(NUMBERS)
def test_every_field_of_the_protocol_is_there(numbers: list[int]) -> None:
    """Metadata and destinations have the fields that the protocol names; job ids are integers, one for each event."""
    elements, jobs = plain(numbers), orjson.loads(ROUTER.body(numbers))["input"]
    assert all(set(one["metadata"]) == set(_PROCESSOR.split()) for one in elements)
    assert all(set(one["metadata"]) == set(_ROUTER.split()) for one in jobs)
    assert all(set(one["destination"]) == set(_DESTINATION.split()) for one in elements + jobs)
    ids = [one["metadata"]["jobId"] for one in jobs]
    assert [one["metadata"]["jobId"] for one in elements] == ids
    assert len(set(ids)) == len(numbers)
    assert all(type(one) is int for one in ids)


@given(st.sampled_from([PLAIN, COMPACTED, ROUTER]), NUMBERS, st.booleans())
def test_a_request_announces_its_body(form: Form, numbers: list[int], keep: bool) -> None:
    """The length is right, the connection is closed only where that is wanted, and the form's headers are there."""
    head, _, body = request(form, numbers, keep=keep).partition(b"\r\n\r\n")
    names = dict(line.split(": ") for line in head.decode().split("\r\n")[1:])
    assert int(names["Content-Length"]) == len(body)
    assert ("Connection" not in names) is keep
    assert ("X-Content-Format" in names) is (form is COMPACTED)
    assert body == form.body(numbers)


@pytest.mark.parametrize("number", range(6))
def test_every_event_goes_to_promoter(number: int) -> None:
    """An event that is skipped or refused would cost less than a real one."""
    canonical = canonicalise(message(number))
    assert not isinstance(canonical, Rejected)
    context = Context("promoter", datetime.now(UTC))
    assert isinstance(decide(promoter(), canonical[0], None, context)[1], Transformed)


def test_events_have_a_realistic_size() -> None:
    """They have about 1 KB, orders twice that."""
    assert all(900 < len(orjson.dumps(message(number))) < 2300 for number in range(30))

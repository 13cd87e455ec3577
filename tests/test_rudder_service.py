"""Service: a type of destination, asked in every way."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from typing import Any

import orjson
import pytest
from rudder_cases import destination, element, promoter_plugin, served, small_plugin
from support import identify, order, plugin, track

from event_router.api import Reason, Rejected, Request
from event_router.hooks import Transformed
from event_router.plugins import load_object
from event_router.rudder import turns
from event_router.rudder.contacts import MemoryContacts
from event_router.rudder.jobs import Job
from event_router.rudder.outputs import encoded
from event_router.rudder.service import Served, by_type

pytestmark = pytest.mark.anyio

EVENTS = [identify(), track(), {"type": "page", "userId": "12345"}, order(), {"type": "nonsense"}]
CODES = [200, 200, 298, 200, 400]


async def test_processor() -> None:
    """One element for each event, in their order, and how they ended."""
    answered = await served().processor([element(event, jobId=at) for at, event in enumerate(EVENTS)])
    said = orjson.loads(answered.body)
    assert [one["metadata"]["jobId"] for one in said] == [0, 1, 2, 3, 4]
    assert [one["statusCode"] for one in said] == CODES
    assert answered.endings == {(200, ""): 3, (298, "event.unsupported"): 1, (400, "event.type_unknown"): 1}


async def test_router() -> None:
    """One output for each job."""
    answered = await served().router([element(event, jobId=at) for at, event in enumerate(EVENTS)])
    said = orjson.loads(answered.body)["output"]
    assert Counter(job["jobId"] for one in said for job in one["metadata"]) == Counter(range(5))
    assert [one["statusCode"] for one in said] == CODES
    assert sum(answered.endings.values()) == 5


async def test_batch() -> None:
    """A bare list; what was transformed before goes on as it is."""
    before = {"type": "REST", "endpoint": "http://x", "version": "1"}
    answered = await served().batch([element(before, jobId=0), element(identify(), jobId=1), element(before, jobId=2)])
    said = orjson.loads(answered.body)
    assert [one["metadata"][0]["jobId"] for one in said] == [0, 1, 2]
    assert said[0]["batchedRequest"] == said[2]["batchedRequest"] == before
    assert said[1]["batchedRequest"]["endpointPath"] == "contact"


@pytest.mark.parametrize("name", ["processor", "router", "batch"])
async def test_nothing(name: str) -> None:
    """No events, no elements."""
    answered = await getattr(served(), name)([])
    assert orjson.loads(answered.body) in ([], {"output": []})


async def test_what_cannot_be_encoded_counts_as_that() -> None:
    """An event that ends only when it is written counts as it ended."""

    def transform_identify(event: Any) -> Any:
        from event_router.api import Request, Transformed

        return Transformed((Request("contact", "POST", "http://x", "text"),))

    one = served(small_plugin(transform_identify=transform_identify))
    answered = await one.processor([element(identify(), destination({}))])
    assert answered.endings == {(500, "plugin.bad_result"): 1}


async def test_a_reason_that_is_no_text_counts() -> None:
    """Whatever a plugin gives as code of its reason, figures label it with a text."""

    def transform_identify(event: Any) -> Any:
        return Rejected(Reason(None, "No."))  # type: ignore[arg-type]

    one = served(small_plugin(transform_identify=transform_identify))
    answered = await one.processor([element(identify(), destination({}))])
    assert answered.endings == {(400, "None"): 1}


def test_by_type() -> None:
    """Every plugin serves its type, however its name is written."""
    types = by_type([promoter_plugin(), load_object("Small", plugin())], MemoryContacts())
    assert set(types) == {"promoter", "small"}
    assert [one.type for one in types.values()] == ["PROMOTER", "SMALL"]


async def test_large_ones_are_worked_on_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes long is decided, with or without what is remembered, and written where nobody waits for it."""
    there: list[str] = []

    def see(name: str) -> None:
        there.append("here" if threading.current_thread() is threading.main_thread() else name)

    def transform_track(event: Any) -> Any:
        see("track")
        return Transformed((Request("x", "POST", "http://x", {}),))

    def transform_identify(event: Any) -> Any:
        see("identify")
        return Transformed((Request("x", "POST", "http://x", {}),))

    def seen(job: Job) -> Any:
        see("written")
        return encoded(job)

    monkeypatch.setattr("event_router.rudder.service.encoded", seen)
    one = served(small_plugin(transform_track=transform_track, transform_identify=transform_identify))
    note = {"email": "ted@x.co", "note": "x" * 300_000}
    large = [element(event, destination({})) for event in (track(traits=note), identify(traits=note))]
    assert len(orjson.loads((await one.processor(large)).body)) == 2
    assert there == ["track", "identify", "written", "written"]
    there.clear()
    await one.processor([element(identify(), destination({}))])
    assert there == ["here", "here"]


async def test_clock() -> None:
    """Without another clock the events of now are not old."""
    one = Served(promoter_plugin(), MemoryContacts())
    assert orjson.loads((await one.processor([element(identify())])).body)[0]["statusCode"] == 200


async def test_others_get_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large request lets others work in between, both while it is decided and while it is written."""
    monkeypatch.setattr(turns.parts, "__defaults__", (10,))
    seen = 0

    async def other() -> None:
        nonlocal seen
        while True:
            seen += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    answered = await served().processor([element(event) for event in EVENTS])
    task.cancel()
    assert seen >= 2 * (len(EVENTS) - 1)
    assert len(orjson.loads(answered.body)) == len(EVENTS)

"""Server-sent events: the revision at once, whenever something changed, and a sign of life."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from mock_plane import Plane, sleep_with

from mock_promoter.changes import Changes
from mock_promoter.control import events
from mock_promoter.serving import serve


@pytest.fixture
async def stream(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Changes, AsyncIterator[str]]]:
    """Return changes, and the stream that tells of them without pauses."""
    monkeypatch.setattr(events, "_PAUSE", 0.0)
    monkeypatch.setattr(events, "_QUIET", 0.01)
    changes = Changes()
    stream = events._stream(changes)
    yield changes, stream
    changes.close()
    assert [text async for text in stream if text != ": still here\n\n"] == []


@pytest.mark.anyio
async def test_the_revision(stream: tuple[Changes, AsyncIterator[str]]) -> None:
    """At once, and after each change; changes that come together are told once."""
    changes, told = stream
    assert await anext(told) == 'event: changed\ndata: {"revision": 0}\n\n'
    for _ in range(3):
        changes.tell()
    assert await anext(told) == 'event: changed\ndata: {"revision": 3}\n\n'


@pytest.mark.anyio
async def test_a_sign_of_life(stream: tuple[Changes, AsyncIterator[str]]) -> None:
    """A comment where nothing changes for a while, so that nobody in between takes the connection for dead."""
    changes, told = stream
    await anext(told)
    assert [await anext(told), await anext(told)] == [": still here\n\n"] * 2
    changes.tell()
    assert "revision" in await anext(told)


@pytest.mark.anyio
async def test_a_change_ends_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told when it comes, not when the quiet is over; between two events lies the pause."""
    slept: list[float] = []
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await real(0)

    sleep_with(monkeypatch, "control.events", sleep)
    changes = Changes()
    told = events._stream(changes)
    await anext(told)
    waiting = asyncio.ensure_future(anext(told))
    await real(0)
    await real(0)
    assert not waiting.done()
    changes.tell()
    assert "1" in await asyncio.wait_for(waiting, 10)
    changes.close()
    with pytest.raises(StopAsyncIteration):
        await anext(told)
    assert slept == [events._PAUSE] * 2
    assert events._PAUSE == 0.1


def test_served() -> None:
    """Over a connection: the headers, changes as they come, and the end with the server."""
    with serve() as url, Plane(url) as plane, httpx.Client(base_url=url, timeout=20) as client:
        with client.stream("GET", "/__mock__/events") as answer:
            lines = answer.iter_lines()
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert answer.headers["cache-control"] == "no-store"
            assert [next(lines) for _ in range(3)] == ["event: changed", 'data: {"revision": 0}', ""]
            plane.survey()
            assert [next(lines) for _ in range(3)] == ["event: changed", 'data: {"revision": 1}', ""]
            plane.call("POST", "/requests/count", {})
            plane.call("GET", "/clock")
            assert plane.refusal("POST", "/verify", {"match": {"method": "PUT"}})[0] == 409
            assert [next(lines) for _ in range(3)] == ["event: changed", 'data: {"revision": 2}', ""]
        assert plane.survey().status_code == 400


def test_the_end_of_the_server() -> None:
    """A stream that is open when the server stops ends properly."""
    with httpx.Client(timeout=20) as client:
        with serve() as url:
            request = client.build_request("GET", f"{url}/__mock__/events")
            answer = client.send(request, stream=True)
            lines = answer.iter_lines()
            next(lines)
        assert "event: changed" not in list(lines)

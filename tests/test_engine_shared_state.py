"""Values that all workers share."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from engines import engine, engines

pytestmark = pytest.mark.anyio


async def test_what_one_puts_another_gets(nats: str) -> None:
    """At once, and the newest."""
    async with engines(nats, 2) as (one, other):
        assert await other.state.get("key") is None
        await one.state.put("key", {"a": 1})
        await one.state.put("key", {"a": 2})
        assert await other.state.get("key") == {"a": 2}


async def test_changes_at_the_same_time_are_all_made(nats: str) -> None:
    """None goes by what is old."""
    async with engines(nats, 2) as both:
        changes = [each.state.change("sum", lambda old: (old or 0) + 1) for each in both for _ in range(10)]
        assert sorted(await asyncio.gather(*changes)) == list(range(1, 21))


async def test_a_change_may_leave_things_as_they_are(nats: str) -> None:
    """Then nothing is written, and what is there is returned."""
    async with engine(nats) as opened:
        await opened.state.put("key", 1)
        assert await opened.state.change("key", lambda old: None) == 1
        assert await opened.reader.count(opened.layout.bucket("state"), opened.layout.state("key")) == 1


async def test_others_hear_of_a_change(nats: str) -> None:
    """Of the keys that they asked for, and not of their own changes."""
    async with engines(nats, 2) as (one, other):
        heard: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        await one.state.watch("gate", lambda key, value: heard.put_nowait((key, value)))
        await one.client.flush()
        await one.state.put("gate.a", 0)
        await other.state.put("doors.a", 1)
        await other.state.put("gate.a", 2)
        assert await asyncio.wait_for(heard.get(), 5) == ("gate.a", 2)

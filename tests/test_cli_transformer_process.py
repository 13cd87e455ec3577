"""The transformer's process: what it waits for before it opens its port."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from event_router.cli import transformer_process
from event_router.cli.transformer_process import _reached

pytestmark = pytest.mark.anyio


class Late:
    """Another transformer, which answers at the given time, if at all; it tells when it is asked."""

    def __init__(self, at: int | None) -> None:
        self.at = at
        self.times = 0
        self.asked = asyncio.Event()

    async def features(self) -> Mapping[str, Any] | None:
        """Return what it can, once it answers."""
        self.times += 1
        self.asked.set()
        return {} if self.times == self.at else None


async def reached(upstream: Any, stop: asyncio.Event) -> bool:
    """Return whether another transformer answers before it is stopped."""
    stopped = asyncio.create_task(stop.wait())
    try:
        return await _reached(upstream, stopped)  # type: ignore[arg-type]
    finally:
        stopped.cancel()


async def test_upstream_that_comes_late(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """The port stays closed until it has answered: that is said once."""
    monkeypatch.setattr(transformer_process, "_PAUSE", 0.0)
    upstream = Late(3)
    assert await reached(upstream, asyncio.Event())
    assert upstream.times == 3
    assert caplog.text.count("the port stays closed until it does") == 1


async def test_stopped_while_upstream_is_awaited() -> None:
    """It is not waited for any longer."""
    upstream, stop = Late(None), asyncio.Event()
    waiting = asyncio.create_task(reached(upstream, stop))
    await upstream.asked.wait()
    stop.set()
    assert not await waiting
    times = upstream.times
    await asyncio.sleep(0)
    assert upstream.times == times


async def test_a_fault_while_upstream_is_awaited() -> None:
    """Ours, which is not swallowed."""
    with pytest.raises(AttributeError):
        await reached(None, asyncio.Event())

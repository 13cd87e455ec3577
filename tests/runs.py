"""Runs of ``send`` for tests: through a real engine and a worker, with a sender that answers from a list."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import patch

from engines import limits
from support import Script, each

from event_router import running
from event_router.destination import Destination
from event_router.engine.access import Access
from event_router.engine.settings import EngineSettings
from event_router.lines import Line
from event_router.results import Result
from event_router.resume import Done
from event_router.retry import PATIENCE_OF_SEND, policy
from event_router.sending import Run, send


class Sent:
    """Runs of one file, one after the other, over the same engine."""

    def __init__(self, url: str) -> None:
        self._access = Access(url)
        self.settings: EngineSettings = limits()
        self.passed = 0

    async def __call__(
        self,
        destination: Destination,
        given: list[Line],
        script: Script,
        *,
        done: Done | None = None,
        interrupted: asyncio.Event | None = None,
        name: str | None = "out.ndjson",
        **changed: Any,
    ) -> list[Result]:
        """Send lines; return the results by line."""
        results: list[Result] = []
        patience = policy(PATIENCE_OF_SEND, changed)
        run = Run(destination, patience, self.settings, (destination.name,), done or Done(), name)
        stop = interrupted or asyncio.Event()
        with patch.object(running, "http_sender", lambda client, timeout: script):
            self.passed = await send(run, self._access, each(given), results.append, stop)
        return sorted(results, key=lambda result: result.line)


def told(results: list[Result]) -> list[tuple[int, str, str]]:
    """Return results in short."""
    return [(result.line, result.outcome, result.code) for result in results]

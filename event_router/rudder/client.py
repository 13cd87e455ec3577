"""The HTTP client, opened when it is first needed: most transformers never send anything themselves.

httpx and aiohttp cost as much time and memory to import as everything else together.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

    from event_router.delivery import Sender

#: Requests in flight at most.
CONCURRENCY = 256


class Client:
    """One process's client; close it at the end."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._lock = asyncio.Lock()
        self._opened: httpx.AsyncClient | None = None

    async def opened(self) -> httpx.AsyncClient:
        """Return the client."""
        async with self._lock:
            self._opened = self._opened or await self._open()
        return self._opened

    async def _open(self) -> httpx.AsyncClient:
        from event_router.delivery import http_client

        return await self._stack.enter_async_context(http_client(CONCURRENCY))

    async def sender(self, seconds: float) -> Sender:
        """Return what sends a plugin's requests, each within so many seconds."""
        from event_router.delivery import http_sender

        return http_sender(await self.opened(), seconds)

    async def close(self) -> None:
        """Close the connections; whoever sends afterwards opens new ones."""
        self._opened = None
        await self._stack.aclose()

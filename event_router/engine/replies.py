"""Many questions over one subscription: each has an inbox of its own below it, and hears its answers there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.aio.subscription import Subscription

    Listener = Callable[[Msg], None]

Value = TypeVar("Value")


class Replies:
    """Inboxes below one subscription."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._prefix = f"{client.new_inbox()}."
        self._listeners: dict[str, Listener] = {}
        self._numbers = count()
        self._subscription: Subscription | None = None

    async def start(self) -> None:
        """Subscribe; nothing can be asked before."""
        self._subscription = await self._client.subscribe(f"{self._prefix}*", cb=self._hear, pending_bytes_limit=0)

    async def stop(self) -> None:
        """Hear nothing more."""
        if self._subscription and not self._client.is_closed:
            await self._subscription.unsubscribe()

    def listen(self, listener: Listener) -> str:
        """Return a new inbox, whose messages the listener gets until ``forget``."""
        inbox = f"{self._prefix}{next(self._numbers)}"
        self._listeners[inbox] = listener
        return inbox

    def forget(self, inbox: str) -> None:
        """End an inbox; what still comes to it is passed over."""
        self._listeners.pop(inbox, None)

    async def _hear(self, message: Msg) -> None:
        if listener := self._listeners.get(message.subject):
            listener(message)


async def within(seconds: float, future: asyncio.Future[Value | None]) -> Value | None:
    """Wait for a future; return its result, or ``None`` once it is late. Raises what it raises."""
    # asyncio.wait would cost several times as much, and this is done for every message.
    timer = asyncio.get_running_loop().call_later(seconds, settle, future, None)
    try:
        return await future
    finally:
        timer.cancel()


def settle(future: asyncio.Future[Value], value: Value) -> None:
    """Set the result of a future that has none yet."""
    if not future.done():
        future.set_result(value)

"""Values that all workers share: small, rarely written, heard of at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import orjson

from event_router.engine.layout import Layout
from event_router.engine.publishing import ConflictError, Message, Publisher
from event_router.engine.reading import Reader

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

#: What a value becomes; ``None`` leaves it as it is.
Change = Callable[[Any], Any]


class SharedState:
    """JSON values by key."""

    def __init__(self, client: Client, layout: Layout, publisher: Publisher, reader: Reader) -> None:
        self._client = client
        self._layout = layout
        self._publisher = publisher
        self._reader = reader
        self._stream = layout.bucket("state")

    async def get(self, key: str) -> Any:
        """Return the value; ``None`` where there is none."""
        return (await self._get(key))[0]

    async def put(self, key: str, value: Any) -> None:
        """Set the value, whatever it was."""
        await self._publisher.publish(Message(self._layout.state(key), orjson.dumps(value)))

    async def change(self, key: str, change: Change) -> Any:
        """Set the value to what it becomes, with nobody between; return it."""
        while True:
            old, sequence = await self._get(key)
            new = change(old)
            if new is None:
                return old
            try:
                await self._publisher.publish(Message(self._layout.state(key), orjson.dumps(new), expected=sequence))
            except ConflictError:
                continue
            return new

    async def watch(self, prefix: str, heard: Callable[[str, Any], None]) -> None:
        """Tell of every change that others make to the keys ``prefix.*``, from now on."""
        start = len(self._layout.state(""))

        async def hear(message: Msg) -> None:
            heard(message.subject[start:], orjson.loads(message.data))

        await self._client.subscribe(self._layout.state(f"{prefix}.*"), cb=hear)

    async def _get(self, key: str) -> tuple[Any, int]:
        kept = await self._reader.last_at_leader(self._stream, self._layout.state(key))
        return (orjson.loads(kept.data), kept.sequence) if kept else (None, 0)

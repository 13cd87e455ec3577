"""A blocking stream read from asyncio, so that a slow pipe stops nobody and Ctrl-C is heard at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import BinaryIO

from event_router.lines import CHUNK

_AHEAD = 4


async def chunks(stream: BinaryIO, size: int = CHUNK) -> AsyncGenerator[bytes, None]:
    """Yield the chunks of a stream, read in a thread that is at most four ahead. Raises what reading raises."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[bytes | Exception] = asyncio.Queue()
    room = threading.Semaphore(_AHEAD)
    left = threading.Event()

    def read() -> None:
        # A thread of the loop's own executor would keep the process alive until a silent pipe speaks.
        item: bytes | Exception = b" "
        while item and not isinstance(item, Exception):
            room.acquire()
            if left.is_set():
                return
            try:
                item = stream.read(size)
            except (OSError, ValueError) as error:
                item = error
            with suppress(RuntimeError):  # The loop may be closed by now: nobody listens any more.
                loop.call_soon_threadsafe(queue.put_nowait, item)

    threading.Thread(target=read, name="event-router-reader", daemon=True).start()
    try:
        while chunk := await queue.get():
            if isinstance(chunk, Exception):
                raise chunk
            room.release()
            yield chunk
    finally:
        left.set()
        room.release()

"""Server-sent events: the revision, whenever something changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse

from mock_promoter.changes import Changes

#: Seconds between two events at least, and between two signs of life at most.
_PAUSE, _QUIET = 0.1, 15.0


def events(changes: Changes) -> StreamingResponse:
    """Return a stream that tells of changes until the caller hangs up or the server stops."""
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(_stream(changes), media_type="text/event-stream", headers=headers)


async def _stream(changes: Changes) -> AsyncIterator[str]:
    told = -1
    while not changes.closed:
        if told != changes.revision:
            told = changes.revision
            yield f'event: changed\ndata: {{"revision": {told}}}\n\n'
            await asyncio.sleep(_PAUSE)
        elif not await _changed(changes):
            yield ": still here\n\n"


async def _changed(changes: Changes) -> bool:
    """Wait for a change or the end; return false where nothing came for a while."""
    change = changes.next()
    try:
        done, _ = await asyncio.wait({change}, timeout=_QUIET)
    finally:
        change.cancel()
    return bool(done)

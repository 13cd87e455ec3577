"""Keeping the state in a file, so that a restart goes on where it was."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from mock_promoter.server import Server
from mock_promoter.snapshots import snapshot, write

#: Seconds between two writes at least: ``kill -9`` loses what came after the last.
PAUSE = 2.0


class Saver:
    """Writes the state of some accounts to a file, whenever something has changed, and at the end."""

    def __init__(self, server: Server, path: Path, keys: Sequence[str]) -> None:
        self._server, self._path, self._keys = server, path, keys
        self._saved = server.changes.revision

    def save(self) -> None:
        """Write, if anything changed since the last time."""
        if self._saved != self._server.changes.revision:
            self._saved = self._server.changes.revision
            write(self._path, snapshot(self._server.accounts[key] for key in self._keys))

    async def run(self) -> None:
        """Write from time to time, until cancelled."""
        while True:
            await self._server.changes.wait()
            await asyncio.sleep(PAUSE)
            self.save()

"""Keeping the state in a file: when something changed, whole or not at all."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from mock_promoter import saving
from mock_promoter.auth import TEST_KEY
from mock_promoter.saving import Saver
from mock_promoter.server import Server


def test_it_writes_what_changed(tmp_path: Path) -> None:
    """Nothing is written while nothing changes; the accounts that are kept are those that were given."""
    file, server = tmp_path / "state.json", Server()
    server.add_account(name="of-a-test")
    saver = Saver(server, file, (TEST_KEY,))
    saver.save()
    assert not file.exists()
    server.changes.tell()
    saver.save()
    assert json.loads(file.read_text())["accounts"].keys() == {"default"}
    assert list(tmp_path.iterdir()) == [file]


def test_it_writes_while_the_server_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What changed is in the file a moment later, without the server's end."""
    monkeypatch.setattr(saving, "PAUSE", 0)
    file, server = tmp_path / "state.json", Server()

    async def change() -> None:
        task = asyncio.get_running_loop().create_task(Saver(server, file, (TEST_KEY,)).run())
        async with asyncio.timeout(30):
            while not file.exists():
                server.changes.tell()
                await asyncio.sleep(0)
        task.cancel()

    asyncio.run(change())
    assert "default" in json.loads(file.read_text())["accounts"]

"""Changes: whoever waits learns of the next, and nobody waits once it is over."""

from __future__ import annotations

import asyncio

import pytest

from mock_promoter.changes import Changes

pytestmark = pytest.mark.anyio


async def _begin(changes: Changes) -> asyncio.Task[None]:
    """Return a task that waits already."""
    task = asyncio.ensure_future(changes.wait())
    await asyncio.sleep(0)
    return task


async def test_all_who_wait_are_told() -> None:
    """Each change counts, wakes everybody, and nobody twice."""
    changes = Changes()
    waiting = [await _begin(changes) for _ in range(3)]
    changes.tell()
    await asyncio.gather(*waiting)
    later = await _begin(changes)
    assert not later.done()
    changes.tell()
    await later
    assert changes.revision == 2


async def test_one_who_gave_up_is_forgotten() -> None:
    """A change finds nobody where the only one who waited was cancelled, in time or just then."""
    changes = Changes()
    early, late = await _begin(changes), await _begin(changes)
    early.cancel()
    await asyncio.gather(early, return_exceptions=True)
    assert len(changes._waiting) == 1
    late.cancel()
    changes.tell()
    await asyncio.gather(late, return_exceptions=True)
    assert (early.cancelled(), late.cancelled(), changes._waiting) == (True, True, set())


async def test_one_who_gives_up_as_the_change_comes() -> None:
    """Its future is done already: telling it would be an error."""
    changes = Changes()
    waiting = await _begin(changes)
    (future,) = changes._waiting
    future.cancel()
    changes.tell()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_the_end() -> None:
    """It lets go of everybody, and of whoever comes later; it is no change."""
    changes = Changes()
    waiting = await _begin(changes)
    changes.close()
    await asyncio.wait_for(waiting, 10)
    await asyncio.wait_for(changes.wait(), 10)
    assert (changes.closed, changes.revision) == (True, 0)

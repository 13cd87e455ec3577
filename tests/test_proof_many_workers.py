"""Three processes share one destination, and one of them dies: one outcome each, and one rate limit for all."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Iterable
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

import pytest
from proof_router import SCALE, Router, config, router
from proofs import Sender, all_delivered, once_each, ordered, person, promoter, quiet, recorded, surveyed, told

from mock_promoter.client import Control

pytestmark = pytest.mark.anyio
PEOPLE = int(50 * SCALE)
PER_SECOND = 10


def most_within(moments: Iterable[float], seconds: float) -> int:
    """Return how many moments at most lie within so many seconds.

    >>> most_within([0.0, 0.5, 0.9, 1.2], 1.0)
    3
    """
    window: deque[float] = deque()
    most = 0
    for moment in sorted(moments):
        window.append(moment)
        while window[0] <= moment - seconds:
            window.popleft()
        most = max(most, len(window))
    return most


def calls(control: Control) -> list[float]:
    """Return when each call came."""
    return [datetime.fromisoformat(one["at"]).timestamp() for one in control.requests()]


async def worker(stack: AsyncExitStack, here: Path, text: str, nats: str, name: str) -> Router:
    """Run one more process that works only."""
    options = ("--nats", nats, "--part", "workers")
    return await stack.enter_async_context(router(here, text, *options, name=name))


async def test_one_of_three_dies(tmp_path: Path, nats: str) -> None:
    """What a dead worker held is delivered by the others; all together keep to the rate limit."""
    with promoter() as control:
        text = config(control.url, delivery=f"concurrency = 4\nrequests_per_second = {PER_SECOND}")
        async with AsyncExitStack() as stack:
            one = await stack.enter_async_context(router(tmp_path, text, "--nats", nats))
            second, third = [await worker(stack, tmp_path, text, nats, name) for name in ("second", "third")]
            engine = await stack.enter_async_context(one.look(nats))
            sender = await stack.enter_async_context(Sender(lambda: one.url))
            await sender.send([event for number in range(PEOPLE) for event in person(f"p{number}")])
            await asyncio.to_thread(control.wait, 2 * PER_SECOND)
            third.kill()
            await quiet(engine)
            found = await recorded(engine)
            shares = [process.log.count('"message":"delivered"') for process in (one, second, third)]
        moments = calls(control)
        once_each(found, Counter(), sender.taken)
        all_delivered(found)
        assert surveyed(control) == Counter(f"t-p{number}" for number in range(PEOPLE))
        assert ordered(control) == Counter(f"o-p{number}" for number in range(PEOPLE))
    most = most_within(moments, 1)
    assert min(shares) > 0
    assert most <= PER_SECOND + 1
    told("many workers", events=len(found), shares=shares, calls=len(moments), limit=PER_SECOND, most_in_a_second=most)

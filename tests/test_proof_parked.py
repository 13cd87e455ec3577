"""Very many parked events: the others are delivered as fast as without them, and the router's memory stays as it is."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median
from time import monotonic, time

import pytest
from proof_router import MIB, PROMOTER, SCALE, Router, config, router
from proofs import Sender, batches, parked, person, promoter, quiet, survey, surveyed, told

from event_router.engine.engine import Engine
from event_router.engine.parking import Parking
from event_router.engine.stored import StoredEvent
from mock_promoter.client import Control

pytestmark = pytest.mark.anyio
#: 100,000 with ``PROOF_SCALE=5``.
WAITING = int(20_000 * SCALE)
OTHERS = 500
ROUNDS = 3
_AT_ONCE = 1000


class Side:
    """A router, and what is measured of it."""

    def __init__(self, name: str, one: Router, engine: Engine, sender: Sender) -> None:
        self._name, self._router, self._sender = name, one, sender
        self.engine = engine
        self.rates: list[float] = []

    @property
    def memory(self) -> int:
        """Return the bytes that its process has in memory."""
        pages = Path(f"/proc/{self._router.pid}/statm").read_text().split()[1]
        return int(pages) * resource.getpagesize()

    async def measure(self, number: int) -> None:
        """Take down how many events a second it delivers."""
        names = [f"{self._name}-{number}-{at}" for at in range(OTHERS // 2)]
        events = [event for name in names for event in person(name, orders=False)]
        began = monotonic()
        for some in batches(events, 100):
            await self._sender.send(some)
        await quiet(self.engine)
        self.rates.append(len(events) / (monotonic() - began))


@asynccontextmanager
async def side(here: Path, name: str, control: Control) -> AsyncIterator[Side]:
    """Run a router for the block."""
    (here / name).mkdir()
    async with (
        router(here / name, config(control.url, size=512 * MIB)) as one,
        one.look() as engine,
        Sender(lambda: one.url) as sender,
    ):
        yield Side(name, one, engine, sender)


async def park(engine: Engine) -> None:
    """Let very many events of strangers wait, each of another one."""
    parking, now = Parking(engine, PROMOTER), time()
    for numbers in batches(range(WAITING), _AT_ONCE):
        events = [survey(f"x{number}", f"t-x{number}") for number in numbers]
        people = [engine.people.person(event) for event in events]
        stored = [StoredEvent(event, "-") for event in events]
        await asyncio.gather(*(parking.park(*one, now) for one in zip(people, stored, strict=True)))


async def test_they_slow_nobody(tmp_path: Path) -> None:
    """Side by side, in turns, with and without them; in the end they all wait still."""
    with promoter() as control:
        async with AsyncExitStack() as stack:
            sides = [await stack.enter_async_context(side(tmp_path, name, control)) for name in ("without", "with")]
            having = sides[1]
            await park(having.engine)
            for number in range(ROUNDS):
                for one in sides:
                    await one.measure(number)
            memory = [one.memory for one in sides]
            assert (await parked(having.engine)).total() == WAITING
        assert len(surveyed(control)) == len(sides) * ROUNDS * OTHERS // 2
    rates = [median(one.rates) for one in sides]
    ratio, grown = rates[1] / rates[0], memory[1] / memory[0]
    told(
        "parked",
        waiting=WAITING,
        others=OTHERS,
        events_a_second=[round(rate) for rate in rates],
        ratio=round(ratio, 2),
        memory_mib=[round(size / MIB, 1) for size in memory],
    )
    assert ratio >= 0.5
    assert grown <= 1.25

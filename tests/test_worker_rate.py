"""Turns: evenly spaced over all workers, under both limits."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workers import Clock, Values

from event_router.engine.errors import EngineDown
from event_router.worker.rate import Rate, interval

pytestmark = pytest.mark.anyio


def rate(values: Values, seconds: float, clock: Clock, slept: list[float]) -> Rate:
    """Return the turns of one worker, which notes when each comes."""

    async def sleep(seconds: float) -> None:
        slept.append(clock.now + seconds)

    return Rate(values.state, "small.one", seconds, clock=clock, sleep=sleep)


@given(st.floats(0.01, 10_000), st.floats(0.01, 100_000))
def test_interval_law(per_second: float, per_minute: float) -> None:
    """The stricter limit counts, and 0 is none."""
    both = interval(per_second, per_minute)
    assert both == max(interval(per_second, 0), interval(0, per_minute))
    assert both * per_second >= 1 - 1e-9
    assert both * per_minute >= 60 - 1e-6


async def test_turns_of_two_workers_are_evenly_spaced() -> None:
    """Whoever takes a turn, the next one is a step later."""
    values, clock, times = Values(), Clock(1000.0), list[float]()
    one, other = rate(values, 0.1, clock, times), rate(values, 0.1, clock, times)
    await asyncio.gather(*(turns.turn() for turns in (one, other) for _ in range(12)))
    # The very first turn comes at once, without a sleep.
    assert sorted(round(time - 1000, 6) for time in times) == pytest.approx([step / 10 for step in range(1, 24)])


async def test_many_turns_cost_one_write() -> None:
    """Behind the first, a second's worth is taken at a time, and no more: little is lost with a worker that dies."""
    values, clock = Values(), Clock(1000.0)
    turns = rate(values, 0.1, clock, [])
    await asyncio.gather(*(turns.turn() for _ in range(21)))
    assert values.writes == 3


async def test_who_is_not_next_takes_no_turn() -> None:
    """Under a slow limit a worker that is stopped has taken one turn in advance, however many wait for theirs."""
    values, clock, asleep = Values(), Clock(1000.0), asyncio.Event()

    async def sleep(seconds: float) -> None:
        asleep.set()
        await asyncio.Future()

    turns = Rate(values.state, "small.one", 10.0, clock=clock, sleep=sleep)
    waiting = [asyncio.create_task(turns.turn()) for _ in range(32)]
    await asyncio.wait_for(asleep.wait(), 5)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert values.known == {"rate.small~one": 1020.0}


async def test_turns_that_nobody_used_are_no_credit() -> None:
    """What was taken in advance for some that gave up is not used up later, all at once."""
    values, clock, times = Values(), Clock(1000.0), list[float]()
    turns = rate(values, 0.1, clock, times)
    turns._turns.extend([1000.1, 1000.2, 1000.3])
    clock.now = 2000.0
    await asyncio.gather(*(turns.turn() for _ in range(3)))
    assert [round(time - 2000, 6) for time in times] == [0.1, 0.2]


async def test_a_clock_that_is_ahead_delays_nobody_for_long() -> None:
    """What another worker's clock made of the line counts for as much as many workers together can have taken."""
    values, clock, times = Values({"rate.small~one": 9999.0}), Clock(1000.0), list[float]()
    await rate(values, 0.1, clock, times).turn()
    assert times == [pytest.approx(1032.0)]


async def test_time_that_nobody_used_is_no_credit() -> None:
    """After a pause turns are a step apart again: there is no burst."""
    values, clock, times = Values(), Clock(1000.0), list[float]()
    turns = rate(values, 0.5, clock, times)
    await turns.turn()
    clock.now = 2000.0
    await asyncio.gather(*(turns.turn() for _ in range(3)))
    assert [time - 2000 for time in times] == [0.5, 1.0]


async def test_without_a_limit_nobody_waits() -> None:
    """No value is shared where nothing is limited."""
    values = Values()
    await rate(values, 0.0, Clock(0.0), []).turn()
    assert values.writes == 0


async def test_slow_limits() -> None:
    """One request in several seconds: a turn at a time."""
    values, clock, times = Values(), Clock(1000.0), list[float]()
    turns = rate(values, 5.0, clock, times)
    await asyncio.gather(*(turns.turn() for _ in range(3)))
    assert [time - 1000 for time in times] == [5.0, 10.0]


async def test_an_engine_that_is_gone_gives_no_turn() -> None:
    """The error is whoever waits for a turn's, and the next turn works again."""
    values, clock = Values(), Clock(1000.0)
    turns = rate(values, 1.0, clock, [])
    values.broken = True
    with pytest.raises(EngineDown):
        await turns.turn()
    values.broken = False
    await turns.turn()
    assert values.known == {"rate.small~one": 1001.0}

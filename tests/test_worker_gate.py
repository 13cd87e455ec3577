"""The gate: nobody calls before they may, one finds out how things stand, and what one learns all know."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from engines import engines
from hypothesis import given
from hypothesis import strategies as st
from workers import Clock, Values, until

from event_router.api import Reason
from event_router.engine.errors import EngineDown
from event_router.worker import gate as module
from event_router.worker.gate import DOWN, DOWN_AFTER, MISCONFIGURED, OPEN, THROTTLED, Gate, GateState, merged, pause

pytestmark = pytest.mark.anyio

WHY = Reason("small.why", "It said why.")


def make(values: Values | None = None, now: float = 1000.0) -> tuple[Gate, Clock]:
    """Return a gate, and the clock it goes by."""
    clock = Clock(now)
    return Gate((values or Values()).state, "small", clock), clock


async def fail(gate: Gate, times: int = DOWN_AFTER) -> None:
    """Let requests fail."""
    for _ in range(times):
        await gate.failed(WHY, probing=False)


async def stuck(task: asyncio.Task[Any]) -> bool:
    """Return whether a task still waits once everybody had a turn."""
    for _ in range(5):
        await asyncio.sleep(0)
    return not task.done()


@given(st.integers(0, 10_000))
def test_pause_law(level: int) -> None:
    """Pauses double, from one second to a minute."""
    assert 1 <= pause(level) <= pause(level + 1) <= min(60, 2 * pause(level))


TIMES = st.floats(0, 100)
STATES = st.builds(
    GateState,
    st.sampled_from([OPEN, THROTTLED, DOWN, MISCONFIGURED]),
    TIMES,
    st.just("c"),
    st.just("m"),
    patience=TIMES,
)


@given(STATES, STATES, TIMES)
def test_merged_law(known: GateState, news: GateState, now: float) -> None:
    """News count, but a wait that the destination asked for is cut short by none, and never forgotten by the result."""
    both = merged(known, news, now)
    waits = [one.until if one.name == THROTTLED else one.patience for one in (known, news)]
    if max(waits) > now:
        assert both.until >= max(waits)
        assert both.name == (news.name if news.name in {DOWN, MISCONFIGURED} else THROTTLED)
        assert merged(both, GateState(), now).until == max(waits)
    else:
        assert both == news


async def test_open_at_first() -> None:
    """Whoever comes may go on, and nobody has to find out anything."""
    gate, _ = make()
    assert not gate.closed
    assert await gate.enter() is False
    gate.leave(probing=False)


async def test_nobody_enters_before_retry_after() -> None:
    """All wait until the time is over, however often something else changes."""
    gate, clock = make()
    await gate.throttle(42.0, WHY)
    assert (gate.state.name, gate.state.until, gate.closed) == (THROTTLED, 1042.0, True)
    waiting = [asyncio.create_task(gate.enter()) for _ in range(3)]
    clock.now = 1041.9
    await gate.throttle(0.0, WHY)  # Less than what was asked for already: no change.
    gate.leave(probing=True)  # Wakes everybody.
    assert all([await stuck(one) for one in waiting])
    clock.now = 1042.0
    gate.leave(probing=True)
    assert await asyncio.gather(*waiting) == [False, False, False]


async def test_the_wait_ends_by_itself() -> None:
    """No event is needed for those that wait to go on in time."""
    gate, clock = make()
    await gate.throttle(0.001, WHY)
    waiting = asyncio.create_task(gate.enter())
    assert await stuck(waiting)
    clock.now += 1
    assert await asyncio.wait_for(waiting, 5) is False


async def test_down_after_so_many_failures_in_a_row() -> None:
    """One answer between them starts the count again."""
    gate, _ = make()
    await fail(gate, DOWN_AFTER - 1)
    await gate.answered()
    await fail(gate, DOWN_AFTER - 1)
    assert gate.state.name == OPEN
    await fail(gate, 1)
    assert gate.state == GateState(DOWN, 1001.0, WHY.code, WHY.message)


async def test_what_was_under_way_makes_it_no_worse() -> None:
    """Requests that fail after it was found down say nothing new, during the pause and after it."""
    gate, clock = make()
    await fail(gate, 20)
    clock.now = gate.state.until
    await fail(gate, 20)
    assert (gate.state.level, gate.state.until) == (0, 1001.0)


async def test_one_probe_at_a_time() -> None:
    """When the pause is over, one goes; the others wait for what it finds out."""
    gate, clock = make()
    await fail(gate)
    clock.now = gate.state.until
    assert await gate.enter() is True
    others = [asyncio.create_task(gate.enter()) for _ in range(2)]
    assert all([await stuck(one) for one in others])
    await gate.answered()
    gate.leave(probing=True)
    assert await asyncio.gather(*others) == [False, False]
    assert gate.state == GateState()


async def test_a_probe_that_fails_makes_the_pause_longer() -> None:
    """The pause doubles, again and again, up to its end."""
    gate, clock = make()
    await fail(gate)
    pauses = []
    for _ in range(8):
        pauses.append(gate.state.until - clock.now)
        clock.now = gate.state.until
        assert await gate.enter() is True
        await gate.failed(WHY, probing=True)
        gate.leave(probing=True)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]


async def test_a_probe_that_comes_to_no_end_is_followed_by_another() -> None:
    """A worker's task that is cancelled in the middle does not keep the gate closed."""
    gate, clock = make()
    await fail(gate)
    clock.now = gate.state.until
    assert await gate.enter() is True
    other = asyncio.create_task(gate.enter())
    assert await stuck(other)
    gate.leave(probing=True)
    assert await other is True


async def test_misconfigured_is_tried_again_after_a_while() -> None:
    """Somebody may have corrected it on the other side."""
    gate, clock = make()
    await gate.misconfigured(WHY)
    assert (gate.state.name, gate.state.until) == (MISCONFIGURED, 1300.0)
    await gate.answered()  # What was under way.
    assert gate.closed
    clock.now = 1300.0
    assert await gate.enter() is True
    await gate.answered()
    assert gate.state.name == OPEN


async def test_wrong_settings_cut_no_wait_short() -> None:
    """What was under way when Retry-After came may be refused; the time asked for counts all the same, and the other way round."""
    gate, clock = make()
    await gate.throttle(3600.0, WHY)
    await gate.misconfigured(WHY)
    assert (gate.state.name, gate.state.until) == (MISCONFIGURED, 4600.0)
    await gate.throttle(7200.0, WHY)
    assert (gate.state.name, gate.state.until) == (MISCONFIGURED, 8200.0)
    clock.now = 8200.0
    await gate.answered()
    assert gate.state == GateState()


async def test_who_finds_it_up_cuts_no_wait_short() -> None:
    """Two workers, one told to wait and one answered, at the same moment: all wait."""
    values = Values()
    (one, _), (other, clock) = make(values), make(values)
    await fail(other)
    clock.now = 1001.0
    await one.throttle(3600.0, WHY)
    await other.answered()
    assert other.state == GateState(THROTTLED, 4600.0, WHY.code, WHY.message)
    assert values.known["gate.small"]["until"] == 4600.0


async def test_why_they_wait_is_known_though_the_words_are_lost() -> None:
    """Of a wait within wrong settings there is the time; its reason is ours."""
    assert merged(GateState(MISCONFIGURED, 9.0, "c", "m", patience=9.0), GateState(), 1.0).code == "delivery.throttled"


async def test_what_was_said_while_there_was_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read soon, since nobody repeats it; an engine that is away is asked again."""
    monkeypatch.setattr(module, "_LOOK", 0.001)
    values, asked = Values(), 0

    async def get(key: str) -> Any:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise EngineDown("engine.unavailable", "It is away.", retry_after=1)
        return values.known.get(key)

    monkeypatch.setattr(values, "get", get)
    gate, _ = make(values)
    looking = asyncio.create_task(gate.keep_in_step())
    await make(values)[0].throttle(3600.0, WHY)

    async def closed() -> bool:
        return gate.closed

    await until(closed)
    looking.cancel()


async def test_what_could_not_be_told_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who looks again and finds what was known before keeps what was learnt since."""
    values = Values()
    gate, clock = make(values)
    await gate.throttle(1.0, WHY)
    clock.now = 1002.0
    values.broken = True
    await fail(gate)
    await gate._look()
    assert gate.state.name == DOWN


async def test_a_worker_holds_back_while_the_engine_takes_nothing() -> None:
    """For longer each time, up to a minute; for itself only, and it ends with the first thing that is taken."""
    values = Values()
    gate, clock = make(values)
    holds = []
    for _ in range(6):
        holds.append(gate.hold())
        assert gate.hold() == 0.0
        assert gate.closed
        gate.taken()  # It was on its way before.
        clock.now += holds[-1]
    assert holds == [5, 10, 20, 40, 60, 60]
    assert not gate.closed
    gate.taken()
    assert gate.hold() == 5.0
    entering, waiting = asyncio.create_task(gate.enter()), asyncio.create_task(gate.held())
    assert await stuck(entering)
    assert await stuck(waiting)
    clock.now += 5.0
    gate._wake()
    assert await entering is False
    await waiting
    gate.hold()
    gate.go_on()
    assert not gate.closed
    assert (gate.state, values.known) == (GateState(), {})


async def test_answers_of_a_throttled_destination_change_nothing() -> None:
    """The time that it asked for counts, whatever it says to others meanwhile."""
    gate, _ = make()
    await gate.throttle(5.0, WHY)
    await gate.answered()
    assert gate.closed


@pytest.mark.parametrize(("name", "then"), [(THROTTLED, THROTTLED), (DOWN, DOWN), (MISCONFIGURED, OPEN)])
async def test_start_takes_over(name: str, then: str) -> None:
    """A new worker knows what the others know; but settings may be right by now, since it was started."""
    values = Values({"gate.small": {"name": name, "until": 2000.0, "code": "c", "message": "m", "level": 2}})
    gate, _ = make(values)
    await gate.start()
    assert gate.state.name == values.known["gate.small"]["name"] == then
    assert gate.closed is (then != OPEN)


async def test_other_destinations_are_passed_over() -> None:
    """What is heard of another destination is not ours."""
    values = Values()
    gate, _ = make(values)
    await gate.start()
    values.heard("gate.other", {"name": DOWN, "until": 2000.0})
    assert gate.state == GateState()


async def test_an_engine_that_is_gone_keeps_nobody_from_knowing() -> None:
    """What cannot be told to others holds here all the same, and no event suffers for it."""
    values = Values()
    values.broken = True
    gate, _ = make(values)
    await gate.throttle(5.0, WHY)
    assert gate.closed


async def test_all_workers_know(nats: str) -> None:
    """What one worker is told, the other goes by; both over a real engine."""
    async with engines(nats, 2, destinations=("small",)) as (first, second):
        one, other = Gate(first.state, "small"), Gate(second.state, "small")
        await one.start()
        await other.start()
        await one.throttle(3600.0, WHY)

        async def heard() -> bool:
            return other.state == one.state

        await until(heard)
        assert other.closed
        late = Gate(second.state, "small")
        await late.start()
        assert late.closed

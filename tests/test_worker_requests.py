"""Requests: in order, in their turn, not before the gate opens, and with what the destination said last."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from support import Script, answer
from worker_plugin import KEY, destination
from workers import Clock, Values, until

from event_router.api import Delivered, Misconfigured, Outcome, Reason, Rejected, Request, Retry
from event_router.delivery import Answer, Sender
from event_router.engine.stored import Answered
from event_router.worker.gate import DOWN, DOWN_AFTER, MISCONFIGURED, OPEN, Gate
from event_router.worker.pulling import LostError
from event_router.worker.rate import Rate
from event_router.worker.requests import USUAL, Requests, Sent, Terms

pytestmark = pytest.mark.anyio

ONE, TWO = Request("one", "POST", "http://x/1"), Request("two", "POST", "http://x/2")
UNREACHABLE = Retry(Reason("delivery.unreachable", "gone"))


class Parts:
    """Requests with a gate whose waits pass at once: whoever waits sets the clock."""

    def __init__(self, sender: Sender, *, seconds: float = 0.0, places: int = 8) -> None:
        self.clock = Clock(1000.0)
        self.slept: list[float] = []
        state = Values().state
        self.gate = Gate(state, "small", self.clock)
        self.gate._change = self._pass  # type: ignore[method-assign]
        rate = Rate(state, "small", seconds, clock=self.clock, sleep=self.clock.sleep)
        self.requests = Requests(destination(), sender, self.gate, rate, places)

    async def _pass(self, seconds: float | None) -> None:
        if seconds is None:
            await asyncio.sleep(0)
        else:
            self.slept.append(round(seconds, 6))
            await self.clock.sleep(seconds)

    async def send(self, *requests: Request, begin: int = 0, terms: Terms = USUAL) -> Sent:
        """Send requests."""
        return await self.requests.send(requests, begin, terms)


def name(outcome: Outcome) -> tuple[str, str]:
    """Return an outcome in short."""
    return type(outcome).__name__, outcome.reason.code


async def test_one_after_the_other() -> None:
    """All are sent, in order; the last answer is kept, with secrets hidden."""
    script = Script(answer(200, {"first": 1}), answer(200, {"key": KEY}))
    sent = await Parts(script).send(ONE, TWO)
    assert script.requests == [ONE, TWO]
    assert sent == Sent(Delivered(), 2, 2, Answered(200, '{"key":"***"}'))


async def test_the_answer_is_kept_short() -> None:
    """Of a long answer there is the start, even where a character is cut in two."""
    sent = await Parts(Script(answer(400, ("x" * 1999 + "é" * 9).encode()))).send(ONE)
    assert sent.answer == Answered(400, "x" * 1999 + "\N{REPLACEMENT CHARACTER}")


async def test_nothing_to_send_is_delivered() -> None:
    """A plugin may want nothing done, and an earlier run may have done all."""
    parts = Parts(Script())
    assert await parts.send() == await parts.send(begin=3) == Sent(Delivered(), 0, 0, None)
    assert await parts.send(ONE, begin=1) == Sent(Delivered(), 0, 1, None)


async def test_it_ends_with_the_first_that_fails() -> None:
    """The second waits until the first is settled; what went through is not sent again."""
    script = Script(answer(200), answer(503), answer(200))
    parts = Parts(script)
    sent = await parts.send(ONE, TWO)
    assert (name(sent.outcome), sent.attempts, sent.settled) == (("Retry", "small.503"), 2, 1)
    sent = await parts.send(ONE, TWO, begin=sent.settled)
    assert (name(sent.outcome), sent.attempts, sent.settled) == (("Delivered", "delivered"), 1, 2)
    assert script.requests == [ONE, TWO, TWO]


@pytest.mark.parametrize(("answers", "outcome"), [((204, 204), "Skipped"), ((204, 200), "Delivered")])
async def test_skipped_where_all_are(answers: tuple[int, ...], outcome: str) -> None:
    """An event counts as skipped only where none of its requests was of use."""
    sent = await Parts(Script(*map(answer, answers))).send(ONE, TWO)
    assert (type(sent.outcome).__name__, sent.settled) == (outcome, 2)


async def test_retry_after_holds_the_event() -> None:
    """It is no failed attempt, and nothing is sent before the time is over."""
    sent_at: list[float] = []
    script = Script(answer(429, retry_after="42"), answer(429, retry_after="7"))

    async def sender(request: Request) -> Answer:
        sent_at.append(parts.clock.now)
        return await script(request)

    parts = Parts(sender)
    sent = await parts.send(ONE)
    assert (name(sent.outcome), sent.attempts) == (("Delivered", "delivered"), 1)
    assert sent_at == [1000.0, 1042.0, 1049.0]


async def test_a_destination_that_gives_no_time_is_asked_less_and_less() -> None:
    """Retry-After of nothing is no reason to ask at once, again and again."""
    parts = Parts(Script(*[answer(429, retry_after="0")] * 6))
    await parts.send(ONE)
    assert all(0.125 * 2**n <= seconds <= 0.25 * 2**n for n, seconds in enumerate(parts.slept))
    assert len(parts.slept) == 6


async def test_wrong_settings_hold_the_event() -> None:
    """It waits at the gate, and is delivered once the settings work."""
    parts = Parts(Script(answer(401), Misconfigured(Reason("delivery.bad_url", "no address"))))
    sent = await parts.send(ONE)
    assert (name(sent.outcome), sent.attempts) == (("Delivered", "delivered"), 1)
    assert parts.slept == [300.0, 300.0]
    assert parts.gate.state.name == OPEN


async def test_a_destination_that_is_down_is_found_out() -> None:
    """Failures close the gate, and an answer opens it, whatever it says."""
    parts = Parts(Script(*[UNREACHABLE] * DOWN_AFTER, answer(400)))
    for _ in range(DOWN_AFTER):
        assert name((await parts.send(ONE)).outcome) == ("Retry", "delivery.unreachable")
    assert parts.gate.state.name == DOWN
    assert name((await parts.send(ONE)).outcome) == ("Rejected", "small.400")
    assert parts.slept == [1.0]
    assert parts.gate.state.name == OPEN


async def test_a_probe_that_fails_keeps_it_closed() -> None:
    """The next pause is longer."""
    parts = Parts(Script(*[UNREACHABLE] * (DOWN_AFTER + 2)))
    for _ in range(DOWN_AFTER + 2):
        await parts.send(ONE)
    assert parts.slept == [1.0, 2.0]
    assert parts.gate.state.level == 2


async def test_who_finds_out_that_it_is_still_down_made_no_attempt() -> None:
    """An event must not be given up for what it does for all."""
    parts = Parts(Script(*[UNREACHABLE] * (DOWN_AFTER + 2)))
    assert [(await parts.send(ONE)).attempts for _ in range(DOWN_AFTER + 2)] == [1] * DOWN_AFTER + [0, 0]


async def test_what_is_not_ours_is_not_sent() -> None:
    """It is another's by now, who sends it."""
    script = Script()
    with pytest.raises(LostError):
        await Parts(script).send(ONE, terms=Terms(ours=lambda: False))
    assert not script.requests


IMPATIENT = Terms(patient=False)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (answer(429, retry_after="9"), "delivery.throttled"),
        (answer(401), "delivery.throttled"),
        (answer(503), "small.503"),
    ],
)
async def test_who_does_not_wait(said: Answer, code: str) -> None:
    """It comes back where all have to wait, with its first request settled; what goes wrong with it alone is told as ever."""
    parts = Parts(Script(answer(), said))
    sent = await parts.send(ONE, TWO, terms=IMPATIENT)
    assert (sent.outcome.reason.code, sent.settled, sent.attempts) == (code, 1, 1 + (code == "small.503"))
    assert parts.slept == []


async def test_who_does_not_wait_for_a_closed_gate() -> None:
    """Nothing is sent, and it says so."""
    script = Script()
    parts = Parts(script)
    await parts.gate.throttle(9.0, Reason("small.429", "Later."))
    sent = await parts.send(ONE, terms=IMPATIENT)
    assert sent == Sent(sent.outcome, 0, 0, None)
    assert isinstance(sent.outcome, Retry)
    assert sent.outcome.throttled
    assert not script.requests


async def test_what_was_not_sent_says_nothing_of_the_destination() -> None:
    """A body that is no JSON does not open the gate of a destination that is down."""
    not_json = Rejected(Reason("event.not_json", "no JSON"))
    parts = Parts(Script(*[UNREACHABLE] * DOWN_AFTER, not_json))
    for _ in range(DOWN_AFTER):
        await parts.send(ONE)
    assert await parts.send(ONE) == Sent(not_json, 1, 0, None)
    assert parts.gate.state.name == DOWN


async def test_wrong_settings_are_no_answer() -> None:
    """They neither open the gate nor count as failures."""
    parts = Parts(Script(answer(401)))
    task = asyncio.create_task(parts.send(ONE))

    async def waits() -> bool:
        return bool(parts.slept)

    await until(waits)
    assert parts.gate.state.name == MISCONFIGURED
    await task


async def test_what_waited_at_the_gate_takes_turns() -> None:
    """When it opens, the rate limit holds for those that waited; and no turn is used while it is closed."""
    sent_at: list[float] = []

    async def sender(request: Request) -> Answer:
        sent_at.append(round(parts.clock.now, 6))
        return answer(429, retry_after="100") if len(sent_at) == 1 else answer(200)

    parts = Parts(sender, seconds=0.5)
    await asyncio.gather(*(parts.send(ONE) for _ in range(4)))
    first, *rest = sent_at
    assert rest[0] >= first + 100
    assert all(later - earlier >= 0.5 for earlier, later in itertools.pairwise(rest))
    assert len(rest) == 4


async def test_so_many_in_flight_at_most() -> None:
    """Places are few, whatever the number of events."""
    flying = most = 0

    async def sender(request: Request) -> Answer:
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        await asyncio.sleep(0)
        flying -= 1
        return answer(200)

    parts = Parts(sender, places=3)
    await asyncio.gather(*(parts.send(ONE, TWO) for _ in range(9)))
    assert most == 3


async def test_a_sender_that_raises_leaves_the_gate_as_it_was() -> None:
    """The place is free again, and another may find out how things stand."""

    async def sender(request: Request) -> Answer:
        raise RuntimeError

    parts = Parts(sender, places=1)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            await parts.send(ONE)
    assert not parts.gate._probing


async def test_stop_waits_for_answers_only() -> None:
    """What is in flight is finished; what waits for its place, its turn or the gate is not, now or later."""
    go = asyncio.Event()

    async def sender(request: Request) -> Answer:
        await go.wait()
        return answer()

    parts = Parts(sender, places=1)
    flying, waiting = (asyncio.create_task(parts.send(request)) for request in (ONE, TWO))

    async def begun() -> bool:
        return len(parts.requests._idle) == 1

    await until(begun)
    parts.requests.stop()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go.set()
    assert (await flying).outcome == Delivered()
    late = asyncio.create_task(parts.send(ONE))
    with pytest.raises(asyncio.CancelledError):
        await late


async def test_stop_ends_waiting_for_the_gate() -> None:
    """Whoever waits for settings to be corrected waits no more."""
    parts = Parts(Script())
    del parts.gate._change
    await parts.gate.misconfigured(Reason("small.401", "Wrong."))
    waiting = asyncio.create_task(parts.requests.opened())

    async def waits() -> bool:
        return len(parts.requests._idle) == 1

    await until(waits)
    parts.requests.stop()
    with pytest.raises(asyncio.CancelledError):
        await waiting

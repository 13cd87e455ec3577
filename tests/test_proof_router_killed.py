"""``kill -9`` of the router at random moments, with answers of Promoter lost: one outcome each, and no survey twice."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

import pytest
from proof_router import PATIENCE, SCALE, Router, config, router
from proofs import (
    Sender,
    all_delivered,
    batches,
    once_each,
    ordered,
    parked,
    person,
    promoter,
    quiet,
    recorded,
    survey,
    surveyed,
    told,
)

from event_router.api import Event

pytestmark = pytest.mark.anyio
KILLS = 20
PEOPLE = int(600 * SCALE)
STRANGERS = int(200 * SCALE)
BATCH = 20
#: Longer than elsewhere: what was in hands at five deaths in a row would pass for poison.
ACK_WAIT = 15.0


def events(chance: random.Random) -> list[Event]:
    """Return identify, survey and order of known people, in this order, and surveys of strangers between them."""
    strangers = [[survey(f"x{number}", f"t-x{number}")] for number in range(STRANGERS)]
    groups = [person(f"p{number}") for number in range(PEOPLE)] + strangers
    chance.shuffle(groups)
    return [event for group in groups for event in group]


async def killed_again_and_again(one: Router, chance: random.Random, more: asyncio.Semaphore, batch: int) -> None:
    """Kill a router and start it again; half the time kill its nats-server, too.

    Each time half of some batches are on their way while it runs, and half while it dies and starts.
    """
    for _ in range(KILLS):
        _release(more, batch // 2)
        await asyncio.sleep(chance.uniform(0.0, 0.4))  # The moment is what is tried here.
        _release(more, batch - batch // 2)
        await asyncio.sleep(0)
        one.kill(server=chance.random() < 0.5)
        await one.start()


def _release(more: asyncio.Semaphore, count: int) -> None:
    for _ in range(count):
        more.release()


async def test_killed_at_twenty_moments(tmp_path: Path) -> None:
    """Whenever it dies, it goes on where it was: nothing is lost, nothing is done twice."""
    chance, began = random.Random(4), monotonic()
    sent = batches(events(chance), BATCH)
    more = asyncio.Semaphore(0)
    with promoter() as control:
        control.fail({"kind": "answer_lost"}, probability=0.1, seed=4)
        # So slow that there is always something in flight.
        control.fail({"kind": "latency", "seconds": 0.05, "jitter_seconds": 0.05})
        text = config(control.url, delivery="concurrency = 8")
        async with router(tmp_path, text, ack_wait=ACK_WAIT) as one, Sender(lambda: one.url) as sender:

            async def send(some: Sequence[Event]) -> None:
                async with asyncio.timeout(PATIENCE):
                    await more.acquire()
                await sender.send(some)

            sending = [asyncio.create_task(send(batch)) for batch in sent]
            await killed_again_and_again(one, chance, more, -(-len(sent) // KILLS))
            await asyncio.gather(*sending)
            async with one.look() as engine:
                await quiet(engine)
                found, waiting = await recorded(engine), await parked(engine)
            once_each(found, waiting, sender.taken)
            all_delivered(found)
            assert waiting == Counter(f"t-x{number}" for number in range(STRANGERS))
            assert surveyed(control) == Counter(f"t-p{number}" for number in range(PEOPLE))
            assert ordered(control) == Counter(f"o-p{number}" for number in range(PEOPLE))
            journal = control.requests()
    told(
        "router killed",
        kills=KILLS,
        events=len(sender.taken),
        outcomes=len(found),
        parked=waiting.total(),
        refused_posts=sender.refusals.total(),
        calls=len(journal),
        answers_lost=sum(one["state"] == "lost" for one in journal),
        calls_repeated=sum("idempotent-replay" in (one["response_headers"] or {}) for one in journal),
        surveys=PEOPLE,
        surveys_twice=0,
        seconds=round(monotonic() - began),
    )

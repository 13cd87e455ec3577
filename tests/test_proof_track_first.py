"""A track before its identify, by seconds and by restarts of the router: one survey, after the contact."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path
from time import monotonic

import pytest
from proof_router import SCALE, Router, config, router
from proofs import Sender, hasten, once_each, parked, person, promoter, quiet, recorded, surveyed, told, until

from event_router.api import Event
from event_router.engine.engine import Engine
from mock_promoter.client import Control

pytestmark = pytest.mark.anyio
PEOPLE = int(50 * SCALE)
ROUNDS = int(4 * SCALE)


def halves(prefix: str, count: int) -> tuple[list[Event], list[Event]]:
    """Return identifies of some persons, and their tracks."""
    pairs = [person(f"{prefix}{number}", orders=False) for number in range(count)]
    return [first for first, _ in pairs], [second for _, second in pairs]


def first_calls(control: Control, path: str) -> dict[str, int]:
    """Return the number of the first call of some kind for each e-mail."""
    found: dict[str, int] = {}
    for one in control.requests(path=path):
        found.setdefault(one["body"].get("email") or one["body"]["contact"]["email"], one["id"])
    return found


async def hold(engine: Engine, control: Control, taken: list[str]) -> None:
    """Hold each event to one outcome, and each person to one survey, asked for after the contact was made."""
    await quiet(engine)
    found = await recorded(engine)
    once_each(found, await parked(engine), taken)
    assert len(found) == len(taken)
    assert surveyed(control) == Counter(name for name in taken if name.startswith("t-"))
    contacts, surveys = (first_calls(control, path) for path in ("/api/contacts/", "/api/v2/survey/"))
    assert contacts.keys() == surveys.keys()
    assert all(contacts[email] < number for email, number in surveys.items())


async def test_by_seconds_and_by_restarts(tmp_path: Path) -> None:
    """Tracks wait for seconds, over a restart and over a ``kill -9``; the identify releases them, wherever it comes."""
    early, tracks = halves("a", PEOPLE)
    late, more = halves("b", PEOPLE)
    with promoter() as control:
        async with router(tmp_path, config(control.url)) as one, Sender(lambda: one.url) as sender:
            await sender.send(tracks + more)
            async with one.look() as engine:
                await quiet(engine)
                assert len(await parked(engine)) == 2 * PEOPLE
                since = monotonic()
                await until(lambda: monotonic() > since + 2)
                await sender.send(early)
                await quiet(engine)
                assert surveyed(control) == Counter(event["messageId"] for event in tracks)
            assert await one.stop() == 0
            await one.start()
            one.kill()
            await one.start()
            await sender.send(late)
            async with one.look() as engine:
                await hold(engine, control, sender.taken)
            waited = monotonic() - since
    told("track first", persons=2 * PEOPLE, surveys=2 * PEOPLE, longest_wait=f"{waited:.1f} s", restarts=2)


async def killed(one: Router, engine: Engine, chance: random.Random) -> None:
    """Kill a router at a random moment; start it again, and let the time pass that its events are kept for it."""
    await asyncio.sleep(chance.uniform(0.0, 0.15))  # The moment is what is tried here.
    one.kill()
    await hasten(engine)
    await one.start()


async def test_killed_between_the_two(tmp_path: Path, nats: str) -> None:
    """Killed while tracks are parked and while they are released: one survey all the same, after the contact."""
    chance = random.Random(7)
    with promoter() as control:
        async with (
            router(tmp_path, config(control.url), "--nats", nats) as one,
            one.look(nats) as engine,
            Sender(lambda: one.url) as sender,
        ):
            for number in range(ROUNDS):
                identifies, tracks = halves(f"r{number}-", PEOPLE)
                await sender.send(tracks)
                await killed(one, engine, chance)
                await sender.send(identifies)
                await killed(one, engine, chance)
                # What is in hands each time that a worker dies would pass for poison in the end.
                await quiet(engine)
            await hold(engine, control, sender.taken)
    told("killed between", kills=2 * ROUNDS, persons=ROUNDS * PEOPLE, surveys=ROUNDS * PEOPLE)

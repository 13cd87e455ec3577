"""Promoter is away, asks to wait, or fails at random: everything is delivered in the end, nobody calls before he may."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from nats_servers import free_ports
from proof_router import PROMOTER, SCALE, config, router
from proofs import (
    Sender,
    all_delivered,
    hasten,
    once_each,
    ordered,
    person,
    promoter,
    quiet,
    recorded,
    surveyed,
    told,
    until_status,
)

from event_router.api import Event
from event_router.engine.engine import Engine
from mock_promoter.client import Control

pytestmark = pytest.mark.anyio
#: Requests in flight; those that are on their way when Promoter asks to wait cannot be called back.
CONCURRENCY = 8
FAULTS: tuple[tuple[float, Mapping[str, Any]], ...] = (
    (0.06, {"kind": "status", "status": 500}),
    (0.06, {"kind": "answer_lost"}),
    (0.06, {"kind": "reset"}),
    (0.03, {"kind": "empty_reply"}),
    (0.03, {"kind": "timeout"}),
    (0.02, {"kind": "garbage"}),
    (0.02, {"kind": "truncated_json"}),
    (0.02, {"kind": "html", "status": 502}),
    (0.02, {"kind": "status", "status": 429, "headers": {"Retry-After": "1"}}),
)


def people(prefix: str, count: int) -> list[Event]:
    """Return the events of so many persons."""
    return [event for number in range(int(count * SCALE)) for event in person(f"{prefix}{number}")]


async def hold(engine: Engine, control: Control, sender: Sender) -> None:
    """Hold the engine to one outcome of each event, delivered, and the mock to one survey and one order of each person."""
    await quiet(engine)
    found = await recorded(engine)
    once_each(found, Counter(), sender.taken)
    all_delivered(found)
    assert set((surveyed(control) + ordered(control)).values()) == {1}
    assert len(surveyed(control)) == len(ordered(control)) == len(found) // 3


def early(control: Control) -> list[Any]:
    """Return the calls that came before Retry-After had passed."""
    return [one for one in control.requests() if one["early"]]


def waits(control: Control) -> list[float]:
    """Return the seconds between each call that was asked to wait and the next one."""
    journal = control.requests()
    moments = [datetime.fromisoformat(one["at"]).timestamp() for one in journal]
    return [moments[at + 1] - moments[at] for at, one in enumerate(journal[:-1]) if one["status"] == 429]


async def test_away_for_a_while(tmp_path: Path, nats: str) -> None:
    """Nobody listens, then every answer is 503: what was accepted meanwhile is delivered once Promoter is back."""
    port = free_ports(1)[0]
    text = config(f"http://127.0.0.1:{port}", delivery=f"concurrency = {CONCURRENCY}")
    async with (
        router(tmp_path, text, "--nats", nats) as one,
        one.look(nats) as engine,
        Sender(lambda: one.url) as sender,
    ):
        await sender.send(people("a", 50))
        await until_status(engine, PROMOTER, state="down")
        with promoter(port) as control:
            await hold(engine, control, sender)
            control.fail({"kind": "status", "status": 503})
            await sender.send(people("b", 50))
            await until_status(engine, PROMOTER, state="down")
            control.heal()
            await hold(engine, control, sender)
            refused = sum(one["status"] == 503 for one in control.requests())
    told("Promoter away", events=len(sender.taken), answered_503=refused)


async def test_asked_to_wait_again_and_again(tmp_path: Path, nats: str) -> None:
    """With one request at a time, not a single one comes before Retry-After has passed, not even after a ``kill -9``."""
    with promoter() as control:
        text = config(control.url, delivery="concurrency = 1")
        async with (
            router(tmp_path, text, "--nats", nats) as one,
            one.look(nats) as engine,
            Sender(lambda: one.url) as sender,
        ):
            control.limit(60, window_seconds=1)
            await sender.send(people("a", 60))
            await hold(engine, control, sender)
            control.limit(None)
            control.fail({"kind": "status", "status": 429, "headers": {"Retry-After": "4"}}, times=1)
            await sender.send(people("b", 10))
            await until_status(engine, PROMOTER, state="throttled")
            one.kill()
            await hasten(engine)
            await one.start()
            await hold(engine, control, sender)
        asked = waits(control)
        assert not early(control)
        assert min(asked) >= 0.9
        assert max(asked) >= 4
    told("asked to wait", events=len(sender.taken), times=len(asked), shortest_wait=round(min(asked), 3), early=0)


async def test_a_storm_of_many_at_once(tmp_path: Path, nats: str) -> None:
    """With many requests in flight, those only come early that were on their way when Promoter asked to wait."""
    with promoter() as control:
        text = config(control.url, delivery=f"concurrency = {CONCURRENCY}")
        async with (
            router(tmp_path, text, "--nats", nats) as one,
            one.look(nats) as engine,
            Sender(lambda: one.url) as sender,
        ):
            control.limit(100, window_seconds=1)
            await sender.send(people("a", 120))
            await hold(engine, control, sender)
        storms = sum(one["status"] == 429 and not one["early"] for one in control.requests())
        on_their_way = len(early(control))
    assert storms > 0
    assert on_their_way <= storms * 2 * CONCURRENCY
    told("storms", events=len(sender.taken), storms=storms, on_their_way=on_their_way)


async def test_one_in_three_fails(tmp_path: Path, nats: str) -> None:
    """A third of all requests fails, in nine ways: each event is delivered once."""
    with promoter() as control:
        for seed, (probability, effect) in enumerate(FAULTS):
            control.fail(effect, probability=probability, seed=seed)
        text = config(control.url, delivery=f"concurrency = {CONCURRENCY}\ntimeout = 0.5")
        async with (
            router(tmp_path, text, "--nats", nats) as one,
            one.look(nats) as engine,
            Sender(lambda: one.url) as sender,
        ):
            await sender.send(people("a", 100))
            await hold(engine, control, sender)
        journal = control.requests()
        failed = sum(one["fault"] is not None for one in journal)
        assert failed > 0.2 * len(journal)
    told("random faults", events=len(sender.taken), calls=len(journal), failed=f"{failed / len(journal):.0%}")

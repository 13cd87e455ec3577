"""``kill -9`` of the JetStream leader of three during load: what was answered 200 has its outcome in the end."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from time import monotonic

import pytest
from nats_servers import Handle, await_leader, cluster, urls
from proof_router import SCALE, config, router
from proofs import (
    Sender,
    all_delivered,
    batches,
    once_each,
    ordered,
    person,
    promoter,
    quiet,
    recorded,
    surveyed,
    told,
    until,
)

from event_router.api import Event
from event_router.engine.engine import Engine

pytestmark = pytest.mark.anyio
PEOPLE = int(200 * SCALE)
BATCH = 6
SENDERS = 4


def formed(handles: list[Handle]) -> bool:
    """Return whether the leader of the cluster's JetStream knows all others, and sees them there."""
    found = [handle.monitoring("/jsz")[1] or {} for handle in handles]
    known = [one.get("meta_cluster", {}).get("replicas") or [] for one in found]
    there = [[one for one in some if one.get("current") and not one.get("offline")] for some in known]
    return max(map(len, there)) == len(handles) - 1


async def leader(engine: Engine, handles: list[Handle]) -> Handle:
    """Return the server that leads the stream of accepted events."""
    info = await engine.reader.ask(f"STREAM.INFO.{engine.layout.stream('events')}")
    assert info["config"]["num_replicas"] == len(handles)
    return handles[int(info["cluster"]["leader"].removeprefix("n")) - 1]


async def send_all(sender: Sender, events: list[Event]) -> None:
    """Send events in batches, some at once."""
    left = iter(batches(events, BATCH))

    async def send() -> None:
        for some in left:
            await sender.send(some)

    await asyncio.gather(*(send() for _ in range(SENDERS)))


async def test_the_leader_dies(tmp_path: Path) -> None:
    """The others take over while events come in; the dead one comes back and catches up."""
    events = [event for number in range(PEOPLE) for event in person(f"p{number}")]
    with promoter() as control, cluster(3) as handles:
        await until(lambda: formed(handles))
        text, where = config(control.url), urls(handles)
        async with (
            router(tmp_path, text, "--nats", where, "--replicas", "3") as one,
            Sender(lambda: one.url) as sender,
            one.look(where, replicas=3) as engine,
        ):
            sending = asyncio.create_task(send_all(sender, events))
            await until(lambda: len(sender.taken) > len(events) // 4)
            dead = await leader(engine, handles)
            dead.kill()
            before, killed = len(sender.taken), monotonic()
            await until(lambda: len(sender.taken) > before + SENDERS * BATCH)
            silent = monotonic() - killed
            dead.restart()
            await sending
            await quiet(engine)
            found = await recorded(engine)
            await_leader(handles)
        once_each(found, Counter(), sender.taken)
        assert Counter(sender.taken) == Counter(event["messageId"] for event in events)
        all_delivered(found)
        assert surveyed(control) == Counter(f"t-p{number}" for number in range(PEOPLE))
        assert ordered(control) == Counter(f"o-p{number}" for number in range(PEOPLE))
    told(
        "leader killed",
        events=len(found),
        taken_before=before,
        refused_posts=dict(sender.refusals),
        intake_stood_for=f"{silent:.1f} s",
        all_settled_after=f"{monotonic() - killed:.1f} s",
    )

"""An event that ends every process that begins with it: it is taken out after a few, and nobody else suffers."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from time import monotonic

import pytest
from ledger import installed, ledger
from proof_router import PATIENCE, PAUSE, PROMOTER, Router, config, router
from proofs import Sender, all_delivered, hasten, once_each, person, promoter, quiet, recorded, surveyed, told
from support import track

from event_router.engine.dead_letters import Buried, DeadLetters
from event_router.engine.engine import Engine

pytestmark = pytest.mark.anyio
BOTH = (PROMOTER, "ledger")
PEOPLE = 20
#: Two ends make it a suspect, and of a suspect three are enough.
MOST_ENDS = 5


async def letters(engine: Engine) -> list[Buried]:
    """Return all dead letters."""
    return [buried async for buried in DeadLetters(engine).list()]


async def restarted_until_buried(one: Router, engine: Engine) -> int:
    """Start a router again each time it ends, as a supervisor does, until there is a dead letter; return how often."""
    ends, deadline = 0, monotonic() + PATIENCE
    while not await letters(engine):
        assert monotonic() < deadline
        if one.lives:
            await asyncio.sleep(PAUSE)
            continue
        assert await one.ended() == 13
        ends += 1
        for name in BOTH:
            await hasten(engine, name)
        await one.start(surely=False)
    return ends


async def test_poison(tmp_path: Path, nats: str) -> None:
    """The second destination's plugin dies of one event: a dead letter, its neighbours delivered, Promoter untouched."""
    poison = track(messageId="poison", userId="p0", event="Poison", properties={"message": "poison"})
    events = [event for number in range(PEOPLE) for event in person(f"p{number}")]
    events.insert(len(events) // 2, poison)
    with promoter() as control, ledger() as book:
        # It is under way each time that the process ends, and yet is not to blame.
        control.fail({"kind": "latency", "seconds": 1}, path="/api/contacts/", body={"email": "p0@example.com"})
        text = config(control.url, more=f'[destinations.ledger]\nplugin = "ledger"\nurl = "{book.url}"\n')
        path = installed(tmp_path / "site")
        async with (
            router(tmp_path, text, "--nats", nats, path=path) as one,
            one.look(nats) as engine,
            Sender(lambda: one.url) as sender,
        ):
            sending = asyncio.create_task(sender.send(events))
            ends = await restarted_until_buried(one, engine)
            await sending
            await quiet(engine, *BOTH)
            assert one.lives
            [buried] = await letters(engine)
            for name in BOTH:
                once_each(await recorded(engine, name), Counter(), sender.taken)
            found = {one.message_id: one.outcome for one in await recorded(engine, "ledger")}
            all_delivered(await recorded(engine))
        assert surveyed(control) == Counter(["poison", *(f"t-p{number}" for number in range(PEOPLE))])
    letter = buried.letter
    assert (letter.destination, letter.code, letter.stored.event["messageId"]) == (
        "ledger",
        "delivery.poison",
        "poison",
    )
    assert found.pop("poison") == "failed"
    assert set(found.values()) == {"delivered"}
    assert set(book.ids) == set(found)
    assert ends == MOST_ENDS
    told("poison", processes_ended=ends, neighbours=len(found), written_again=book.ids.total() - len(book.ids))

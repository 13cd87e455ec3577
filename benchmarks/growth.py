"""What an event costs, and what the engine takes, while it fills: from 10³ to 10⁶ events, and from 10 to 10⁶ users.

Each row fills the engine with settled events, their outcomes and contacts, then works on a few thousand more, with a
destination that answers at once: what is measured is the router and its nats-server, not HTTP.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from time import perf_counter, time
from typing import Any
from unittest.mock import patch

import orjson
import uvloop
from events import IDENTIFY
from measure import report

from event_router import running
from event_router.api import Request, Response
from event_router.destination import configure
from event_router.doors.store import Accepted
from event_router.engine.access import Access
from event_router.engine.contacts import Contacts
from event_router.engine.engine import Engine, open_engine
from event_router.engine.folder import known
from event_router.engine.intake import Intake
from event_router.engine.publishing import Message
from event_router.engine.server import own_server
from event_router.engine.settings import EngineSettings
from event_router.engine.stored import Recorded, encode_outcome
from event_router.plugins import load_plugins
from event_router.retry import Policy
from event_router.worker.observing import Settled

_WORK = 3000
_WINDOW = 1000
_LOOKUPS = 20_000
_NAME = "promoter"
_MIB = 1024**2


def event(user: int, number: int) -> dict[str, Any]:
    """Return an identify of about 1 KB."""
    return {**IDENTIFY, "userId": f"user-{user}", "messageId": f"message-{number}"}


async def fill(engine: Engine, start: int, end: int, users: int) -> None:
    """Put settled events, outcomes and contacts into the engine, as fast as it takes them."""
    people, layout = engine.people, engine.layout
    contact = orjson.dumps({"traits": {"email": "somebody@example.com", "firstName": "Some"}, "time": None})
    for at in range(start, end, _WINDOW):
        messages = []
        for number in range(at, min(end, at + _WINDOW)):
            person, message = people.user(f"user-{number % users}"), people.message(f"message-{number}")
            recorded = encode_outcome(Recorded("delivered", "delivered", f"message-{number}", "identify", 1, time()))
            messages.append(Message(layout.outcome(_NAME, "delivered", "delivered", person, message), recorded))
            messages.append(Message(f"{layout.settings.namespace}.again.other.{person}", b"x" * 100, message))
            if number < users:
                messages.append(Message(layout.contact(_NAME, person), contact))
        await engine.publisher.publish_all(messages)


async def work(engine: Engine, users: int, run: int) -> float:
    """Accept and work on some events; return how many a second."""
    intake, destination = (
        Intake(engine, lambda *_: None),
        configure(_NAME, load_plugins({_NAME}).plugins[_NAME], {"api_key": "promoter-test-key", "campaign_id": 1}),
    )
    accepted = [Accepted(event(at % users, 10**9 + run * _WORK + at), (), "-") for at in range(_WORK)]
    done = asyncio.Event()

    class Counting:
        left = _WORK

        def settled(self, _: Settled) -> None:
            self.left -= 1
            if not self.left:
                done.set()

    start = perf_counter()
    async with running.working(engine, destination, Policy(), Counting(), grace=5):
        for at in range(0, _WORK, 100):
            await intake.accept(accepted[at : at + 100])
        await done.wait()
        return _WORK / (perf_counter() - start)


async def lookups(engine: Engine, users: int) -> tuple[float, float]:
    """Return contacts read a second: many at once, and one after the other; none of them from memory."""
    contacts = Contacts(engine.layout, engine.publisher, engine.reader, _NAME, ("email",), size=1)
    people = [engine.people.user(f"user-{at * 7919 % users}") for at in range(_LOOKUPS)]
    start = perf_counter()
    for at in range(0, _LOOKUPS, _WINDOW):
        await asyncio.gather(*(contacts.get(person, {"userId": "x"}) for person in people[at : at + _WINDOW]))
    many = _LOOKUPS / (perf_counter() - start)
    start = perf_counter()
    for person in people[:2000]:
        await contacts.get(person, {"userId": "x"})
    return many, 2000 / (perf_counter() - start)


def memory(pid: int) -> float:
    """Return a process's resident memory, in MiB."""
    fields = Path(f"/proc/{pid}/statm").read_text("ascii").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / _MIB


def disk(folder: Path, stream: str) -> float:
    """Return what a stream takes on the disk, in MiB."""
    return sum(path.stat().st_size for path in folder.rglob(f"streams/{stream}/**/*") if path.is_file()) / _MIB


async def measure(url: str, folder: Path, most: int) -> dict[str, float]:
    """Fill and measure step by step; print a row for each."""
    figures: dict[str, float] = {}
    found = known(folder)
    assert found
    async with open_engine(Access(url), EngineSettings(dedupe_window=86_400), (_NAME,), name="growth") as engine:
        filled = 0
        print(
            "events kept | users | events/s | contacts/s many, single | nats-server MiB | outcomes MiB | contacts MiB"
        )
        for kept in (10**3, 10**4, 10**5, 10**6):
            if kept > most:
                break
            await fill(engine, filled, kept, kept)
            filled = kept
            for users in (10, kept):
                rate = max([await work(engine, users, kept + users + at) for at in range(3)])
                many, single = await lookups(engine, users)
                taken, sizes = (
                    memory(found.pid),
                    [disk(folder, name) for name in ("router-outcomes", "KV_router-contacts")],
                )
                figures[f"events_per_s_{kept}_{users}"] = rate
                figures |= {
                    f"contacts_per_s_{kept}": many,
                    f"mib_{kept}": taken,
                    f"outcome_mib_{kept}": sizes[0],
                    f"contact_mib_{kept}": sizes[1],
                }
                print(
                    f"{kept:,} | {users:,} | {rate:,.0f} | {many:,.0f}, {single:,.0f} | {taken:,.0f} | {sizes[0]:,.1f} | {sizes[1]:,.1f}",
                    flush=True,
                )
    return figures


async def stored(url: str, folder: Path, count: int, *, ids: bool) -> float:
    """Return the nats-server's MiB after it has stored small events, with or without a messageId to remember."""
    found = known(folder)
    assert found
    async with open_engine(Access(url), EngineSettings(dedupe_window=86_400), (), name="growth") as engine:
        subject, message = engine.layout.event("nobody"), engine.people.message
        for at in range(0, count, _WINDOW):
            numbers = range(at, at + _WINDOW)
            await engine.publisher.publish_all(
                [Message(subject, b"{}", message(f"message-{number}") if ids else None) for number in numbers]
            )
    return memory(found.pid)


def remembered(count: int) -> float:
    """Return the MiB that so many messageIds take in the nats-server's memory."""
    taken = []
    for ids in (True, False):
        with tempfile.TemporaryDirectory() as name, own_server(Path(name)) as url:
            taken.append(uvloop.run(stored(url, Path(name), count, ids=ids)))
    print(f"{count:,} messageIds within the window: {taken[0] - taken[1]:,.0f} MiB")
    return taken[0] - taken[1]


def main() -> None:
    """Measure and print; an argument bounds the number of events."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 10**6

    async def send(_: Request) -> Response:
        await asyncio.sleep(0)
        return Response(200, {}, b"{}")

    with (
        patch.object(running, "http_sender", lambda *_: send),
        tempfile.TemporaryDirectory() as name,
        own_server(Path(name)) as url,
    ):
        figures = uvloop.run(measure(url, Path(name), most))
    figures["ids_mib"] = remembered(most)
    rates = [value for key, value in figures.items() if key.startswith("events_per_s")]
    report("growth", {"slowest_over_fastest": min(rates) / max(rates)}, figures)


if __name__ == "__main__":
    main()

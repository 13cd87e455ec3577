"""The router knows nothing of Promoter: a second destination, installed from a folder, works beside it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from engines import everything
from ledger import installed, ledger
from nats_servers import free_ports
from proof_router import PROMOTER, config, router
from proofs import Sender, once_each, ordered, person, promoter, quiet, recorded, surveyed, told, until_status

from event_router.api import Event

pytestmark = pytest.mark.anyio
BOTH = (PROMOTER, "ledger")
COUNT = 20


def people(first: int) -> list[Event]:
    """Return the events of some persons."""
    return [event for number in range(first, first + COUNT) for event in person(f"p{number}")]


def ids(*events: Event) -> Counter[str]:
    """Return the ids of events, each once."""
    return Counter(str(event["messageId"]) for event in events)


def both(mock: str, url: str) -> str:
    """Return a configuration with both destinations."""
    return config(mock, more=f'[destinations.ledger]\nplugin = "ledger"\nurl = "{url}"\n')


async def test_each_gets_every_event(tmp_path: Path) -> None:
    """Each destination gets every event in its own form; a deletion reaches both, and the person leaves no trace."""
    events, deletion = people(0), {"type": "delete", "messageId": "d", "userId": "p7"}
    with promoter() as control, ledger() as book:
        text, path = both(control.url, book.url), installed(tmp_path / "site")
        async with (
            router(tmp_path, text, path=path) as one,
            one.look() as engine,
            Sender(lambda: one.url) as sender,
        ):
            await sender.send(events)
            await quiet(engine, *BOTH)
            assert book.ids == ids(*events)
            assert (len(surveyed(control)), len(ordered(control)), len(control.contacts())) == (COUNT, COUNT, COUNT)
            assert b"p7@example.com" in await everything(engine)
            await sender.send([deletion])
            await quiet(engine, *BOTH)
            left = await everything(engine)
            assert (b"p7@example.com" in left, b'"p7"' in left, b"p8@example.com" in left) == (False, False, True)
            assert book.entries[-1] == {"id": "d", "type": "delete", "user": "p7"}
            assert len(control.contacts()) == COUNT - 1
    told("two destinations", events=len(events) + 1, written=len(book.entries))


async def test_one_that_is_down_or_wrong_holds_back_nobody(tmp_path: Path, nats: str) -> None:
    """While the second is not there, and while its settings are wrong, Promoter gets its events; afterwards it gets all."""
    port, first, second = free_ports(1)[0], people(0), people(COUNT)
    with promoter() as control:
        text, path = both(control.url, f"http://127.0.0.1:{port}"), installed(tmp_path / "site")
        async with (
            router(tmp_path, text, "--nats", nats, "--grace", "1", path=path) as one,
            one.look(nats) as engine,
            Sender(lambda: one.url) as sender,
        ):
            await sender.send(first)
            await quiet(engine)
            await until_status(engine, "ledger", state="down")
            meanwhile = [len(surveyed(control))]
            with ledger(port) as book:
                await quiet(engine, "ledger")
                assert book.ids == ids(*first)
                book.status = 401
                await sender.send(second)
                await quiet(engine)
                await until_status(engine, "ledger", state="misconfigured")
                meanwhile.append(len(surveyed(control)))
                assert await one.stop() == 0
            with ledger(port) as corrected:
                await one.start()
                await quiet(engine, *BOTH)
                assert corrected.ids == ids(*second)
            for name in BOTH:
                once_each(await recorded(engine, name), Counter(), sender.taken)
    assert meanwhile == [COUNT, 2 * COUNT]
    told("one of two down, then wrong", events=len(sender.taken), surveys_meanwhile=meanwhile)

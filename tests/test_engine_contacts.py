"""Remembered contacts: newest event time wins, read in few requests, forgotten everywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import count
from typing import Any

import pytest
from engines import engine, engines, requests
from hypothesis import given, settings
from hypothesis import strategies as st
from support import identify

from event_router.api import Contact
from event_router.engine.contacts import Contacts
from event_router.engine.engine import Engine
from event_router.engine.publishing import Message
from event_router.engine.reading import Kept, Reader

pytestmark = pytest.mark.anyio
_TRAITS = ("email", "plan")


def contacts_of(opened: Engine, **options: Any) -> Contacts:
    """Return the contacts of the destination ``promoter``, as a worker has them."""
    return Contacts(opened.layout, opened.publisher, opened.reader, "promoter", _TRAITS, **options)


def said(plan: str, second: int | None, user: str = "1") -> dict[str, Any]:
    """Return an identify; its time is in the year 2026, or it has none."""
    event = identify(userId=user, traits={"email": "t@x.co", "plan": plan})
    event["timestamp"] = None if second is None else f"2026-01-01T00:00:{second:02}.000Z"
    return event


async def stored(opened: Engine) -> list[Kept]:
    """Return all that the bucket holds."""
    return [kept async for kept in opened.reader.walk(opened.layout.bucket("contacts"), ">")]


async def test_what_is_remembered_is_known_to_all(nats: str) -> None:
    """Only the traits that are wanted, under an id that is not stored."""
    async with engines(nats, 2) as (one, other):
        person = one.people.user("1")
        assert await contacts_of(other).get(person, said("A", 1)) is None
        await contacts_of(one).remember(person, said("A", 1) | {"traits": {"plan": "A", "secret": "s"}})
        wanted = Contact("1", {"plan": "A"}, "2026-01-01T00:00:01.000Z")
        assert await contacts_of(other).get(person, said("A", 1)) == wanted
        assert await contacts_of(other).get_surely(person, said("A", 1)) == wanted
        (kept,) = await stored(one)
        assert b"userId" not in kept.data


async def test_who_has_no_id_has_no_contact(nats: str) -> None:
    """Nor has an event without traits anything to remember."""
    async with engine(nats) as opened:
        contacts, nobody = contacts_of(opened), {"type": "identify", "messageId": "m", "traits": {"plan": "A"}}
        await contacts.remember("P", nobody)
        await contacts.remember("P", {"type": "identify", "userId": "1", "traits": "none"})
        assert await contacts.get("P", nobody) is None
        assert await contacts.get_surely("P", nobody) is None
        assert await contacts.get_surely("P", said("A", 1)) is None
        assert await stored(opened) == []


async def test_it_is_written_only_when_it_changes(nats: str) -> None:
    """The same identify again, or an older one that adds nothing, leaves the bucket alone."""
    async with engine(nats) as opened:
        contacts = contacts_of(opened)
        await contacts.remember("P", said("A", 5))
        before = await stored(opened)
        for event in (said("A", 5), said("B", 4)):
            await contacts.remember("P", event)
            await contacts_of(opened).remember("P", event)
        assert await stored(opened) == before


@settings(max_examples=12)
@given(plans=st.permutations(range(8)), data=st.data())
def test_the_newest_wins_whoever_writes_it(nats: str, plans: Sequence[int], data: st.DataObject) -> None:
    """Two workers write at the same time, in any order, and share one person."""
    workers = [data.draw(st.integers(0, 1)) for _ in plans]

    async def race() -> None:
        async with engines(nats, 2) as both:
            contacts = [contacts_of(opened) for opened in both]
            writes = [
                contacts[at].remember("P", said(str(plan), plan)) for at, plan in zip(workers, plans, strict=True)
            ]
            await asyncio.gather(*writes)
            for each in (contacts_of(both[0]), *contacts):
                found = await each.get_surely("P", said("", 1))
                assert found
                assert found.traits["plan"] == "7"
            assert len(await stored(both[0])) == 1

    asyncio.run(race())


async def test_many_are_read_in_one_request(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And those that are known already in none; nobody is taken for somebody else."""
    async with engine(nats) as opened:
        for person in ("P1", "P2"):
            await contacts_of(opened).remember(person, said(person, 1))
        contacts, sent = contacts_of(opened), requests(opened, monkeypatch)
        people = [f"P{at}" for at in range(150)]
        found = await asyncio.gather(*(contacts.get(person, said("", 1)) for person in people))
        assert [one and one.traits["plan"] for one in found[:4]] == [None, "P1", "P2", None]
        assert len(sent) == 1
        await asyncio.gather(*(contacts.get(person, said("", 1)) for person in people))
        assert len(sent) == 1


async def test_memory_is_bounded_in_size_and_in_time(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written last is kept longest, and nothing is taken from memory for long."""
    now = count(0.0, 0.0)
    async with engine(nats) as opened:
        contacts = contacts_of(opened, size=2, clock=lambda: next(now))
        for person in ("P1", "P2", "P3"):
            await contacts.remember(person, said("A", 1))
        sent = requests(opened, monkeypatch)
        await contacts.get("P3", said("", 1))
        assert sent == []
        await contacts.get("P1", said("", 1))
        assert len(sent) == 1
        now = count(60.0, 0.0)
        await contacts.get("P3", said("", 1))
        assert len(sent) == 2


async def test_other_workers_hear_of_changes_and_of_deletions(nats: str) -> None:
    """Nothing old is taken from their memory, and nobody who is forgotten is known to any."""
    async with engines(nats, 2) as (one, other):
        mine, theirs = contacts_of(one), contacts_of(other)
        forgotten: asyncio.Queue[str] = asyncio.Queue()
        await mine.listen(one.client)
        await theirs.listen(other.client, forgotten.put_nowait)
        for opened in (one, other):
            await opened.client.flush()
        for second, plan in enumerate(("A", "B")):
            await mine.remember("P", said(plan, second))
            await heard(theirs)
            found = await theirs.get("P", said("", 1))
            assert found
            assert found.traits["plan"] == plan
        assert forgotten.empty()
        await mine.forget("P")
        assert await asyncio.wait_for(forgotten.get(), 5) == "P"
        for contacts in (mine, theirs):
            assert await contacts.get("P", said("", 1)) is None
        assert await stored(one) == []
        await theirs.remember("P", said("C", 1))
        assert await contacts_of(one).get("P", said("", 1))
        await theirs.forget("P")
        await heard(mine)
        await one.client.flush()
        assert forgotten.empty()


async def heard(contacts: Contacts) -> None:
    """Return once a worker does not take a person's contact from its memory any more."""
    async with asyncio.timeout(5):
        while contacts._cached("P"):  # noqa: ASYNC110  # It hears of it in its own time.
            await asyncio.sleep(0)


async def test_a_read_that_a_change_overtakes_is_not_kept(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have the old value, which would be taken from memory later."""
    async with engine(nats) as opened:
        contacts = contacts_of(opened)
        last = Reader.last

        async def overtaken(reader: Reader, stream: str, subjects: Sequence[str]) -> list[Kept]:
            found = await last(reader, stream, subjects)
            if subjects == [opened.layout.contact("promoter", "P")] and not found:
                await contacts.remember("P", said("A", 1))
            return found

        contacts._keep("P", (await contacts._load(["P"]))["P"])
        monkeypatch.setattr(Reader, "last", overtaken)
        await contacts._load(["P"])
        known = await contacts.get("P", said("", 1))
        assert known
        assert known.traits["plan"] == "A"


async def test_ids_may_be_hostile(nats: str) -> None:
    """Wildcards, dots, spaces, line ends and whatever else are one person each."""
    hostile = ["*", ">", "a.b", "a b", "a\r\nPUB x 1\r\n", "\0", "$KV", "x" * 10_000, "é", ""]
    async with engine(nats) as opened:
        contacts = contacts_of(opened)
        for user in hostile[:-1]:
            await contacts.remember(opened.people.user(user), said(user, 1, user))
        for user in hostile[:-1]:
            found = await contacts_of(opened).get(opened.people.user(user), said("", 1, user))
            assert found == Contact(user, {"email": "t@x.co", "plan": user}, "2026-01-01T00:00:01.000Z")
        await contacts.remember("P", said("A", 1, ""))
        assert len(await stored(opened)) == len(hostile) - 1


async def test_a_contact_of_another_version_is_no_obstacle(nats: str) -> None:
    """What stands in the bucket is brought up to date by compare and set."""
    async with engine(nats) as opened:
        subject = opened.layout.contact("promoter", "P")
        contacts = contacts_of(opened)
        await contacts.get("P", said("", 1))
        await opened.publisher.publish(Message(subject, b'{"traits": {"plan": "Z"}, "time": null}'))
        await contacts.remember("P", said("A", None))
        found = await contacts.get("P", said("", 1))
        assert found == Contact("1", {"plan": "A", "email": "t@x.co"}, None)

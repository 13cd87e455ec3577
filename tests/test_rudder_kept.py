"""Contacts kept in JetStream: what one replica learns, every other knows."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from engines import engine

from event_router.doors.store import Unavailable
from event_router.engine.contacts import Contacts as Scope
from event_router.engine.errors import EngineDown
from event_router.hooks import Contact
from event_router.rudder.contacts import Key
from event_router.rudder.kept import KeptContacts

pytestmark = pytest.mark.anyio

TRAITS = ("email", "firstName")
KEYS = [Key("dest-1", f"u-{number}") for number in range(3)]


def contact(key: Key, time: str = "2026-11-23T15:01:41.904Z", **traits: str) -> Contact:
    """Return a contact."""
    return Contact(key.user_id, {"email": "a@x.co"} | traits, time)


async def test_another_replica_knows(nats: str) -> None:
    """What one has saved another loads, without the ids being readable where it is kept."""
    async with engine(nats, ()) as opened:
        one, other = KeptContacts(opened, TRAITS), KeptContacts(opened, TRAITS)
        await one.save({key: contact(key) for key in KEYS[:2]}, {"dest-1": "acc"})
        assert await other.load(KEYS) == {key: contact(key) for key in KEYS[:2]}
        assert await other.load([Key("dest-2", "u-0")]) == {}
        space = opened.layout.settings.namespace
        kept = [one async for one in opened.reader.walk(opened.layout.bucket("contacts"), f"$KV.{space}-contacts.>")]
        assert len(kept) == 2
        assert all("u-0" not in one.subject and b"u-0" not in one.data for one in kept)


async def test_the_newest_counts(nats: str) -> None:
    """Whichever replica writes last, the newest event time wins."""
    async with engine(nats, ()) as opened:
        one, other = KeptContacts(opened, TRAITS), KeptContacts(opened, TRAITS)
        new = contact(KEYS[0], "2026-11-24T00:00:00.000Z", email="new@x.co")
        await asyncio.gather(
            one.save({KEYS[0]: new}, {"dest-1": "acc"}), other.save({KEYS[0]: contact(KEYS[0])}, {"dest-1": "acc"})
        )
        assert await KeptContacts(opened, TRAITS).load(KEYS) == {KEYS[0]: new}


async def test_by_account(nats: str) -> None:
    """A deletion finds a person by the account, and forgets it at all of its destinations and replicas."""
    twice = {Key("dest-1", "u"): contact(Key("", "u")), Key("dest-2", "u"): contact(Key("", "u"))}
    async with engine(nats, ()) as opened:
        one, other = KeptContacts(opened, TRAITS), KeptContacts(opened, TRAITS)
        for _ in range(2):
            await one.save(twice, {"dest-1": "acc", "dest-2": "acc"})
        await other.save({Key("dest-3", "u"): contact(Key("", "u"))}, {"dest-3": "else"})
        assert await other.of_account("acc", "u") == contact(Key("", "u"))
        assert await other.of_account("nobody", "u") is None
        await one.forget("acc", "u")
        assert set(await KeptContacts(opened, TRAITS).load([*twice, Key("dest-3", "u")])) == {Key("dest-3", "u")}


async def test_what_is_told_once(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A destination is opened once, and its account is kept once; another account of it is kept as well."""
    async with engine(nats, ()) as opened:
        contacts, asked = KeptContacts(opened, TRAITS), Counter[str]()

        def counting(of: Any, name: str) -> None:
            real = getattr(of, name)

            async def counted(*given: Any, **named: Any) -> Any:
                asked[name] += 1
                return await real(*given, **named)

            monkeypatch.setattr(of, name, counted)

        counting(Scope, "listen")
        counting(opened.state, "change")
        for account, scope in (("acc", "dest-1"), ("acc", "dest-1"), ("new", "dest-1"), ("acc", "dest-2")):
            await contacts.save({}, {scope: account})
            await contacts.load([Key(scope, "u")])
        assert asked == {"listen": 2, "change": 3}


async def test_engine_that_is_away(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then rudder-server is to try again; and so do we, with what could not be opened."""
    async with engine(nats, ()) as opened:
        contacts = KeptContacts(opened, TRAITS)

        async def away(*_: Any, **__: Any) -> None:
            raise EngineDown("engine.unavailable", "It is away.", retry_after=2)

        with monkeypatch.context() as patched:
            patched.setattr(opened.client, "subscribe", away)
            with pytest.raises(Unavailable) as caught:
                await contacts.load(KEYS)
            told = caught.value
            assert (told.code, told.message, told.retry_after) == ("engine.unavailable", "It is away.", 2)
        assert await contacts.load(KEYS) == {}

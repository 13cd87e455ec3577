"""Contacts: a memory for replicas without state."""

from __future__ import annotations

import pytest

from event_router.hooks import Contact
from event_router.rudder.contacts import Key, MemoryContacts

pytestmark = pytest.mark.anyio

KEYS = [Key("dest-1", f"u-{number}") for number in range(3)]


def contact(key: Key, email: str = "a@x.co") -> Contact:
    """Return a contact."""
    return Contact(key.user_id, {"email": email}, "2026-11-23T15:01:41.904Z")


async def test_saved_and_loaded() -> None:
    """What was saved is there, at that destination only."""
    contacts = MemoryContacts()
    await contacts.save({KEYS[0]: contact(KEYS[0])}, {"dest-1": "acc"})
    assert await contacts.load(KEYS) == {KEYS[0]: contact(KEYS[0])}
    assert await contacts.load([Key("dest-2", "u-0")]) == {}


async def test_no_more_than_there_is_room_for() -> None:
    """The oldest go first; what is written again is new."""
    contacts = MemoryContacts(most=2)
    for key in (KEYS[0], KEYS[1], KEYS[0], KEYS[2]):
        await contacts.save({key: contact(key)}, {"dest-1": "acc"})
    assert set(await contacts.load(KEYS)) == {KEYS[0], KEYS[2]}


async def test_by_account() -> None:
    """A deletion, which names no destination, finds and forgets a person wherever its account is used."""
    contacts = MemoryContacts()
    twice = {Key("dest-1", "u"): contact(KEYS[0]), Key("dest-2", "u"): contact(KEYS[0])}
    other = {Key("dest-3", "u"): contact(KEYS[0], "b@x.co")}
    await contacts.save(twice, {"dest-1": "acc", "dest-2": "acc"})
    await contacts.save(other, {"dest-3": "else"})
    assert await contacts.of_account("acc", "u") == contact(KEYS[0])
    assert await contacts.of_account("nobody", "u") is None
    await contacts.forget("acc", "u")
    await contacts.forget("nobody", "u")
    assert set(await contacts.load([*twice, *other])) == set(other)


async def test_the_newest_counts() -> None:
    """What is older than what came meanwhile only fills in what that lacks."""
    contacts = MemoryContacts()
    new = Contact("u-0", {"email": "new@x.co"}, "2026-11-24T00:00:00.000Z")
    await contacts.save({KEYS[0]: new}, {"dest-1": "acc"})
    for time in ("2026-11-23T00:00:00.000Z", None):
        await contacts.save(
            {KEYS[0]: Contact("u-0", {"email": "old@x.co", "firstName": "Ted"}, time)}, {"dest-1": "acc"}
        )
        assert await contacts.load(KEYS) == {KEYS[0]: new._replace(traits={"email": "new@x.co", "firstName": "Ted"})}
    for traits in ({"email": "same@x.co"}, {"email": "again@x.co"}):
        same = Contact("u-0", traits, new.time)
        await contacts.save({KEYS[0]: same}, {"dest-1": "acc"})
        assert await contacts.load(KEYS) == {KEYS[0]: same}


async def test_a_time_where_none_was_known() -> None:
    """Whatever comes after something without a time is newer."""
    contacts = MemoryContacts()
    for time in (None, "2026-11-23T00:00:00.000Z"):
        said = Contact("u-0", {"email": f"{time}@x.co"}, time)
        await contacts.save({KEYS[0]: said}, {"dest-1": "acc"})
        assert await contacts.load(KEYS) == {KEYS[0]: said}

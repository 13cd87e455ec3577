"""Remembering: what identifies say, for those who come later, in this request or another."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rudder_cases import NOW, destination, element, promoter_plugin, small_plugin
from support import identify, info, track

from event_router.hooks import Contact, Transformed
from event_router.plugins import Plugin
from event_router.rudder.configs import Configs
from event_router.rudder.contacts import Key, MemoryContacts
from event_router.rudder.elements import Element
from event_router.rudder.jobs import Job
from event_router.rudder.remembering import LONGEST
from event_router.rudder.transforming import transform

pytestmark = pytest.mark.anyio

KEY = Key("dest-1", "12345")
EARLY, LATE = "2026-11-20T00:00:00.000Z", "2026-11-21T00:00:00.000Z"


class Watched(MemoryContacts):
    """A memory that tells what it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.saved: list[tuple[Mapping[Key, Contact], Mapping[str, str]]] = []

    async def save(self, changed: Mapping[Key, Contact], accounts: Mapping[str, str]) -> None:
        """Remember."""
        self.saved.append((changed, accounts))
        await super().save(changed, accounts)


def said(time: str | None = EARLY, email: str = "ted@x.co", **traits: Any) -> Element:
    """Return an identify."""
    return element(identify(timestamp=time, traits={"email": email, **traits}))


async def decided(*elements: Element, contacts: Any = None, plugin: Plugin | None = None) -> list[Job]:
    """Return what elements become."""
    configs = Configs(plugin or promoter_plugin())
    return await transform(elements, configs.get, contacts if contacts is not None else MemoryContacts(), NOW)


def codes(jobs: Collection[Job]) -> list[str]:
    """Return the code of each refusal; empty for what is sent."""
    return ["" if isinstance(job.result, Transformed) else job.result.reason.code for job in jobs]


async def known(contacts: MemoryContacts) -> Contact | None:
    """Return what is remembered of the person that all tests are about."""
    return (await contacts.load([KEY])).get(KEY)


async def test_older_identify() -> None:
    """An identify that is older than what is known overwrites nothing, in one request or in two."""
    contacts = MemoryContacts()
    assert codes(await decided(said(LATE), said(EARLY, "old@x.co"), contacts=contacts)) == ["", "event.stale"]
    assert codes(await decided(said(EARLY, "old@x.co"), contacts=contacts)) == ["event.stale"]
    assert await known(contacts) == Contact("12345", {"email": "ted@x.co"}, LATE)


@pytest.mark.parametrize("other", [element(track()), said(None)])
async def test_what_is_not_newer_makes_nothing_new(other: Element) -> None:
    """An older identify beside something that is not newer is no repetition: it stays old."""
    contacts = MemoryContacts()
    await decided(said(LATE), contacts=contacts)
    for batch in ((said(EARLY, "old@x.co"), other), (other, said(EARLY, "old@x.co"))):
        assert sorted(codes(await decided(*batch, contacts=contacts))) == ["", "event.stale"]
    assert await known(contacts) == Contact("12345", {"email": "ted@x.co"}, LATE)


async def test_what_comes_again_is_not_old() -> None:
    """Two identifies that are sent once more, since a delivery failed, are both sent again, in their order."""
    contacts = MemoryContacts()
    batch = (said(EARLY, firstName="Ted"), said(LATE, "new@x.co"))
    for _ in range(3):
        assert codes(await decided(*batch, contacts=contacts)) == ["", ""]
        assert await known(contacts) == Contact("12345", {"email": "new@x.co", "firstName": "Ted"}, LATE)


async def test_half_of_what_came_is_refused() -> None:
    """An older identify alone, of two that came together before, takes nothing from the newer one."""
    contacts = MemoryContacts()
    await decided(said(EARLY), said(LATE, "new@x.co"), contacts=contacts)
    bad = element(identify(timestamp=LATE, traits={"email": "nonsense"}))
    first, second = await decided(said(EARLY, "old@x.co", lastName="Mosby"), bad, contacts=contacts)
    assert codes([first]) == [""]
    assert codes([second])[0].startswith("contract.")
    assert await known(contacts) == Contact("12345", {"email": "new@x.co", "lastName": "Mosby"}, LATE)


async def test_a_clock_that_runs_ahead() -> None:
    """A time to come is none: what follows is not older than that for ever."""
    contacts = MemoryContacts()
    await decided(said("2099-01-01T00:00:00.000Z", "odd@x.co"), contacts=contacts)
    assert codes(await decided(said("2026-11-25T12:00:01.000Z", "new@x.co"), contacts=contacts)) == [""]
    remembered = await known(contacts)
    assert remembered is not None
    assert remembered.traits == {"email": "new@x.co"}


async def test_in_their_order() -> None:
    """A track between two identifies goes to the address of the first."""
    first, between, second = await decided(said(EARLY, "one@x.co"), element(track()), said(LATE, "two@x.co"))
    assert codes([first, second]) == ["", ""]
    assert isinstance(between.result, Transformed)
    assert between.result.requests[0].body["contact"]["email"] == "one@x.co"


async def test_before_its_identify() -> None:
    """A track before its identify is looked at again; one of somebody else is not."""
    stranger = element(track(userId="stranger"))
    before, other, _ = await decided(element(track()), stranger, said())
    assert codes([before, other]) == ["", "promoter.contact_unknown"]


async def test_without_times() -> None:
    """Where an event has no time, none is older."""
    contacts = MemoryContacts()
    for _ in range(2):
        event = {"type": "identify", "userId": "12345", "messageId": "m", "traits": {"email": "ted@x.co"}}
        assert codes(await decided(element(event), contacts=contacts)) == [""]
    assert await known(contacts) == Contact("12345", {"email": "ted@x.co"}, None)


async def test_texts_that_are_too_long() -> None:
    """A trait that is a text of its own is sent, but not remembered: memory is for names and addresses."""
    contacts = MemoryContacts()
    assert codes(await decided(said(firstName="x" * (LONGEST + 1), lastName="y" * LONGEST), contacts=contacts)) == [""]
    assert await known(contacts) == Contact("12345", {"email": "ted@x.co", "lastName": "y" * LONGEST}, EARLY)


@pytest.mark.parametrize(
    ("trait", "kept"),
    [({"a": "b"}, True), (["x" * (LONGEST - 4)], True), (["x" * LONGEST], False), (7, True), (True, True)],
)
async def test_traits_of_another_kind(trait: Any, kept: bool) -> None:
    """A plugin may remember objects, lists and numbers as well, as long as they are short."""
    contacts = MemoryContacts()
    plugin = small_plugin(destination_info=lambda: info(remember=("email", "thing")))
    event = identify(timestamp=EARLY, traits={"email": "ted@x.co", "thing": trait})
    await decided(element(event, destination({})), contacts=contacts, plugin=plugin)
    assert await known(contacts) == Contact("12345", {"email": "ted@x.co"} | ({"thing": trait} if kept else {}), EARLY)


async def test_identify_without_traits() -> None:
    """Where a plugin asks for no traits there is nothing to remember, and nothing goes wrong."""
    contacts = MemoryContacts()
    plugin = small_plugin(destination_info=lambda: info(contracts=()))
    event = {"type": "identify", "userId": "12345"}
    assert codes(await decided(element(event, destination({})), contacts=contacts, plugin=plugin)) == [""]
    assert await known(contacts) is None


async def test_accounts() -> None:
    """The account is told with every event that waits, so that a new key's deletions find what the old one's knew."""
    contacts = Watched()
    await decided(said(), contacts=contacts)
    await decided(said(), element(track()), contacts=contacts)
    await decided(element(track()), contacts=contacts)
    assert [list(accounts) for _, accounts in contacts.saved] == [["dest-1"]] * 3
    assert [len(changed) for changed, _ in contacts.saved][2] == 0


@given(st.lists(st.tuples(st.sampled_from([EARLY, LATE, None]), st.sampled_from("abc")), max_size=6))
async def test_any_requests(identifies: list[tuple[str | None, str]]) -> None:
    """Whatever comes, in whatever parts: what is remembered has the newest time, and comes from an identify that has it."""
    contacts = MemoryContacts()
    for time, name in identifies:
        await decided(said(time, f"{name}@x.co"), contacts=contacts)
    times = [time for time, _ in identifies if time]
    remembered = await known(contacts)
    assert (remembered.time if remembered else None) == max(times, default=None)


async def test_a_delivery_that_failed() -> None:
    """An older identify that comes again, alone, is sent: the newer one may wait for it, or be refused yet."""
    contacts = MemoryContacts()
    await decided(said(LATE, "new@x.co"), contacts=contacts)
    event = identify(timestamp=EARLY, traits={"email": "old@x.co", "lastName": "Mosby"})
    first, again = element(event, attemptNum=0), element(event, attemptNum=1)
    assert codes(await decided(first, contacts=contacts)) == ["event.stale"]
    assert codes(await decided(again, contacts=contacts)) == [""]
    assert await known(contacts) == Contact("12345", {"email": "new@x.co", "lastName": "Mosby"}, LATE)


async def test_traits_that_are_too_deep() -> None:
    """A trait that cannot be kept is not, and nothing goes wrong."""
    contacts = MemoryContacts()
    plugin = small_plugin(destination_info=lambda: info(remember=("email", "thing")))
    event = identify(timestamp=EARLY, traits={"email": "ted@x.co", "thing": 0})
    raw = orjson.dumps(event).replace(b'"thing":0', b'"thing":' + b"[" * 300 + b"]" * 300)
    await decided(element(raw, destination({})), contacts=contacts, plugin=plugin)
    assert await known(contacts) == Contact("12345", {"email": "ted@x.co"}, EARLY)

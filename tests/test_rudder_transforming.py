"""Transforming: events decided, with what is remembered of their contacts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import orjson
import pytest
from rudder_cases import CONFIG, NOW, destination, element, promoter_plugin, small_plugin
from support import identify, info, order, track

from event_router.api import Contract, Request
from event_router.hooks import Contact, Transformed
from event_router.outcomes import Misconfigured, Parked, Rejected
from event_router.plugins import Plugin
from event_router.rudder.configs import Configs
from event_router.rudder.contacts import Key, MemoryContacts
from event_router.rudder.elements import Element
from event_router.rudder.jobs import Job
from event_router.rudder.transforming import transform

pytestmark = pytest.mark.anyio

EMAIL = "ted@mosbiusdesigns.com"
WITH_EMAIL = {"context": {"traits": {"email": "other@x.co"}}}


class Watched(MemoryContacts):
    """A memory that tells what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[set[Key]] = []
        self.accounts: list[str] = []

    async def load(self, wanted: Collection[Key]) -> Mapping[Key, Contact]:
        """Return what is known."""
        self.asked.append(set(wanted))
        return await super().load(wanted)

    async def save(self, changed: Mapping[Key, Contact], accounts: Mapping[str, str]) -> None:
        """Remember."""
        self.accounts += accounts.values()
        await super().save(changed, accounts)


async def decided(*elements: Element, contacts: Any = None, plugin: Plugin | None = None) -> list[Job]:
    """Return what elements become."""
    configs = Configs(plugin or promoter_plugin())
    return await transform(elements, configs.get, contacts if contacts is not None else MemoryContacts(), NOW)


def sent(job: Job) -> list[Request]:
    """Return a job's requests."""
    assert isinstance(job.result, Transformed), job.result
    return list(job.result.requests)


def code(job: Job) -> str:
    """Return the code of why there are none."""
    assert not isinstance(job.result, Transformed)
    return job.result.reason.code


async def test_each_kind() -> None:
    """An identify makes a contact, a track a survey, an order an event; a page is skipped."""
    elements = [element(event) for event in (identify(), track(), order(), {"type": "page", "userId": "12345"})]
    jobs = await decided(*elements)
    assert [sent(job)[0].kind for job in jobs[:3]] == ["contact", "survey", "event"]
    assert code(jobs[3]) == "event.unsupported"
    assert [job.element for job in jobs] == elements


async def test_contact_of_the_same_request() -> None:
    """A track finds the contact whose identify stands before it or behind it."""
    before, _, behind = await decided(element(track()), element(identify()), element(track()))
    assert [sent(job)[0].body["contact"]["email"] for job in (before, behind)] == [EMAIL, EMAIL]


async def test_contact_of_an_earlier_request() -> None:
    """What an identify said is remembered; at another destination it is not known."""
    contacts = Watched()
    await decided(element(identify()), contacts=contacts)
    known, elsewhere = await decided(element(track()), element(track(), destination(ID="dest-2")), contacts=contacts)
    assert sent(known)[0].body["contact"]["email"] == EMAIL
    assert isinstance(elsewhere.result, Parked)
    assert contacts.accounts


async def test_contact_that_rides_along() -> None:
    """With context.traits nothing remembered is asked for."""
    contacts = Watched()
    (job,) = await decided(element(track(**WITH_EMAIL)), contacts=contacts)
    assert sent(job)[0].body["contact"]["email"] == "other@x.co"
    assert contacts.asked == []


async def test_contact_that_rides_along_but_is_none() -> None:
    """Traits that are no use are as none: then the remembered contact counts."""
    contacts = Watched()
    event = track(context={"traits": {"email": "nonsense"}})
    _, job = await decided(element(identify()), element(event), contacts=contacts)
    assert sent(job)[0].body["contact"]["email"] == EMAIL
    assert contacts.asked == [{Key("dest-1", "12345")}]


async def test_unknown_contact() -> None:
    """An event without a known contact waits; one without userId has nothing to wait for."""
    contacts = Watched()
    jobs = await decided(element(track()), contacts=contacts)
    assert code(jobs[0]) == "promoter.contact_unknown"
    anonymous = track(anonymousId="a-1")
    del anonymous["userId"]
    jobs = await decided(element(anonymous), contacts=contacts)
    assert isinstance(jobs[0].result, Rejected)
    assert len(contacts.asked) == 1


async def test_refused_identify_is_not_remembered() -> None:
    """What a contract refuses is not remembered."""
    contacts = MemoryContacts()
    (job,) = await decided(element(identify(traits={"email": "nonsense"})), contacts=contacts)
    assert code(job).startswith("contract.")
    assert await contacts.load([Key("dest-1", "12345")]) == {}


async def test_plugin_that_remembers_nothing() -> None:
    """Where a plugin needs nothing remembered nobody is asked."""
    contacts = Watched()
    plugin = small_plugin(destination_info=lambda: info(remember=()))
    (job,) = await decided(element(identify(), destination({})), contacts=contacts, plugin=plugin)
    assert sent(job)[0].kind == "contact"
    assert contacts.asked == []


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (b"null", "event.not_an_object"),
        (b'"text"', "event.not_an_object"),
        (b"{}", "event.type_missing"),
        (b'{"type":"trakc"}', "event.type_unknown"),
        (b'{"type":"track","userId":"\\ud800"}', "event.not_json"),
        (b"[" * 5000 + b"]" * 5000, "event.not_json"),
        (b'{"type":"track","userId":true}', "event.bad_id"),
    ],
)
async def test_one_bad_among_good(message: bytes, expected: str) -> None:
    """A message that is none, or not to be read, has its own reason; its neighbours are as ever."""
    jobs = await decided(element(identify()), element(message), element(identify()))
    assert code(jobs[1]) == expected
    assert sent(jobs[0]) == sent(jobs[2])


async def test_bad_config() -> None:
    """A destination that cannot be used refuses its events and no others."""
    bad, good = await decided(element(to=destination({"apiKey": ""})), element(track(**WITH_EMAIL)))
    assert isinstance(bad.result, Misconfigured)
    assert sent(good)


async def test_template() -> None:
    """A Config with templates is filled in for each event; what is wrong with that is the event's own."""
    to = destination({**CONFIG, "campaignId": "{{ properties.campaign || 7 }}"}, hasDynamicConfig=True)
    events = [track(**WITH_EMAIL, properties=properties) for properties in ({"campaign": 9}, {}, {"campaign": "x"})]
    nine, default, wrong = await decided(*(element(event, to) for event in events))
    assert sent(nine)[0].body["campaign_id"] == 9
    assert "campaign" not in sent(nine)[0].body["attributes"]
    assert sent(default)[0].body["campaign_id"] == 7
    assert code(wrong) == "rudder.filled_in"
    (parked,) = await decided(element(track(properties={"campaign": 9}), to))
    assert code(parked) == "promoter.contact_unknown"


async def test_template_whose_default_is_wrong() -> None:
    """A Config that needs every event's value works where the event has it."""
    to = destination({**CONFIG, "campaignId": "{{ properties.campaign || x }}"}, hasDynamicConfig=True)
    events = (track(**WITH_EMAIL, properties={"campaign": 9}), track(**WITH_EMAIL))
    filled, not_filled = await decided(*(element(event, to) for event in events))
    assert sent(filled)[0].body["campaign_id"] == 9
    assert code(not_filled) == "rudder.config"


@pytest.mark.parametrize("place", ["properties", "traits"])
async def test_event_of_a_warehouse(place: str) -> None:
    """The time of a warehouse's event is that of its row."""
    event = identify() if place == "traits" else track(**WITH_EMAIL)
    event = {**event, "channel": "sources", place: {**event[place], "timestamp": "2026-01-01T00:00:00Z"}}
    (job,) = await decided(element(event))
    assert job.event["timestamp"] == "2026-01-01T00:00:00.000Z"


async def test_event_of_a_warehouse_without_time() -> None:
    """Where its row has none, it is the event's."""
    (job,) = await decided(element(track(**WITH_EMAIL, channel="sources", properties=None)))
    assert job.event["timestamp"] == track()["timestamp"]


async def test_message_is_read_once_per_event() -> None:
    """A contract of the event's own type is met before the plugin sees it, as everywhere."""
    wanted = Contract("identify", "identify", {"type": "object", "required": ["nothing"]})
    plugin = small_plugin(destination_info=lambda: info(contracts=(wanted,)))
    (job,) = await decided(element(orjson.dumps(identify()), destination({})), plugin=plugin)
    assert code(job) == "contract.required"


async def test_large_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes long is decided beside everything else; the result is the same."""
    small = await decided(element(identify()), element(track()), element(track(**WITH_EMAIL)))
    monkeypatch.setattr("event_router.rudder.jobs._LARGE", 10)
    large = await decided(element(identify()), element(track()), element(track(**WITH_EMAIL)))
    assert [job.result for job in large] == [job.result for job in small]
    assert all(job.large for job in large)

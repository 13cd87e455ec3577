"""What has to be done now and then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from engines import accept, engine, events, settle, take
from support import track

from event_router.engine.engine import Engine
from event_router.engine.errors import EngineDown
from event_router.engine.reading import Reader
from event_router.engine.upkeep import Room, consumers, purge_settled, rooms, shortage

pytestmark = pytest.mark.anyio


async def accept_some(opened: Engine, *numbers: int, destination: str | None = None) -> None:
    """Accept events with numbers as ids."""
    await accept(opened, *(track(messageId=str(number)) for number in numbers), destination=destination)


async def deliver(opened: Engine, destination: str, number: int) -> None:
    """Deal with so many events of a destination."""
    for _ in range(number):
        await settle(opened, await take(opened, destination))


async def kept(opened: Engine) -> Sequence[str]:
    """Return which events there are."""
    return [stored.event["messageId"] for stored in await events(opened)]


async def test_no_event_goes_before_its_outcome(nats: str) -> None:
    """However old it is; what is settled goes up to the first that is not."""
    async with engine(nats) as opened:
        await accept_some(opened, 1, 2, 3)
        assert await purge_settled(opened, 0.0) == 0
        first, second = await take(opened), await take(opened)
        assert await purge_settled(opened, 0.0) == 0
        await settle(opened, second)
        assert await purge_settled(opened, 0.0) == 0
        await settle(opened, first)
        assert await purge_settled(opened, 0.0) == 2
        assert await kept(opened) == ["3"]
        await deliver(opened, "promoter", 1)
        assert await purge_settled(opened, 0.0) == 1
        assert await purge_settled(opened, 0.0) == 0


async def test_what_is_settled_is_kept_for_replay(nats: str) -> None:
    """As long as configured."""
    async with engine(nats) as opened:
        await accept_some(opened, 1)
        await deliver(opened, "promoter", 1)
        assert await purge_settled(opened, 3600.0) == 0
        assert await kept(opened) == ["1"]


async def test_the_slowest_destination_decides(nats: str) -> None:
    """Its events are those of the others as well; what comes again to another one holds nothing back."""
    async with engine(nats, ("fast", "slow")) as opened:
        await accept_some(opened, 1, 2)
        await deliver(opened, "fast", 2)
        await accept_some(opened, 3, destination="fast")
        await deliver(opened, "fast", 1)
        assert await purge_settled(opened, 0.0) == 0
        await deliver(opened, "slow", 1)
        assert await purge_settled(opened, 0.0) == 1
        await deliver(opened, "slow", 1)
        assert await purge_settled(opened, 0.0) == 2
        await accept_some(opened, 4, destination="fast")
        assert await purge_settled(opened, 0.0) == 0


async def test_without_destinations_everything_stays(nats: str) -> None:
    """There may be some later."""
    async with engine(nats, ()) as opened:
        await accept_some(opened, 1)
        assert await purge_settled(opened, 0.0) == 0


async def test_who_does_not_know_a_destination_takes_nothing_from_it(nats: str) -> None:
    """Another process has it in its configuration; whoever only looks on, without a durable consumer, does not count."""
    async with engine(nats, ("old", "new")) as opened:
        stale = replace(opened, destinations=("old",))
        onlooker = {"stream_name": opened.layout.stream("events"), "config": {"ack_policy": "explicit"}}
        await opened.reader.ask(f"CONSUMER.CREATE.{opened.layout.stream('events')}", onlooker)
        await accept_some(opened, 1)
        await deliver(opened, "old", 1)
        assert await purge_settled(stale, 0.0) == 0
        await deliver(opened, "new", 1)
        assert await purge_settled(stale, 0.0) == 1


async def test_without_its_consumer_nobody_knows_what_a_destination_waits_for(nats: str) -> None:
    """It was deleted by hand, or got lost; nothing goes before it is back."""
    async with engine(nats, ("a", "b")) as opened:
        await accept_some(opened, 1)
        await deliver(opened, "a", 1)
        await opened.reader.ask(f"CONSUMER.DELETE.{opened.layout.stream('events')}.b")
        assert await purge_settled(opened, 0.0) == 0


async def test_all_pages_of_consumers_are_read(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server lists some hundreds at once; what it does not know of some now is no answer."""
    pages: list[dict[str, Any]] = [
        {"total": 2, "consumers": [{"name": "a", "config": {"durable_name": "a"}}]},
        {"total": 2, "consumers": [{"name": "b", "config": {"durable_name": "b"}}]},
        {"total": 2, "consumers": [], "missing": ["a"]},
        {"total": 2, "consumers": []},
    ]
    asked: list[Any] = []

    async def ask(_: Reader, subject: str, body: Any) -> dict[str, Any]:
        asked.append(body["offset"])
        return pages[len(asked) - 1]

    async with engine(nats) as opened:
        with monkeypatch.context() as patched:
            patched.setattr(Reader, "ask", ask)
            assert list(await consumers(opened)) == ["a", "b"]
            with pytest.raises(EngineDown):
                await consumers(opened)
            assert await consumers(opened) == {}
    assert asked == [0, 1, 0, 0]


async def test_how_full_each_stream_is(nats: str) -> None:
    """In bytes, under the name it has in [engine]."""
    async with engine(nats) as opened:
        await accept_some(opened, 1)
        found = {room.name: room for room in await rooms(opened)}
        assert list(found) == ["events", "outcomes", "parked", "retries", "dead", "refused", "contacts", "state"]
        assert 0 < found["events"].used < found["events"].most == opened.layout.settings.event_bytes


def test_before_something_is_full_new_events_are_refused(tmp_path: Path) -> None:
    """What was accepted already must still find room; what is no event closes no door."""
    roomy, full = Room("events", 94, 100), Room("parked", 95, 100)
    assert shortage([roomy, Room("refused", 100, 100)], None, 10**18) is None
    assert shortage([roomy], tmp_path, 0) is None
    for found, code, word in (
        (shortage([roomy, full], None, 0), "engine.full", "parked"),
        (shortage([roomy], tmp_path, 10**18), "engine.disk_low", str(tmp_path)),
    ):
        assert found
        assert found.code == code
        assert word in found.message

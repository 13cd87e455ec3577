"""Bringing JetStream to what is declared."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from engines import accept, engine, events, limits
from support import track

from event_router.engine import migration
from event_router.engine.access import Access
from event_router.engine.engine import Engine, open_engine
from event_router.engine.errors import EngineDown, EngineError
from event_router.engine.layout import Layout
from event_router.engine.migration import migrate
from event_router.engine.reading import Reader

pytestmark = pytest.mark.anyio
_MIB = 1024**2


class Watched:
    """A reader that notes what is made and changed, and may be told what to answer."""

    def __init__(self, reader: Reader, **answers: dict[str, Any]) -> None:
        self._reader = reader
        self._answers = answers
        self.made: list[str] = []

    async def ask_softly(self, subject: str, body: Any = None) -> dict[str, Any]:
        """Ask."""
        verb = "_".join(subject.split(".")[:2])
        if "INFO" not in verb:
            self.made.append(subject)
        return self._answers.pop(verb, None) or await self._reader.ask_softly(subject, body)


async def again(opened: Engine, *names: str, **settings: Any) -> list[str]:
    """Migrate once more, with other settings; return what was made or changed."""
    watched = Watched(opened.reader)
    layout = Layout(replace(opened.layout.settings, **settings))
    await migrate(watched, layout, names or opened.destinations)  # type: ignore[arg-type]
    return watched.made


async def info(opened: Engine, subject: str) -> dict[str, Any]:
    """Return a configuration as the server has it."""
    found: dict[str, Any] = (await opened.reader.ask(subject))["config"]
    return found


async def test_what_is_right_is_left_alone(nats: str) -> None:
    """The second time nothing is made or changed."""
    async with engine(nats, ("a", "b.c")) as opened:
        assert await again(opened) == []


async def test_only_what_differs_is_changed_and_nothing_is_lost(nats: str) -> None:
    """Even where the new limit is below what is there: then no new events are taken."""
    async with engine(nats, event_bytes=4 * _MIB) as opened:
        await accept(opened, *(track(messageId=str(at), more="x" * 30_000) for at in range(50)))
        stream = opened.layout.stream("events")
        assert await again(opened, event_bytes=_MIB, dedupe_window=60) == [f"STREAM.UPDATE.{stream}"]
        assert len(await events(opened)) == 50
        config = await info(opened, f"STREAM.INFO.{stream}")
        assert (config["max_bytes"], config["duplicate_window"]) == (_MIB, 60_000_000_000)


async def test_what_is_not_declared_stays_as_somebody_set_it(nats: str) -> None:
    """A description, or the place of a stream in a cluster."""
    async with engine(nats) as opened:
        stream = opened.layout.stream("events")
        found = await info(opened, f"STREAM.INFO.{stream}")
        await opened.reader.ask(f"STREAM.UPDATE.{stream}", found | {"description": "ours"})
        assert await again(opened, event_bytes=2 * _MIB)
        assert (await info(opened, f"STREAM.INFO.{stream}"))["description"] == "ours"


async def test_a_consumer_is_changed_but_begins_where_it_began(nats: str) -> None:
    """JetStream refuses to move the beginning of a consumer that is there."""
    async with engine(nats, ()) as opened:
        stream = opened.layout.stream("events")
        (wanted,) = opened.layout.consumers(("late",))
        wanted |= {"deliver_policy": "all", "max_ack_pending": 7}
        await opened.reader.ask(f"CONSUMER.CREATE.{stream}.late", {"stream_name": stream, "config": wanted})
        assert await again(opened, "late") == [f"CONSUMER.CREATE.{stream}.late"]
        found = await info(opened, f"CONSUMER.INFO.{stream}.late")
        assert (found["deliver_policy"], found["max_ack_pending"]) == ("all", 20_000)
        assert await again(opened, "late") == []


async def test_several_may_do_it_at_once(nats: str) -> None:
    """Every worker does, when it starts."""
    async with engine(nats, ()) as opened:
        layouts = [Layout(replace(opened.layout.settings, namespace=f"{opened.layout.settings.namespace}x"))] * 4
        await asyncio.gather(*(migrate(opened.reader, layout, ("a", "b")) for layout in layouts))
        for config in layouts[0].streams():
            await opened.reader.ask(f"STREAM.DELETE.{config['name']}")


async def test_what_another_router_makes_meanwhile_is_brought_to_our_settings(nats: str) -> None:
    """It looked for the stream when we did, and was faster."""
    async with engine(nats) as opened:
        missing = {"error": {"code": 404, "err_code": 10059, "description": "stream not found"}}
        watched = Watched(opened.reader, STREAM_INFO=missing)
        layout = Layout(replace(opened.layout.settings, event_bytes=2 * _MIB))
        await migrate(watched, layout, ())  # type: ignore[arg-type]
        stream = opened.layout.stream("events")
        assert watched.made == [f"STREAM.CREATE.{stream}", f"STREAM.UPDATE.{stream}"]


@pytest.mark.parametrize("settings", [{"replicas": 3}, {"event_bytes": 1024**5}])
async def test_what_the_server_cannot_do_is_told_with_advice(nats: str, settings: dict[str, int]) -> None:
    """Too few servers, or too small a store."""
    async with engine(nats) as opened:
        with pytest.raises(EngineError, match="Check replicas, the limits in bytes") as raised:
            await again(opened, **settings)
        assert raised.value.code == "engine.not_made"
        assert opened.layout.stream("events") in raised.value.message


@pytest.mark.parametrize("verb", ["STREAM_INFO", "STREAM_CREATE"])
async def test_a_cluster_without_a_leader_is_no_mistake_of_the_settings(nats: str, verb: str) -> None:
    """It passes."""
    busy = {"error": {"code": 503, "err_code": 10008, "description": "JetStream system temporarily unavailable"}}
    async with engine(nats) as opened:
        layout = Layout(replace(opened.layout.settings, namespace=f"{opened.layout.settings.namespace}x"))
        with pytest.raises(EngineDown, match="temporarily unavailable"):
            await migrate(Watched(opened.reader, **{verb: busy}), layout, ())  # type: ignore[arg-type]


async def test_a_command_without_replicas_takes_no_copies_away(nats: str) -> None:
    """A stream of three copies stays one, whatever a command's own settings say."""
    async with engine(nats) as opened:
        config = await info(opened, f"STREAM.INFO.{opened.layout.stream('events')}")
        watched = Watched(opened.reader, STREAM_INFO={"config": {**config, "num_replicas": 3}})
        await migrate(watched, opened.layout, opened.destinations)  # type: ignore[arg-type]
        assert watched.made == []


async def test_who_only_looks_makes_nothing(nats: str) -> None:
    """Where no router has run yet that is told; where one has, nothing is touched."""
    async with engine(nats) as opened:
        settings, access = opened.layout.settings, Access(nats)
        async with open_engine(access, replace(settings, replicas=3), (), name="test", change=False) as looking:
            assert (await info(looking, f"STREAM.INFO.{looking.layout.stream('events')}"))["num_replicas"] == 1
        with pytest.raises(EngineError, match="no router has run here yet"):
            async with open_engine(access, limits(), ("promoter",), name="test", change=False):
                pass


@pytest.mark.parametrize("code", [10005, 10049])
async def test_what_works_a_little_later_is_tried_again(nats: str, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """A cluster that forms still, and a disk that is busy, need a moment; longer than that is an error."""
    monkeypatch.setattr(migration, "_PAUSE", 0.0)
    async with engine(nats) as opened:
        later = {"error": {"err_code": code, "description": "no suitable peers"}}
        layout = Layout(replace(opened.layout.settings, keep=opened.layout.settings.keep + 60))
        watched = Watched(opened.reader, STREAM_UPDATE=later)
        await migrate(watched, layout, opened.destinations)  # type: ignore[arg-type]
        assert watched.made[0] == watched.made[1]

        async def never(subject: str, body: Any = None) -> dict[str, Any]:
            return later if "UPDATE" in subject else await opened.reader.ask_softly(subject, body)

        monkeypatch.setattr(watched, "ask_softly", never)
        again = Layout(replace(layout.settings, keep=layout.settings.keep + 60))
        with pytest.raises(EngineError, match="no suitable peers"):
            await migrate(watched, again, opened.destinations)  # type: ignore[arg-type]

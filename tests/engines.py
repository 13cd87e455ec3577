"""Engines for tests: each with streams of its own on a nats-server that all tests share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from nats.aio.msg import Msg

from event_router.api import Event
from event_router.doors.store import Accepted
from event_router.engine.access import Access
from event_router.engine.engine import Engine, open_engine
from event_router.engine.intake import Intake
from event_router.engine.settings import EngineSettings
from event_router.engine.stored import StoredEvent, decode_event
from event_router.engine.upkeep import consumer

_MIB = 1024**2
_BYTES = ("event_bytes", "outcome_bytes", "parked_bytes", "dead_letter_bytes", "refused_bytes", "contact_bytes")


def limits(**changes: Any) -> EngineSettings:
    """Return settings with small limits and a namespace that no other test has."""
    values: dict[str, Any] = {"namespace": f"t{uuid4().hex[:12]}"} | dict.fromkeys(_BYTES, 16 * _MIB)
    return EngineSettings(**values | changes)


@asynccontextmanager
async def engine(
    url: str,
    destinations: tuple[str, ...] = ("promoter",),
    on_state: Callable[[bool], None] | None = None,
    **settings: Any,
) -> AsyncIterator[Engine]:
    """Yield an engine with streams of its own, which are deleted afterwards.

    Args:
        url: The fixture ``nats``.
        destinations: Names.
        on_state: Called with whether it is connected, each time that changes.
        settings: Of ``EngineSettings``; ``namespace`` is a new one unless it is given.
    """
    access = Access(url)
    async with open_engine(access, limits(**settings), destinations, name="test", on_state=on_state) as opened:
        try:
            yield opened
        finally:
            if opened.client.is_connected:
                names = [config["name"] for config in opened.layout.streams()]
                await asyncio.gather(*(opened.reader.ask_softly(f"STREAM.DELETE.{name}") for name in names))


@asynccontextmanager
async def engines(url: str, count: int, **options: Any) -> AsyncIterator[list[Engine]]:
    """Yield several engines on the same streams, each with a connection of its own, as several workers have."""
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(engine(url, **options))
        settings, names = first.layout.settings, first.destinations
        more = [open_engine(Access(url), settings, names, name="test") for _ in range(count - 1)]
        yield [first, *[await stack.enter_async_context(one) for one in more]]


async def accept(opened: Engine, *events: Event, destination: str | None = None) -> None:
    """Store events as a door does."""
    accepted = [Accepted(event, (), "web", destination) for event in events]
    await Intake(opened, lambda source, number: None).accept(accepted)


async def take(opened: Engine, destination: str = "promoter") -> Msg:
    """Take the next event of a destination, as a worker does."""
    stream, consumer = opened.layout.stream("events"), opened.layout.consumer(destination)
    inbox = opened.client.new_inbox()
    subscription = await opened.client.subscribe(inbox)
    await opened.client.publish(f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}", b"1", reply=inbox)
    message = await subscription.next_msg(5)
    await subscription.unsubscribe()
    return message


async def settle(opened: Engine, message: Msg) -> None:
    """Let an event go; return once the server knows it."""
    await opened.client.request(message.reply, b"+ACK", timeout=5)


async def settle_all(opened: Engine, *destinations: str) -> None:
    """Let go all that there is for some destinations."""
    stream = opened.layout.stream("events")
    for name in destinations:
        while waiting := (await consumer(opened, name))["num_pending"]:
            inbox = opened.client.new_inbox()
            subscription = await opened.client.subscribe(inbox)
            subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{opened.layout.consumer(name)}"
            await opened.client.publish(subject, b"%d" % waiting, reply=inbox)
            await asyncio.gather(*[settle(opened, await subscription.next_msg(5)) for _ in range(waiting)])
            await subscription.unsubscribe()


async def events(opened: Engine) -> list[StoredEvent]:
    """Return every event in the stream."""
    return [decode_event(kept.data) async for kept in opened.reader.walk(opened.layout.stream("events"), ">")]


async def everything(opened: Engine) -> bytes:
    """Return all that is stored in all streams and buckets, subjects included."""
    found = [
        f"{kept.subject} ".encode() + kept.data
        for config in opened.layout.streams()
        async for kept in opened.reader.walk(config["name"], ">")
    ]
    return b"\n".join(found)


def requests(opened: Engine, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list to which the subject of everything that is sent from now on is added."""
    sent: list[str] = []
    publish = opened.client.publish

    async def counted(subject: str, *args: Any, **options: Any) -> None:
        sent.append(subject)
        await publish(subject, *args, **options)

    monkeypatch.setattr(opened.client, "publish", counted)
    return sent

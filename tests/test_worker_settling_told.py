"""Settling: whoever waits for a result is told, once, by whatever worker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from engines import engine
from nats.aio.msg import Msg
from support import answer, identify, track
from worker_plugin import KEY
from workers import Hands, hands, until

from event_router.engine.access import Access
from event_router.engine.connection import connect
from event_router.engine.stored import RELEASED, SENT

pytestmark = pytest.mark.anyio

BUSY = answer(503)


@asynccontextmanager
async def results(some: Hands) -> AsyncIterator[list[dict[str, Any]]]:
    """Yield what is told on the run ``r``."""
    heard: list[dict[str, Any]] = []

    async def hear(message: Msg) -> None:
        heard.append(orjson.loads(message.data))

    # A connection does not hear what it said itself, so another one listens.
    listener = await connect(Access(some.engine.client.connected_url.geturl()), name="listener")  # type: ignore[union-attr]
    await listener.subscribe(some.engine.layout.result("r"), cb=hear)
    await listener.flush()
    yield heard
    await listener.close()


async def told(heard: list[dict[str, Any]], count: int) -> list[tuple[str, str]]:
    """Return the outcomes and codes, once there are so many."""

    async def enough() -> bool:
        return len(heard) >= count

    await until(enough)
    return [(one["outcome"], one.get("code", "")) for one in heard]


async def test_whoever_waits_is_told(nats: str) -> None:
    """Each outcome goes to the run that asked for it, with what did not fit and without secrets."""
    sent = {"again": SENT, "run": "r", "line": 7}
    async with (
        engine(nats, ("small",)) as opened,
        hands(opened, answer(400, {"no": KEY}), answer()) as some,
        results(some) as heard,
    ):
        await some.deal(identify(messageId="bad"), **sent)
        await some.deal(track(), **sent)
        await some.deal(identify(), **sent)
        await some.handle(await some.take(1))
        assert await told(heard, 5) == [
            ("rejected", "small.400"),
            ("parked", "small.no_contact"),
            ("released", ""),
            ("delivered", "delivered"),
            ("delivered", "delivered"),
        ]
        assert {one["line"] for one in heard} == {7}
        assert KEY not in str(heard)


@pytest.mark.parametrize(
    ("status", "outcome", "code"),
    [
        (200, "delivered", "delivered"),
        (204, "skipped", "small.204"),
        (400, "rejected", "small.400"),
        (503, "failed", "small.503"),
    ],
)
async def test_told_by_another_worker(nats: str, status: int, outcome: str, code: str) -> None:
    """Where the first one recorded but could not say so any more, the second one does."""
    async with engine(nats, ("small",)) as opened, hands(opened, answer(status), attempts=1) as some:
        await some.put(identify(), again=SENT, run="r", line=7)
        (held,) = await some.take(1)
        await some.handle([held])
        async with results(some) as heard:
            await some.handle([held._replace(deliveries=2)])
            assert await told(heard, 1) == [(outcome, code)]


async def test_sent_again_after_it_was_delivered(nats: str) -> None:
    """It is a duplicate, and nothing is sent; what was rejected before is tried again."""
    async with engine(nats, ("small",)) as opened, hands(opened, answer(400)) as some:
        async with results(some) as heard:
            for _ in range(3):
                await some.deal(identify(), again=SENT, run="r", line=7)
            assert await told(heard, 3) == [
                ("rejected", "small.400"),
                ("delivered", "delivered"),
                ("skipped", "event.duplicate"),
            ]
        assert len(some.script.requests) == 2


async def test_released_though_delivered_meanwhile(nats: str) -> None:
    """It is not sent twice, and nobody is told twice."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        async with results(some) as heard:
            await some.deal(identify(), again=SENT, run="r", line=7)
            await some.deal(identify(), again=RELEASED, run="r", line=7)
            assert await told(heard, 1) == [("delivered", "delivered")]
        assert len(some.script.requests) == 1
        await some.idle()

"""Many questions over one subscription."""

from __future__ import annotations

import asyncio

import pytest
from engines import engine

from event_router.engine.replies import Replies, settle, within

pytestmark = pytest.mark.anyio


async def test_each_inbox_hears_its_own_answers_until_it_is_forgotten(nats: str) -> None:
    """What comes too late disturbs nobody."""
    async with engine(nats) as opened, engine(nats) as other:
        replies = Replies(opened.client)
        await replies.start()
        await opened.client.flush()
        heard: list[bytes] = []
        came: asyncio.Queue[bytes] = asyncio.Queue()
        a = replies.listen(lambda message: heard.append(message.data))
        b = replies.listen(lambda message: came.put_nowait(message.data))
        await other.client.publish(a, b"1")
        await other.client.publish(b, b"2")
        assert await asyncio.wait_for(came.get(), 5) == b"2"
        replies.forget(a)
        replies.forget(a)
        await other.client.publish(a, b"late")
        await other.client.publish(b, b"3")
        assert await asyncio.wait_for(came.get(), 5) == b"3"
        assert heard == [b"1"]
        await replies.stop()


async def test_stopping_is_always_possible(nats: str) -> None:
    """Before the start, and after the connection has gone."""
    async with engine(nats) as opened:
        await Replies(opened.client).stop()
        replies = Replies(opened.client)
        await replies.start()
    await replies.stop()


async def test_waiting_ends_in_time() -> None:
    """With the future, with its failure, or with the time; what comes later changes nothing."""
    future: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
    assert await within(0, future) is None
    settle(future, "late")
    assert future.result() is None
    early: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
    settle(early, "here")
    assert await within(5, early) == "here"
    failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    failed.set_exception(RuntimeError("no"))
    with pytest.raises(RuntimeError):
        await within(5, failed)


async def test_whoever_waits_may_be_cancelled() -> None:
    """That is not the same as being late."""
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(within(60, future))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

"""Settling: what a crash left behind goes, and what a deletion erased leaves nothing behind."""

from __future__ import annotations

from typing import Any

import pytest
from engines import engine
from support import answer, identify, track
from worker_plugin import Died
from workers import hands

from event_router.worker.settling import Settling

pytestmark = pytest.mark.anyio


async def test_parked_then_died_then_tried_again(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parked by a worker that died, then delivered at the second attempt: it waits no more."""

    async def die(*args: Any) -> None:
        raise Died

    async with engine(nats, ("small",)) as opened, hands(opened, answer(503)) as some:
        await some.put(track())
        given = await some.take(1)
        with monkeypatch.context() as patched:
            patched.setattr(Settling, "let_go", die)
            with pytest.raises(Died):
                await some.handle(given)
        assert await some.left() == ["parked"]
        await some.contacts.remember(opened.people.person(identify()), identify())
        await some.lose()
        await some.handle(await some.take(1))
        await some.handle(await some.take(1))
        assert [one.outcome for one in some.seen.all] == ["parked", "retrying", "delivered"]
        assert await some.left() == []
        assert len(await some.kept("outcomes")) == 1
        await some.idle()


async def test_released_by_a_worker_that_died_before_it_took_it_out(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its copy waits no more once the released one is delivered."""

    async def die(*args: Any) -> None:
        raise Died

    async with engine(nats, ("small",)) as opened, hands(opened, answer(200)) as some:
        await some.deal(track())
        assert await some.left() == ["parked"]
        await some.put(identify())
        with monkeypatch.context() as patched:
            patched.setattr(type(opened.reader), "delete", die)
            with pytest.raises(Died):
                await some.handle(await some.take(1))
        assert await some.left() == ["parked"]
        (released,) = await some.take(1)
        assert released.deliveries == 1
        await some.handle([released])
        assert [one.outcome for one in some.seen.all] == ["parked", "delivered"]
        assert await some.left() == []


async def test_erased_while_it_was_to_be_tried_again(nats: str) -> None:
    """An event that comes again after its person's deletion is neither parked nor sent: it is gone."""
    async with engine(nats, ("small",)) as opened, hands(opened, answer(200), answer(503)) as some:
        await some.deal(identify())
        await some.put(track())
        (failed,) = await some.take(1)
        await some.handle([failed])
        await some.deal({"type": "delete", "messageId": "m-9", "userId": identify()["userId"]})
        sent = len(some.script.requests)
        await some.handle([failed._replace(deliveries=2)])
        assert len(some.script.requests) == sent
        assert await some.left() == []
        assert [one.message_id for one in some.seen.all] == ["m-1", "m-2", "m-9"]
        await some.idle()

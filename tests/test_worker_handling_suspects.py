"""Handling: an event that ends its worker again and again is taken out; its neighbours are not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from engines import engine
from support import answer, identify
from worker_plugin import DELIVERED, Died
from workers import hands

from event_router.api import (
    Request,
)
from event_router.worker.jobs import MOST_STARTS

pytestmark = pytest.mark.anyio


async def test_an_event_that_ends_its_worker(nats: str) -> None:
    """After two deliveries without an end it is handled alone, and after three more it is taken out; neighbours live."""

    def end(request: Request) -> Any:
        raise Died

    async with engine(nats, ("small",)) as opened, hands(opened, *[end] * 5) as some:
        await some.put(identify(messageId="bad"))
        for deliveries in range(1, 6):
            (held,) = await some.take(1)
            assert held.deliveries == deliveries
            with pytest.raises(Died):
                await some.handle([held])
            await some.lose()
        await some.handle(await some.take(1))
        (letter,) = await some.letters()
        assert (letter.code, letter.outcome) == ("delivery.poison", "failed")
        await some.deal(identify(messageId="good", userId="other"))
        assert some.seen.short == [("bad", "failed", "delivery.poison"), ("good", *DELIVERED)]
        assert await some.kept("retries") == []
        await some.idle()


async def test_a_neighbour_of_such_an_event_is_delivered(nats: str) -> None:
    """Held by a worker that another event ended, again and again, it is a suspect, and cleared by the first try."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.put(identify())
        for _ in range(7):
            await some.take(1)
            await some.lose()
        await some.handle(await some.take(1))
        assert some.seen.short == [("m-1", *DELIVERED)]
        assert await some.kept("retries") == []


async def test_a_suspect_that_is_only_slow(nats: str) -> None:
    """Put back on purpose, it is innocent: the count of its starts begins again."""
    async with engine(nats, ("small",)) as opened, hands(opened, then=answer(503), longest_backoff=0.001) as some:
        await some.put(identify())
        for _ in range(MOST_STARTS + 1):
            for _ in range(2):
                await some.take(1)
                await some.lose()
            await some.handle(await some.take(1))
        assert [one.outcome for one in some.seen.all] == ["retrying"] * (MOST_STARTS + 1)


async def test_suspects_go_one_at_a_time(nats: str) -> None:
    """Whatever ends the worker, the note says which one was begun with."""
    flying = most = 0

    async def slowly(request: Request) -> Any:
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        await asyncio.sleep(0)
        flying -= 1
        return answer()

    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        some.script = slowly  # type: ignore[assignment]
        some.serve(some.destination)
        await some.put(*(identify(messageId=f"m-{at}", userId=f"{at}") for at in range(4)))
        for _ in range(2):
            await some.take(4)
            await some.lose()
        await asyncio.gather(*(some.handle([held]) for held in await some.take(4)))
        assert (most, len(some.seen.all)) == (1, 4)

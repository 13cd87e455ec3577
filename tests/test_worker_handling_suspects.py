"""Handling: an event that ends its worker again and again is taken out; its neighbours are not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from engines import engine
from support import answer, identify
from worker_plugin import DELIVERED, Died, destination
from workers import Hands, hands, until

from event_router.api import Event, Misconfigured, Reason, Request, Transformed
from event_router.engine.stored import decode_trying
from event_router.worker.alone import Alone
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


async def _suspect(some: Hands) -> None:
    """Store an event, and let two workers die with it."""
    await some.put(identify())
    for _ in range(2):
        await some.take(1)
        await some.lose()


async def test_who_only_waits_is_never_taken_for_poison(nats: str) -> None:
    """However many workers are killed while their destination takes nothing, it was not this event that did it."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.gate.misconfigured(Reason("small.401", "Wrong."))
        await some.put(identify())
        for _ in range(7):
            (held,) = await some.take(1)
            dealing = asyncio.create_task(some.handle([held]))

            async def waits() -> bool:
                return bool(some.handler._requests._idle)

            await until(waits)
            dealing.cancel()
            await asyncio.gather(dealing, return_exceptions=True)
            await some.lose()
        assert await some.kept("retries") == []
        await some.gate.start()  # As a new worker's is: the settings may be right by now.
        await some.handle(await some.take(1))
        assert some.seen.short == [("m-1", *DELIVERED)]


@pytest.mark.parametrize("said", [answer(429, retry_after="0.001"), answer(401)])
async def test_a_suspect_that_has_to_wait_is_innocent(nats: str, said: Any) -> None:
    """It was begun with, and came to the end that all have to wait: it is put back, and what is noted against it goes."""
    async with engine(nats, ("small",)) as opened, hands(opened, said) as some:
        await _suspect(some)
        await some.handle(await some.take(1))
        (kept,) = await some.kept("retries")
        trying = decode_trying(kept.data)
        assert (trying.started, trying.put_back, trying.attempts) == (0, 3, 0)
        await some.gate.start()
        await some.handle(await some.take(1))
        assert some.seen.short == [("m-1", *DELIVERED)]
        assert await some.left() == []


async def test_a_suspect_that_finds_wrong_settings(nats: str) -> None:
    """What the plugin says of them is no fault of the event either."""
    wrong = [True]

    def transform(event: Event) -> Transformed | Misconfigured:
        if wrong:
            return Misconfigured(Reason("small.no_list", "There is no list."))
        return Transformed((Request("contact", "POST", "http://x/", event),))

    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        some.serve(destination(transform_identify=transform))
        await _suspect(some)
        await some.handle(await some.take(1))
        assert decode_trying((await some.kept("retries"))[0].data).started == 0
        assert some.gate.closed
        wrong.clear()
        await some.gate.start()
        await some.handle(await some.take(1))
        assert some.seen.short == [("m-1", *DELIVERED)]


async def test_a_gate_that_closes_before_its_turn(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A suspect waits again, rather than to be begun with."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await _suspect(some)
        real, begun = Alone.begun, 0

        def close(self: Alone) -> Any:
            nonlocal begun
            begun += 1
            if begun == 1:
                some.gate.hold()
                some.gate._held_until = some.gate._clock() + 0.01
            return real(self)

        monkeypatch.setattr(Alone, "begun", close)
        await some.handle(await some.take(1))
        assert begun == 2
        assert some.seen.short == [("m-1", *DELIVERED)]

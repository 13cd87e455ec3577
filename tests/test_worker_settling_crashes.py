"""Settling: whatever comes between two effects, an event has one outcome and is in one place."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from engines import engine
from support import answer, identify
from worker_plugin import Died
from workers import hands

from event_router.engine.errors import EngineDown
from event_router.engine.outcomes import Outcomes
from event_router.engine.stored import decode_trying
from event_router.worker.settling import Settling

pytestmark = pytest.mark.anyio

BUSY = answer(503)


STEPS = ["record", "_tidy", "_tell", "let_go", "_bury"]


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("status", [200, 400])
async def test_died_between_two_effects(
    nats: str, monkeypatch: pytest.MonkeyPatch, step: str, status: int, *, before: bool
) -> None:
    """Whatever a worker did last, another one brings the event to its one outcome, and nothing is left behind."""
    owner: Any = Outcomes if step == "record" else Settling
    real = getattr(owner, step)

    async def die(*args: Any, **kwargs: Any) -> None:
        if not before:
            await real(*args, **kwargs)
        raise Died

    async with engine(nats, ("small",)) as opened, hands(opened, then=answer(status)) as some:
        await some.put(identify())
        given = await some.take(1)
        with monkeypatch.context() as patched:
            patched.setattr(owner, step, die)
            try:
                await some.handle(given)
            except Died:
                await some.lose()
            else:
                assert (step, status) == ("_bury", 200)
                return
        if step == "let_go" and not before:
            return  # It was acknowledged.
        await some.handle(await some.take(1))
        assert len(await some.kept("outcomes")) == 1
        assert len(await some.letters()) == (status == 400)
        assert await some.kept("retries") == []
        await some.idle()


async def test_died_with_a_dead_letter_then_delivered(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A letter that was buried without an outcome does not outlive the delivery."""
    async with engine(nats, ("small",)) as opened, hands(opened, answer(400)) as some:
        await some.put(identify())
        given = await some.take(1)

        async def die(*args: Any) -> None:
            raise Died

        with monkeypatch.context() as patched:
            patched.setattr(Outcomes, "record", die)
            with pytest.raises(Died):
                await some.handle(given)
        await some.lose()
        assert len(await some.letters()) == 1
        await some.handle(await some.take(1))
        assert await some.letters() == []
        assert some.seen.short == [("m-1", "delivered", "delivered")]


async def test_an_outcome_that_is_recorded_is_not_made_again(nats: str) -> None:
    """A worker that died before it could acknowledge leaves nothing to do but that."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.put(identify())
        (held,) = await some.take(1)
        await some.handle([held])
        again = held._replace(deliveries=2)
        await some.handle([again])
        assert len(some.script.requests) == 1
        assert len(await some.kept("outcomes")) == 1
        assert len(some.seen.all) == 1


async def test_two_workers_with_one_delivery(nats: str) -> None:
    """Where both deal with it at once, the second finds it recorded, or records nothing new."""
    async with engine(nats, ("small",)) as opened, hands(opened) as one, hands(opened) as other:
        await one.put(identify())
        given = await one.take(1)
        again = [given[0]._replace(deliveries=2)]
        await asyncio.gather(one.handle(given), other.handle(again))
        kept = await one.kept("outcomes")
        assert len(kept) == 1
        await other.handle(again)
        assert await one.kept("outcomes") == kept


async def test_put_back_without_blame(nats: str) -> None:
    """What a worker gives back on purpose, again and again, does not make a suspect of the event."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.put(identify())
        for _ in range(6):
            (held,) = await some.take(1)
            await some.handler.postpone("p", held, its_fault=False, seconds=0.0)
        (kept,) = await some.kept("retries")
        assert decode_trying(kept.data).put_back == 6
        await some.handle(await some.take(1))
        assert some.seen.short == [("m-1", "delivered", "delivered")]


async def test_put_back_though_nothing_can_be_noted(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event is given back even where the engine takes no note of why: it must not stay in our hands for ever."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.put(identify())
        await some.take(1)
        await some.lose()
        (held,) = await some.take(1)

        async def refuse(*args: Any) -> None:
            raise EngineDown("engine.unavailable", "gone", retry_after=1)

        with monkeypatch.context() as patched:
            patched.setattr(Settling, "note", refuse)
            with pytest.raises(EngineDown):
                await some.handler.postpone("p", held, its_fault=False, seconds=0.0)
        assert not some.pull.holding
        await some.take(1)

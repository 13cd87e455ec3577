"""Deliveries: tried again with growing waits, forgotten with their account, stopped with the server."""

from __future__ import annotations

import asyncio

import pytest
from mock_plane import sleep_with

from mock_promoter.account import Account
from mock_promoter.changes import Changes
from mock_promoter.choices import Choices
from mock_promoter.model import Notice, Webhook
from mock_promoter.webhooks import Attempt, Deliveries, Delivery, payload, wants

HOOK = Webhook(1, "http://127.0.0.1:9/", ("feedback.removed",))
NOTICE = Notice("feedback.removed", 1, {"id": 5})


class Refusing(Deliveries):
    """Deliveries that no receiver takes, each attempt noted."""

    def __init__(self) -> None:
        super().__init__(Changes())
        self.posted: list[int] = []

    async def _post(self, delivery: Delivery) -> Attempt:
        self.posted.append(delivery.id)
        return Attempt("now", 500)


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return what was waited between attempts, without any waiting."""
    slept: list[float] = []
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await real(0)

    sleep_with(monkeypatch, "webhooks", sleep)
    return slept


async def _settle(deliveries: Deliveries) -> None:
    while deliveries._tasks:
        await asyncio.gather(*deliveries._tasks)


@pytest.mark.parametrize(
    ("campaign", "notice", "wanted"),
    [
        (None, NOTICE, True),
        (1, NOTICE, True),
        (2, NOTICE, False),
        (2, Notice("feedback.removed", None, {}), True),
        (None, Notice("tag.removed", 1, {}), False),
    ],
)
def test_who_wants_what(campaign: int | None, notice: Notice, wanted: bool) -> None:
    """The event has to be subscribed to, and the campaign, where there is one, has to be the webhook's."""
    assert wants(Webhook(1, "http://x", ("feedback.removed",), campaign), notice) == wanted


def test_the_payload_says_that_it_is_ours() -> None:
    """Nobody is to take its form for the vendor's."""
    found = payload(HOOK, NOTICE)
    assert (found["data"], found["hook"]["event"]) == ({"id": 5}, "feedback.removed")
    assert "not known" in found["mock"]


@pytest.mark.anyio
async def test_the_waits_between_attempts(slept: list[float]) -> None:
    """One attempt at once, one after each wait; then it has failed."""
    deliveries = Refusing()
    account = Account("a", Choices(webhook_waits=(1.0, 5.0)))
    account.webhooks[1] = HOOK
    deliveries.add(account, NOTICE)
    deliveries.add(account, Notice("tag.removed", None, {}))
    (one,) = deliveries.of("a")
    assert (one.state, deliveries.is_busy("a"), deliveries.is_busy("b")) == ("pending", True, False)
    await _settle(deliveries)
    assert (one.state, slept, len(one.attempts)) == ("failed", [0.0, 1.0, 5.0], 3)
    assert not deliveries.is_busy("a")
    assert deliveries.changes.revision >= 3


@pytest.mark.anyio
async def test_an_account_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its deliveries are gone, what was on its way goes no further, and whoever waited for it is told."""
    gate, real = asyncio.Event(), asyncio.sleep

    async def sleep(seconds: float) -> None:
        await (gate.wait() if seconds else real(0))

    sleep_with(monkeypatch, "webhooks", sleep)
    deliveries = Refusing()
    started = [deliveries.start(Account(name), HOOK, NOTICE) for name in ("gone", "kept", "gone")]
    while len(deliveries.posted) < 3:
        await real(0)
    waiting = asyncio.ensure_future(deliveries.changes.wait())
    await real(0)
    deliveries.forget("gone")
    await asyncio.wait_for(waiting, 10)
    gate.set()
    await _settle(deliveries)
    assert [len(one.attempts) for one in started] == [1, 4, 1]
    assert list(deliveries.of("gone")) == []
    assert list(deliveries.of("kept")) == [started[1]]
    assert deliveries.get(1) is None


@pytest.mark.anyio
async def test_the_end() -> None:
    """Nothing goes on once the server stops, however long it would have waited."""
    deliveries = Refusing()
    deliveries.start(Account("a", Choices(webhook_waits=(3600.0,))), HOOK, NOTICE)
    await asyncio.sleep(0)
    await asyncio.wait_for(deliveries.close(), 10)
    assert deliveries._tasks == set()

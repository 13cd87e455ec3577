"""Handling: who is deleted is deleted at the destination, and leaves no trace here."""

from __future__ import annotations

from typing import Any

import pytest
from engines import engine
from support import answer, identify, track
from worker_plugin import DELETION, LATER, Died, destination, die, parked
from workers import hands

from event_router.engine.contacts import Contacts
from event_router.worker.settling import Settling

pytestmark = pytest.mark.anyio


async def test_delete(nats: str) -> None:
    """The destination hears of it with the remembered address; then no trace of the person is left, and others stay."""
    answers = (answer(), answer(), answer(400))
    async with engine(nats, ("small",)) as opened, hands(opened, *answers) as some:
        await some.deal(identify(userId="other", messageId="other"))
        await some.deal(identify())
        await some.deal(identify(messageId="bad", timestamp=LATER))
        some.serve(destination(transform_track=lambda: parked()))
        await some.deal(track())
        assert (len(await some.letters()), len(await some.kept("parked"))) == (1, 1)
        some.serve(destination())
        await some.deal(DELETION)
        assert some.script.requests[-1][:4] == (
            "remove",
            "POST",
            "http://x/remove",
            {"email": "ted@mosbiusdesigns.com", "plan": "Enterprise"},
        )
        assert await some.left() == []
        assert await some.contact() is None
        assert [kept.subject for kept in await some.kept("events")] == [
            opened.layout.event(opened.people.user("other"))
        ]
        recorded = await some.outcome(DELETION)
        assert recorded is not None
        assert recorded.outcome == "delivered"
        assert await some.outcome(identify()) is None
        await some.idle()


async def test_a_deletion_is_tried_again(nats: str) -> None:
    """While the destination has not heard of it, the address is kept: without it nobody could be deleted there."""
    async with engine(nats, ("small",)) as opened, hands(opened, answer(), answer(503), longest_backoff=0.001) as some:
        await some.deal(identify())
        await some.deal(DELETION)
        assert await some.contact() is not None
        await some.handle(await some.take(1))
        assert await some.contact() is None
        assert await some.kept("events") == []


@pytest.mark.parametrize(
    ("owner", "step"), [(Contacts, "forget"), (Settling, "settle"), (Settling, "_see"), (Settling, "let_go")]
)
async def test_died_while_it_deleted(nats: str, monkeypatch: pytest.MonkeyPatch, owner: type, step: str) -> None:
    """The next try ends what was begun with, the deletion's own trace included."""

    def end(*args: Any) -> None:
        raise Died

    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.deal(identify())
        await some.put(DELETION)
        given = await some.take(1)
        with monkeypatch.context() as patched:
            patched.setattr(owner, step, end if step == "_see" else die)
            with pytest.raises(Died):
                await some.handle(given)
        if step != "let_go" and step != "_see":
            await some.lose()
            given = await some.take(1)
        else:
            given = [given[0]._replace(deliveries=2)]
        await some.handle(given)
        assert await some.contact() is None
        assert await some.kept("events") == []
        assert len(await some.kept("outcomes")) == 1

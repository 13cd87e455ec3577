"""Pulling: events as the server hands them out, kept alive while they are held, and given back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from engines import engine
from hypothesis import given
from hypothesis import strategies as st
from nats import errors
from support import identify
from workers import hands, until

from event_router.engine.errors import EngineDown
from event_router.worker import pulling
from event_router.worker.pulling import Held, Pull, held

pytestmark = pytest.mark.anyio


def events(count: int) -> list[dict[str, Any]]:
    """Return events of one person."""
    return [identify(messageId=f"m-{number}") for number in range(count)]


@given(st.integers(1, 10**6), st.integers(1, 10**12), st.integers(0, 10**18), st.booleans())
def test_reply_law(deliveries: int, sequence: int, time: int, new: bool) -> None:
    """Both forms of a reply subject say the same."""
    prefix = "$JS.ACK.hub.account.stream.consumer" if new else "$JS.ACK.stream.consumer"
    reply = f"{prefix}.{deliveries}.{sequence}.5.{time}.0" + (".random" if new else "")
    assert held(reply, "s", b"d") == Held(reply, "s", b"d", sequence, deliveries, time / 1e9)


async def test_taken_and_done(nats: str) -> None:
    """What was stored comes, in order, and once only."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.put(*events(5))
        came = await some.take(5)
        assert [one.deliveries for one in came] == [1] * 5
        assert set(some.pull.holding) == {one.sequence for one in came}
        for one in came:
            await some.pull.done(one)
        assert not some.pull.holding
        await some.idle()


async def test_given_back(nats: str) -> None:
    """It comes again, at once or after the time asked for, and counts as handed out twice."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.put(*events(2))
        first, second = await some.take(2)
        await some.pull.put_back(second)
        await some.pull.put_back(first, 0.02)
        again = await some.take(2)
        assert [(one.sequence, one.deliveries) for one in again] == [(first.sequence, 2), (second.sequence, 2)]
        assert again[0].time == first.time


async def test_no_more_than_there_is_room_for(nats: str) -> None:
    """What is held and what is asked for never go beyond it; small gaps are not worth a request."""
    async with engine(nats, ("small",)) as opened, hands(opened, loop=True) as some:
        some.pull = pull = Pull(opened, "small", 4)
        await pull.start()
        await some.put(*events(6))
        came = await some.take(4)
        assert pull._asked == 0
        await pull.ask()
        assert await pull.take(0.001) == []
        for one in came:
            await pull.done(one)
        came = await some.take(2)
        await pull.done(came[0])
        asked = pull._asked
        await pull.ask()
        assert (asked, pull._asked) == (2, 3)
        await pull.ask()
        assert pull._asked == 3
        await pull.stop()


async def test_a_request_that_is_over_frees_its_room(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server says how much it did not hand out; heartbeats until then say nothing."""
    monkeypatch.setattr(pulling, "_EXPIRES", 0.1)
    monkeypatch.setattr(pulling, "_BEATS", 0.04)
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.pull.ask()
        assert some.pull._asked == 64

        async def over() -> bool:
            return some.pull._asked == 0

        await until(over)


async def test_a_server_that_forgot_is_asked_again(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a sign of life for long a request counts as lost."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.pull.ask()
        said = _listen(some.pull, monkeypatch)
        await some.pull.ask()
        assert not said
        some.pull._heard_at -= 2 * pulling._BEATS + 2
        await some.pull.ask()
        assert (len(said), some.pull._asked) == (1, 64)


async def test_held_events_are_kept_alive(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it takes, nobody else gets them; and once we are silent, somebody does."""
    monkeypatch.setattr("event_router.engine.layout.ACK_WAIT", 0.3)
    monkeypatch.setattr(pulling, "ACK_WAIT", 0.3)
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.put(*events(1))
        (one,) = await some.take(1)
        alive = asyncio.create_task(some.pull.keep_alive())
        await some.pull.ask()
        assert await some.pull.take(0.7) == []
        alive.cancel()
        (again,) = await some.take(1)
        assert (again.sequence, again.deliveries) == (one.sequence, 2)


async def test_what_was_not_kept_alive_is_not_ours(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes to another, or comes again; who had it before can neither end it nor give it back, nor keep it alive."""
    monkeypatch.setattr("event_router.engine.layout.ACK_WAIT", 0.2)
    monkeypatch.setattr(pulling, "ACK_WAIT", 0.2)
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.put(*events(1))
        (one,) = await some.take(1)
        assert some.pull.keeps(one)
        (again,) = await some.take(1)
        assert (again.sequence, again.deliveries) == (one.sequence, 2)
        assert not some.pull.keeps(one)
        await some.pull.done(one)
        await some.pull.put_back(one)
        some.pull.drop(one)
        assert some.pull.holding == {again.sequence: again}
        some.pull._ours[again.sequence] = 0.0
        said = _listen(some.pull, monkeypatch)
        await some.pull._extend(1e12)
        await some.pull.done(again)
        assert not said
        assert not some.pull.holding
        assert (await some.take(1))[0].deliveries == 3


async def test_silence_is_no_sign_that_it_was_kept_alive(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only an answer counts: a connection may be gone before anybody notices."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.put(*events(2))
        await some.take(2)
        before = dict(some.pull._ours)

        async def silence(*args: Any, **kwargs: Any) -> None:
            raise errors.TimeoutError

        with monkeypatch.context() as patched:
            patched.setattr(opened.client, "request", silence)
            with pytest.raises(EngineDown):
                await some.pull._extend(1e12)
        assert some.pull._ours == before
        await some.pull._extend(1e12)
        assert set(some.pull._ours.values()) == {1e12}


def _listen(pull: Pull, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    said: list[bytes] = []

    async def say(subject: str, data: bytes, reply: str = "") -> None:
        said.append(data)

    monkeypatch.setattr(pull, "_say", say)
    return said


async def test_a_consumer_that_is_gone_is_made_again(
    nats: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever deleted it is told what that means, once; and events come again."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.pull.restore()
        await opened.reader.ask(f"CONSUMER.DELETE.{opened.layout.stream('events')}.small")

        async def refused() -> bool:
            some.pull._asked = 0  # A request that is lost together with the consumer is made once more, after a while.
            await some.pull.ask()
            return some.pull._refused

        async def fail(*args: Any) -> None:
            raise EngineDown("engine.unavailable", "It is away.", retry_after=1)

        await until(refused)
        with monkeypatch.context() as patched:
            patched.setattr(pulling, "migrate", fail)
            for _ in range(2):
                with pytest.raises(EngineDown):
                    await some.pull.restore()
        await some.pull.restore()
        assert not some.pull._refused
        some.pull._asked = 0
        await some.put(*events(1))
        await some.take(1)
        assert caplog.text.count("The consumer of small was gone") == 1
        assert "event-router replay" in caplog.text


async def test_a_refusal_for_another_reason(nats: str, caplog: pytest.LogCaptureFixture) -> None:
    """A leader that changed, or too many who wait: there is nothing to make."""
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        some.pull._refused = True
        await some.pull.restore()
        assert not some.pull._refused
        assert caplog.text == ""


async def test_stop_returns_what_nobody_took(nats: str) -> None:
    """What has come but is not worked on can be given back, and goes to another at once."""
    async with engine(nats, ("small",)) as opened:
        async with hands(opened) as some:
            await some.put(*events(3))
            await some.pull.ask()

            async def came() -> bool:
                return len(some.pull.holding) == 3

            await until(came)
            rest = await some.pull.stop()
            assert {one.sequence for one in rest} == set(some.pull.holding)
            await some.lose()
        async with hands(opened) as other:
            assert len(await other.take(3)) == 3


async def test_a_connection_that_is_gone(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has something to say hears that nobody listens; what is held is let go all the same."""
    monkeypatch.setattr(pulling, "ACK_WAIT", 0.003)
    async with engine(nats, ("small",)) as opened, hands(opened) as some:
        await some.put(*events(3))
        first, second, _ = await some.take(3)
        await opened.client.close()
        with pytest.raises(EngineDown) as caught:
            await some.pull.done(first)
        assert caught.value.code == "engine.unavailable"
        with pytest.raises(EngineDown):
            await some.pull.put_back(second)
        assert len(some.pull.holding) == 1
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(some.pull.keep_alive(), 0.02)
        assert await some.pull.stop() == []


async def test_never_started(nats: str) -> None:
    """A worker may be stopped before it began."""
    async with engine(nats, ("small",)) as opened:
        assert await Pull(opened, "small", 4).stop() == []

"""Writes: acknowledged, refused, or not answered at all."""

from __future__ import annotations

import asyncio

import pytest
from engines import engine
from nats.aio.msg import Msg
from nats_servers import server

from event_router.engine import publishing
from event_router.engine.engine import Engine
from event_router.engine.errors import EngineDown, EngineFull
from event_router.engine.publishing import ConflictError, Message, Stored, refusal

pytestmark = pytest.mark.anyio
_MIB = 1024**2


def some(opened: Engine, number: int, size: int = 10) -> list[Message]:
    """Return messages with ids of their own."""
    return [Message(opened.layout.event(f"P{at}"), b"x" * size, f"m{at}") for at in range(number)]


async def test_many_are_stored_in_their_order(nats: str) -> None:
    """One after the other, though all are on their way at once."""
    async with engine(nats) as opened:
        assert await opened.publisher.publish_all([]) == []
        stored = await opened.publisher.publish_all(some(opened, 100))
        assert stored == [Stored(at, duplicate=False) for at in range(1, 101)]


async def test_an_id_is_stored_once(nats: str) -> None:
    """Whoever does not know whether a write arrived may write again."""
    async with engine(nats) as opened:
        await opened.publisher.publish_all(some(opened, 3))
        assert await opened.publisher.publish_all(some(opened, 4)) == [
            Stored(1, duplicate=True),
            Stored(2, duplicate=True),
            Stored(3, duplicate=True),
            Stored(4, duplicate=False),
        ]


async def test_a_write_may_depend_on_what_is_there(nats: str) -> None:
    """Compare and set, by the sequence of the last message on the subject."""
    async with engine(nats) as opened:
        subject = opened.layout.state("key")
        first = await opened.publisher.publish(Message(subject, b"1", expected=0))
        with pytest.raises(ConflictError) as raised:
            await opened.publisher.publish(Message(subject, b"2", expected=0))
        assert raised.value.code == "engine.conflict"
        await opened.publisher.publish(Message(subject, b"2", expected=first.sequence))


async def test_a_full_stream_refuses_and_keeps_what_it_acknowledged(nats: str) -> None:
    """Nothing old is dropped for what is new."""
    async with engine(nats, event_bytes=_MIB) as opened:
        kept = await opened.publisher.publish_all(some(opened, 10, 50_000))
        with pytest.raises(EngineFull) as raised:
            await opened.publisher.publish_all(some(opened, 30, 50_000))
        assert raised.value.code == "engine.full"
        assert raised.value.retry_after > 0
        stream = opened.layout.stream("events")
        found = [one.sequence async for one in opened.reader.walk(stream, ">")]
        assert found[:10] == [one.sequence for one in kept]


async def test_without_a_stream_nothing_is_stored(nats: str) -> None:
    """Somebody deleted it, or JetStream does not run."""
    async with engine(nats) as opened:
        with pytest.raises(EngineDown, match="no stream"):
            await opened.publisher.publish(Message(f"{opened.layout.settings.namespace}.nothing", b""))


async def test_what_the_client_refuses_is_not_stored(nats: str) -> None:
    """Its errors are of many kinds; ours is one."""
    async with engine(nats) as opened:
        with pytest.raises(EngineDown, match="BadSubjectError"):
            await opened.publisher.publish(Message("a b", b""))


async def test_silence_is_an_error(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while; the write may have arrived or not."""

    async def lost(*_: object, **__: object) -> None:
        return

    async with engine(nats) as opened:
        with monkeypatch.context() as silent:
            silent.setattr(publishing, "PATIENCE", 0.05)
            silent.setattr(opened.client, "publish", lost)
            for number in (1, 2):
                with pytest.raises(EngineDown, match="no acknowledgement"):
                    await opened.publisher.publish_all(some(opened, number))


async def test_a_killed_server_is_noticed_and_used_again_once_it_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle of a write by its silence, later at once; what it acknowledged is still there."""
    states: asyncio.Queue[bool] = asyncio.Queue()
    with server() as handle:
        async with engine(handle.url, on_state=states.put_nowait) as opened:
            assert await states.get()
            before = await opened.publisher.publish_all(some(opened, 5))
            monkeypatch.setattr(publishing, "PATIENCE", 0.3)
            handle.kill()
            for _ in range(2):
                with pytest.raises(EngineDown) as raised:
                    await opened.publisher.publish_all(some(opened, 8))
                assert raised.value.retry_after > 0
                if opened.client.is_connected:
                    assert not await asyncio.wait_for(states.get(), 10)
            with pytest.raises(EngineDown, match="not connected"):
                await opened.publisher.publish_all(some(opened, 8))
            monkeypatch.undo()
            handle.restart()
            while not opened.client.is_connected:
                await asyncio.wait_for(states.get(), 10)
            after = await opened.publisher.publish_all(some(opened, 8))
            assert [one.sequence for one in after[:5]] == [one.sequence for one in before]
            assert after[0].duplicate


async def test_an_acknowledgement_that_comes_twice_counts_once(nats: str) -> None:
    """The network may repeat it; the others are waited for all the same."""
    group = publishing._Group(2)
    message = Msg(_client=None, subject="", data=b"{}")  # type: ignore[arg-type]
    group.heard(0, message)
    group.heard(0, message)
    assert not group.done.done()
    group.heard(1, message)
    group.heard(1, message)
    assert group.done.done()


@pytest.mark.parametrize(
    ("code", "kind"), [(10047, EngineFull), (10077, EngineFull), (10071, ConflictError), (10008, EngineDown)]
)
async def test_what_jetstream_says_is_told_in_our_words(code: int, kind: type) -> None:
    """Full, written by somebody else, or not able to serve now."""
    error = refusal({"err_code": code, "description": "some words"})
    assert isinstance(error, kind)
    assert kind is ConflictError or "some words" in error.message

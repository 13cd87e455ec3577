"""Running: a worker for each destination, upkeep that closes the doors in time, and word of how things stand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import time
from typing import Any

import pytest
from engines import engine, engines
from prometheus_client.parser import text_string_to_metric_families
from support import Script, identify, track
from worker_plugin import destination
from workers import Seen, hands, until

from event_router import running
from event_router.api import Reason
from event_router.doors.store import Accepted, Unavailable
from event_router.engine.engine import Engine
from event_router.engine.errors import EngineDown
from event_router.engine.intake import DRAINING, Intake
from event_router.engine.parking import Parking
from event_router.engine.status import Status
from event_router.engine.stored import OVERDUE, decode_event
from event_router.engine.upkeep import Room
from event_router.metrics import Metrics
from event_router.retry import Policy
from event_router.running import Condition, Upkeep, WorkerEnded, working, working_on_all
from event_router.worker.pulling import Pull
from event_router.worker.worker import Worker

pytestmark = pytest.mark.anyio

MIB = 1024**2


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    """Return what answers instead of HTTP."""
    made = Script()
    monkeypatch.setattr(running, "http_sender", lambda client, timeout: made)
    return made


def accepted(event: dict[str, Any]) -> Accepted:
    """Return an event as the doors hand it over."""
    return Accepted(event, (), "-")


def policy(name: str) -> Policy:
    """Return the limits of every destination."""
    return Policy(park_for=3600.0)


class Counted:
    """Counts accepted events."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, source: str, number: int) -> None:
        """Count."""
        self.number += number


@asynccontextmanager
async def kept(nats: str, data: Path | None = None, **settings: Any) -> AsyncIterator[tuple[Engine, Intake, Upkeep]]:
    """Yield an engine with its intake and its upkeep."""
    async with engine(nats, ("small",), **settings) as opened:
        intake = Intake(opened, Counted())
        yield opened, intake, Upkeep(opened, intake, policy, data)


async def test_from_the_door_to_the_destination(nats: str, script: Script) -> None:
    """What was accepted before the worker came and what comes later is delivered; the gate is there to be asked."""
    async with engine(nats, ("small",)) as opened:
        intake, seen = Intake(opened, Counted()), Seen()
        await intake.accept([accepted(identify())])
        async with working(opened, destination(), policy("small"), seen, grace=5.0) as gate:
            await intake.accept([accepted(track())])
            await seen.until(2)
            assert gate.state.name == "open"
        assert [request.kind for request in script.requests] == ["contact", "survey"]


async def test_the_rate_limit_holds(nats: str, script: Script) -> None:
    """Turns go over the engine, so that all workers together keep it."""
    async with engine(nats, ("small",)) as opened:
        intake, seen = Intake(opened, Counted()), Seen()
        await intake.accept([accepted(identify(messageId=f"m-{at}", userId=f"{at}")) for at in range(9)])
        start = asyncio.get_running_loop().time()
        async with working(opened, destination(), Policy(requests_per_second=100.0), seen, grace=5.0):
            await seen.until(9)
        assert asyncio.get_running_loop().time() - start >= 0.07


async def test_every_destination_has_its_own_worker(nats: str, script: Script) -> None:
    """One that stands still holds back none of the others; all are stopped at the same time."""
    stopping, most = 0, 0
    real = Worker.stop

    async def stop(self: Worker, seconds: float) -> None:
        nonlocal stopping, most
        stopping += 1
        most = max(most, stopping)
        await real(self, seconds)
        stopping -= 1

    other = destination()
    object.__setattr__(other, "name", "other")
    async with engine(nats, ("small", "other")) as opened:
        await opened.state.put("gate.other", {"name": "throttled", "until": 1e12})
        seen = Seen()
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Worker, "stop", stop)
            async with working_on_all(opened, {"small": destination(), "other": other}, policy, seen, grace=5.0):
                await Intake(opened, Counted()).accept([accepted(identify())])
                await seen.until(1)
        assert [one.destination for one in seen.all] == ["small"]
        assert most == 2


async def test_one_that_cannot_start_stops_the_others(nats: str, script: Script) -> None:
    """The error is told as it is."""

    def limits(name: str) -> Policy:
        if name == "other":
            raise EngineDown("engine.unavailable", "gone", retry_after=1)
        return Policy()

    async with engine(nats, ("small",)) as opened:
        with pytest.raises(EngineDown):
            async with working_on_all(
                opened, {"small": destination(), "other": destination()}, limits, Seen(), grace=5.0
            ):
                pytest.fail("It started.")  # pragma: no cover


async def test_one_that_cannot_stop_does_not_keep_the_others(
    nats: str, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All are stopped; then the error is told."""
    stopped: list[Worker] = []
    real = Worker.stop

    async def stop(self: Worker, seconds: float) -> None:
        await real(self, seconds)
        stopped.append(self)
        if len(stopped) == 1:
            raise EngineDown("engine.unavailable", "gone", retry_after=1)

    monkeypatch.setattr(Worker, "stop", stop)
    async with engine(nats, ("small",)) as opened:
        both = {"small": destination(), "again": destination()}
        with pytest.raises(EngineDown):
            async with working_on_all(opened, both, policy, Seen(), grace=5.0):
                pass
    assert len(stopped) == 2


async def test_a_worker_that_ends_ends_the_process(
    nats: str, script: Script, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is better started again than silent; the other workers are stopped as ever, and no word of an event is told."""

    async def fall(self: Pull) -> None:
        raise RuntimeError("ted@x.co")

    monkeypatch.setattr(Pull, "keep_alive", fall)
    async with engine(nats, ("small",)) as opened:
        with pytest.raises(WorkerEnded, match="The worker of small ended: RuntimeError at test_running"):
            async with working_on_all(opened, {"small": destination()}, policy, Seen(), grace=5.0):
                await asyncio.wait_for(asyncio.Future(), 5)
    task = asyncio.current_task()
    assert task
    assert task.cancelling() == 0
    assert "Start it again: RuntimeError at test_running.py" in caplog.text
    assert "ted@x.co" not in caplog.text


# Upkeep.


async def test_open_while_there_is_room(nats: str, tmp_path: Path) -> None:
    """Nothing is refused as long as streams and disk have room."""
    async with kept(nats, tmp_path) as (_, intake, upkeep):
        intake.closed = Reason("engine.full", "It was.")
        await upkeep.clear_up()
        assert intake.closed is None
        await intake.accept([accepted(identify())])


async def test_closed_before_it_is_full(nats: str) -> None:
    """New events are refused while those that were accepted still find room."""
    async with kept(nats, event_bytes=MIB) as (_, intake, upkeep):
        big = {"email": "t@x.co", "text": "x" * 250_000}
        await intake.accept([accepted(identify(messageId=f"m-{at}", traits=big)) for at in range(4)])
        await upkeep.clear_up()
        assert intake.closed is not None
        assert intake.closed.code == "engine.full"
        with pytest.raises(Unavailable) as caught:
            await intake.accept([accepted(identify())])
        assert (caught.value.code, caught.value.retry_after) == ("engine.full", 30)


async def test_closed_while_the_disk_is_low(nats: str, tmp_path: Path) -> None:
    """Our own server's disk counts, where we know it."""
    async with kept(nats, tmp_path, free_bytes=1024**5) as (_, intake, upkeep):
        await upkeep.clear_up()
        assert intake.closed is not None
        assert intake.closed.code == "engine.disk_low"
        assert str(tmp_path) in intake.closed.message


async def test_draining(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is heard of at once, and at a start; afterwards things are as they were."""
    async with engines(nats, 2, destinations=("small",), free_bytes=0) as (first, second):
        intake = Intake(first, Counted())
        await second.state.put("doors.draining", True)
        task = asyncio.create_task(Upkeep(first, intake, policy, None).run())

        async def is_closed() -> bool:
            return intake.closed == DRAINING

        async def is_open() -> bool:
            return intake.closed is None

        await until(is_closed)
        await second.state.put("doors.other", True)
        await second.state.put("doors.draining", False)
        await until(is_open)
        await second.state.put("doors.draining", True)
        await until(is_closed)
        task.cancel()


async def test_draining_ends_while_there_is_no_room(nats: str, tmp_path: Path) -> None:
    """The doors stay closed, for the other reason."""
    async with kept(nats, tmp_path, free_bytes=1024**5) as (_opened, intake, upkeep):
        await upkeep.clear_up()
        upkeep._heard("doors.draining", value=True)
        assert intake.closed == DRAINING
        upkeep._heard("doors.draining", value=False)
        assert intake.closed is not None
        assert intake.closed.code == "engine.disk_low"


async def test_what_waited_too_long(nats: str) -> None:
    """Its patience is the destination's own; then it is given to its worker a last time."""
    async with kept(nats) as (opened, _, upkeep), hands(opened) as some:
        await some.deal(track())
        await upkeep.clear_up()
        assert await some.left() == ["parked"]
        upkeep._policies = lambda name: Policy(park_for=0.0)
        await upkeep.clear_up()
        assert await some.left() == []
        (held,) = await some.take(1)
        assert decode_event(held.data).again == OVERDUE


async def test_a_look_does_not_wait_for_what_takes_long(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Doors are closed in time, however many events wait to be let go."""
    begun = asyncio.Event()

    async def endless(_: Parking, wait: float) -> int:
        begun.set()
        return await asyncio.Future()

    monkeypatch.setattr(Parking, "release_overdue", endless)
    monkeypatch.setattr(running, "_UPKEEP", 0.001)
    async with kept(nats, event_bytes=MIB, refused_bytes=MIB) as (_, intake, upkeep):
        task = asyncio.create_task(upkeep.run())
        await asyncio.wait_for(begun.wait(), 5)
        big = {"email": "t@x.co", "text": "x" * 250_000}
        await intake.accept([accepted(identify(messageId=f"m-{at}", traits=big)) for at in range(4)])

        async def is_closed() -> bool:
            return intake.closed is not None

        await until(is_closed)
        task.cancel()


async def test_settled_events_go(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is settled and old is purged."""
    async with kept(nats, keep=60.0) as (opened, _, upkeep), hands(opened) as some:
        await some.deal(identify())
        await some.idle()
        await upkeep.clear_up()
        assert len(await some.kept("events")) == 1
        monkeypatch.setattr("event_router.engine.upkeep.time", lambda: time() + 61)
        await upkeep.clear_up()
        assert await some.kept("events") == []


@pytest.mark.parametrize("error", [EngineDown("engine.unavailable", "Away.", retry_after=1), KeyError("ted@x.co")])
async def test_upkeep_goes_on(
    nats: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """A turn that fails is followed by the next."""
    calls = 0
    done = asyncio.Event()

    async def rooms(engine: Engine) -> list[Room]:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise error
        done.set()
        return []

    monkeypatch.setattr(running, "rooms", rooms)
    monkeypatch.setattr(running, "_UPKEEP", 0.001)
    async with kept(nats) as (_, _, upkeep):
        task = asyncio.create_task(upkeep.run())
        await asyncio.wait_for(done.wait(), 5)
        task.cancel()
    assert "The upkeep could not be done" in caplog.text
    assert "ted@x.co" not in caplog.text


# Its condition.


async def test_ready(nats: str) -> None:
    """Ready is who takes events: not while the doors are closed."""
    async with kept(nats) as (opened, intake, _):
        condition = Condition(opened, intake, Metrics())
        assert await condition.ready() is None
        intake.closed = DRAINING
        assert await condition.ready() == DRAINING


async def test_not_ready_without_its_streams(nats: str) -> None:
    """An engine that was taken away under us is found out."""
    async with kept(nats) as (opened, intake, _):
        await opened.reader.ask(f"STREAM.DELETE.{opened.layout.stream('events')}")
        reason = await Condition(opened, intake, Metrics()).ready()
        assert reason is not None
        assert reason.code == "engine.unavailable"


async def test_metrics(nats: str) -> None:
    """They are those of this process, and of the engine."""
    async with kept(nats) as (opened, intake, _), hands(opened) as some:
        await some.deal(track())
        condition = Condition(opened, intake, Metrics())
        text = (await condition.metrics()).decode()
        assert text == (await condition.metrics()).decode()
        found = {
            sample.name: sample.value for family in text_string_to_metric_families(text) for sample in family.samples
        }
        assert found["event_router_parked"] == 1


async def test_an_engine_that_is_down(
    nats: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is not ready, and there are figures all the same: those of this process."""

    async def status(engine: Engine) -> Status:
        raise EngineDown("engine.unavailable", "It is away.", retry_after=1)

    async with kept(nats) as (opened, intake, _):
        metrics = Metrics()
        metrics.accepted("web", 3)
        condition = Condition(opened, intake, metrics)
        with monkeypatch.context() as patched:
            patched.setattr(type(opened.client), "is_connected", property(lambda self: False))
            reason = await condition.ready()
        assert reason == Reason("engine.unavailable", "nats-server cannot be reached.")
        monkeypatch.setattr(running, "status", status)
        text = await condition.metrics()
    assert b'event_router_accepted_total{source="web"} 3.0' in text
    assert b"event_router_lag{" not in text
    assert "Metrics lack the engine's figures: [engine.unavailable] It is away." in caplog.text

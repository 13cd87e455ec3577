"""What the proofs need: Promoter, senders that do as SDKs do, events, and what the engine holds of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any, Self, TypeVar

import httpx
from mock_plane import program
from proof_router import PATIENCE, PAUSE, PROMOTER
from support import identify, order, track

from event_router.api import Event
from event_router.engine.engine import Engine
from event_router.engine.errors import EngineError
from event_router.engine.status import status
from event_router.engine.stored import Recorded, decode_event, decode_outcome
from event_router.engine.upkeep import consumer
from mock_promoter.client import Control

Value = TypeVar("Value")


@contextmanager
def promoter(port: int = 0) -> Iterator[Control]:
    """Run the mock as a program of its own; it surveys a person as often as it is told to."""
    with program("--port", str(port)) as (url, _), Control(url, verify=False) as control:
        control.settings(hard_throttle_hours=0)
        yield control


class Sender:
    """Sends batches as an SDK does: again and again, with the same ids, until it is answered 200.

    Attributes:
        refusals: What it was answered instead, and how often; 0 stands for no answer.
        taken: Ids of the events that were answered 200.
    """

    def __init__(self, where: Callable[[], str]) -> None:
        self._where = where
        # Nobody is to be trusted here, and to load whom one could trust takes time.
        self._client = httpx.AsyncClient(timeout=10, verify=False)
        self.refusals: Counter[int] = Counter()
        self.taken: list[str] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._client.aclose()

    async def try_once(self, events: Sequence[Event]) -> httpx.Response | None:
        """Send a batch once; return the answer, if there was one."""
        try:
            answer = await self._client.post(f"{self._where()}/v1/batch", json={"batch": events})
        except httpx.TransportError:
            self.refusals[0] += 1
            return None
        if answer.status_code == 200:
            self.taken += [event["messageId"] for event in events]
        else:
            self.refusals[answer.status_code] += 1
        return answer

    async def send(self, events: Sequence[Event]) -> None:
        """Send a batch until it is taken."""
        deadline = monotonic() + PATIENCE
        while (answer := await self.try_once(events)) is None or answer.status_code != 200:
            assert monotonic() < deadline, answer
            await asyncio.sleep(PAUSE)


def batches(events: Sequence[Value], size: int) -> list[Sequence[Value]]:
    """Return events, or whatever it is, in batches."""
    return [events[at : at + size] for at in range(0, len(events), size)]


def person(name: str, *, orders: bool = True) -> list[Event]:
    """Return an identify, a track that surveys, and an order of one person; their ids begin with ``i``, ``t`` and ``o``."""
    traits = {"email": f"{name}@example.com", "firstName": "Ted"}
    events = [identify(messageId=f"i-{name}", userId=name, traits=traits), survey(name, f"t-{name}")]
    return [*events, order(messageId=f"o-{name}", userId=name)] if orders else events


def survey(name: str, message: str) -> Event:
    """Return a track of a person; the survey that it becomes names it."""
    return track(messageId=message, userId=name, properties={"message": message})


def surveyed(control: Control) -> Counter[str]:
    """Return how often the mock holds a survey for each track."""
    return Counter(str(one["attributes"]["message"]) for one in control.surveys())


def ordered(control: Control) -> Counter[str]:
    """Return how often the mock holds each order."""
    return Counter(str(one["event"]["messageId"]) for one in control.custom_events())


async def recorded(engine: Engine, destination: str = PROMOTER) -> list[Recorded]:
    """Return all outcomes at a destination."""
    subject = engine.layout.outcome(destination, "*", "*", "*", "*")
    return [decode_outcome(kept.data) async for kept in engine.reader.walk(engine.layout.stream("outcomes"), subject)]


async def parked(engine: Engine, destination: str = PROMOTER) -> Counter[str]:
    """Return how often each event waits for its contact."""
    found = engine.reader.walk(engine.layout.stream("parked"), engine.layout.parked(destination, "*", "*"))
    return Counter([str(decode_event(kept.data).event["messageId"]) async for kept in found])


async def quiet(engine: Engine, *destinations: str) -> None:
    """Wait until nothing waits for destinations, of which Promoter is one unless others are named, and nobody works."""
    deadline = monotonic() + PATIENCE
    for name in destinations or (PROMOTER,):
        while (left := await _left(engine, name)) != (0, 0):
            assert monotonic() < deadline, (name, left)
            await asyncio.sleep(PAUSE)


async def _left(engine: Engine, destination: str) -> tuple[int, int] | EngineError:
    try:
        found = await consumer(engine, destination)
    except EngineError as error:  # A cluster may have no leader for a while.
        return error
    return found["num_pending"], found["num_ack_pending"]


async def hasten(engine: Engine, destination: str = PROMOTER) -> None:
    """Let the time pass that the server waits for who held events and died; the next router sets it right at its start.

    While somebody works, it would hand out what is worked on.
    """
    stream, name = engine.layout.stream("events"), engine.layout.consumer(destination)
    found = await consumer(engine, destination)
    wanted = {**found["config"], "ack_wait": 100_000_000}
    await engine.reader.ask(f"CONSUMER.CREATE.{stream}.{name}", {"stream_name": stream, "config": wanted})


async def until_status(engine: Engine, destination: str, **wanted: Any) -> None:
    """Wait until a destination's status has some values."""
    deadline = monotonic() + PATIENCE
    while True:
        found = next(one for one in (await status(engine)).destinations if one.name == destination)
        if all(getattr(found, name) == value for name, value in wanted.items()):
            return
        assert monotonic() < deadline, found
        await asyncio.sleep(PAUSE)


async def until(met: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = monotonic() + PATIENCE
    while not met():
        assert monotonic() < deadline
        await asyncio.sleep(PAUSE)


def once_each(found: Sequence[Recorded], waiting: Counter[str], wanted: Sequence[str]) -> None:
    """Hold every event to exactly one outcome, or one place where it waits, and nothing else to any."""
    counted = Counter(one.message_id for one in found) + waiting
    assert counted == Counter(wanted), {
        "missing": sorted(set(wanted) - set(counted))[:10],
        "twice": sorted(name for name, number in counted.items() if number > 1)[:10],
        "unknown": sorted(set(counted) - set(wanted))[:10],
    }


def all_delivered(found: Sequence[Recorded]) -> None:
    """Hold every outcome to being a delivery."""
    assert [one for one in found if one.outcome != "delivered"] == []


def told(proof: str, **figures: Any) -> None:
    """Print the figures of a proof; ``pytest -rP`` shows them."""
    print(f"{proof}: {', '.join(f'{name} {value}' for name, value in figures.items())}")

"""What tests of the operators' commands need: a configuration, an engine with events in it, and a way to call them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Any, TypeVar

from click.testing import CliRunner, Result
from engines import limits
from support import KEY

from event_router.cli import main
from event_router.doors.store import Accepted
from event_router.engine.access import Access
from event_router.engine.dead_letters import DeadLetters
from event_router.engine.engine import Engine, open_engine
from event_router.engine.intake import Intake
from event_router.engine.layout import INTAKE
from event_router.engine.settings import EngineSettings
from event_router.engine.stored import Answered, DeadLetter, StoredEvent

Value = TypeVar("Value")
NAMES = ("promoter", "other")
CONFIG = """
[engine]
namespace = "{namespace}"
event_bytes = 16777216
outcome_bytes = 16777216
parked_bytes = 16777216
dead_letter_bytes = 16777216
refused_bytes = 16777216
contact_bytes = 16777216

[destinations.promoter]
plugin = "promoter"
api_key = "{key}"

[destinations.other]
plugin = "promoter"
api_key = "{key}"
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A router's engine on a nats-server that runs, and its configuration.

    Attributes:
        url: Of the server.
        path: Of the configuration.
        settings: Of the engine.
    """

    url: str
    path: Path
    settings: EngineSettings

    def call(self, *args: object) -> Result:
        """Run a command on it."""
        words = [str(arg) for arg in args]
        return CliRunner().invoke(main, [*words, "--nats", self.url, "--config", str(self.path)])

    def do(self, work: Callable[[Engine], Awaitable[Value]]) -> Value:
        """Return what some work on the engine returns."""

        async def run() -> Value:
            async with open_engine(Access(self.url), self.settings, NAMES, name="test") as engine:
                return await work(engine)

        return asyncio.run(run())

    def start(self) -> None:
        """Make the streams, as a router does at its start."""

        async def nothing(_: Engine) -> None:
            pass

        self.do(nothing)

    def accept(self, *events: Any) -> None:
        """Store events as the doors do."""
        given = [Accepted(event, (), "web") for event in events]
        self.do(lambda engine: Intake(engine, lambda *_: None).accept(given))

    def bury(self, *letters: DeadLetter) -> None:
        """Keep dead letters."""

        async def work(engine: Engine) -> None:
            for one in letters:
                await DeadLetters(engine).bury(one)

        self.do(work)

    def again(self, destination: str) -> list[tuple[str, str, bytes]]:
        """Return what was given to a destination again: subject, person and what is stored."""

        async def work(engine: Engine) -> list[tuple[str, str, bytes]]:
            found: AsyncIterator[Any] = engine.reader.walk(
                engine.layout.stream("events"), engine.layout.again(destination, "*")
            )
            return [(kept.subject, kept.subject.rpartition(".")[2], kept.data) async for kept in found]

        return self.do(work)


@contextmanager
def place(url: str, folder: Path) -> Iterator[Place]:
    """Yield a router's engine with streams of its own, which are deleted afterwards."""
    settings = limits()
    path = folder / "router.toml"
    path.write_text(CONFIG.format(namespace=settings.namespace, key=KEY))
    here = Place(url, path, settings)
    here.start()
    yield here

    async def clear(engine: Engine) -> None:
        for config in engine.layout.streams():
            await engine.reader.ask(f"STREAM.DELETE.{config['name']}")

    here.do(clear)


def letter(event: Any, destination: str = "promoter", **changes: Any) -> DeadLetter:
    """Return a dead letter."""
    values: dict[str, Any] = {
        "destination": destination,
        "outcome": "rejected" if destination == INTAKE else "failed",
        "code": "promoter.unavailable",
        "reason": "Promoter answered 503.",
        "at": time(),
        "attempts": 5,
        "stored": StoredEvent(event, "web", since=time()),
        "answer": Answered(503, "busy"),
    }
    return DeadLetter(**values | changes)

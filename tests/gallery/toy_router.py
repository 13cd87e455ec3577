"""A small router that keeps every requirement, so that each of its parts can be broken: doors, disk, lanes, one gate."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar

import httpx
import uvicorn
from starlette.types import ASGIApp

from contract_tests.router.running import RunningRouter
from event_router.api import (
    Contact,
    Context,
    Delivered,
    Event,
    Misconfigured,
    Outcome,
    Parked,
    Reason,
    Request,
    Response,
    Retry,
    Secret,
    Skipped,
    Transformed,
)
from event_router.delivery import http_sender
from event_router.destination import Destination, configure
from event_router.dispatch import decide, interpret
from event_router.doors.app import make_app
from event_router.doors.settings import DoorSettings, Source
from event_router.doors.store import Accepted, Refused
from event_router.plugins import load_plugins

#: Seconds that an answer may take, and between two tries.
TIMEOUT, PAUSE = 0.5, 0.02


class Disk:
    """Lines of JSON that outlast a router's life."""

    def __init__(self, file: Path) -> None:
        self._file = file
        file.touch()

    def write(self, what: str, *values: Any) -> None:
        """Keep something."""
        with self._file.open("a") as file:
            file.write(json.dumps([what, *values]) + "\n")

    def read(self) -> list[list[Any]]:
        """Return everything that was kept, in its order."""
        return [json.loads(line) for line in self._file.read_text().splitlines()]


def person_of(event: Event) -> str:
    """Return whose event it is."""
    return str(event.get("userId") or event.get("anonymousId"))


class Life:
    """What is between a start and an end: one lane for each person, and a gate for all.

    Args:
        disk: What is kept.
        destination: Promoter.
        http: Calls it.
        log: Takes what there is to say.

    Attributes:
        asked: Whether it ends since it was asked to.
    """

    timeout: ClassVar[float] = TIMEOUT

    def __init__(self, disk: Disk, destination: Destination, http: httpx.AsyncClient, log: list[str]) -> None:
        self.disk, self.destination, self.log = disk, destination, log
        self.send = http_sender(http, self.timeout)
        self.seen: set[tuple[str, str]] = set()
        self.contacts: dict[str, Contact] = {}
        self.parked: dict[str, list[Event]] = {}
        self.lanes: dict[str, asyncio.Queue[Event]] = {}
        self.tasks: list[asyncio.Task[None]] = []
        self.open_at = 0.0
        self.asked = False

    # What the doors ask for.

    async def accept(self, accepted: Sequence[Accepted], refused: Sequence[Refused] = ()) -> None:
        """Take events; bad items of a batch are only logged."""
        self.log += [f"refused {one.outcome.reason.code}" for one in refused]
        for one in accepted:
            await self.take(one.event)

    async def ready(self) -> Reason | None:
        """Be always ready."""
        return None

    async def metrics(self) -> bytes:
        """Count nothing."""
        return b""

    async def take(self, event: Event) -> None:
        """Keep an event, unless it was taken before, and put it into its lane."""
        known = (person_of(event), event["messageId"])
        if known not in self.seen:
            self.seen.add(known)
            self.disk.write("event", event)
            self.line_up(event)

    # Its course.

    def begin(self) -> None:
        """Take up what the life before left."""
        kept = self.disk.read()
        done = {(one[1], one[2]) for one in kept if one[0] == "done"}
        for what, *values in kept:
            if what == "contact":
                self.contacts[values[0]] = Contact(*values)
            elif what == "forget":
                self.contacts.pop(values[0], None)
            elif what == "event":
                self.seen.add((person_of(values[0]), values[0]["messageId"]))
        for what, *values in kept:
            if what == "event" and (person_of(values[0]), values[0]["messageId"]) not in done:
                self.line_up(values[0])

    def lane_of(self, event: Event) -> str:
        """Return the lane of an event: its person's."""
        return person_of(event)

    def line_up(self, event: Event) -> None:
        """Put an event into its lane."""
        name = self.lane_of(event)
        if name not in self.lanes:
            self.lanes[name] = asyncio.Queue()
            self.tasks.append(asyncio.get_running_loop().create_task(self.run(self.lanes[name])))
        self.lanes[name].put_nowait(event)

    async def run(self, lane: asyncio.Queue[Event]) -> None:
        """Deal with a lane's events, one after the other."""
        while True:
            event = await lane.get()
            self.settle(event, await self.deal(event))

    async def deal(self, event: Event) -> Outcome:
        """Decide, and send what is to be sent."""
        contact = self.contacts.get(person_of(event))
        decided = self.decide(event, contact)
        if not isinstance(decided, Transformed):
            return decided
        for request in decided.requests:
            outcome = await self.insist(self.prepared(request, event))
            if not isinstance(outcome, Delivered | Skipped):
                return outcome
        return Delivered()

    def decide(self, event: Event, contact: Contact | None) -> Transformed | Outcome:
        """Ask the plugin."""
        return decide(self.destination, event, contact, Context("promoter", datetime.now(UTC)))[1]

    def prepared(self, request: Request, event: Event) -> Request:  # For those who override it.
        """Return a request as it is sent."""
        return request

    async def insist(self, request: Request) -> Outcome:
        """Send a request until its outcome is final."""
        while isinstance(outcome := await self.attempt(request), Retry):
            self.heed(outcome)
            await asyncio.sleep(PAUSE)
        if isinstance(outcome, Misconfigured):
            await self.misconfigured()
        return outcome

    async def attempt(self, request: Request) -> Outcome:
        """Send a request once, when the gate is open."""
        while self.open_at > monotonic():  # noqa: ASYNC110  # Others close it again meanwhile.
            await asyncio.sleep(self.open_at - monotonic())
        answer = await self.send(request)
        outcome = interpret(self.destination, request, answer) if isinstance(answer, Response) else answer
        self.log.append(f"{request.kind} {type(outcome).__name__}")
        return outcome

    def heed(self, outcome: Retry) -> None:
        """Close the gate where Promoter asks for it."""
        if outcome.after:
            self.open_at = monotonic() + outcome.after

    async def misconfigured(self) -> None:
        """Wait for an operator, who starts the next life."""
        await asyncio.Event().wait()

    def settle(self, event: Event, outcome: Outcome) -> None:
        """Keep what became of an event, and let go what waited for it."""
        person = person_of(event)
        if isinstance(outcome, Parked):
            self.parked.setdefault(person, []).append(event)
            return
        if event["type"] == "identify" and isinstance(outcome, Delivered):
            self.remember(person, event)
        if event["type"] == "delete":
            self.forget(person)
        self.disk.write("done", person, event["messageId"])
        if person in self.contacts:
            for waiting in self.parked.pop(person, ()):
                self.line_up(waiting)

    def remember(self, person: str, event: Event) -> None:
        """Remember a contact."""
        traits = {name: event["traits"].get(name) for name in self.destination.plugin.info.remember}
        known = (person, {name: value for name, value in traits.items() if value is not None}, event.get("timestamp"))
        self.contacts[person] = Contact(*known)
        self.disk.write("contact", *known)

    def forget(self, person: str) -> None:
        """Forget a contact."""
        self.contacts.pop(person, None)
        self.disk.write("forget", person)

    def end(self) -> None:
        """End at once."""
        for task in self.tasks:
            task.cancel()


class _Server(uvicorn.Server):
    """uvicorn's own, which stops the moment it is told to."""

    def __init__(self, app: ASGIApp, ready: Callable[[], None]) -> None:
        super().__init__(uvicorn.Config(app, log_level="critical", lifespan="off", access_log=False))
        self.stopped, self._ready = asyncio.Event(), ready

    async def main_loop(self) -> None:
        """Wait for the end."""
        self._ready()
        await self.stopped.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Hang up on everybody."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()


class ToyRouter(RunningRouter):
    """The router, in a thread of this process; its ends are as sudden as those of a process.

    Args:
        folder: What outlasts it.
        promoter: Where it sends to.
        key: Promoter's.
        write_key: Its source's.
    """

    fixed = ""
    life: ClassVar[type[Life]] = Life

    def __init__(self, folder: Path, promoter: str, key: str, write_key: str) -> None:
        super().__init__("")
        self.key, self.write_key = key, write_key
        self._disk, self._log, self._port = Disk(folder / "disk.ndjson"), list[str](), 0
        plugin = load_plugins({"promoter"}).plugins["promoter"]
        settings = {"base_url": promoter, "segment_url": f"{promoter}/api/segment/", "campaign_id": 1}
        self._destination = configure("promoter", plugin, {"api_key": key, **settings})
        self._end: Callable[[], object] | None = None

    def app(self, life: Life) -> ASGIApp:
        """Return the doors."""
        sources = (Source("contract", Secret(self.write_key)),)
        return make_app(life, life, sources, DoorSettings(), {"promoter": self._destination})

    def start(self) -> None:
        """Begin a life."""
        if self._end is not None:
            return
        # asyncio lets answers go at once only where the protocol is named.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self._port))
        self._port = listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live(listening, ready)), name="toy-router")
        self._thread.start()
        assert ready.wait(20)

    async def _live(self, listening: socket.socket, ready: threading.Event) -> None:
        async with httpx.AsyncClient(verify=False, trust_env=False, timeout=None) as http:
            life = self.life(self._disk, self._destination, http, self._log)
            life.begin()
            server = _Server(self.app(life), ready.set)
            loop = asyncio.get_running_loop()
            self._life, self._end = life, lambda: loop.call_soon_threadsafe(server.stopped.set)
            try:
                await server.serve([listening])
            finally:
                life.end()

    def kill(self) -> None:
        """End the life."""
        if self._end is not None:
            self._end()
            self._thread.join()
            self._end = None

    def stop(self) -> bool:
        """Ask the life to end."""
        if self._end is not None:
            self._life.asked = True
        self.kill()
        return True

    def log(self) -> str:
        """Return what it had to say."""
        return "\n".join(self._log)

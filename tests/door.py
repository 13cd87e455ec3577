"""The doors with a store in memory behind them, and what asks them: in process, or on a real port."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any

import httpx
import uvicorn
from starlette.types import ASGIApp, Message, Scope

from contract_tests.cases import cases
from event_router.api import Event, Reason, Secret
from event_router.destination import Destination
from event_router.doors.app import make_app
from event_router.doors.settings import DoorSettings, Source
from event_router.doors.store import Accepted, Refused

KEY = "WRITE_KEY"
SOURCE = Source("shop", Secret(KEY))
#: 2026-11-23T15:02:00Z: when everything comes.
CLOCK = 1_795_446_120.0
RECEIVED = "2026-11-23T15:02:00.000Z"
LOCAL = ("127.0.0.1", 50000)

_SECONDS = 20


class Memory:
    """A store that keeps everything, or raises what it is told to."""

    def __init__(self) -> None:
        self.accepted: list[Accepted] = []
        self.refused: list[Refused] = []
        self.calls = 0
        self.failures: list[Exception] = []

    async def accept(self, accepted: Sequence[Accepted], refused: Sequence[Refused] = ()) -> None:
        """Keep them."""
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)
        self.accepted.extend(accepted)
        self.refused.extend(refused)

    @property
    def events(self) -> list[Event]:
        """The events that were kept."""
        return [kept.event for kept in self.accepted]


@dataclass
class Well:
    """A router that is well, until a reason is given."""

    reason: Reason | None = None

    async def ready(self) -> Reason | None:
        """Return the reason."""
        return self.reason

    async def metrics(self) -> bytes:
        """Return one figure."""
        return b"router_events_total 1\n"


@dataclass
class Doors:
    """The doors, what is behind them, and a way to ask them."""

    sources: Sequence[Source] = (SOURCE,)
    settings: DoorSettings = field(default_factory=DoorSettings)
    destinations: Mapping[str, Destination] = field(default_factory=dict)
    clock: float = CLOCK
    store: Memory = field(default_factory=Memory)
    health: Well = field(default_factory=Well)
    client: tuple[str, int] = LOCAL

    @property
    def app(self) -> ASGIApp:
        """The application."""
        return make_app(self.store, self.health, self.sources, self.settings, self.destinations, lambda: self.clock)

    def ask(
        self,
        path: str,
        body: Any = b"",
        *,
        key: str | None = KEY,
        headers: Mapping[str, str] | None = None,
        method: str = "POST",
    ) -> httpx.Response:
        """Ask them in process; a body that is not bytes goes as JSON, without a content type."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {**({"authorization": basic(key)} if key is not None else {}), **(headers or {})}

        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=self.client)
            async with httpx.AsyncClient(transport=transport, base_url="http://door", trust_env=False) as client:
                return await client.request(method, path, content=content, headers=named)

        return asyncio.run(run())


def speak(app: ASGIApp, scope: Scope, *messages: Message) -> list[Message]:
    """Return what an application sends on a connection that says what is given."""
    said: list[Message] = []
    left = list(messages)

    async def receive() -> Message:
        return left.pop(0)

    async def send(message: Message) -> None:
        said.append(message)

    async def run() -> None:
        await app(scope, receive, send)

    asyncio.run(run())
    return said


def hanging_up(doors: Doors, path: str) -> list[Message]:
    """Return what the doors say to a sender that hangs up before its body has come."""
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "client": LOCAL}
    headers = [(b"authorization", basic(KEY).encode())]
    return speak(doors.app, {**scope, "headers": headers}, {"type": "http.disconnect"})


def basic(key: str) -> str:
    """Return a write key as HTTP Basic."""
    return f"Basic {b64encode(f'{key}:'.encode()).decode()}"


def refusal(response: httpx.Response) -> tuple[int, str]:
    """Return an error's status and code; it has a message, too."""
    body = response.json()
    assert set(body) == {"code", "message"}
    assert body["message"]
    assert response.headers["content-type"] == "application/json"
    return response.status_code, body["code"]


def captures(pattern: str = "*") -> dict[str, dict[str, Any]]:
    """Return captured requests by name, with their JSON and their bytes as ``raw``."""
    found = {case.name: case.fresh() for case in cases("request") if fnmatch(case.name, pattern)}
    return {name: {**found[name], "json": found[name]["body"], "raw": _raw(found[name])} for name in sorted(found)}


def _raw(capture: Mapping[str, Any]) -> bytes:
    """Return a capture's body as it went over the wire: Python puts blanks into JSON, JavaScript does not."""
    headers = {name.lower(): value for name, value in capture["headers"]}
    length = capture.get("body_bytes") or int(headers["content-length"])
    forms = [json.dumps(capture["body"], separators=marks).encode() for marks in ((", ", ": "), (",", ":"))]
    (raw,) = [form for form in forms if len(form) == length]
    return gzip.compress(raw) if headers.get("content-encoding") == "gzip" else raw


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Serve an application on a free port of this machine; yield its address."""
    config = uvicorn.Config(app, log_level="critical", lifespan="off", access_log=False)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],), name="doors")
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(_SECONDS)

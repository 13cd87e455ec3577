"""Promoter-compatible servers: the mock, and the mock with one thing wrong, each naming the requirements that it breaks."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
from starlette.types import Message, Receive, Scope, Send

from mock_promoter.account import Account
from mock_promoter.app import App
from mock_promoter.choices import Choices
from mock_promoter.server import Server
from mock_promoter.serving import listen, server, url_of


class Ask(NamedTuple):
    """A request of the API, read; ``server`` is what the mock holds."""

    server: Server
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The JSON value of the body; an empty object where there is none."""
        return _json(self.body)

    @property
    def call(self) -> str:
        """Method and path."""
        return f"{self.method} {self.path}"

    def with_json(self, **members: Any) -> Ask:
        """Return it with other members in its body."""
        return self._replace(body=orjson.dumps({**self.json, **members}))

    def with_header(self, name: str, value: str) -> Ask:
        """Return it with another header."""
        return self._replace(headers={**self.headers, name: value})


class Reply(NamedTuple):
    """An answer of the API, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The JSON value of the body; an empty object where there is none."""
        return _json(self.body)

    def with_json(self, value: Any, status: int | None = None) -> Reply:
        """Return it with another body."""
        return Reply(status or self.status, {**self.headers, "content-type": "application/json"}, orjson.dumps(value))

    def with_headers(self, **headers: str | None) -> Reply:
        """Return it with other headers; ``None`` takes one away."""
        named = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self._replace(headers={name: value for name, value in named.items() if value is not None})


Next = Callable[[Ask], Awaitable[Reply]]
#: What is wrong with a server: answers a request, by the mock where it likes.
Wrong = Callable[[Ask, Next], Awaitable[Reply]]


async def nothing_wrong(ask: Ask, go: Next) -> Reply:
    """Answer as the mock does."""
    return await go(ask)


@dataclass
class Gallery:
    """A server on a real port that can be made wrong; ``choices`` are the switches that its accounts begin with."""

    url: str = ""
    wrong: Wrong = nothing_wrong
    choices: Mapping[str, Any] = field(default_factory=dict)
    hides_control: bool = False

    def mend(self) -> None:
        """Let nothing be wrong any more."""
        self.wrong, self.choices, self.hides_control = nothing_wrong, {}, False


class _Choosy(Server):
    """A server whose new accounts have other switches."""

    gallery = Gallery()

    def add_account(self, key: str | None = None, name: str | None = None) -> tuple[str, Account]:
        made, account = super().add_account(key, name)
        account.choices = Choices(**self.gallery.choices)
        return made, account


class _Through(App):
    """The mock behind what is wrong with it."""

    def __init__(self, gallery: Gallery) -> None:
        held = _Choosy()
        held.gallery = gallery
        super().__init__(held)
        self._gallery = gallery

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith("/__mock__") and not self._gallery.hides_control:
            await super().__call__(scope, receive, send)
            return
        path = scope["path"].replace("/__mock__", "/no-control")
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope["query_string"].decode("latin-1")
        ask = Ask(self.server, scope["method"], path, query, headers, await _read(receive))
        reply = await self._gallery.wrong(ask, lambda changed: self._go(scope, changed))
        named = {name: value for name, value in reply.headers.items() if name != "content-length"}
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in named.items()]
        length = [] if reply.status == 204 else [(b"content-length", b"%d" % len(reply.body))]
        await send({"type": "http.response.start", "status": reply.status, "headers": raw + length})
        await send({"type": "http.response.body", "body": reply.body})

    async def _go(self, scope: Scope, ask: Ask) -> Reply:
        said: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": ask.body}

        async def send(message: Message) -> None:
            said.append(message)

        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in ask.headers.items()]
        changed = {
            **scope,
            "method": ask.method,
            "path": ask.path,
            "query_string": ask.query.encode(),
            "headers": headers,
        }
        await super().__call__(changed, receive, send)
        start, body = said
        named = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
        return Reply(start["status"], named, body["body"])


@contextmanager
def gallery() -> Iterator[Gallery]:
    """Serve the mock on a free port, with nothing wrong yet."""
    ready, shown = threading.Event(), Gallery()
    with listen("127.0.0.1", 0) as listening:
        shown.url = url_of(listening)
        running = server(_Through(shown), ready.set)
        thread = threading.Thread(target=running.run, args=([listening],), name="gallery")
        thread.start()
        try:
            ready.wait(10)
            yield shown
        finally:
            running.should_exit = True
            thread.join()


async def _read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}

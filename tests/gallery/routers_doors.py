"""Routers whose doors are broken, and those that tell what nobody may know."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from event_router.api import Misconfigured, Outcome, Rejected, Request, Response, Retry, Transformed
from event_router.doors.app import make_app
from event_router.doors.settings import DoorSettings
from event_router.doors.store import Accepted, Refused
from gallery.toy_router import Life, ToyRouter, person_of

#: Changes an answer: the scope, status and body in, status and body out.
Change = Callable[[Scope, int, bytes], tuple[int, bytes]]


def changed(app: ASGIApp, change: Change) -> ASGIApp:
    """Return an application whose answers are changed."""

    async def changing(scope: Scope, receive: Receive, send: Send) -> None:
        begun: list[Message] = []

        async def hold(message: Message) -> None:
            begun.append(message)
            if message["type"] != "http.response.start":
                status, body = change(scope, begun[0]["status"], message.get("body", b""))
                headers = [one for one in begun[0]["headers"] if one[0].lower() != b"content-length"]
                length = (b"content-length", str(len(body)).encode())
                await send({**begun[0], "status": status, "headers": [*headers, length]})
                await send({"type": "http.response.body", "body": body})

        await app(scope, receive, hold)

    return changing


class TakesJsonOnly(ToyRouter):
    """Takes no body that does not say that it is JSON; analytics.js and RudderStack's Node SDK say something else."""

    def app(self, life: Life) -> ASGIApp:
        """Look at the content type first."""
        app = super().app(life)

        async def strict(scope: Scope, receive: Receive, send: Send) -> None:
            kind = dict(scope["headers"]).get(b"content-type", b"application/json")
            await app({**scope, "path": scope["path"] if kind == b"application/json" else "/unknown"}, receive, send)

        return strict


class RefusesInText(ToyRouter):
    """Says what is wrong in words only."""

    def app(self, life: Life) -> ASGIApp:
        """Replace JSON by text."""

        def plain(_: Scope, status: int, body: bytes) -> tuple[int, bytes]:
            return status, b"It is refused." if 400 <= status < 500 else body

        return changed(super().app(life), plain)


class ServesEveryPath(ToyRouter):
    """Answers what it does not know as if all were well."""

    def app(self, life: Life) -> ASGIApp:
        """Take 404 and 405 for 200."""

        def fine(_: Scope, status: int, body: bytes) -> tuple[int, bytes]:
            return (200, b"{}") if status in {404, 405} else (status, body)

        return changed(super().app(life), fine)


class LetsAnybodyIn(ToyRouter):
    """Knows no sources."""

    def app(self, life: Life) -> ASGIApp:
        """Open the doors without any source."""
        return make_app(life, life, (), DoorSettings(), {})


class DiesOfLongBodies(ToyRouter):
    """Answers what is too long with an internal error."""

    def app(self, life: Life) -> ASGIApp:
        """Take 413 for a crash."""

        def crash(_: Scope, status: int, body: bytes) -> tuple[int, bytes]:
            return (500, body) if status == 413 else (status, body)

        return changed(super().app(life), crash)


class EchoesRequests(ToyRouter):
    """Repeats in a refusal what was asked for, with its query."""

    def app(self, life: Life) -> ASGIApp:
        """Add the query to the message."""

        def echo(scope: Scope, status: int, body: bytes) -> tuple[int, bytes]:
            if not 400 <= status < 500:
                return status, body
            value: dict[str, Any] = json.loads(body)
            message = f"{value['message']} {scope['path']}?{scope['query_string'].decode()}"
            return status, json.dumps({**value, "message": message}).encode()

        return changed(super().app(life), echo)


class DropsNeighbours(Life):
    """Takes no event of a batch in which one is bad."""

    async def accept(self, accepted: Sequence[Accepted], refused: Sequence[Refused] = ()) -> None:
        """Take all or none."""
        await super().accept(() if refused else accepted, refused)


class DeliversFirst(Life):
    """Waits for Promoter before it answers."""

    timeout = 2.5

    def begin(self) -> None:
        """Know of no try yet."""
        self.tried = asyncio.Event()
        super().begin()

    async def accept(self, accepted: Sequence[Accepted], refused: Sequence[Refused] = ()) -> None:
        """Answer once something was tried."""
        new = [one.event for one in accepted if (person_of(one.event), one.event["messageId"]) not in self.seen]
        self.tried.clear()
        await super().accept(accepted, refused)
        if any(isinstance(self.decide(one, self.contacts.get(person_of(one))), Transformed) for one in new):
            with suppress(TimeoutError):
                async with asyncio.timeout(self.timeout):
                    await self.tried.wait()

    async def attempt(self, request: Request) -> Outcome:
        """Say that something was tried."""
        outcome = await super().attempt(request)
        self.tried.set()
        return outcome


class PutsTheKeyIntoUrls(Life):
    """Sends Promoter's key in the query, too."""

    async def attempt(self, request: Request) -> Outcome:
        """Add it."""
        return await super().attempt(request._replace(url=f"{request.url}?api_key={self.destination.secrets()[0]}"))


class LogsHeaders(Life):
    """Writes requests with all their headers."""

    async def attempt(self, request: Request) -> Outcome:
        """Write it."""
        self.log.append(f"{request.url} {request.authorization and request.authorization.reveal()}")
        return await super().attempt(request)


class LogsCodedHeaders(Life):
    """Writes requests with all their headers, as base64 of JSON."""

    async def attempt(self, request: Request) -> Outcome:
        """Write it."""
        key = {"authorization": request.authorization and request.authorization.reveal()}
        self.log.append(b64encode(json.dumps({"url": request.url, **key}).encode()).decode())
        return await super().attempt(request)


class LogsBodies(Life):
    """Writes what people are."""

    async def attempt(self, request: Request) -> Outcome:
        """Write it."""
        self.log.append(f"{request.url} {request.body}")
        return await super().attempt(request)


class LogsForms(Life):
    """Writes what people are, quoted as in the body of a form."""

    async def attempt(self, request: Request) -> Outcome:
        """Write it."""
        self.log.append(urlencode({"body": json.dumps(request.body)}))
        return await super().attempt(request)


class LogsAnswers(Life):
    """Writes what Promoter said of a refusal, which repeats what it refused."""

    def begin(self) -> None:
        """Listen to what comes back."""
        send = self.send

        async def heard(request: Request) -> Response | Retry | Rejected | Misconfigured:
            answer = await send(request)
            if isinstance(answer, Response) and answer.status >= 400:
                self.log.append(f"{request.kind} {answer.status} {answer.body!r}")
            return answer

        self.send = heard
        super().begin()

"""The transformer as an ASGI application: reads what comes, counts it, and keeps one request's trouble its own.

A bare one: with one event a request, Starlette's routing would be most of the cost.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import perf_counter

import orjson
from starlette.types import Receive, Scope, Send

from event_router import __version__
from event_router.doors.answers import Answer, Disconnected, DoorError, Headers
from event_router.doors.store import Unavailable
from event_router.logs import said
from event_router.rudder.admission import Admission, Held, Overloaded, overloaded
from event_router.rudder.answers import PROMETHEUS, give, ok, refusal, refused_method, text, try_again
from event_router.rudder.bodies import read_body
from event_router.rudder.figures import Figures
from event_router.rudder.handlers import Call, Handlers
from event_router.rudder.heap import LARGE, give_back
from event_router.rudder.routes import Route, route

_LOG = logging.getLogger("event_router.rudder")
_GET = ("GET", "HEAD")
#: Answers a path by which nothing is sent.
Plain = Callable[[], Awaitable[Answer]]


class App:
    """The application.

    Args:
        handlers: Answer calls.
        admission: Bounds what is in flight.
        figures: Count.
        most: Bytes that one body may have.
    """

    def __init__(self, handlers: Handlers, admission: Admission, figures: Figures, most: int) -> None:
        self._handlers = handlers
        self._admission = admission
        self._figures = figures
        self._most = most
        version = f"event-router {__version__}"
        up = orjson.dumps({"service": "UP", "version": __version__})
        self._plain: dict[str, Plain] = {
            "/features": self._features,
            "/metrics": self._metrics,
            "/health": _constant(ok(up)),
        } | dict.fromkeys(("/version", "/buildVersion", "/transformerBuildVersion"), _constant(text(version)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        start = perf_counter()
        plain = self._plain.get(f"/{scope['path'].lstrip('/')}")
        where = route(scope["path"])
        try:
            if plain:
                status = await _given(await _asked(plain, scope), send)
            else:
                status = await self._called(where, scope, receive, send)
        except Disconnected:
            return
        self._figures.answered("operators" if plain else where.kind, status, perf_counter() - start)

    async def _features(self) -> Answer:
        return ok(orjson.dumps(await self._handlers.features()))

    async def _metrics(self) -> Answer:
        return Answer(200, self._figures.text(), PROMETHEUS)

    async def _called(self, where: Route, scope: Scope, receive: Receive, send: Send) -> int:
        """Answer a call, within the room that there is until its answer is taken; return the status."""
        held = self._admission.request()
        try:
            with held:
                return await _given(await self._answer(where, scope, receive, held), send)
        except Overloaded as error:
            return await _given(overloaded(error.reason), send)
        finally:
            if held.bytes >= LARGE:
                give_back()

    async def _answer(self, where: Route, scope: Scope, receive: Receive, held: Held) -> Answer:
        """Return the answer of a call; what goes wrong with it as a whole is tried again."""
        try:
            headers = dict(scope["headers"])
            body = await read_body(headers, receive, self._most, held)
            return await self._handlers.answer(_call(where, scope, headers, body))
        except Unavailable as error:
            return try_again("contacts", f"[{error.code}] {error.message}")
        except DoorError as error:
            return refusal(error.status, f"[{error.reason.code}] {error.reason.message}")
        except (Disconnected, Overloaded):
            raise
        except asyncio.CancelledError:  # The server's grace is over; nothing but its end comes after us.
            return try_again(
                "stopping", "[rudder.stopping] This process is stopping, and its time for requests is over."
            )
        except Exception as error:  # noqa: BLE001  # One request's failure is its own.
            # Neither its text nor its locals: they may hold somebody's traits.
            _LOG.error("A request failed (%s); rudder-server tries it again.", said(error))
            return try_again("failure", "[rudder.failed] The transformer failed on this request; its log says where.")


async def _given(answer: Answer, send: Send) -> int:
    await give(answer, send)
    return answer.status


async def _asked(plain: Plain, scope: Scope) -> Answer:
    if scope["method"] in _GET:
        return await plain()
    return refused_method(scope["method"], "GET")


def _constant(answer: Answer) -> Plain:
    async def plain() -> Answer:
        return answer

    return plain


def _call(where: Route, scope: Scope, headers: Headers, body: bytes) -> Call:
    query = scope["query_string"].decode("latin-1")
    path = scope["raw_path"].decode("latin-1")
    return Call(where, scope["method"], f"{path}?{query}" if query else path, headers, body)

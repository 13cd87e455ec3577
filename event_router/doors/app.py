"""All doors as one ASGI application: the tracking API as it is, everything else behind Starlette's routes."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from event_router.destination import Destination
from event_router.doors.answers import Answer, Door, answered, not_served
from event_router.doors.direct import Direct
from event_router.doors.keys import Keyring
from event_router.doors.settings import DoorSettings, Source
from event_router.doors.state import Live, Metrics, Ready
from event_router.doors.store import Health, Store
from event_router.doors.tracking import PREFIX, Tracking
from event_router.doors.webhooks import Webhooks
from event_router.times import to_utc


def make_app(
    store: Store,
    health: Health,
    sources: Sequence[Source],
    settings: DoorSettings,
    destinations: Mapping[str, Destination],
    clock: Callable[[], float] = time.time,
) -> ASGIApp:
    """Return the router's doors.

    Args:
        store: Takes the events; a door answers 200 once it has.
        health: Answers ``/readyz`` and ``/metrics``.
        sources: Who may send; without any, whoever is on this machine.
        settings: Limits and origins.
        destinations: For the direct form, by name.
        clock: Epoch seconds, for ``receivedAt``.
    """

    def now() -> str:
        return str(to_utc(clock()))

    keyring = Keyring(sources)
    tracking = Tracking(store, keyring, settings, now)
    others = _others(
        {
            "/direct/{destination}": ("POST", Direct(store, keyring, settings, now, destinations)),
            "/webhook/{source}": ("POST", Webhooks(store, settings, now, sources)),
            "/livez": ("GET", Live()),
            "/readyz": ("GET", Ready(health)),
            "/metrics": ("GET", Metrics(health)),
        }
    )

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await others(scope, receive, send)
        elif scope["path"].startswith(PREFIX):
            await tracking(scope, receive, send)
        else:
            await others({**scope, "path": scope["path"].rstrip("/") or "/"}, receive, send)

    return app


def _others(doors: Mapping[str, tuple[str, Door]]) -> Starlette:
    routes = [Route(path, _endpoint(door), methods=[method]) for path, (method, door) in doors.items()]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _refuse})
    # SDKs take a redirect for a success, or try again for ever.
    app.router.redirect_slashes = False
    return app


def _endpoint(door: Door) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        answer = await answered(door, request.scope, dict(request.scope["headers"]), request.receive)
        # Nobody reads what a sender that hung up is answered.
        return _response(answer or not_served(408))

    return endpoint


async def _refuse(_: Request, error: Exception) -> Response:
    refusal = cast("HTTPException", error)
    return _response(not_served(refusal.status_code, (refusal.headers or {}).get("Allow")))


def _response(answer: Answer) -> Response:
    headers = {name.decode(): value.decode("latin-1") for name, value in answer.headers}
    return Response(answer.body, answer.status, headers)

"""The control plane as ASGI application."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from mock_promoter.control.bodies import LONGEST, checked, parameters, parsed
from mock_promoter.control.command import Ask, Command, Refusal
from mock_promoter.control.commands import COMMANDS
from mock_promoter.control.events import events
from mock_promoter.control.guard import check
from mock_promoter.control.openapi import control_document, vendor_document
from mock_promoter.control.page import page_file
from mock_promoter.control.views import masked
from mock_promoter.server import Server

PREFIX = "/__mock__"


def control_plane(server: Server, token: str | None) -> Starlette:
    """Return the control plane of a server; with a token, only whoever has it may call."""
    calls: dict[str, dict[str, Command]] = {}
    for command in COMMANDS:
        calls.setdefault(command.path, {})[command.method] = command
    plane = _Plane(server, token)
    # Paths without ids first: as there is POST /requests/count, GET is a 405, and no request "count" is looked for.
    routes = [Route(PREFIX + path, _Calls(plane, calls[path])) for path in sorted(calls, key=lambda path: "{" in path)]
    routes += [
        Route(f"{PREFIX}/openapi.json", plane.document(control_document)),
        Route(f"{PREFIX}/openapi/promoter.json", plane.document(vendor_document)),
        Route(f"{PREFIX}/events", plane.events),
        Route(f"{PREFIX}/ui", page_file),
        Route(f"{PREFIX}/ui/{{name}}", page_file),
    ]
    app = Starlette(routes=routes, exception_handlers={Refusal: plane.refused, HTTPException: _no_route})
    app.router.redirect_slashes = False
    return app


class _Calls:
    """The calls of one path: an ASGI application of its own, since for Starlette no method may be missing."""

    def __init__(self, plane: _Plane, commands: Mapping[str, Command]) -> None:
        self._plane, self._commands = plane, commands

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Do a call."""
        command = self._commands.get("GET" if scope["method"] == "HEAD" else scope["method"])
        if command is None:
            allowed = (*self._commands, "HEAD") if "GET" in self._commands else self._commands
            raise HTTPException(405, headers={"allow": ", ".join(allowed)})
        answer = await self._plane.answer(command, Request(scope, receive))
        await answer(scope, receive, send)


class _Plane:
    """What all calls need: the server and the token."""

    def __init__(self, server: Server, token: str | None) -> None:
        self._server, self._token = server, token

    async def answer(self, command: Command, request: Request) -> Response:
        """Return the answer to a call. Raises ``Refusal``."""
        self._check(request)
        value = command.run(await self._ask(command, request))
        result = await value if inspect.isawaitable(value) else value
        if command.is_write and command.method != "GET":
            self._server.changes.tell()
        return self._json(result, command.status, shows_keys=command.shows_keys)

    async def refused(self, _: Request, error: Exception) -> Response:
        """Return the answer to a call that is not done."""
        assert isinstance(error, Refusal)  # noqa: S101 - what Starlette hands over here.
        answer = self._json(error.as_json(), error.status)
        if error.status == 401:
            answer.headers["www-authenticate"] = "Bearer"
        return answer

    def _json(self, value: Any, status: int, *, shows_keys: bool = False) -> Response:
        content = orjson.dumps(value)
        shown = content if shows_keys else masked(content, self._server.accounts)
        return Response(shown, status, media_type="application/json")

    def _check(self, request: Request) -> None:
        check(request.method, request.scope["path"], request.headers, self._token)

    async def _ask(self, command: Command, request: Request) -> Ask:
        query = parameters(command, dict(request.query_params))
        scope = query.get("account")
        account = self._server.default if scope is None else self._server.named(scope)
        if account is None:
            raise Refusal(404, "unknown_account", f"There is no account {scope}. Make it: POST {PREFIX}/accounts.")
        body = None
        if command.body is not None:
            body = checked(command.body, parsed(await _read(request), request.headers.get("content-type", "")))
        ids = tuple(request.path_params[name] for name in re.findall(r"\{(\w+)\}", command.path))
        origin = f"{request.scope['scheme']}://{request.headers.get('host', 'testserver')}"
        return Ask(self._server, account, scope, query, body, ids, origin)

    def document(self, make: Any) -> Any:
        """Return the endpoint of an OpenAPI document."""

        async def endpoint(request: Request) -> Response:
            self._check(request)
            return Response(orjson.dumps(make()), media_type="application/json")

        return endpoint

    async def events(self, request: Request) -> Response:
        """``GET /__mock__/events``: tell of changes as they come."""
        self._check(request)
        if request.method == "HEAD":
            return Response(media_type="text/event-stream")
        return events(self._server.changes)


async def _read(request: Request) -> bytes:
    data = bytearray()
    try:
        async for chunk in request.stream():
            data += chunk
            if len(data) > LONGEST:
                raise Refusal(413, "too_large", f"The body has more than {LONGEST} bytes.")
    except ClientDisconnect as error:
        raise Refusal(400, "bad_json", "The body did not come whole.") from error
    return bytes(data)


async def _no_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - what Starlette hands over here.
    wrong_method = error.status_code == 405
    path = request.scope["path"]
    words = f"{request.method} is not for {path}." if wrong_method else f"There is no {path}."
    body = {
        "code": "control.method" if wrong_method else "control.no_route",
        "message": f"{words} See {PREFIX}/openapi.json.",
    }
    return Response(orjson.dumps(body), error.status_code, error.headers, "application/json")

"""The server as ASGI application: Starlette around the API's functions, a control plane beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from mock_promoter.answers import Answer, Call
from mock_promoter.api import LONGEST_BODY, answer
from mock_promoter.journal import Journal
from mock_promoter.state import Account, contact_json

#: Taken where no key is given.
TEST_KEY = "promoter-test-key"


def _now() -> datetime:
    return datetime.now(UTC)


class Mock:
    """The accounts by API key, the journal of what arrived, and a clock."""

    def __init__(self, api_keys: Sequence[str], clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.keys = tuple(api_keys)
        self.journal = Journal()
        self.reset()

    def reset(self) -> None:
        """Go back to how it was at the start."""
        self.accounts = {key: Account() for key in self.keys}
        self.journal.clear()


def create_app(api_keys: Sequence[str] = (TEST_KEY,), clock: Callable[[], datetime] = _now) -> Starlette:
    """Return a mock Promoter.io as ASGI application.

    Args:
        api_keys: The keys that are known; each has an account of its own.
        clock: Returns the present time, aware; the 24-hour rule and all dates go by it.
    """
    mock = Mock(api_keys, clock)
    app = Starlette(
        routes=[
            Mount("/__mock__", routes=_control_plane(mock)),
            Route("/{path:path}", _Api(mock)),
        ]
    )
    app.state.mock = mock
    return app


def _control_plane(mock: Mock) -> list[Route]:
    return [
        Route("/health", _control(mock, _health)),
        Route("/requests", _control(mock, _requests)),
        Route("/state", _control(mock, _state)),
        Route("/reset", _control(mock, _reset), methods=["POST"]),
    ]


class _Api:
    """Everything but the control plane. An ASGI application, so that Starlette passes every method on."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await _read(request)
        now = self._mock.clock()
        headers = dict(request.headers)
        origin = f"{request.url.scheme}://{headers.get('host', 'testserver')}"
        call = Call(request.method, scope["path"], origin, dict(request.query_params), headers)
        given = answer(self._mock.accounts, call, body, now)
        self._mock.journal.add(now, call.method, call.path, request.url.query, headers, body, given)
        await _response(given)(scope, receive, send)


async def _read(request: Request) -> bytes:
    """Return the body; of one that is too long only as much as shows it."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk[: LONGEST_BODY + 1 - len(read)]
    return bytes(read)


def _response(given: Answer) -> Response:
    html = isinstance(given.body, bytes)
    content = given.body if html else orjson.dumps(given.body)
    kind = "text/html; charset=utf-8" if html else "application/json"
    return Response(content, given.status, dict(given.headers), kind)


def _control(mock: Mock, function: Callable[[Mock], bytes]) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        origin, host = request.headers.get("origin"), request.headers.get("host", "")
        # A page that a developer has open elsewhere must not be able to reset the server.
        if origin is not None and origin.partition("://")[2] != host:
            return Response(b'{"detail":"Only pages of this server may call it."}', 403, media_type="application/json")
        return Response(function(mock), media_type="application/json")

    return endpoint


def _health(_: Mock) -> bytes:
    return b'{"status":"ok"}'


def _requests(mock: Mock) -> bytes:
    return mock.journal.as_json(mock.keys)


def _state(mock: Mock) -> bytes:
    """Return what the accounts hold, in the order of the keys, without the keys."""
    accounts = [
        {
            "contacts": [contact_json(contact) for contact in account.contacts.values()],
            "surveys": account.surveys,
            "events": account.events,
        }
        for account in mock.accounts.values()
    ]
    return orjson.dumps({"accounts": accounts})


def _reset(mock: Mock) -> bytes:
    mock.reset()
    return _health(mock)

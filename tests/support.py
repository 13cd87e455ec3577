"""What many tests need: events, destinations, plugins of their own, and a sender that answers from a list."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from types import SimpleNamespace
from typing import Any

import orjson

from event_router.api import (
    Contract,
    Delivered,
    DestinationInfo,
    Outcome,
    Request,
    Response,
    Transformed,
    hookimpl,
)
from event_router.delivery import Answer
from event_router.destination import Destination, configure
from event_router.lines import Line, split
from event_router.plugins import load_object, load_plugins

KEY = "promoter-test-key"
TIME = "2026-11-23T15:01:41.904Z"


def identify(**changes: Any) -> dict[str, Any]:
    """Return a good identify, in canonical shape."""
    traits = {"email": "ted@mosbiusdesigns.com", "firstName": "Ted", "lastName": "Mosby", "plan": "Enterprise"}
    return {"type": "identify", "messageId": "m-1", "userId": "12345", "timestamp": TIME, "traits": traits} | changes


def track(**changes: Any) -> dict[str, Any]:
    """Return a good track, in canonical shape."""
    event = {"type": "track", "messageId": "m-2", "userId": "12345", "timestamp": TIME, "event": "Friend Invited"}
    return event | {"properties": {"totalInvites": 50}} | changes


def order(**changes: Any) -> dict[str, Any]:
    """Return a good order, in canonical shape."""
    products = [{"product_id": "p-1", "price": 19, "quantity": 1}]
    properties = {"order_id": "o-1", "total": 19, "revenue": 19, "currency": "USD", "products": products}
    return track(event="Order Completed", messageId="m-3", properties=properties) | changes


def promoter(**settings: Any) -> Destination:
    """Return the installed plugin as destination."""
    return configure(
        "promoter", load_plugins({"promoter"}).plugins["promoter"], {"api_key": KEY, "campaign_id": 1} | settings
    )


def info(**changes: Any) -> DestinationInfo:
    """Return what a small plugin says of itself."""
    schema = {
        "type": "object",
        "properties": {"url": {"type": "string", "default": "http://x"}},
        "additionalProperties": False,
    }
    wanted = {"type": "object", "required": ["userId"]}
    values: dict[str, Any] = {
        "name": "small",
        "display_name": "Small",
        "integrations": ("Small",),
        "settings_schema": schema,
        "contracts": (Contract("identify", "identify", wanted),),
        "remember": ("email",),
    }
    return DestinationInfo(**values | changes)


def plugin(**functions: Callable[..., Any]) -> SimpleNamespace:
    """Return a plugin object whose hooks are the given functions; by default it sends identifies and accepts everything."""

    def destination_info() -> DestinationInfo:
        return info()

    def transform_identify(event: Any) -> Any:
        return Transformed((Request("contact", "POST", "http://x/contact", event),))

    def interpret_response() -> Outcome:
        return Delivered()

    known: dict[str, Callable[..., Any]] = {
        "destination_info": destination_info,
        "transform_identify": transform_identify,
        "interpret_response": interpret_response,
    }
    return SimpleNamespace(**{name: hookimpl(function) for name, function in (known | functions).items()})


def small(settings: Mapping[str, Any] | None = None, **functions: Callable[..., Any]) -> Destination:
    """Return a small plugin as destination."""
    return configure("small", load_object("small", plugin(**functions)), settings or {})


def lines(*events: Any) -> list[Line]:
    """Return events, or raw bytes, as lines of a file."""
    return list(split([b"\n".join(event if isinstance(event, bytes) else orjson.dumps(event) for event in events)]))


class Script:
    """A sender that answers from a list, then with 200; it keeps the requests."""

    def __init__(self, *answers: Answer | Callable[[Request], Answer], then: Answer | None = None) -> None:
        self.answers = list(answers)
        self.then = then or answer()
        self.requests: list[Request] = []

    async def __call__(self, request: Request) -> Answer:
        """Answer."""
        self.requests.append(request)
        await asyncio.sleep(0)
        given = self.answers.pop(0) if self.answers else self.then
        return given if not callable(given) else given(request)


def answer(status: int = 200, body: Any = None, **headers: str) -> Response:
    """Return an answer with a JSON body."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, named, body if isinstance(body, bytes) else orjson.dumps({} if body is None else body))


async def each(given: Iterable[Line]) -> AsyncIterator[Line]:
    """Yield lines as a stream does."""
    for line in given:
        yield line

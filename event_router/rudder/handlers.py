"""What answers each kind of call: a plugin that serves the type, another transformer, or word to try again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from event_router.doors.answers import Answer, Headers
from event_router.rudder import routes
from event_router.rudder.answers import ok, refusal, refused_method, try_again
from event_router.rudder.client import Client
from event_router.rudder.contacts import Contacts
from event_router.rudder.elements import Body, Element, read
from event_router.rudder.features import features, merged
from event_router.rudder.figures import Figures
from event_router.rudder.raw import BadBodyError
from event_router.rudder.routes import Route, type_key
from event_router.rudder.service import Answered, Served
from event_router.rudder.statuses import BATCH, DELETION, PROCESSOR, ROUTER
from event_router.rudder.telling import Teller
from event_router.rudder.upstream import Upstream
from event_router.wire import printable

# Seconds that a destination may take for one person's deletion.
_DELETION_TIMEOUT = 10.0
_TIMEOUT = b"rdproxy-timeout"
_SHOWN = 60
_UNSERVED_LOG = "[rudder.unserved] Events for a destination of type %s wait at rudder-server: no plugin here serves it."
_UNSERVED = (
    "[rudder.unserved] No plugin here serves this type of destination, and no other transformer is named for it. Its events "
    "wait at rudder-server: install a plugin for it, or name the transformer that has it with --upstream."
)
_NOT_FOUND = "[rudder.not_found] Nothing is served here. The paths that there are stand in docs/rudderstack.md."


class Call(NamedTuple):
    """A request with its body read.

    Attributes:
        route: What its path asks for.
        method: HTTP method.
        target: Path and query as they came.
        headers: Names in small letters.
        body: As it was before compression.
    """

    route: Route
    method: str
    target: str
    headers: Headers
    body: bytes


class Handlers:
    """Answers calls.

    Args:
        served: What serves each type, by its name in small letters.
        contacts: What is remembered.
        client: Sends.
        upstream: The transformer that has the other types; ``None`` where there is none.
        figures: Count events and deliveries.
    """

    def __init__(
        self,
        served: Mapping[str, Served],
        contacts: Contacts,
        client: Client,
        upstream: Upstream | None,
        figures: Figures,
    ) -> None:
        self._served = served
        self._contacts = contacts
        self._client = client
        self._upstream = upstream
        self._figures = figures
        self._teller = Teller()
        self._features = features(one.plugin for one in served.values())
        self._by_kind: Mapping[str, Callable[[Call], Awaitable[Answer]]] = {
            PROCESSOR: self._processor,
            ROUTER: self._router,
            BATCH: self._batch,
            routes.PROXY_V0: self._proxy,
            routes.PROXY_V1: self._proxy,
            routes.DELETION: self._deletion,
        }

    async def features(self) -> dict[str, Any]:
        """Return what rudder-server may ask for."""
        return self._features if self._upstream is None else merged(self._features, await self._upstream.features())

    async def answer(self, call: Call) -> Answer:
        """Return the answer of a call. Raises ``Unavailable``."""
        handler = self._by_kind.get(call.route.kind)
        if handler is None:
            return await self._elsewhere(call)
        if call.method != "POST":
            return refused_method(call.method, "POST")
        return await handler(call)

    async def _processor(self, call: Call) -> Answer:
        served = self._served.get(call.route.type or "")
        if served is None:
            return await self._elsewhere(call)
        return await self._transformed(call, lambda _: served, Served.processor, PROCESSOR)

    async def _router(self, call: Call) -> Answer:
        return await self._transformed(call, self._named, Served.router, ROUTER)

    async def _batch(self, call: Call) -> Answer:
        return await self._transformed(call, self._named, Served.batch, BATCH)

    def _named(self, body: Body) -> Served | None:
        return self._served.get(type_key(body.dest_type or ""))

    async def _transformed(
        self,
        call: Call,
        served_of: Callable[[Body], Served | None],
        transform: Callable[[Served, list[Element]], Awaitable[Answered]],
        feature: str,
    ) -> Answer:
        try:
            body = await read(call.body)
        except BadBodyError as error:
            return refusal(400, f"[rudder.bad_body] {error}")
        served = served_of(body)
        if served is None:
            return await self._elsewhere(call, body.dest_type)
        answered = await transform(served, body.elements)
        self._figures.events(served.type, feature, answered.endings)
        return ok(answered.body)

    async def _proxy(self, call: Call) -> Answer:
        served = self._served.get(call.route.type or "")
        if served is None:
            return await self._elsewhere(call)
        # Imported with the first delivery: what is needed to send is not needed otherwise.
        from event_router.rudder.proxy import deliver, seconds

        timeout, v1 = seconds(call.headers.get(_TIMEOUT)), call.route.kind == routes.PROXY_V1
        proxied = await deliver(served, call.body, self._client.sender, v1=v1, timeout=timeout)
        self._figures.delivered(served.type, proxied.code, proxied.reason)
        if proxied.trouble:
            self._teller.warn("%s", printable(proxied.trouble))
        return proxied.answer

    async def _deletion(self, call: Call) -> Answer:
        from event_router.rudder.delete_answers import refused
        from event_router.rudder.delete_requests import Deletion
        from event_router.rudder.delete_requests import read as read_deletions
        from event_router.rudder.deletions import delete_users

        try:
            entries = read_deletions(call.body)
        except BadBodyError as error:
            return refused(str(error))
        if self._upstream and not any(isinstance(one, Deletion) and one.type in self._served for one in entries):
            return await self._elsewhere(call)
        sender = await self._client.sender(_DELETION_TIMEOUT)
        deleted = await delete_users(self._served, entries, self._contacts, sender, datetime.now(UTC))
        for (kind, code, reason), number in deleted.endings.items():
            self._figures.events(kind, DELETION, {(code, reason): number})
        return deleted.answer

    async def _elsewhere(self, call: Call, dest_type: str | None = None) -> Answer:
        """Hand on a call that nobody here answers; without anybody to hand it to, keep its events from being lost."""
        if self._upstream is not None:
            return await self._upstream.forward(call.method, call.target, call.headers, call.body)
        if call.route.kind == routes.UNKNOWN:
            return refusal(404, _NOT_FOUND)
        self._teller.warn(_UNSERVED_LOG, printable(dest_type or call.route.type or "(none)")[:_SHOWN])
        return try_again("unserved", _UNSERVED)

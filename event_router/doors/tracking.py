"""Segment's tracking API, as its SDKs speak it: the busiest door, hence a bare ASGI application.

Starlette's routing would be most of the cost of a request with one event.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.types import Receive, Scope, Send

from event_router.doors.answers import OK, Answer, Headers, answered, not_served, respond
from event_router.doors.bodies import parse, read
from event_router.doors.cors import allowed, preflight
from event_router.doors.envelope import open_batch, typed
from event_router.doors.items import Arrival, single, sort
from event_router.doors.keys import Keyring
from event_router.doors.settings import DoorSettings
from event_router.doors.store import Store

PREFIX = "/v1/"
#: The type that events of a path have; ``None`` for batches.
PATHS: dict[str, str | None] = {
    f"{PREFIX}{path}": kind
    for kind in ("identify", "track", "page", "screen", "group", "alias")
    for path in (kind, kind[0])
} | dict.fromkeys((f"{PREFIX}batch", f"{PREFIX}b", f"{PREFIX}import"))


class Tracking:
    """Everything below ``/v1/``."""

    def __init__(self, store: Store, keyring: Keyring, settings: DoorSettings, now: Callable[[], str]) -> None:
        self._store, self._keyring, self._settings, self._now = store, keyring, settings, now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        headers = dict(scope["headers"])
        answer = await answered(self._answer, scope, headers, receive)
        if answer is not None:
            await respond(answer, send, allowed(self._settings.cors_origins, headers))

    async def _answer(self, scope: Scope, headers: Headers, receive: Receive) -> Answer:
        path = scope["path"]
        if path[-1] == "/":
            path = path[:-1]
        if path not in PATHS:
            return not_served(404)
        method = scope["method"]
        if method == "OPTIONS":
            return preflight(headers)
        if method != "POST":
            return not_served(405, "POST")
        source = self._keyring.early(scope, headers)
        body = parse(await read(headers, receive, self._settings.max_batch_bytes))
        if source is None:
            source = self._keyring.admit(write_key(body), scope, headers)
        await self._take(body, PATHS[path], source)
        return OK

    async def _take(self, body: Any, kind: str | None, source: str) -> None:
        arrival = Arrival(source, self._now(), self._settings.max_event_bytes)
        if kind is not None:
            return await self._store.accept((single(typed(body, kind), arrival),))
        batch = open_batch(body, self._settings)
        accepted, refused = sort(batch.items, arrival._replace(shared=batch.shared, sent_at=batch.sent_at))
        if accepted or refused:
            await self._store.accept(accepted, refused)
        return None


def write_key(body: Any) -> str | None:
    """Return the write key in a body, if there is one."""
    key = body.get("writeKey") if isinstance(body, dict) else None
    return key if isinstance(key, str) else None

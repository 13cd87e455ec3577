"""How the router is, for whoever watches over it: alive, ready, and its figures."""

from __future__ import annotations

from starlette.types import Receive, Scope

from event_router.doors.answers import Answer, Headers, error
from event_router.doors.store import Health

_OK = Answer(200, b'{"status":"ok"}')
_PROMETHEUS = ((b"content-type", b"text/plain; version=0.0.4; charset=utf-8"),)


class Live:
    """The door of ``/livez``: it answers, so the process is alive."""

    async def __call__(self, scope: Scope, headers: Headers, receive: Receive) -> Answer:  # noqa: ARG002
        """Say so."""
        return _OK


class Ready:
    """The door of ``/readyz``."""

    def __init__(self, health: Health) -> None:
        self._health = health

    async def __call__(self, scope: Scope, headers: Headers, receive: Receive) -> Answer:  # noqa: ARG002
        """Say whether events are taken, and why not."""
        reason = await self._health.ready()
        return _OK if reason is None else error(503, reason)


class Metrics:
    """The door of ``/metrics``."""

    def __init__(self, health: Health) -> None:
        self._health = health

    async def __call__(self, scope: Scope, headers: Headers, receive: Receive) -> Answer:  # noqa: ARG002
        """Return the figures as Prometheus text."""
        return Answer(200, await self._health.metrics(), _PROMETHEUS)

"""Calls of the proxy as rudder-server makes them: a plugin's request, on its way back to us."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
from rudder_cases import CONFIG
from support import KEY, Script

from event_router.api import Authorization, Request, Response, Secret
from event_router.delivery import Sender
from event_router.doors.answers import Answer
from event_router.rudder.outputs import rest_request
from event_router.rudder.proxy import deliver
from event_router.rudder.service import Served

CONTACT = Request(
    "contact",
    "POST",
    "https://app.promoter.io/api/contacts/",
    {"email": "ted@mosbiusdesigns.com"},
    {"idempotency-key": "dest-1:m-1"},
    Authorization("Token", Secret(KEY)),
)


def job(number: Any = 1, **changes: Any) -> dict[str, Any]:
    """Return a job's metadata."""
    said = {"jobId": number, "attemptNum": 0, "userId": "", "sourceId": "src-1", "destinationId": "dest-1"}
    return said | {"workspaceId": "ws-1", "secret": None, "dontBatch": False} | changes


def call(request: Request = CONTACT, *jobs: Any, config: Any = CONFIG, **changes: Any) -> bytes:
    """Return the body of a call for a request; ``changes`` replace members of it."""
    given = members(request) | {"metadata": list(jobs) or [job()], "destinationConfig": config} | changes
    return orjson.dumps({name: value for name, value in given.items() if name != "version"})


def members(request: Request) -> dict[str, Any]:
    """Return a request in rudder-server's form."""
    found: dict[str, Any] = orjson.loads(rest_request(request))
    return found


def sender_of(sender: Sender) -> Callable[[float], Any]:
    """Return what hands out a sender, whatever the timeout."""

    async def opened(seconds: float) -> Sender:
        return sender

    return opened


async def delivered(served: Served, body: bytes, script: Script | None = None, *, v1: bool = True) -> Answer:
    """Return the answer to a call while the destination answers from a script."""
    found = await deliver(served, body, sender_of(script or Script(accepted())), v1=v1, timeout=1.0)
    assert found.code == orjson.loads(found.answer.body).get("output", {}).get("status", found.answer.status)
    return found.answer


def proxied(served: Served, body: bytes, script: Script | None = None, *, v1: bool = True) -> Answer:
    """Return the same where nothing else is asynchronous."""
    return asyncio.run(delivered(served, body, script, v1=v1))


def accepted() -> Response:
    """Return Promoter's answer to a contact."""
    return Response(201, {}, b'{"id":1}')


def output(answer: Answer) -> dict[str, Any]:
    """Return what is said in an answer."""
    found: dict[str, Any] = orjson.loads(answer.body)["output"]
    return found

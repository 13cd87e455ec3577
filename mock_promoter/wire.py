"""What a fault does to a connection: late, broken and nonsensical answers, as far as the transport allows.

Breaking a connection takes a real one: the server puts its transport into the scope (see ``serving``). In process, over
``httpx.ASGITransport``, a broken connection is a ``ConnectionResetError`` and silence a ``TimeoutError``, both raised in
the caller.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.types import Receive, Scope, Send

from mock_promoter.answers import Answer, detail
from mock_promoter.faults import Fault

#: What waits until the server stops.
Closing = Callable[[], Awaitable[object]]

#: The scope's extension in which the server puts its ``transport``.
TRANSPORT = "mock_promoter.transport"

#: Kinds that never reach the API; all others change how its answer travels.
BEFORE = frozenset({"status", "html", "reset", "empty_reply", "garbage", "timeout"})
#: Kinds after which the caller has no answer.
LOSING = frozenset({"reset", "empty_reply", "garbage", "timeout", "answer_lost"})

_PIECES = 8
# Their bodies would be taken for the next answer.
_BODILESS = frozenset({204, 304})
_ABORT = struct.pack("ii", 1, 0)
# Neither HTTP nor text.
_GARBAGE = bytes((number * 37 + 11) % 256 for number in range(64))


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer as it goes over the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def instead(effect: Mapping[str, Any]) -> Answer:
    """Return what is answered in place of the API's answer."""
    status: int = effect.get("status", 502)
    name = _phrase(status)
    if effect["kind"] == "html":
        page = f"<html>\n<head><title>{status} {name}</title></head>\n<body><h1>{status} {name}</h1></body>\n</html>\n"
        return Answer(status, page.encode())
    headers = {name.lower(): value for name, value in effect.get("headers", {}).items()}
    return Answer(status, effect.get("body", detail(status, f"{name}.").body), headers)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


async def respond(sent: Sent, send: Send) -> None:
    """Send an answer whole."""
    await send(_start(sent))
    await send({"type": "http.response.body", "body": b"" if sent.status in _BODILESS else sent.body})


async def respond_late(sent: Sent, fault: Fault, send: Send, closing: Closing) -> None:
    """Send an answer late, or little by little over the time; what is left of it at once where the server stops."""
    effect = fault.effect
    jitter = effect.get("jitter_seconds", 0)
    seconds = max(0.0, effect["seconds"] + fault.chance.uniform(-jitter, jitter))
    if not effect.get("dribble"):
        await _first(asyncio.sleep(seconds), closing())
        return await respond(sent, send)
    await send(_start(sent))
    size = -(-len(sent.body) // _PIECES) or 1
    pieces = [sent.body[at : at + size] for at in range(0, len(sent.body), size)]
    for piece in pieces:
        await _first(asyncio.sleep(seconds / len(pieces)), closing())
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
    return None


def truncated(sent: Sent) -> Sent:
    """Return an answer cut in half, with a content-length that agrees: the JSON is broken, not the HTTP."""
    return Sent(sent.status, sent.headers, sent.body[: len(sent.body) // 2])


async def lose(kind: str, scope: Scope, receive: Receive, closing: Closing) -> None:
    """Leave the caller without an answer."""
    transport = scope.get("extensions", {}).get(TRANSPORT, {}).get("transport")
    if transport is None:
        raise TimeoutError("fault: no answer") if kind == "timeout" else ConnectionResetError(f"fault: {kind}")
    if kind == "timeout":
        await _first(_hung_up(receive), closing())
    elif kind == "garbage":
        transport.write(_GARBAGE)
    elif kind != "empty_reply":
        # Linger 0 makes the kernel send RST instead of FIN.
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
        transport.abort()
    transport.close()
    # Until the connection is lost, the server would take the missing answer for an error of ours.
    await _hung_up(receive)


async def _first(*waits: Awaitable[object]) -> None:
    """Wait until one of several things has happened."""
    tasks = [asyncio.ensure_future(one) for one in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _start(sent: Sent) -> dict[str, Any]:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent.headers.items()]
    length = [] if sent.status in _BODILESS else [(b"content-length", b"%d" % len(sent.body))]
    return {"type": "http.response.start", "status": sent.status, "headers": headers + length}

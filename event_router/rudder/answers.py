"""What rudder-server is answered: how a 200 must look, and what keeps it from losing events or stopping."""

from __future__ import annotations

import orjson
from starlette.types import Message, Send

from event_router.doors.answers import Answer, Pairs, respond

#: Without it on a 200, rudder-server's process ends ([S] protocol §0.2).
JSON: Pairs = ((b"content-type", b"application/json"), (b"apiversion", b"2"))
#: What Prometheus reads.
PROMETHEUS: Pairs = ((b"content-type", b"text/plain; version=0.0.4; charset=utf-8"),)
_TEXT: Pairs = ((b"content-type", b"text/plain; charset=utf-8"), (b"apiversion", b"2"))
_ERROR: Pairs = ((b"content-type", b"application/json"),)
# Bytes of an answer that are sent before its reader has taken any.
_PIECE = 256 * 1024


def ok(body: bytes) -> Answer:
    """Return a body as rudder-server reads it."""
    return Answer(200, body, JSON)


def text(body: str) -> Answer:
    """Return a text for people."""
    return Answer(200, body.encode(), _TEXT)


def refusal(status: int, message: str) -> Answer:
    """Return an answer that says why there is none."""
    return Answer(status, orjson.dumps({"error": message}), _ERROR)


def refused_method(method: str, instead: str) -> Answer:
    """Return the answer to a method that a path does not have."""
    return refusal(405, f"[rudder.method] {method} is not served here. Use {instead}.")


def try_again(reason: str, message: str) -> Answer:
    """Return an answer upon which rudder-server tries again, without end and without counting ([S] protocol §1).

    Args:
        reason: One word, a label of its metrics.
        message: For people.
    """
    said = ((b"x-rudder-should-retry", b"true"), (b"x-rudder-error-reason", reason.encode()), (b"retry-after", b"1"))
    return Answer(503, orjson.dumps({"error": message}), (*_ERROR, *said))


async def give(answer: Answer, send: Send) -> None:
    """Send an answer, a long one in pieces: between them uvicorn waits for its reader, or has given that up."""
    await respond(answer, send if len(answer.body) <= _PIECE else _in_pieces(send))


def _in_pieces(send: Send) -> Send:
    async def cut(message: Message) -> None:
        body = message.get("body", b"")
        last = max(len(body) - 1, 0) // _PIECE * _PIECE
        for at in range(0, last, _PIECE):
            await send({**message, "body": body[at : at + _PIECE], "more_body": True})
        await send(message if not last else {**message, "body": body[last:]})

    return cut

"""What nobody can do without: a bare ASGI application that parses a transformer's request and answers one of the same shape.

It runs on the server that ours uses, with the garbage collector out of the way, and knows nothing of events: each gets the
same output, of the size that is given as argument.
"""

from __future__ import annotations

import gc
import socket
import sys
from collections.abc import Callable, Iterable
from typing import Any

import orjson
import uvicorn

from event_router.doors.serving import listen, url_of


def output(size: int) -> dict[str, Any]:
    """Return a request for rudder-server, of about so many bytes, in as many small attributes as it takes."""
    attributes: dict[str, str] = {}
    headers = {"Authorization": "Token promoter-test-key", "Content-Type": "application/json"}
    given = {
        "version": "1",
        "type": "REST",
        "method": "POST",
        "endpoint": "https://app.promoter.io/api/contacts/",
        "endpointPath": "contact",
        "headers": headers,
        "params": {},
        "body": {
            "JSON": {"email": "ted@example.com", "attributes": attributes},
            "JSON_ARRAY": {},
            "XML": {},
            "FORM": {},
        },
        "files": {},
        "userId": "",
    }
    while len(orjson.dumps(given)) < size:
        attributes[f"attribute_{len(attributes)}"] = "Enterprise"
    return given


def processed(body: bytes, made: dict[str, Any]) -> bytes:
    """Answer a processor."""
    parsed = orjson.loads(body)
    elements = parsed["input"] if isinstance(parsed, dict) else parsed
    return orjson.dumps([{"output": made, "metadata": one["metadata"], "statusCode": 200} for one in elements])


def routed(body: bytes, made: dict[str, Any]) -> bytes:
    """Answer a router."""
    return orjson.dumps({"output": [_routed(one, made) for one in orjson.loads(body)["input"]]})


def _routed(job: dict[str, Any], made: dict[str, Any]) -> dict[str, Any]:
    return {
        "batchedRequest": made,
        "metadata": [job["metadata"]],
        "batched": False,
        "statusCode": 200,
        "destination": job["destination"],
    }


def application(made: dict[str, Any]) -> Callable[..., Any]:
    """Return the application."""

    async def app(scope: dict[str, Any], receive: Callable[[], Any], send: Callable[[dict[str, Any]], Any]) -> None:
        answer = (routed if scope["path"] == "/routerTransform" else processed)(b"".join(await _chunks(receive)), made)
        length = (b"content-length", b"%d" % len(answer))
        headers = [(b"content-type", b"application/json"), (b"apiversion", b"2"), length]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    return app


async def _chunks(receive: Callable[[], Any]) -> Iterable[bytes]:
    chunks, more = [], True
    while more:
        message = await receive()
        chunks.append(message["body"])
        more = message["more_body"]
    return chunks


class _Server(uvicorn.Server):
    """uvicorn's, which prints its address once it serves."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        assert sockets
        print(url_of(sockets[0]), flush=True)


def main() -> None:
    """Serve."""
    app = application(output(int(sys.argv[1])))
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    config = uvicorn.Config(
        app, loop="uvloop", http="httptools", ws="none", log_config=None, lifespan="off", access_log=False
    )
    with listen("127.0.0.1", 0) as listening:
        _Server(config).run([listening])


if __name__ == "__main__":
    main()

"""A transformer and a destination in one thread: right in everything, until a script says otherwise."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, TypeAlias

#: What a transformer says that can all that is asked for (§1).
FEATURES: dict[str, Any] = {
    "routerTransform": {"PROMOTER": True},
    "regulations": ["PROMOTER"],
    "supportSourceTransformV1": True,
    "upgradedToSourceTransformV2": True,
    "supportTransformerProxyV1": True,
    "supportDestTransformCompactedPayloadV1": True,
}


@dataclass(frozen=True, slots=True)
class Heard:
    """One request: its headers as they came, their names in lower case."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def json(self) -> Any:
        """Return its body."""
        return json.loads(self.body)

    def header(self, name: str) -> list[str]:
        """Return each line of a header."""
        return [value for given, value in self.headers if given == name]


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer; a body that is not bytes goes as JSON."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        """Return the body as it goes."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Answer: TypeAlias = Callable[[Heard], Reply]


class Fake:
    """What is served.

    Attributes:
        url: Where.
        heard: All requests so far.
        scripts: Paths that are answered in another way than the right one; a script that raises hangs up.
    """

    def __init__(self) -> None:
        self.url = ""
        self.heard: list[Heard] = []
        self.scripts: dict[str, Answer] = {}

    def at(self, path: str) -> list[Heard]:
        """Return the requests for a path."""
        return [heard for heard in self.heard if heard.path.partition("?")[0] == path]

    def sunk(self) -> list[Any]:
        """Return the bodies that reached the destination."""
        return [heard.json() for heard in self.at("/sink")]

    def answer(self, heard: Heard) -> Reply:
        """Answer as the script says, or right."""
        self.heard.append(heard)
        script = self.scripts.get(heard.path.partition("?")[0])
        return script(heard) if script else self.right(heard)

    def right(self, heard: Heard) -> Reply:
        """Return the right answer."""
        if heard.path == "/features":
            return Reply(200, FEATURES)
        if heard.path == "/routerTransform":
            return good({"output": self.routed(heard)})
        if heard.path.startswith("/v0/destinations/") and not heard.path.endswith("/proxy"):
            return good(self.processed(heard))
        return good(proxied(heard)) if heard.path.endswith("/proxy") else Reply(200, {"id": 1})

    def routed(self, heard: Heard) -> list[dict[str, Any]]:
        """Return a request for each job (§3)."""
        return [
            {
                "batchedRequest": self.request(item["message"]),
                "metadata": [item["metadata"]],
                "batched": False,
                "statusCode": 200,
                "destination": _destination(heard.json(), item),
            }
            for item in heard.json()["input"]
        ]

    def processed(self, heard: Heard) -> list[dict[str, Any]]:
        """Return a request for each event (§2)."""
        body = heard.json()
        items = body["input"] if isinstance(body, dict) else body
        return [
            {"output": self.request(item["message"]), "metadata": item["metadata"], "statusCode": 200} for item in items
        ]

    def request(self, message: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
        """Return a request that brings an event's id and properties to the destination."""
        told = {"id": message["messageId"], **message.get("properties", {})}
        return {
            "version": "1",
            "type": "REST",
            "method": "POST",
            "endpoint": f"{self.url}/sink",
            "headers": {"Content-Type": "application/json"},
            "params": {},
            "body": {"JSON": told, "JSON_ARRAY": {}, "XML": {}, "FORM": {}},
            "files": {},
            "userId": "",
            **changes,
        }


def good(body: Any) -> Reply:
    """Return an answer of a transform endpoint (§0.2)."""
    return Reply(200, body, {"apiVersion": "2"})


def proxied(heard: Heard, code: int = 200, **more: Any) -> dict[str, Any]:
    """Return the same verdict for each job of a proxy call (§4.2)."""
    metadata = heard.json()["metadata"]
    echoes = metadata if isinstance(metadata, list) else [metadata]
    response = [{"statusCode": code, "error": "told", "metadata": {**echo, **more}} for echo in echoes]
    return {"output": {"status": 200, "message": "told", "response": response}}


def _destination(body: Mapping[str, Any], item: Mapping[str, Any]) -> Any:
    return item.get("destination") or body["destinations"][item["metadata"]["destinationId"]]


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a script that raises hangs up."""


@contextmanager
def serve() -> Iterator[Fake]:
    """Serve until the block ends."""
    fake = Fake()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = tuple((name.lower(), value) for name, value in self.headers.items())
            reply = fake.answer(Heard(self.command, self.path, headers, body))
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.content())

        do_GET = do_POST = _serve  # noqa: N815  # The standard library's names.

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with _Server(("127.0.0.1", 0), Handler) as server:
        fake.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield fake
        finally:
            server.shutdown()
            thread.join()

"""The ledger that the second destination writes into, and that destination installed from its folder."""

from __future__ import annotations

import json
import shutil
import threading
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parent / "second_destination"


def installed(where: Path) -> str:
    """Install the second destination into a folder as pip would, and return the folder for PYTHONPATH."""
    project = tomllib.loads((SOURCE / "pyproject.toml").read_text())["project"]
    where.mkdir()
    shutil.copy(SOURCE / "second_destination.py", where)
    info = where / f"second_destination-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    points = [f"{name} = {value}" for name, value in project["entry-points"]["event_router"].items()]
    (info / "entry_points.txt").write_text("\n".join(["[event_router]", *points, ""]))
    return str(where)


class Ledger:
    """What was written into the ledger.

    Attributes:
        url: Where it answers.
        status: What it answers; what is refused is not written down.
        entries: What it was sent, as JSON values.
    """

    def __init__(self) -> None:
        self.url = ""
        self.status = 200
        self.entries: list[Any] = []

    @property
    def ids(self) -> Counter[str]:
        """Return how often each event was written down."""
        return Counter(str(entry["id"]) for entry in self.entries)

    def take(self, body: bytes) -> int:
        """Take an entry; return the status."""
        if self.status < 300:
            self.entries.append(json.loads(body))
        return self.status


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that was killed."""


@contextmanager
def ledger(port: int = 0) -> Iterator[Ledger]:
    """Run a ledger for the block."""
    book = Ledger()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Without it a small answer waits for the peer's delayed acknowledgement.
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            status = book.take(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    with _Server(("127.0.0.1", port), Handler) as server:
        book.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield book
        finally:
            server.shutdown()
            thread.join()

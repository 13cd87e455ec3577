"""Real nats-servers for tests: one by itself, or a cluster; killed and started again at will.

The module is not called ``nats``, since it would hide nats-py.
"""

from __future__ import annotations

import json
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException
from os import environ
from pathlib import Path
from typing import Any

from event_router.engine.binary import find_server
from event_router.engine.server import info, tied

PATIENCE = 30.0
Config = Mapping[str, Any]


class StartError(Exception):
    """A server ended instead of starting; most likely somebody else took a port between our choice and its start."""


@dataclass
class Handle:
    """A nats-server that a test runs.

    Attributes:
        url: Where clients connect, without credentials.
        data: Its folder, with its configuration, log, and JetStream's files.
        monitor: The port of its monitoring over HTTP.
        process: The process that runs now, or ran last.
    """

    url: str
    data: Path
    monitor: int
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> str:
        """Return what the server has logged."""
        return (self.data / "log").read_text("utf-8", "replace")

    def kill(self) -> None:
        """End it as a failure of its machine would; once more does nothing."""
        self.process.kill()
        self.process.wait()

    def restart(self) -> None:
        """Start it again with the same ports and files; return when it answers."""
        self.process = _spawn(self.data)
        _wait(self, self.answers)

    def answers(self) -> bool:
        """Return whether it takes connections; by itself, its JetStream is ready then."""
        return bool(info(self.url.partition("://")[2]))

    def follows(self) -> bool:
        """Return whether it knows the leader of its cluster's JetStream, and has caught up."""
        return self.monitoring("/healthz")[0] == 200

    def monitoring(self, path: str) -> tuple[int, Any]:
        """Return status and JSON of a monitoring page, such as ``/jsz``; status 0 where nothing answers."""
        connection = HTTPConnection("127.0.0.1", self.monitor, timeout=5)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        except (OSError, HTTPException, ValueError):
            return 0, None
        finally:
            connection.close()


@contextmanager
def server(config: Config | None = None, **jetstream: Any) -> Iterator[Handle]:
    """Run one nats-server with JetStream.

    Args:
        config: More of its configuration, such as ``{"authorization": {"user": "u", "password": "p"}}``;
            ``{"jetstream": False}`` runs it without JetStream.
        jetstream: More of JetStream's, such as ``max_file=10_000_000`` or ``sync_interval="always"``.
    """
    with _running(1, config or {}, jetstream) as handles:
        yield handles[0]


@contextmanager
def cluster(n: int = 3, config: Config | None = None, **jetstream: Any) -> Iterator[list[Handle]]:
    """Run a cluster of nats-servers whose JetStream has a leader. Takes the arguments of ``server``."""
    with _running(n, config or {}, jetstream) as handles:
        await_leader(handles)
        yield handles


def urls(handles: list[Handle]) -> str:
    """Return the addresses of servers in the form that settings take."""
    return ",".join(handle.url for handle in handles)


def await_leader(handles: list[Handle]) -> None:
    """Return when each server says that it follows, or is, the leader of the cluster's JetStream."""
    for handle in handles:
        _wait(handle, handle.follows)


def free_ports(count: int) -> list[int]:
    """Return different ports of loopback that are free now."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@contextmanager
def _running(n: int, config: Config, jetstream: Config) -> Iterator[list[Handle]]:
    for attempt in range(5):
        with ExitStack() as stack:
            try:
                handles = _start(stack, n, config, jetstream)
            except StartError:
                if attempt == 4:
                    raise
            else:
                yield handles
                return


def _start(stack: ExitStack, n: int, config: Config, jetstream: Config) -> list[Handle]:
    """Start servers that know of each other; the stack ends them and deletes their folders."""
    ports = free_ports(3 * n)
    clients, monitors, routes = ports[:n], ports[n : 2 * n], ports[2 * n :]
    handles = []
    for i in range(n):
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nats-")))
        values = _config(data, f"n{i + 1}", clients[i], monitors[i], jetstream)
        if n > 1:
            values["cluster"] = _cluster(routes[i], routes)
        (data / "conf").write_text(json.dumps(values | dict(config)))
        handles.append(Handle(f"nats://127.0.0.1:{clients[i]}", data, monitors[i], _spawn(data)))
        stack.callback(handles[-1].kill)
    for handle in handles:
        _wait(handle, handle.answers)
    return handles


def _config(data: Path, name: str, client: int, monitor: int, jetstream: Config) -> dict[str, Any]:
    return {
        "server_name": name,
        "listen": f"127.0.0.1:{client}",
        "http": f"127.0.0.1:{monitor}",
        "jetstream": {"store_dir": str(data), "max_mem": 64 * 1024**2, "max_file": 1024**3, **jetstream},
    }


def _cluster(port: int, routes: list[int]) -> dict[str, Any]:
    return {"name": "test", "listen": f"127.0.0.1:{port}", "routes": [f"nats://127.0.0.1:{route}" for route in routes]}


@cache
def _binary() -> Path:
    return find_server(environ)


def _spawn(data: Path) -> subprocess.Popen[bytes]:
    with (data / "log").open("ab") as log:
        return subprocess.Popen(
            tied(_binary(), "-c", str(data / "conf")), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )


def _wait(handle: Handle, met: Callable[[], bool]) -> None:
    """Return when a condition is met. Raises where the server ends, or takes too long."""
    deadline = time.monotonic() + PATIENCE
    while not met():
        with suppress(subprocess.TimeoutExpired):
            handle.process.wait(0.02)
            raise StartError(handle.log)
        assert time.monotonic() < deadline, handle.log

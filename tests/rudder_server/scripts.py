"""Scripts for the fake transformer, and a short way to play an event through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from rudder_server.example import track, workspace
from rudder_server.fake_transformer import Fake, Heard, Reply, good
from rudder_server.jobs import Job
from rudder_server.server import RudderServer

ROUTER = "/routerTransform"
PROCESSOR = "/v0/destinations/promoter"
PROXY = "/v1/destinations/promoter/proxy"
NOW = datetime(2026, 11, 23, 15, 2, tzinfo=UTC)


@contextmanager
def playing(fake: Fake) -> Iterator[Callable[..., RudderServer]]:
    """Yield a function that starts a server, gives it events and lets it run; its servers end with the block."""
    with ExitStack() as servers:

        def played(
            *events: dict[str, Any], until: timedelta | None = None, given: dict[str, Any] | None = None, **options: Any
        ) -> RudderServer:
            server = servers.enter_context(RudderServer(fake.url, given or workspace(), now=NOW, **options))
            server.start()
            for event in events or (track(),):
                server.ingest(event)
            server.run(until)
            return server

        yield played


def states(server: RudderServer) -> list[tuple[str, int]]:
    """Return the state and the status of each job."""
    return [(job.state, job.code) for job in server.jobs]


def only(server: RudderServer) -> Job:
    """Return the one job."""
    (job,) = server.jobs
    return job


def spoil_routed(fake: Fake, change: Callable[[list[dict[str, Any]]], Any]) -> None:
    """Let the router's transformation answer with changed outputs."""

    def answer(heard: Heard) -> Reply:
        outputs = fake.routed(heard)
        changed = change(outputs)
        return good({"output": outputs if changed is None else changed})

    fake.scripts[ROUTER] = answer


def spoil_processed(fake: Fake, change: Callable[[list[dict[str, Any]]], Any]) -> None:
    """Let the processor's transformation answer with changed outputs."""

    def answer(heard: Heard) -> Reply:
        outputs = fake.processed(heard)
        changed = change(outputs)
        return good(outputs if changed is None else changed)

    fake.scripts[PROCESSOR] = answer


def hang_up(heard: Heard) -> Reply:
    """Answer nothing."""
    raise ConnectionError


def replies(*answers: Reply) -> Callable[[Heard], Reply]:
    """Return a script that answers in turn; the last one stays."""
    left = list(answers)
    return lambda heard: left.pop(0) if len(left) > 1 else left[0]

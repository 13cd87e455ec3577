"""``event-router run``."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import click

from event_router.cli.common import Stop
from event_router.cli.engine import DATA, Where, configuration, engine_options, reached
from event_router.config import Config, ConfigError, destination, sources
from event_router.destination import Destination
from event_router.doors.settings import Source

#: Seconds that requests under way have at the end.
_GRACE = 20.0


@click.command("run")
@engine_options
@click.option("--host", default="127.0.0.1", show_default=True, help="Address of the doors.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="Port of the doors; 0 takes a free one.",
)
@click.option(
    "--part", type=click.Choice(["all", "doors", "workers"]), default="all", show_default=True, help="What to run here."
)
@click.option(
    "--grace",
    type=click.FloatRange(0, 86_400),
    default=_GRACE,
    show_default=True,
    help="Seconds for requests under way once it is stopped.",
)
def command(where: Where, host: str, port: int, part: str, grace: float) -> None:
    """Run the router until it is stopped: doors, workers and, without --nats, a nats-server of its own.

    The first line printed is the address of its doors, once it is ready; logs go to standard error, as JSON.
    A process with --part workers has doors for its health only: /livez, /readyz and /metrics.

    Exit codes: 0 stopped, 1 its nats-server or a worker ended, 2 it could not start.
    """
    config = configuration(where)
    destinations, senders = _loaded(config)
    _check(destinations, senders, host, part)
    import uvloop

    from event_router.cli.lifetime import Stopped
    from event_router.cli.process import Plan, Process
    from event_router.logs import set_up
    from event_router.running import WorkerEnded

    set_up(config.log_level)
    stopped = Stopped()
    with reached(where, config, join=False, on_exit=stopped.by_server) as access:
        plan = Plan(host, port, part, grace, None if where.nats else (where.data or DATA))
        try:
            uvloop.run(Process(config, destinations, senders, stopped).run(access, plan))
        except WorkerEnded as error:
            raise SystemExit(1) from error  # The log says why.
    raise SystemExit(stopped.code)


def _loaded(config: Config) -> tuple[dict[str, Destination], tuple[Source, ...]]:
    try:
        destinations = {name: destination(config, name, os.environ) for name in config.destinations}
        return destinations, sources(config, os.environ)
    except ConfigError as error:
        raise Stop(error.code, *error.messages) from error


def _check(destinations: Mapping[str, Destination], senders: Sequence[Source], host: str, part: str) -> None:
    from event_router.doors.serving import listens_locally

    if not destinations:
        why = "The configuration has no [destinations.NAME]: there is nowhere to send to."
        raise Stop("config.no_destinations", f"{why} docs/settings.md shows one.")
    if not senders and part != "workers" and not listens_locally(host):
        why = f"Without [sources.NAME] anybody who reaches {host} could send events."
        raise Stop("config.no_sources", f"{why} Add a source with a write_key, or leave --host at 127.0.0.1.")

"""``event-router transformer``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from event_router.cli.common import Stop
from event_router.cli.engine import DATA, Where, configuration, engine_options, reached
from event_router.plugins import Plugin, load_plugins

if TYPE_CHECKING:
    from event_router.rudder.upstream import Address

_MIB = 1024 * 1024
_AT_LEAST_ONE = click.IntRange(min=1)
#: Options that say where contacts are kept.
_OF_THE_ENGINE = ("data", "nats", "creds", "tls_ca", "tls_cert", "tls_key", "replicas")


@click.command("transformer")
@engine_options
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=9090,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--stateless",
    is_flag=True,
    help="Remember contacts in this process only. Needs no nats-server: --data, --nats and what goes with them have no "
    "meaning then, and are refused.",
)
@click.option("--upstream", metavar="URL", help="Another transformer, for every type of destination that is not ours.")
@click.option(
    "--max-body",
    type=_AT_LEAST_ONE,
    default=400,
    show_default=True,
    help="MiB that one request's body may have, decompressed; a longer one is answered 413.",
)
@click.option(
    "--max-memory",
    type=_AT_LEAST_ONE,
    default=128,
    show_default=True,
    help="MiB of all bodies in hand; handling them takes up to ten times as much memory. Above it requests are "
    "answered 503, and rudder-server sends them again; one body alone may be larger.",
)
@click.option(
    "--grace",
    type=click.FloatRange(0, 86_400),
    default=30.0,
    show_default=True,
    help="Seconds for requests under way once it is stopped.",
)
def command(
    where: Where,
    host: str,
    port: int,
    stateless: bool,
    upstream: str | None,
    max_body: int,
    max_memory: int,
    grace: float,
) -> None:
    """Speak RudderStack's transformer protocol: point rudder-server's DEST_TRANSFORM_URL here.

    Every installed destination plugin is served. The first line printed is the address, once it is ready; until then the
    port stays closed.

    Contacts are kept in NATS. Without --nats it starts a nats-server of its own, or joins the router's that runs in the
    folder, and keeps its files in router-data, or in --data. With --nats every replica finds them in the cluster. With
    --stateless there is none of that: each process has its own memory, which ends with it.

    docs/rudderstack.md has the rest.

    Exit codes: 0 stopped, 1 its nats-server ended, 2 it could not start.
    """
    if stateless:
        _refuse_engine_options()
    config = configuration(where, needed=False)
    plugins = _plugins()
    behind = _address(upstream) if upstream else None
    import uvloop

    from event_router.cli.lifetime import Stopped
    from event_router.cli.transformer_process import Kept, Plan, run
    from event_router.logs import set_up

    set_up(config.log_level)
    stopped = Stopped()
    plan = Plan(host, port, behind, max_body * _MIB, max_memory * _MIB, grace)
    if stateless:
        uvloop.run(run(plugins, plan, stopped))
    else:
        joined = _joined(where)
        with reached(where, config, join=True, on_exit=stopped.by_server) as access:
            uvloop.run(run(plugins, plan, stopped, Kept(access, config, joined)))
    raise SystemExit(stopped.code)


def _refuse_engine_options() -> None:
    """End the command where it is told where to keep contacts, and not to keep them; the environment is all commands'."""
    context = click.get_current_context()
    given = [name for name in _OF_THE_ENGINE if context.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if given:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        why = f"With --stateless contacts are kept nowhere but in the process, so {options} would not count."
        raise Stop("transformer.stateless", f"{why} Leave out one or the other.")


def _joined(where: Where) -> Path | None:
    """Return the folder whose nats-server another process runs, if that is the one to be used."""
    from event_router.engine.server import running

    data = where.data or DATA
    return data if where.nats is None and running(data) else None


def _plugins() -> Mapping[str, Plugin]:
    catalogue = load_plugins()
    for failure in catalogue.failures:
        click.echo(f"[{failure.code}] {failure.message}", err=True)
    if not catalogue.plugins:
        raise Stop("plugin.none", "No destination plugin is installed, so there is nothing to serve. Install one.")
    return catalogue.plugins


def _address(upstream: str) -> Address:
    from event_router.rudder.upstream import address

    try:
        return address(upstream)
    except ValueError as error:
        raise Stop("transformer.bad_upstream", str(error)) from error

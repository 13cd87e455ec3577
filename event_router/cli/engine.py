"""What commands have in common that work with an engine: where it is, and how it is reached."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from event_router.cli.common import DEFAULT_CONFIG, Stop
from event_router.config import Config, ConfigError, read_config
from event_router.engine.errors import EngineError

# What talks to a nats-server is imported when it is needed, so that --help is instant.
if TYPE_CHECKING:
    from event_router.engine.access import Access
    from event_router.engine.engine import Engine

Function = TypeVar("Function", bound=Callable[..., object])
Value = TypeVar("Value")

_DESTINATIONS = "destinations"
#: Where the engine's files are, unless somebody says otherwise.
DATA = Path("router-data")


@dataclass(frozen=True, slots=True)
class Where:
    """Which engine a command is about, as its options say."""

    config_path: Path | None
    data: Path | None
    nats: str | None
    creds: Path | None
    tls_ca: Path | None
    tls_cert: Path | None
    tls_key: Path | None
    replicas: int | None


def engine_options(function: Function) -> Function:
    """Add the options that say which engine; they come as one ``where``."""
    path = click.Path(path_type=Path)
    given = [
        click.option("--config", "config_path", type=path, help=f"TOML file. [default: {DEFAULT_CONFIG}]"),
        click.option("--data", type=path, help=f"Folder of the router's own nats-server. [default: {DATA}]"),
        click.option(
            "--nats",
            metavar="URL",
            envvar="EVENT_ROUTER_NATS",
            show_envvar=True,
            help="A NATS cluster instead: one URL, or several with commas between.",
        ),
        click.option("--creds", type=path, help="NATS credentials file (.creds)."),
        click.option("--tls-ca", type=path, help="Certificates of the authority that signed the cluster's."),
        click.option("--tls-cert", type=path, help="Our certificate, where the cluster asks for one."),
        click.option("--tls-key", type=path, help="The key of --tls-cert."),
        click.option(
            "--replicas", type=click.IntRange(1, 5), help="Servers of the cluster that keep each message: 1, 3 or 5."
        ),
    ]

    def with_where(*args: Any, **options: Any) -> object:
        names = Where.__dataclass_fields__
        where = Where(**{name: options.pop(name) for name in names})
        return function(*args, where=where, **options)

    with_where.__doc__, with_where.__name__ = function.__doc__, function.__name__
    with_where.__click_params__ = getattr(function, "__click_params__", [])  # type: ignore[attr-defined]
    wrapped: Any = with_where
    for option in reversed(given):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]


def configuration(where: Where, *, needed: bool = True) -> Config:
    """Return the configuration, with what options say of the engine. Ends the command where it cannot be used.

    A command that only looks needs none: the engine knows which destinations there are.
    """
    if not needed and where.config_path is None and not DEFAULT_CONFIG.exists():
        return Config()
    try:
        config = read_config(where.config_path or DEFAULT_CONFIG)
    except ConfigError as error:
        raise Stop(error.code, *error.messages) from error
    if where.replicas:
        config = replace(config, engine=replace(config.engine, replicas=where.replicas))
    return config


@contextmanager
def reached(
    where: Where, config: Config, *, join: bool, on_exit: Callable[[int], None] | None = None
) -> Iterator[Access]:
    """Yield how the engine is reached; where it is our own nats-server and does not run, run it for the block.

    Args:
        where: Which engine.
        config: How our own is to be run.
        join: Join a router that runs in the folder, rather than refuse to be the second.
        on_exit: Called where our own server ends before the block does.
    """
    from event_router.engine.access import Access
    from event_router.engine.server import own_server, running

    try:
        if where.nats:
            yield Access(where.nats, where.creds, where.tls_ca, where.tls_cert, where.tls_key)
            return
        data = where.data or DATA
        if join and (url := running(data)):
            yield Access(url)
            return
        with own_server(data, sync=config.engine.sync, on_exit=on_exit) as url:
            yield Access(url)
    except EngineError as error:
        raise Stop(error.code, error.message) from error


@asynccontextmanager
async def opened(access: Access, config: Config, name: str, *, change: bool = False) -> AsyncIterator[Engine]:
    """Open the engine for the block; with ``change``, bring what is there to the configuration."""
    from event_router.engine.engine import open_engine

    names = tuple(config.destinations)
    async with open_engine(access, config.engine, names, name=f"event-router {name}", change=change) as engine:
        if change:
            await engine.state.put(_DESTINATIONS, names)
        elif not names:
            engine = replace(engine, destinations=tuple(await engine.state.get(_DESTINATIONS) or ()))
        yield engine


def work_on(where: Where, config: Config, name: str, work: Callable[[Engine], Awaitable[Value]]) -> Value:
    """Return what some work on the engine returns; the engine is joined, or run for the moment, but never made."""
    check_data(where)

    async def run() -> Value:
        async with opened(access, config, name) as engine:
            return await work(engine)

    with reached(where, config, join=True) as access:
        return asyncio.run(run())


def check_data(where: Where) -> None:
    """End the command where it is about a folder that no router has worked in yet."""
    data = where.data or DATA
    if where.nats is None and not (data / "lock").exists():
        why = f"No router has worked in {data} yet. Name its folder with --data, or its cluster with --nats"
        raise Stop("engine.no_data", f"{why}; `event-router run` makes a new one.")


def chosen(config: Config, to: str | None) -> tuple[str, ...]:
    """Return the destinations that a command is for: the one that is named, or all."""
    if to is None:
        return tuple(config.destinations)
    if to in config.destinations:
        return (to,)
    names = ", ".join(config.destinations) or "none"
    raise Stop("config.no_destination", f"There is no [destinations.{to}] in the configuration. There are: {names}.")

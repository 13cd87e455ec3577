"""``event-router config``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from event_router.cli.common import DEFAULT_CONFIG, Stop


@click.group("config")
def command() -> None:
    """Look into the configuration."""


@command.command("check")
@click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path),
    default=DEFAULT_CONFIG,
    show_default=True,
    help="TOML file.",
)
def check(path: Path) -> None:
    """Name everything that is wrong with the configuration, and what is unwise. Sends nothing, changes nothing.

    Secrets have to be there: call it as the router is called. `event-router check` proves that a destination takes them.

    Exit codes: 0 it can be used, 1 it cannot, 2 the file cannot be read.
    """
    from event_router.cli.config_check import problems, read, warnings

    config, wrong = read(path)
    if [one.code for one in wrong] == ["config.not_readable"]:
        raise Stop(wrong[0].code, wrong[0].message)
    if config is not None:
        wrong = list(problems(config, os.environ))
    for one in wrong:
        click.echo(f"[{one.code}] {one.message}")
    if config is None or wrong:
        click.echo(f"{path} cannot be used: {len(wrong)} problem{'s' if len(wrong) > 1 else ''}.")
        raise SystemExit(1)
    for one in warnings(config, os.environ):
        click.echo(f"warning [{one.code}] {one.message}")
    names = ", ".join(config.destinations)
    click.echo(f"{path} can be used. Destinations: {names}. Sources: {', '.join(config.sources) or 'none'}.")

"""``event-router plugins``."""

from __future__ import annotations

import click
import orjson

from event_router.plugins import load_plugins
from event_router.summary import columns

_HEAD = ("name", "distribution", "status", "hooks")


@click.command("plugins")
@click.option("--json", "json_", is_flag=True, help="As JSON.")
def command(json_: bool) -> None:
    """List the destination plugins that are installed: name, distribution and version, hooks, status.

    Exit codes: 0 all of them load, 1 some do not.
    """
    catalogue = load_plugins()
    rows: list[tuple[str, str, str, list[str]]]
    rows = [(name, plugin.distribution, "ready", sorted(plugin.hooks)) for name, plugin in catalogue.plugins.items()]
    rows += [
        (failure.name, failure.distribution, f"[{failure.code}] {failure.message}", [])
        for failure in catalogue.failures
    ]
    if json_:
        click.echo(orjson.dumps([dict(zip(_HEAD, row, strict=True)) for row in rows]))
    else:
        click.echo("\n".join(columns([_HEAD, *((*texts, ", ".join(hooks)) for *texts, hooks in rows)])))
    raise SystemExit(1 if catalogue.failures else 0)

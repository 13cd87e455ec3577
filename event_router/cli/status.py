"""``event-router status``."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import click
import orjson

from event_router.cli.common import Stop
from event_router.cli.engine import DATA, Where, check_data, configuration, engine_options, work_on

if TYPE_CHECKING:
    from event_router.engine.engine import Engine

_EVERY = 2.0
# To the top; each line to its end, and what is below, is cleared. So nothing flickers.
_TOP, _LINE_END, _BELOW = "\x1b[H", "\x1b[K", "\x1b[J"


@click.command("status")
@engine_options
@click.option("--json", "json_", is_flag=True, help="As JSON, once.")
@click.option("--watch", is_flag=True, help="Show it anew every two seconds, until Ctrl-C.")
def command(where: Where, json_: bool, watch: bool) -> None:
    """Show how things stand: what was accepted, and for each destination its outcomes, and what waits.

    Counts are of what is kept ([engine] keep: seven days).

    Exit codes: 0 shown, 2 it could not be asked.
    """
    config = configuration(where, needed=False)
    if watch:
        _check_running(where)
        with suppress(KeyboardInterrupt):
            work_on(where, config, "status", lambda engine: _watch(engine, lasting=where.nats is not None))
        return
    click.echo(work_on(where, config, "status", _json if json_ else _text))


def _check_running(where: Where) -> None:
    """End the command where it would have to hold a nats-server for as long as it watches, in the router's way."""
    from event_router.engine.server import running

    check_data(where)
    data = where.data or DATA
    if where.nats is None and running(data) is None:
        raise Stop("engine.not_running", f"No router runs in {data}. Start it, or leave --watch out.")


async def _json(engine: Engine) -> bytes:
    from event_router.engine.status import as_json, status

    return orjson.dumps(as_json(await status(engine)))


async def _text(engine: Engine) -> str:
    from event_router.cli.status_table import table
    from event_router.engine.status import status

    return "\n".join(table(await status(engine)))


async def _watch(engine: Engine, *, lasting: bool) -> None:
    """Show it again and again. A cluster comes back at its address; a nats-server of our own gets another one."""
    from event_router.engine.errors import UnavailableError

    while True:
        try:
            text = await _text(engine)
        except UnavailableError as error:
            if not lasting:
                raise
            text = f"[{error.code}] {error.message}"
        lines = "".join(f"{line}{_LINE_END}\n" for line in text.split("\n"))
        click.echo(f"{_TOP}{lines}{_BELOW}")  # click leaves the codes out where nobody looks.
        await _pause()


async def _pause() -> None:
    await asyncio.sleep(_EVERY)

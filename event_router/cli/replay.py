"""``event-router replay``."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from event_router.cli.engine import Where, chosen, configuration, engine_options, work_on
from event_router.cli.moments import taken
from event_router.times import to_utc

if TYPE_CHECKING:
    from event_router.engine.engine import Engine
    from event_router.engine.replay import Replayed, Wanted


@click.command("replay")
@engine_options
@click.option(
    "--since",
    metavar="TIME",
    callback=taken,
    required=True,
    help="Accepted from then on: a time, or how long ago (2h, 7d).",
)
@click.option("--until", metavar="TIME", callback=taken, help="Accepted before. [default: now]")
@click.option("--to", help="To this destination only. [default: to all]")
@click.option("--user", help="Events of this userId only.")
@click.option("--event", help="Track events of this name only.")
@click.option("--surveys", is_flag=True, help="Survey people once more; otherwise a replay surveys nobody.")
@click.option("--dry-run", is_flag=True, help="Only say how many there are.")
def command(
    where: Where,
    since: float,
    until: float | None,
    to: str | None,
    user: str | None,
    event: str | None,
    surveys: bool,
    dry_run: bool,
) -> None:
    """Give accepted events to their destinations once more. They are kept for seven days ([engine] keep).

    Left out are deletions, events that were for one destination only, and what has no outcome yet. An interrupted replay goes on when it is
    called with the same --since and --until, which it says when it begins: no event is given twice.

    Exit codes: 0 done, 2 it could not start, or the engine took no more.
    """
    from event_router.engine.replay import Wanted

    config = configuration(where)
    now = round(time.time(), 3) if until is None else until
    wanted = Wanted(since, now, chosen(config, to), user, event, surveys)
    click.echo(f"Replaying --since {to_utc(since)} --until {to_utc(now)}", err=True)
    done = work_on(where, config, "replay", lambda engine: _replay(engine, wanted, dry_run))
    click.echo("\n".join(_said(done, wanted, dry_run)))


async def _replay(engine: Engine, wanted: Wanted, dry_run: bool) -> Replayed:
    from event_router.engine.replay import count, replay

    if not sys.stderr.isatty():
        return await replay(engine, wanted, dry_run=dry_run)
    with click.progressbar(length=await count(engine, wanted), label="Replaying", file=sys.stderr) as bar:
        return await replay(engine, wanted, dry_run=dry_run, progress=bar.update)


def _said(done: Replayed, wanted: Wanted, dry_run: bool) -> Iterator[str]:
    if done.events == 0:
        yield "No event that is kept was accepted in that time and is wanted."
    else:
        verb = "would be given" if dry_run else "given"
        yield f"{done.events:,} events, accepted from {done.first} to {done.last}."
        yield f"{done.given:,} {verb} once more to {', '.join(wanted.destinations)}."
    if done.repeated:
        yield f"{done.repeated:,} left out: this same replay, begun before, has given them already."
    if done.waiting:
        yield f"{done.waiting:,} left out: they have no outcome yet; what waits comes without a replay."
    if done.deletions:
        yield f"{done.deletions:,} deletions left out: they are never replayed."

"""``event-router failed``: what was given up, to be looked into, tried again, or thrown away."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click
import orjson

from event_router.cli.engine import Where, configuration, engine_options, work_on

# What works on the engine is imported when it is called, so that --help is instant.
if TYPE_CHECKING:
    from event_router.cli.dead_letters import Choice, Done

Function = TypeVar("Function", bound=Callable[..., Any])
_ID = re.compile("r?[1-9][0-9]{0,17}")


def _ids(ctx: click.Context, param: click.Parameter, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
    """Return what dead letters are called, as click's callback."""
    for name in (value,) if isinstance(value, str) else value:
        if not _ID.fullmatch(name):
            why = f"{name!r} is no id; `event-router failed list` shows them, such as 17 or r3."
            raise click.BadParameter(why, ctx, param)
    return value


def _filters(function: Function) -> Function:
    to = click.option("--to", help="Those of this destination only; - for what was no event.")
    return to(click.option("--code", help="Those of this reason only, such as promoter.refused.")(function))


def _chosen(function: Function) -> Function:
    everything = click.option("--all", "all_", is_flag=True, help="All of them, or all that --to and --code leave.")
    return click.argument("ids", callback=_ids, nargs=-1)(everything(_filters(function)))


@click.group("failed")
def command() -> None:
    """List the events that were given up (dead letters), show them, try them again, or throw them away."""


@command.command("list")
@engine_options
@_filters
@click.option("--limit", type=click.IntRange(min=1), help="So many at most, the oldest first. [default: all]")
@click.option("--json", "json_", is_flag=True, help="As one JSON array.")
def list_(where: Where, to: str | None, code: str | None, limit: int | None, json_: bool) -> None:
    """List dead letters, the oldest first, without the persons' traits. What was no event comes last.

    Exit codes: 0 listed, 2 it could not be asked.
    """
    from event_router.cli.dead_letters import Choice, rows
    from event_router.cli.letters import lines

    choice = Choice((), to, code)
    found = work_on(where, configuration(where, needed=False), "failed", lambda engine: rows(engine, choice, limit))
    if json_:
        click.echo(orjson.dumps(found))
    else:
        click.echo("\n".join(lines(found)) if found else "There are no dead letters.")


@command.command("show")
@click.argument("id_", metavar="ID", callback=_ids)
@engine_options
@click.option("--json", "json_", is_flag=True, help="As JSON.")
def show(where: Where, id_: str, json_: bool) -> None:
    """Show all that is known of a dead letter: the event with its traits, broken rules, the destination's last answer.

    Exit codes: 0 shown, 1 there is none of that id, 2 it could not be asked.
    """
    from event_router.cli.dead_letters import absent, find
    from event_router.cli.letters import full, page

    found = work_on(where, configuration(where, needed=False), "failed", lambda engine: find(engine, id_))
    if found is None:
        click.echo(absent(id_), err=True)
        raise SystemExit(1)
    click.echo(orjson.dumps(full(found)) if json_ else "\n".join(page(full(found))))


@command.command("retry")
@engine_options
@_chosen
def retry_(where: Where, ids: tuple[str, ...], all_: bool, to: str | None, code: str | None) -> None:
    """Give events to their destinations once more. What was no event is accepted if it is one by now.

    Exit codes: 0 all were given, 1 some could not be, 2 it could not start.
    """
    from event_router.cli.dead_letters import retry

    choice, config = _choice(ids, all_, to, code), configuration(where, needed=False)
    _report("given once more", work_on(where, config, "failed", lambda engine: retry(engine, config, choice)))


@command.command("discard")
@engine_options
@_chosen
@click.option("--yes", is_flag=True, help="Needed: what is discarded is gone for good.")
def discard_(where: Where, ids: tuple[str, ...], all_: bool, to: str | None, code: str | None, yes: bool) -> None:
    """Throw dead letters away, for good.

    Exit codes: 0 all are gone, 1 some were not there, 2 it could not start.
    """
    from event_router.cli.dead_letters import discard

    choice = _choice(ids, all_, to, code)
    if not yes:
        raise click.UsageError("What is discarded is gone for good; say --yes to do it.")
    _report(
        "discarded",
        work_on(where, configuration(where, needed=False), "failed", lambda engine: discard(engine, choice)),
    )


def _choice(ids: tuple[str, ...], all_: bool, to: str | None, code: str | None) -> Choice:
    from event_router.cli.dead_letters import Choice

    if bool(ids) == all_:
        raise click.UsageError(
            "Name dead letters by their ids, or say --all; `event-router failed list` shows the ids."
        )
    if ids and (to or code):
        raise click.UsageError("--to and --code choose among --all; ids need no more.")
    return Choice(tuple(dict.fromkeys(ids)), to, code)


def _report(what: str, done: Done) -> None:
    for line in done.refused:
        click.echo(line, err=True)
    click.echo(f"{done.number:,} {what}, {len(done.refused):,} not." if done.refused else f"{done.number:,} {what}.")
    raise SystemExit(1 if done.refused else 0)

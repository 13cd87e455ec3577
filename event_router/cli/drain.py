"""``event-router drain``."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from event_router.cli.engine import Where, configuration, engine_options, work_on

if TYPE_CHECKING:
    from event_router.engine.engine import Engine
    from event_router.engine.status import DestinationStatus, Status

_PAUSE = 0.25
# A request that was let in before the doors heard of it may still bring an event.
_TIMES = 3
_KEY = "doors.draining"


@click.command("drain")
@engine_options
@click.option("--undo", is_flag=True, help="Open the doors again.")
@click.option(
    "--timeout", type=click.FloatRange(min=0), default=60.0, show_default=True, help="Seconds to wait at most."
)
def command(where: Where, undo: bool, timeout: float) -> None:
    """Close the doors of all routers, and wait until every event that was accepted has its outcome.

    Parked events and dead letters may stay. The doors stay closed, also when a router starts anew, until --undo.

    Exit codes: 0 nothing waits any more (or the doors are open again), 1 something still does, 2 it could not start.
    """
    config = configuration(where, needed=False)
    if undo:
        work_on(where, config, "drain", lambda engine: engine.state.put(_KEY, False))
        click.echo("The doors are open again.")
        return
    found = work_on(where, config, "drain", lambda engine: _drain(engine, timeout))
    click.echo("\n".join(_said(found)))
    raise SystemExit(1 if any(map(_waits, found.destinations)) else 0)


async def _drain(engine: Engine, timeout: float) -> Status:  # noqa: ASYNC109  # It is the command's own.
    from event_router.engine.status import status

    await engine.state.put(_KEY, True)
    await _settle(engine, timeout)
    return await status(engine)


async def _settle(engine: Engine, timeout: float) -> None:  # noqa: ASYNC109
    """Return once nothing waited several times in a row, or when the time is over."""
    # By the clock: asyncio.wait_for, in nats-py, may swallow the cancellation that asyncio.timeout relies on.
    now = asyncio.get_running_loop().time
    deadline, quiet = now() + timeout, 0
    while quiet < _TIMES and now() < deadline:
        quiet = 0 if await _busy(engine) else quiet + 1
        await asyncio.sleep(_PAUSE)


async def _busy(engine: Engine) -> bool:
    from event_router.engine.upkeep import consumer

    infos = [await consumer(engine, name) for name in engine.destinations]
    return any(info["num_pending"] or info["num_ack_pending"] for info in infos)


def _waits(one: DestinationStatus) -> bool:
    return bool(one.lag or one.working)


def _said(found: Status) -> Iterator[str]:
    for one in found.destinations:
        kept = f"{one.parked:,} parked, {one.dead:,} dead letters"
        if _waits(one):
            why = "" if one.state == "open" else f"; it is {one.state}: {one.reason}"
            yield f"{one.name}: {one.lag:,} events wait, {one.working:,} are in work or wait to be tried again{why} ({kept})"
        else:
            yield f"{one.name}: nothing waits ({kept})"
    if any(map(_waits, found.destinations)):
        yield "Not all is settled. Call it again to wait longer; `event-router status` shows more. Does a router run?"
    yield "The doors stay closed until `event-router drain --undo`."

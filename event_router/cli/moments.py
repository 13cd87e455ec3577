"""Moments as people give them: a time, or how long ago."""

from __future__ import annotations

import re
import time

import click

from event_router.times import parse, to_utc

_AGO = re.compile(r"(\d{1,6})\s*([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def moment(text: str, now: float) -> float | None:
    """Return a moment in seconds since 1970, to the millisecond, as it is shown; ``None`` for what is none.

    >>> moment("2h", 10_000.0), moment("1970-01-01T00:01:00Z", 10_000.0)
    (2800.0, 60.0)
    """
    if ago := _AGO.fullmatch(text.strip()):
        return round(now - int(ago[1]) * _SECONDS[ago[2]], 3)
    known = to_utc(text.strip())
    return round(parse(known).timestamp(), 3) if known else None


def taken(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """Return an option's moment, as click's callback."""
    found = None if value is None else moment(value, time.time())
    if value is not None and found is None:
        wanted = "a time such as 2026-11-23T15:00:00Z (without a zone it is UTC), or how long ago, such as 2h or 7d"
        raise click.BadParameter(f"{value!r} is neither {wanted}.", ctx, param)
    return found

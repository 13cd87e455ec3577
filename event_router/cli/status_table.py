"""How things stand, as tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from event_router.engine.status import DestinationStatus, Status
from event_router.engine.upkeep import Room
from event_router.summary import columns
from event_router.times import to_utc
from event_router.wire import printable

_TOTALS = ("delivered", "skipped", "rejected", "failed")
_WAITING = ("parked", "retrying", "dead", "lag", "working")
_HEAD = ("destination", "state", *_TOTALS, *_WAITING, "oldest", "rate")


def table(found: Status) -> Iterator[str]:
    """Yield a status as lines."""
    yield f"{to_utc(found.at)}  accepted {found.accepted:,}, refused {found.refused:,}, doors {_doors(found)}"
    yield ""
    yield from columns([_HEAD, *map(_row, found.destinations)])
    yield from (_closed(one, found.at) for one in found.destinations if one.state != "open")
    yield from map(_other, found.others)
    yield from _reasons(found.destinations)
    yield ""
    yield from columns([("kept", "used", "of", ""), *map(_room, found.rooms)])


def _doors(found: Status) -> str:
    if found.draining:
        return "closed: the router is drained"
    full = [room.name for room in found.rooms if room.nearly_full]
    return f"closed: no room for {', '.join(full)}" if full else "open"


def _row(one: DestinationStatus) -> tuple[str, ...]:
    totals = (f"{one.total(outcome):,}" for outcome in _TOTALS)
    waiting = (f"{getattr(one, name):,}" for name in _WAITING)
    oldest = "-" if one.oldest_waiting is None else seconds(one.oldest_waiting)
    return (one.name, one.state, *totals, *waiting, oldest, f"{one.rate:.1f}/s")


def _closed(one: DestinationStatus, now: float) -> str:
    wait = f" for {seconds(one.until - now)}" if one.until > now else ""
    return f"{one.name} is {one.state}{wait}: {printable(one.reason)}"


def _other(name: str) -> str:
    why = "is not configured here, and events that it has not settled are kept for it."
    return f"{printable(name)} {why} If it was removed for good, docs/operating.md says what to do."


def _reasons(destinations: Iterable[DestinationStatus]) -> Iterator[str]:
    """Yield how often there was which reason; that of a delivery says nothing."""
    rows = [
        (one.name, outcome, code, f"{number:,}")
        for one in destinations
        for outcome in _TOTALS[1:]
        for code, number in sorted(one.outcomes.get(outcome, {}).items(), key=lambda item: (-item[1], item[0]))
    ]
    if rows:
        yield ""
        yield from columns([("destination", "outcome", "reason", "events"), *rows])


def _room(room: Room) -> tuple[str, ...]:
    return (room.name, size(room.used), size(room.most), f"{room.used / room.most:.0%}")


def seconds(number: float) -> str:
    """Return a time span in its largest unit.

    >>> seconds(0.2), seconds(150), seconds(7200), seconds(200_000)
    ('0 s', '2 min', '2 h', '2 d')
    """
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if number >= length:
            return f"{number // length:.0f} {unit}"
    return f"{number:.0f} s"


def size(number: float) -> str:
    """Return bytes in the unit that makes them short.

    >>> size(512), size(1536), size(8 * 1024**3)
    ('512 B', '1.5 KiB', '8.0 GiB')
    """
    if number < 1024:
        return f"{number} B"
    for unit in ("KiB", "MiB", "GiB"):
        number /= 1024
        if number < 1024:
            return f"{number:.1f} {unit}"
    return f"{number / 1024:.1f} TiB"

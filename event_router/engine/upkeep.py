"""What has to be done now and then, so that nothing fills up and nothing waits for ever.

Old events go once they are settled, and before something is full, new events are refused.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import time
from typing import Any

from event_router.engine.engine import Engine
from event_router.engine.errors import EngineDown
from event_router.engine.layout import REFUSED
from event_router.outcomes import Reason

#: Part of a limit from which new events are refused: what was accepted before must still find room.
_NEARLY = 0.95


async def purge_settled(engine: Engine, keep: float) -> int:
    """Purge events that are both older than so many seconds and settled everywhere; return how many.

    JetStream's own age limit knows nothing of consumers and would take events that still wait.
    """
    stream = engine.layout.stream("events")
    # In this order: what a consumer says afterwards holds for everything that was there before.
    state = (await engine.reader.ask(f"STREAM.INFO.{stream}"))["state"]
    infos = await consumers(engine)
    # Also for destinations that only another process has in its configuration.
    if not {engine.layout.consumer(name) for name in engine.destinations} <= infos.keys():
        return 0
    settled = min((settled_up_to(info, state["last_seq"]) for info in infos.values()), default=0)
    old = await _first_since(engine, stream, time() - keep, state["last_seq"])
    first = min(settled + 1, old)
    if first <= state["first_seq"]:
        return 0
    return int((await engine.reader.ask(f"STREAM.PURGE.{stream}", {"seq": first}))["purged"])


def settled_up_to(info: Mapping[str, Any], last: int) -> int:
    """Return up to which sequence a destination has settled everything, from what was the last one before it was asked."""
    if not info["num_pending"] and not info["num_ack_pending"]:
        return last
    return int(info["ack_floor"]["stream_seq"])


async def consumer(engine: Engine, destination: str) -> Mapping[str, Any]:
    """Return what the server says of a destination's consumer."""
    stream, name = engine.layout.stream("events"), engine.layout.consumer(destination)
    return await engine.reader.ask(f"CONSUMER.INFO.{stream}.{name}")


async def consumers(engine: Engine) -> dict[str, Mapping[str, Any]]:
    """Return what the server says of every destination's consumer, configured here or not, by its name.

    Raises ``EngineDown`` where the servers of some do not answer.
    """
    stream, found = engine.layout.stream("events"), list[Mapping[str, Any]]()
    while True:
        page = await engine.reader.ask(f"CONSUMER.LIST.{stream}", {"offset": len(found)})
        if page.get("missing"):
            raise EngineDown("engine.unavailable", "Some servers of the cluster do not answer.", retry_after=2)
        found += page["consumers"]
        if not page["consumers"] or len(found) >= page["total"]:
            return {info["name"]: info for info in found if info["config"].get("durable_name")}


async def _first_since(engine: Engine, stream: str, moment: float, last: int) -> int:
    """Return the sequence of the first message since a time."""
    found = await engine.reader.first_since(stream, datetime.fromtimestamp(moment, UTC).isoformat())
    return found.sequence if found else last + 1


@dataclass(frozen=True, slots=True)
class Room:
    """How much of what there may be there is.

    Attributes:
        name: What fills up: ``events``, ``parked``, …
        used: Bytes.
        most: Bytes.
    """

    name: str
    used: int
    most: int

    @property
    def nearly_full(self) -> bool:
        """Whether new events are to be refused; what was no event closes no door to those that are."""
        return self.name != REFUSED and self.used >= self.most * _NEARLY


async def rooms(engine: Engine) -> list[Room]:
    """Return how full each stream and bucket is."""
    found = []
    for config in engine.layout.streams():
        info = await engine.reader.ask(f"STREAM.INFO.{config['name']}")
        name = config["name"].rpartition("-")[2]
        found.append(Room(name, info["state"]["bytes"], info["config"]["max_bytes"]))
    return found


def shortage(found: list[Room], data: Path | None, free: int) -> Reason | None:
    """Return why new events are refused; ``None`` where there is room."""
    for room in found:
        if room.nearly_full:
            why = f"The engine's {room.name} hold {room.used:,} of {room.most:,} bytes; new events are refused until some go."
            return Reason("engine.full", f"{why} Look at `event-router status`, or raise the limit in [engine].")
    if data is not None and (left := shutil.disk_usage(data).free) < free:
        why = f"The disk under {data} has {left:,} bytes left; below {free:,} new events are refused."
        return Reason("engine.disk_low", f"{why} Free some space, or lower free_bytes in [engine].")
    return None

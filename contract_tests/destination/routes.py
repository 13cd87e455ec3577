"""Which events get to which hook of a plugin, and under which contract: what a host works out when it loads one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from contract_tests.destination.hooks import Hook
from contract_tests.destination.schemas import problem
from event_router.api import Contract, event_key

#: The one event name that has a hook of its own.
ORDER: Final = "Order Completed"
#: The types of events whose hooks are named as they are.
_PLAIN: Final = ("identify", "track", "delete", "page", "screen", "group", "alias")

#: What hooks get where DST-020 or DST-023 is broken.
_ORDINARY: Final[Mapping[str, Any]] = {"type": "object", "required": ["type", "messageId", "userId"]}


@dataclass(frozen=True, slots=True)
class Route:
    """One kind of event that a plugin takes.

    Attributes:
        kind: ``order``, or the event's type.
        hook: The hook that gets it.
        schema: The contract that it meets.
        event: Its name, where only events of that name are meant.
    """

    kind: str
    hook: str
    schema: Mapping[str, Any]
    event: str | None = None

    @property
    def type(self) -> str:
        """Return the event's type."""
        return "track" if self.kind == "order" else self.kind

    @property
    def label(self) -> str:
        """Return what tells it from the others."""
        return f"{self.kind} {self.event}" if self.event else self.kind


def routes_of(hooks: Mapping[str, Hook], contracts: Sequence[Contract]) -> tuple[Route, ...]:
    """Return the routes of a plugin; types without a hook have none."""
    return tuple(_routes(hooks, {_key(contract): contract for contract in contracts}))


def _routes(hooks: Mapping[str, Hook], known: Mapping[tuple[str, str | None], Contract]) -> Iterator[Route]:
    for kind in _PLAIN:
        if f"transform_{kind}" in hooks:
            yield Route(kind, f"transform_{kind}", _schema(known, kind, None))
    if "transform_track" in hooks:
        for kind, name in known:
            if kind == "track" and name and name != event_key(ORDER):
                yield Route("track", "transform_track", _schema(known, kind, name), known[kind, name].event)
    orders = next((name for name in ("transform_order_completed", "transform_track") if name in hooks), None)
    if orders:
        yield Route("order", orders, _schema(known, "track", event_key(ORDER)), ORDER)


def _schema(known: Mapping[tuple[str, str | None], Contract], kind: str, name: str | None) -> Mapping[str, Any]:
    """Return the most specific contract's schema; where there is none that is good, one of ordinary events."""
    found = known.get((kind, name)) or known.get((kind, None))
    return _ORDINARY if found is None or problem(found.schema) else found.schema


def _key(contract: Contract) -> tuple[str, str | None]:
    return contract.kind, event_key(contract.event) if contract.event else None

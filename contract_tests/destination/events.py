"""Events that meet a plugin's contracts: plain ones, and such as nobody expects."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count
from typing import Any, Final

from contract_tests.destination.routes import ORDER, Route
from contract_tests.destination.sampling import UnmetError, sample
from contract_tests.destination.schemas import meets
from contract_tests.destination.snapshots import copied
from event_router.api import Contact

#: The part of an event that holds what its sender knows, by route.
PARTS: Final[Mapping[str, str]] = {
    "identify": "traits",
    "group": "traits",
    "track": "properties",
    "order": "properties",
    "page": "properties",
    "screen": "properties",
}
#: The traits that are kept of whom ordinary events are about.
PERSON: Final = {"email": "kate@contract.example", "firstName": "Katharina", "lastName": "Austenfield"}
_KNOWN: Final = {
    "plan": "Enterprise",
    "seats": 918273645,
    "share": 0.918273,
    "tags": ["northern", "southern"],
    "address": {"city": "Rotterdam", "geo": {"region": "Zuid-Holland"}},
    "history": [{"step": "invitation"}, {"step": "conversion"}],
    "biography": f"{'long ' * 120}conclusion",
}
#: Those of them that no specification knows, so that no plugin can have another name for them.
UNKNOWN: Final = frozenset({"seats", "share", "biography"})
_PRODUCT: Final = {"product_id": "product-507f1f77", "price": 1917.25, "quantity": 1, "name": "Monopoly"}
_ORDER: Final = {
    "order_id": "order-50314b8e",
    "total": 1927.53,
    "revenue": 1822.51,
    "currency": "EUR",
    "products": [_PRODUCT],
}
# What comes from it has never been in an event before; chance would differ from run to run.
_numbers: Final = count(1)
_COMMON: Final = {
    "messageId": "contract-message-1",
    "userId": "contract-user-1",
    "anonymousId": "contract-anonymous-1",
    "timestamp": "2026-11-23T15:01:41.904Z",
    "context": {"ip": "203.0.113.7", "library": {"name": "contract", "version": "1.0"}},
}
_OWN: Final[Mapping[str, Mapping[str, Any]]] = {
    "identify": {"traits": {**PERSON, **_KNOWN}},
    "track": {"event": "Article Shared", "properties": _KNOWN},
    "order": {"event": ORDER, "properties": {**_ORDER, **_KNOWN}},
    "page": {"name": "Home", "properties": {"url": "https://shop.contract.example/home", "title": "Welcome", **_KNOWN}},
    "screen": {"name": "Home", "properties": _KNOWN},
    "group": {"groupId": "contract-group-1", "traits": {"name": "Initech", **_KNOWN}},
    "alias": {"previousId": "contract-anonymous-1"},
    "delete": {},
}


@dataclass(frozen=True, slots=True)
class Case:
    """What a transform hook is called with.

    Attributes:
        route: The route of the event.
        event: A canonical event that meets the route's contract.
        contact: What the host remembers of the person.
        replay: Whether the event is replayed.
    """

    route: Route
    event: Mapping[str, Any]
    contact: Contact | None = None
    replay: bool = False

    def __repr__(self) -> str:
        """Return it without the contract's schema, which nobody wants to read."""
        more = f", contact={self.contact!r}" if self.contact else ""
        return f"{self.route.hook}(event={self.event!r}{more}{', replay' if self.replay else ''})"


def plain(route: Route) -> dict[str, Any]:
    """Return the event that a route's tests begin with, whether it meets the contract or not."""
    event = {"type": route.type, **_COMMON, **_OWN[route.kind]}
    named = {"event": route.event} if route.event else {}
    return {name: copied(value) for name, value in {**event, **named}.items()}


def bare(route: Route) -> dict[str, Any]:
    """Return an event with nothing in it that the tracking specification does not ask for."""
    wanted = {"type", "messageId", "userId", "event", "groupId", "previousId"}
    return {name: value for name, value in plain(route).items() if name in wanted}


def anonymous(route: Route) -> dict[str, Any]:
    """Return an event of somebody whose id is not known."""
    return {name: value for name, value in plain(route).items() if name not in {"userId", "timestamp", "context"}}


def fitted(route: Route, event: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return an event so that it meets the route's contract: with what the contract requires of it put in; or ``None``."""
    if meets(route.schema, event):
        return dict(event)
    wanted = _required(json.dumps(route.schema, default=dict))
    for made in (_over(wanted, event), _over(event, wanted)) if wanted is not None else ():
        made = {**made, "type": route.type, **({"event": route.event} if route.event else {})}
        if meets(route.schema, made):
            return made
    return None


def examples(route: Route) -> Iterator[dict[str, Any]]:
    """Yield the examples in a route's contract that meet it."""
    for event in route.schema.get("examples", ()):
        if isinstance(event, dict) and event.get("type") == route.type and meets(route.schema, event):
            yield {**_COMMON, **event}


def fixed(route: Route, own: Sequence[Mapping[str, Any]], known: Contact) -> tuple[Case, ...]:
    """Return the cases that every property of a route is tried with first.

    Args:
        route: The route.
        own: Events of the plugin's author, in canonical shape.
        known: A contact as the host would remember it.
    """
    given = [dict(event) for event in own if _belongs(route, event)]
    made = [*given, plain(route), bare(route), anonymous(route), *examples(route)]
    events = [event for event in (fitted(route, one) for one in made) if event is not None]
    cases = [Case(route, event, contact) for event in events for contact in (None, known)]
    return tuple(case for number, case in enumerate(cases) if case not in cases[:number])


def with_values(case: Case, values: Mapping[str, Any]) -> Case | None:
    """Return a case whose traits or properties have more values; ``None`` where the contract allows none."""
    part = PARTS.get(case.route.kind)
    if part is None:
        return None
    event = {**case.event, part: {**case.event.get(part, {}), **values}}
    return replace(case, event=event) if meets(case.route.schema, event) else None


def unseen(case: Case) -> Case:
    """Return a case with ids that no plugin has seen before; the same where the contract allows no such ids."""
    fresh = {name: _fresh() for name in ("messageId", "userId", "anonymousId") if name in case.event}
    return _changed(case, fresh)


def alike(case: Case, other: Case) -> Case:
    """Return a case as another event of another case's person; the same where its contract does not allow that."""
    ids = {name: other.event[name] for name in ("userId", "anonymousId") if name in other.event}
    return _changed(case, {**ids, "messageId": _fresh()})


def _fresh() -> str:
    return f"contract-unseen-{next(_numbers)}"


def _changed(case: Case, values: Mapping[str, Any]) -> Case:
    event = {**case.event, **values}
    return replace(case, event=event) if meets(case.route.schema, event) else case


def _belongs(route: Route, event: Mapping[str, Any]) -> bool:
    kind = "order" if event.get("event") == ORDER else event.get("type")
    return kind == route.kind and route.event in {None, event.get("event")}


@lru_cache(maxsize=256)
def _required(schema: str) -> dict[str, Any] | None:
    try:
        found = sample(json.loads(schema))
    except UnmetError:
        return None
    return found if isinstance(found, dict) else None


def _over(one: Any, other: Any) -> Any:
    """Return two JSON values as one; where they differ, the other one's counts."""
    if not (isinstance(one, Mapping) and isinstance(other, Mapping)):
        return copied(other)
    return {**copied(one), **{name: _over(one.get(name), value) for name, value in other.items()}}

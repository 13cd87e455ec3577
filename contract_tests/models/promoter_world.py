"""What a Promoter-compatible server holds, as plain values: each step makes a new world of an old one.

>>> world = later(surveyed(World(), Rules(), "kate@mac.com", {}), 3600)
>>> world.surveys, may_be_surveyed(world, Rules(), "kate@mac.com")
({'kate@mac.com': 1}, False)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

#: Seconds in which a request counts against the limit.
WINDOW = 3600


@dataclass(frozen=True, slots=True)
class Rules:
    """What servers may choose; the defaults are mock-promoter's.

    Attributes:
        throttle: Seconds in which nobody is surveyed twice.
        idempotent: Whether an ``Idempotency-Key`` is heeded.
        deletes: Whether ``contacts/remove/`` deletes; else it unsubscribes.
        refused_upserts: Whether a survey that is refused makes or updates its contact all the same.
    """

    throttle: int = 24 * 3600
    idempotent: bool = True
    deletes: bool = True
    refused_upserts: bool = False

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Rules:
        """Return the rules that a control plane's switches stand for."""
        return cls(
            settings.get("hard_throttle_hours", 24) * 3600,
            settings.get("idempotency", True),
            settings.get("removal", "delete") == "delete",
            settings.get("refused_survey_upserts", False),
        )


@dataclass(frozen=True, slots=True)
class Person:
    """A contact; ``surveyed`` is when the last survey was sent, ``lists`` are those that the history has made."""

    first_name: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    lists: frozenset[int] = frozenset()
    unsubscribed: bool = False
    surveyed: int | None = None


@dataclass(frozen=True, slots=True)
class World:
    """What there is.

    Attributes:
        people: By e-mail.
        surveys: How many each e-mail got, also of people who are removed.
        events: Custom events.
        lists: Lists that the history has made.
        now: Seconds since it began.
        limit: Requests in a ``WINDOW``; ``None`` for no limit.
        taken: When those that count were made.
    """

    people: Mapping[str, Person] = field(default_factory=dict)
    surveys: Mapping[str, int] = field(default_factory=dict)
    events: int = 0
    lists: frozenset[int] = frozenset()
    now: int = 0
    limit: int | None = None
    taken: tuple[int, ...] = ()


def asked(world: World) -> tuple[World, bool]:
    """Return the world after a request, and whether the limit lets it in; one that is refused does not count."""
    taken = tuple(at for at in world.taken if at > world.now - WINDOW)
    lets_in = world.limit is None or len(taken) < world.limit
    return replace(world, taken=(*taken, world.now) if world.limit is not None and lets_in else taken), lets_in


def upserted(
    world: World, email: str, name: str | None, attributes: Mapping[str, str], lists: frozenset[int] = frozenset()
) -> World:
    """Return the world in which a contact is made or updated: attributes are merged, a name that is not given stays."""
    before = world.people.get(email, Person())
    person = replace(
        before,
        first_name=before.first_name if name is None else name,
        attributes={**before.attributes, **attributes},
        lists=before.lists | lists,
    )
    return _with(world, email, person)


def may_be_surveyed(world: World, rules: Rules, email: str) -> bool:
    """Return whether a person may be surveyed now; so may somebody whom nobody knows."""
    person = world.people.get(email, Person())
    rested = person.surveyed is None or world.now - person.surveyed >= rules.throttle
    return rested and not person.unsubscribed


def surveyed(world: World, rules: Rules, email: str, attributes: Mapping[str, str]) -> World:
    """Return the world after somebody was asked to survey a person, whether or not it may be surveyed."""
    allowed = may_be_surveyed(world, rules, email)
    if not allowed and not rules.refused_upserts:
        return world
    after = upserted(world, email, None, attributes)
    if not allowed:
        return after
    counted = {**after.surveys, email: after.surveys.get(email, 0) + 1}
    return _with(replace(after, surveys=counted), email, replace(after.people[email], surveyed=world.now))


def sent(world: World, rules: Rules, listed: int) -> World:
    """Return the world after a campaign has surveyed everybody in its list who may be surveyed."""
    members = [email for email, person in world.people.items() if listed in person.lists]
    return reduce(lambda after, email: surveyed(after, rules, email, {}), members, world)


def removed(world: World, rules: Rules, email: str) -> World:
    """Return the world without a contact, or with one that is unsubscribed."""
    if not rules.deletes:
        return unsubscribed(world, email)
    return replace(world, people={name: person for name, person in world.people.items() if name != email})


def unsubscribed(world: World, email: str) -> World:
    """Return the world in which a contact is never surveyed again."""
    known = world.people.get(email)
    return world if known is None else _with(world, email, replace(known, unsubscribed=True))


def left(world: World, email: str, listed: int) -> World:
    """Return the world in which a contact is not in a list."""
    known = world.people.get(email)
    return world if known is None else _with(world, email, replace(known, lists=known.lists - {listed}))


def later(world: World, seconds: int) -> World:
    """Return the world after some time."""
    return replace(world, now=world.now + seconds)


def limited(world: World, limit: int | None) -> World:
    """Return the world with a limit on requests, or without one; what was asked before does not count."""
    return replace(world, limit=limit, taken=())


def _with(world: World, email: str, person: Person) -> World:
    return replace(world, people={**world.people, email: person})

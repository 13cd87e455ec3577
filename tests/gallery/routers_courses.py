"""Routers that send the wrong thing, at the wrong time, or in the wrong order."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Any

from event_router.api import (
    Contact,
    Delivered,
    Event,
    Misconfigured,
    Outcome,
    Parked,
    Reason,
    Rejected,
    Request,
    Retry,
    Skipped,
    Transformed,
)
from gallery.toy_router import PAUSE, Life, person_of

#: Seconds by which identifies are late, and after which events are given up: less than an outage of the tests.
_LATE, _BRIEF = 0.3, 0.4
_DROPPED = Reason("toy.dropped", "The toy does not want it.")


def without(body: dict[str, Any], name: str) -> dict[str, Any]:
    """Return an object without one of its members."""
    return {key: value for key, value in body.items() if key != name}


class LosesTraits(Life):
    """Makes contacts of names and e-mail only."""

    def prepared(self, request: Request, event: Event) -> Request:
        """Leave the attributes out."""
        return request._replace(body=without(request.body, "attributes")) if request.kind == "contact" else request


class LosesProperties(Life):
    """Surveys without saying what for."""

    def prepared(self, request: Request, event: Event) -> Request:
        """Leave the attributes out."""
        return request._replace(body=without(request.body, "attributes")) if request.kind == "survey" else request


class StoresHalf(Life):
    """Stores orders without their currency."""

    def prepared(self, request: Request, event: Event) -> Request:
        """Leave it out."""
        if request.kind != "event":
            return request
        return request._replace(body={**request.body, "properties": without(request.body["properties"], "currency")})


class SendsPages(Life):
    """Sends whatever Promoter has no use for."""

    def decide(self, event: Event, contact: Contact | None) -> Transformed | Outcome:
        """Send it as a custom event."""
        if event["type"] not in {"page", "screen", "group", "alias"}:
            return super().decide(event, contact)
        order = {"order_id": "none", "total": 0, "products": []}
        decided = super().decide({**event, "type": "track", "event": "Order Completed", "properties": order}, contact)
        assert isinstance(decided, Transformed)
        (request,) = decided.requests
        return Transformed((request._replace(body=event),))


class IgnoresIntegrations(Life):
    """Sends everything to everybody."""

    def decide(self, event: Event, contact: Contact | None) -> Transformed | Outcome:
        """Look at nothing."""
        return super().decide(without(event, "integrations"), contact)


class SurveysFirst(Life):
    """Surveys who waited for an identify before the contact is made."""

    async def deal(self, event: Event) -> Outcome:
        """Let go before the identify is delivered."""
        if event["type"] == "identify":
            known = Contact(person_of(event), event["traits"], event.get("timestamp"))
            for waiting in self.parked.pop(person_of(event), ()):
                decided = self.decide(waiting, known)
                assert isinstance(decided, Transformed)
                await self.insist(decided.requests[0])
                self.settle(waiting, Delivered())
        return await super().deal(event)


class DropsStrangers(Life):
    """Forgets a track of somebody whom it does not know."""

    def settle(self, event: Event, outcome: Outcome) -> None:
        """Take it for done."""
        super().settle(event, Skipped(_DROPPED) if isinstance(outcome, Parked) else outcome)


class MakesPeopleUp(Life):
    """Surveys an address that it made up for a stranger."""

    async def deal(self, event: Event) -> Outcome:
        """Ask the stranger, too."""
        outcome = await super().deal(event)
        if isinstance(outcome, Parked):
            stranger = {**event, "messageId": f"made-up-{event['messageId']}"}
            known = Contact(person_of(event), {"email": f"{person_of(event)}@unknown.example"})
            decided = self.decide(stranger, known)
            assert isinstance(decided, Transformed)
            await self.insist(decided.requests[0])
        return outcome


class LastOneWins(Life):
    """Takes identifies as they come."""

    def decide(self, event: Event, contact: Contact | None) -> Transformed | Outcome:
        """Look at no time."""
        return super().decide(event, contact and contact._replace(time=None))


class LateOld(Life):
    """Takes each type of a person's events in a lane of its own, identifies slowly, and looks at no time."""

    def lane_of(self, event: Event) -> str:
        """Return the lane of an event: its person's of that type."""
        return f"{person_of(event)} {event['type']}"

    def decide(self, event: Event, contact: Contact | None) -> Transformed | Outcome:
        """Look at no time."""
        return super().decide(event, contact and contact._replace(time=None))

    async def deal(self, event: Event) -> Outcome:
        """Let orders overtake identifies."""
        if event["type"] == "identify":
            await asyncio.sleep(_LATE)
        return await super().deal(event)


class ParksBriefly(Life):
    """Drops what waits for a contact after a while; a restart makes it forget about that."""

    def settle(self, event: Event, outcome: Outcome) -> None:
        """Look at the time."""
        super().settle(event, outcome)
        person = person_of(event)
        if isinstance(outcome, Parked) and event["messageId"] in self.new:
            asyncio.get_running_loop().call_later(_BRIEF, lambda: self.parked.pop(person, None))

    def begin(self) -> None:
        """Know of no new event."""
        self.new: set[str] = set()
        super().begin()

    async def take(self, event: Event) -> None:
        """Note that it is new."""
        self.new.add(event["messageId"])
        await super().take(event)


class GivesUp(Life):
    """Takes an outage for the event's end."""

    codes = frozenset({"promoter.unavailable"})

    async def attempt(self, request: Request) -> Outcome:
        """Take it for refused."""
        outcome = await super().attempt(request)
        given_up = isinstance(outcome, Retry) and outcome.reason.code in self.codes
        return Rejected(_DROPPED) if given_up else outcome


class GivesUpOnBreaks(GivesUp):
    """Takes a broken connection for the event's end."""

    codes = frozenset({"delivery.unreachable", "promoter.not_json"})


class GivesUpSoon(Life):
    """Takes an outage that goes on for the event's end."""

    async def insist(self, request: Request) -> Outcome:
        """Try for a while only, unless the key is to blame or nothing was heard."""
        until = monotonic() + _BRIEF
        while True:
            outcome = await self.attempt(request)
            if not isinstance(outcome, Retry):
                break
            if outcome.reason.code in GivesUp.codes and monotonic() > until:
                return Rejected(_DROPPED)
            self.heed(outcome)
            await asyncio.sleep(PAUSE)
        if isinstance(outcome, Misconfigured):
            await self.misconfigured()
        return outcome


class WaitsForEver(Life):
    """Has all the time in the world."""

    timeout = 3600.0


class IgnoresRetryAfter(Life):
    """Tries again when it wants to."""

    def heed(self, outcome: Retry) -> None:
        """Heed nothing."""


class WaitsAlone(Life):
    """Takes Retry-After for a matter of that one event."""

    def heed(self, outcome: Retry) -> None:
        """Leave the gate open."""

    async def attempt(self, request: Request) -> Outcome:
        """Wait with this request only."""
        outcome = await super().attempt(request)
        if isinstance(outcome, Retry) and outcome.after:
            await asyncio.sleep(outcome.after)
        return outcome


class TriesRefusals(Life):
    """Never takes no for an answer."""

    async def insist(self, request: Request) -> Outcome:
        """Try again and again."""
        while True:
            outcome = await super().insist(request)
            if not isinstance(outcome, Rejected):
                return outcome
            await asyncio.sleep(PAUSE)


class OneLane(Life):
    """Deals with all people's events one after the other."""

    def lane_of(self, event: Event) -> str:
        """Return the one lane."""
        return ""


class DropsUnauthorised(Life):
    """Takes a wrong key for the event's fault."""

    async def misconfigured(self) -> None:
        """Go on with the next one."""

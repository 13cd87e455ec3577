"""Routers that do not take deletions seriously."""

from __future__ import annotations

import asyncio

from event_router.api import Delivered, Event, Outcome, Reason, Rejected, Request, Retry
from gallery.routers_courses import GivesUp, GivesUpOnBreaks
from gallery.toy_router import PAUSE, Life, person_of

_GIVEN_UP = Rejected(Reason("toy.given_up", "The toy has tried it twice."))


class RemovesOnceMore(Life):
    """Takes a removal that failed twice for the event's end."""

    codes = GivesUp.codes

    async def insist(self, request: Request) -> Outcome:
        """Try a removal once more at most, unless something else is to blame."""
        if request.kind != "remove":
            return await super().insist(request)
        first = await self.attempt(request)
        if not self.fails(first):
            return await self.again(request, first)
        await asyncio.sleep(PAUSE)
        second = await self.attempt(request)
        return _GIVEN_UP if self.fails(second) else await self.again(request, second)

    async def again(self, request: Request, outcome: Outcome) -> Outcome:
        """Return a final outcome, or insist."""
        if not isinstance(outcome, Retry):
            return outcome
        self.heed(outcome)
        await asyncio.sleep(PAUSE)
        return await super().insist(request)

    def fails(self, outcome: Outcome) -> bool:
        """Return whether it is how removals are given up."""
        return isinstance(outcome, Retry) and outcome.reason.code in self.codes


class GivesUpRemovals(Life):
    """Takes a broken connection for the end of a removal."""

    codes = GivesUpOnBreaks.codes

    async def attempt(self, request: Request) -> Outcome:
        """Give up at once."""
        outcome = await super().attempt(request)
        fails = isinstance(outcome, Retry) and outcome.reason.code in self.codes
        return _GIVEN_UP if fails and request.kind == "remove" else outcome


class GivesUpThrottledRemovals(GivesUpRemovals):
    """Takes a removal that came too soon for done with."""

    codes = frozenset({"promoter.throttled"})


class TakesAnyAnswer(Life):
    """Takes a removal for done, whatever Promoter says."""

    async def attempt(self, request: Request) -> Outcome:
        """Send it, and look at nothing."""
        outcome = await super().attempt(request)
        return Delivered() if request.kind == "remove" else outcome


class LosesRemovals(Life):
    """Keeps removals in memory only."""

    async def take(self, event: Event) -> None:
        """Take it from the disk."""
        await super().take(event)
        if event["type"] == "delete":
            self.disk.write("done", person_of(event), event["messageId"])


class ForgetsInMemory(Life):
    """Knows after a start again who was deleted."""

    def forget(self, person: str) -> None:
        """Keep on the disk what there is."""
        self.contacts.pop(person, None)

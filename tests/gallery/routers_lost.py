"""Routers that lose what a lucky moment hides: times at a start, an answer's worth, events just taken, what a page ate."""

from __future__ import annotations

import asyncio

from event_router.api import Delivered, Event, Misconfigured, Outcome, Request, Retry
from gallery.routers_states import Late
from gallery.toy_router import PAUSE, Life, person_of

#: Seconds after which an event is written: longer than a kill takes here, shorter than tests wait otherwise.
_SOON = 0.2


class ForgetsTimesOnStart(Life):
    """Knows after a start whom it made a contact of, and not by which identify."""

    def begin(self) -> None:
        """Begin without times."""
        super().begin()
        self.contacts = {name: known._replace(time=None) for name, known in self.contacts.items()}


class LetsOldOnesPass(Life):
    """Begins with a person's oldest event before each try, also where one was tried already."""

    async def run(self, lane: asyncio.Queue[Event]) -> None:
        """Deal with what a lane has, the oldest first, and look at the lane again after each try."""
        waiting: list[Event] = []
        while True:
            while not waiting or not lane.empty():
                waiting.append(await lane.get())
            waiting.sort(key=lambda event: event.get("timestamp", ""))
            outcome = await self.deal(waiting[0])
            if isinstance(outcome, Retry):
                await asyncio.sleep(PAUSE)
            else:
                self.settle(waiting.pop(0), outcome)

    async def insist(self, request: Request) -> Outcome:
        """Try once."""
        outcome = await self.attempt(request)
        if isinstance(outcome, Retry):
            self.heed(outcome)
        if isinstance(outcome, Misconfigured):
            await self.misconfigured()
        return outcome


class WritesSoon(Late):
    """Keeps events on the disk a moment after it said that it has them, and at a regular end."""

    async def take(self, event: Event) -> None:
        """Put off writing."""
        known = (person_of(event), event["messageId"])
        if known in self.seen:
            return
        left = [event]

        def write() -> None:
            while left:
                self.disk.write("event", left.pop())

        self.seen.add(known)
        asyncio.get_running_loop().call_later(_SOON, write)
        self.late.append(write)
        self.line_up(event)


class TakesAnyBody(Life):
    """Takes each 2xx for an acceptance, whatever its body is."""

    async def attempt(self, request: Request) -> Outcome:
        """Look at the status only."""
        outcome = await super().attempt(request)
        unreadable = isinstance(outcome, Retry) and outcome.reason.code == "promoter.not_json"
        return Delivered() if unreadable else outcome

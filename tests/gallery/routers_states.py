"""Routers that do things twice, forget what they should keep, or keep what they should forget."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from event_router.api import Contact, Event, Outcome, Parked, Reason, Request, Skipped, Transformed
from gallery.toy_router import Life, ToyRouter, person_of

_NO = Skipped(Reason("toy.no", "The toy does not want to."))
_KEY = "idempotency-key"


def with_key(request: Request, key: str) -> Request:
    """Return a request with another ``Idempotency-Key``; with none where it is empty."""
    others = {name: value for name, value in request.headers.items() if name.lower() != _KEY}
    return request._replace(headers={**others, _KEY: key} if key else others)


class TakesTwice(Life):
    """Remembers no id."""

    async def take(self, event: Event) -> None:
        """Take whatever comes."""
        self.seen.clear()
        await super().take(event)


class ForgetsIdsOnStart(Life):
    """Remembers the ids of its own life only."""

    def begin(self) -> None:
        """Begin with none."""
        super().begin()
        self.seen.clear()


class NewKeys(Life):
    """Has a new key for each try."""

    async def attempt(self, request: Request) -> Outcome:
        """Make one."""
        return await super().attempt(with_key(request, uuid4().hex))


class NoKeys(Life):
    """Has no key."""

    async def attempt(self, request: Request) -> Outcome:
        """Take it away."""
        return await super().attempt(with_key(request, ""))


class KeysOfContent(Life):
    """Takes two orders that say the same for one."""

    def prepared(self, request: Request, event: Event) -> Request:
        """Make the key of the order's own id."""
        return with_key(request, f"order-{event['properties']['order_id']}") if request.kind == "event" else request


class KeysOfItsLife(Life):
    """Has keys that only this process knows."""

    def begin(self) -> None:
        """Make up a name for this life."""
        self.name = uuid4().hex
        super().begin()

    def prepared(self, request: Request, event: Event) -> Request:
        """Make the key of that name."""
        return with_key(request, f"{self.name}-{event['messageId']}")


class IgnoresDeletions(Life):
    """Removes nobody."""

    def decide(self, event: Event, contact: Contact | None) -> Transformed | Outcome:
        """Skip deletions."""
        return _NO if event["type"] == "delete" else super().decide(event, contact)


class RemembersForEver(Life):
    """Knows who was deleted."""

    def forget(self, person: str) -> None:
        """Forget nothing."""


class Late(Life):
    """Keeps on the disk at a regular end what was in memory only; ``late`` is run then."""

    def begin(self) -> None:
        """Begin with nothing in memory."""
        self.late: list[Callable[[], None]] = []
        super().begin()

    def end(self) -> None:
        """End, and save if there is time for it."""
        super().end()
        if self.asked:
            for save in self.late:
                save()


class WritesLate(Late):
    """Keeps events in memory, and on the disk at a regular end only."""

    async def take(self, event: Event) -> None:
        """Put off writing."""
        known = (person_of(event), event["messageId"])
        if known not in self.seen:
            self.seen.add(known)
            self.late.insert(0, lambda: self.disk.write("event", event))
            self.line_up(event)


class LosesTheFirst(Life):
    """Takes the first event after a start for one that it had before, unless it is the very first start."""

    def begin(self) -> None:
        """Begin as if something had been asked already."""
        super().begin()
        self.mistaken = bool(self.seen)

    async def take(self, event: Event) -> None:
        """Lose one."""
        if not self.mistaken:
            await super().take(event)
        self.mistaken = False


class LosesParked(Late):
    """Keeps what waits for a contact in memory, and on the disk at a regular end only."""

    def settle(self, event: Event, outcome: Outcome) -> None:
        """Take it from the disk."""
        super().settle(event, outcome)
        if isinstance(outcome, Parked):
            self.disk.write("done", person_of(event), event["messageId"])
            again = {**event, "messageId": f"{event['messageId']}-again"}
            self.late.append(lambda: self.disk.write("event", again))


class HasToBeKilled(ToyRouter):
    """Does not hear SIGTERM."""

    def stop(self) -> bool:
        """End as it has to."""
        super().stop()
        return False

"""What happened in a history of a router, for people: its steps by ``userId``, and what was sent of the person it failed for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from contract_tests.control import excerpt
from contract_tests.findings import MOST_REQUESTS
from contract_tests.router.people import Event, Person
from contract_tests.router.running import RunningRouter
from contract_tests.router.sending import Door
from contract_tests.router.witness import Witness, newest

#: Of the lines of a journal that a failure shows, so many are to the router; one says how many are left out.
_TO_ROUTER = MOST_REQUESTS // 3


@dataclass(slots=True)
class Tale:
    """A history as it is told.

    Attributes:
        door: What sends to the router.
        witness: What came to Promoter since the history began.
        before: Lines that ``door`` had then.
        steps: In words, in their order.
        about: For whom something is looked at now.
        error: What the history ended by, where it did not end well.
    """

    door: Door
    witness: Witness
    before: int
    steps: list[str] = field(default_factory=list)
    about: Person | None = None
    error: Exception | None = None

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Tell a step; where it fails, the error has all of them in its notes. A step may be part of another one."""
        self.steps.append(f"{len(self.steps) + 1}. {text}")
        try:
            yield
        except Exception as error:
            if self.error is None:
                self.error = error
                for one in self.steps:
                    error.add_note(one)
            raise

    def journal(self, secrets: Sequence[str] = ()) -> list[str]:
        """Return the last lines to the router, then those to Promoter about the person whom it failed for, or about all."""
        name = "" if self.about is None else self.about.id
        sent = self.door.lines[self.before :]
        came = [excerpt(row, secrets) for row in self.witness.everything() if name in json.dumps(row)]
        told = [*sent[-_TO_ROUTER:], *came[-(MOST_REQUESTS - _TO_ROUTER - 1) :]]
        left = len(sent) + len(came) - len(told)
        return [f"of this history, {left} earlier lines are left out", *told] if left else told


def said(events: Sequence[tuple[Person, Event]]) -> str:
    """Return events in words."""
    return "; ".join(
        f"{event.get('event', event['type'])} {event['messageId']} of {person.id}, which happened at {event['timestamp']}"
        for person, event in events
    )


@dataclass(frozen=True, slots=True)
class History:
    """What a history happens to.

    Attributes:
        router: It is killed where it can be.
        door: Sends to it.
        witness: Knows what came to its Promoter.
        failed: Those that ended badly, as they are told.
    """

    router: RunningRouter
    door: Door
    witness: Witness
    failed: list[Tale] = field(default_factory=list)

    def tale(self) -> Tale:
        """Begin to tell one."""
        witness = replace(self.witness, since=newest(self.witness.control))
        return Tale(self.door, witness, len(self.door.lines))

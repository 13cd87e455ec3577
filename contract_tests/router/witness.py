"""What Promoter saw of people, by the journal of its control plane."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from contract_tests.control import Control, Row
from contract_tests.findings import expect
from contract_tests.router.pauses import QUIET, found_within
from contract_tests.router.people import Person

Found = TypeVar("Found")
#: The seconds that an outage lasts at most, and the part of ``--contract-patience`` that it takes.
_OUTAGE, _SHARE = 3.0, 0.25
#: Which requests are meant, as the control plane takes it.
Match: TypeAlias = Mapping[str, Any]


def contact_of(person: Person) -> Match:
    """Return what finds the calls that make or update a person's contact."""
    return {"method": "POST", "path": "/api/contacts/", "body": {"email": person.email}}


def survey_of(person: Person) -> Match:
    """Return what finds the calls that survey a person."""
    return {"method": "POST", "path": "/api/v2/survey/", "body": {"contact": {"email": person.email}}}


def order_of(person: Person) -> Match:
    """Return what finds the calls that store a person's orders."""
    return {"method": "POST", "path": "/api/segment/", "body": {"userId": person.id}}


def removal_of(person: Person) -> Match:
    """Return what finds the calls that remove a person."""
    return {"method": "POST", "path": "/api/contacts/remove/", "body": {"email": person.email}}


def succeeded(rows: Iterable[Row]) -> list[Row]:
    """Return the requests that were answered 2xx, whether or not the answer came to the router."""
    return [row for row in rows if row["status"] is not None and 200 <= row["status"] < 300]


def effective(rows: Iterable[Row]) -> list[Row]:
    """Return the requests that changed something: not those whose answer repeats an earlier one."""
    return [row for row in succeeded(rows) if "idempotent-replay" not in row["response_headers"]]


def key_of(row: Row) -> str:
    """Return a request's ``Idempotency-Key``; empty where it has none."""
    return str(row["headers"].get("idempotency-key", ""))


@dataclass(frozen=True, slots=True)
class Witness:
    """Asks Promoter what came.

    Attributes:
        control: Its control plane.
        patience: Seconds within which a router has to do what it has to do.
        since: The request after which the test began.
    """

    control: Control
    patience: float
    since: int = 0

    @property
    def outage(self) -> float:
        """Return the seconds of an outage, and of other things that a router has to outlast."""
        return min(_OUTAGE, _SHARE * self.patience)

    def came(self, match: Match) -> list[Row]:
        """Return the requests that match, the oldest first."""
        return self.control.requests(**match)

    def everything(self) -> list[Row]:
        """Return all requests since the test began, whoever they are about."""
        count = newest(self.control) - self.since
        found = self.control.call("GET", "/requests", limit=count)["requests"] if count > 0 else []
        return [row for row in found if row["id"] > self.since]

    def containing(self, text: str) -> list[Row]:
        """Return the requests in which a text stands, wherever, such as a person's id."""
        return [row for row in self.everything() if text in json.dumps(row)]

    def contact(self, person: Person) -> Row | None:
        """Return a person's contact as it is now."""
        return next((one for one in self.control.contacts(person.email) if one["email"] == person.email), None)

    def until(self, expected: str, look: Callable[[], Found], shown: Callable[[], object]) -> Found:
        """Return what a look finds. Raises ``BrokenRequirement`` where it finds nothing within patience."""
        found = found_within(self.patience, look)
        if not found:
            expect(found, f"{expected} within {self.patience:g} s", shown())
        return found

    def done(self, expected: str, *matches: Match, count: int = 1) -> list[Row]:
        """Return the effective requests once there are so many of each kind that is meant."""

        def look() -> list[Row]:
            found = [effective(self.came(match)) for match in matches]
            return [row for rows in found for row in rows] if all(len(rows) >= count for rows in found) else []

        return self.until(expected, look, lambda: outcome(row for match in matches for row in self.came(match)))

    def arrived(self, match: Match, count: int = 1) -> list[Row]:
        """Return requests once so many have come and been answered or lost, and in the end those that have."""

        def look() -> list[Row]:
            found = [row for row in self.came(match) if row["state"] != "open"]
            return found if len(found) >= count else []

        return found_within(self.patience, look) or self.came(match)

    def more(self, match: Match, than: int, seconds: float = QUIET) -> list[Row]:
        """Return requests where more than so many come within a moment; else none."""
        return found_within(seconds, lambda: rows if len(rows := self.came(match)) > than else [])


def newest(control: Control) -> int:
    """Return the number of the newest request; 0 where there is none."""
    return max((int(row["id"]) for row in control.call("GET", "/requests", limit=1)["requests"]), default=0)


def outcome(rows: Iterable[Row]) -> str:
    """Return in words what came."""
    shown = [f"{row['method']} {row['path']} → {row['status'] or row['state']}" for row in rows]
    return f"{len(shown)} requests: {', '.join(shown)}" if shown else "no request"

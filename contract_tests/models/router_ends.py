"""How what a router was sent has to have ended at Promoter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from contract_tests.control import Row
from contract_tests.findings import expect
from contract_tests.router.people import Event, Person
from contract_tests.router.witness import Match, Witness, effective, order_of, outcome, survey_of


def outlasted(effect: Mapping[str, Any]) -> bool:
    """Return whether a fault's effect is one that every router outlasts (RTR-300 to RTR-330)."""
    return effect.get("status", 503) in {429, 500, 502, 503, 504}


def ends_once(witness: Witness, person: Person, event: Event) -> None:
    """Expect Promoter to have dealt with a track or an order, and to have done it once."""
    match = _with(order_of(person), messageId=event["messageId"])
    if event["event"] != "Order Completed":
        match = _with(survey_of(person), attributes={"message": event["messageId"]})
    what = f"{event['event']} {event['messageId']} of {person.id}"
    ended = f"{what} ends at Promoter"
    rows = witness.until(ended, lambda: _ended(witness.came(match)), lambda: outcome(witness.came(match)))
    expect(len(effective(rows)) <= 1, f"{what} is done once", outcome(rows))


def newest_counts(witness: Witness, person: Person, known: Sequence[Event]) -> None:
    """Expect a person's contact to be what the newest of their identifies says."""
    last = max(event["timestamp"] for event in known)
    names = {event["traits"]["firstName"] for event in known if event["timestamp"] == last}

    def name() -> str:
        return str((witness.contact(person) or {}).get("first_name"))

    wanted = f"the newest identify of {person.id} counts: first_name {' or '.join(names)}"
    witness.until(wanted, lambda: name() in names, name)


def _with(match: Match, **more: Any) -> Match:
    return {**match, "body": {**match["body"], **more}}


def _ended(rows: Sequence[Row]) -> Sequence[Row]:
    """Return requests if one of them ended the matter: it was done, or the person may not be surveyed now."""
    ends = [row for row in rows if row["status"] == 400 and not row["fault"]] or effective(rows)
    return rows if ends else []

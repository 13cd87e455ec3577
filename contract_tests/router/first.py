"""What comes before everything else: a Promoter that tells what came, a router that answers, plain events that are delivered."""

from __future__ import annotations

from collections.abc import Mapping

from contract_tests.control import Control
from contract_tests.findings import BrokenRequirement
from contract_tests.router.pauses import found_within
from contract_tests.router.people import Event, Person
from contract_tests.router.running import RunningRouter, answers
from contract_tests.router.sending import Door
from contract_tests.router.witness import Match, Witness, contact_of, effective, order_of, survey_of
from contract_tests.unready import no_control, no_router

#: The requirements that plain events are delivered; their own tests say what is wrong.
PLAIN = frozenset({"RTR-100", "RTR-110", "RTR-120"})
#: Seconds that a router which is to run already has to answer at all.
_GRACE = 5.0


def expect_control(promoter_url: str) -> None:
    """Raise ``ContractError`` where a Promoter cannot tell what came."""
    with Control(promoter_url) as control:
        why = control.lacking()
    if why is not None:
        raise no_control(why)


def expect_answers(router: RunningRouter, patience: float) -> None:
    """Raise ``ContractError`` where nobody answers at a router's address."""
    grace = min(_GRACE, patience)
    if not found_within(grace, lambda: answers(router.url)):
        raise no_router(router.url, grace)


def undelivered(door: Door, witness: Witness) -> str:
    """Return what is to be mended before other requirements can be seen to hold; empty where plain events are delivered.

    Tests wait for orders of people whom nobody has identified, to know that what went before them is done with.
    """
    person, stranger = Person(), Person()
    plain = {
        "RTR-100 first: an identify of a plain person is not sent": (person.identify(), contact_of(person)),
        "RTR-120 first: an order of a plain person is not sent": (person.order(), order_of(person)),
        "RTR-120 first: an order of somebody unknown is not sent": (stranger.order(), order_of(stranger)),
    }
    known = {"RTR-110 first: a track of a plain person is not sent": (person.track(), survey_of(person))}
    return _missing(plain, door, witness) or _missing(known, door, witness)


def _missing(wanted: Mapping[str, tuple[Event, Match]], door: Door, witness: Witness) -> str:
    """Send events one by one; return what is said of those that do not come within patience."""
    try:
        for event, _ in wanted.values():
            door.accept(event)
    except BrokenRequirement as error:
        return f"RTR-010 first: it is not so that {error.expected}"

    def left() -> list[str]:
        return [told for told, (_, match) in wanted.items() if not effective(witness.came(match))]

    found_within(witness.patience, lambda: not left())
    return next(iter(left()), "")

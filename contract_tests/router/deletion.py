"""People who asked to be forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contract_tests.contract import requirement
from contract_tests.findings import expect
from contract_tests.router.faults import Faults, status
from contract_tests.router.pauses import QUIET, found_within, pass_by
from contract_tests.router.people import Person
from contract_tests.router.running import RunningRouter, killed
from contract_tests.router.sending import Door
from contract_tests.router.subject import RouterSubject
from contract_tests.router.witness import Witness, contact_of, effective, order_of, outcome, removal_of, survey_of

#: How requests fail, and how often one after the other.
_FAILURES: Mapping[str, tuple[Mapping[str, Any], int]] = {
    "is answered 500": (status(500), 2),
    "is answered with a gateway's page": ({"kind": "html", "status": 502}, 2),
    "is answered 503": (status(503), 2),
    "is answered 504": (status(504), 2),
    "is answered 429": (status(429, {"detail": "Request was throttled."}, Retry_After="1"), 1),
    "loses its connection": ({"kind": "reset"}, 1),
    "is not answered by a single byte": ({"kind": "empty_reply"}, 1),
}


class Deletion(RouterSubject):
    """Requirements of delete events."""

    @requirement("RTR-500", needs="deletion")
    def test_a_delete_removes_the_contact(self, door: Door, witness: Witness) -> None:
        """The contact that an identify made is gone after the delete."""
        person = Person()
        _made(door, witness, person)
        door.accept(person.delete())
        witness.done("a delete removes the contact", removal_of(person))
        expect(witness.contact(person) is None, "the contact is gone", witness.contact(person))

    @requirement("RTR-505", needs="deletion")
    def test_a_removal_that_fails_is_sent_again(self, door: Door, witness: Witness, faults: Faults) -> None:
        """However it fails, it is done in the end, as an identify is that fails in the same way."""
        deleted, others = ([Person() for _ in _FAILURES] for _ in range(2))
        _made(door, witness, *deleted)
        for gone, other, (effect, times) in zip(deleted, others, _FAILURES.values(), strict=True):
            for match in (removal_of(gone), contact_of(other)):
                faults.strike(dict(effect), match, times)
        door.accept(*(person.delete() for person in deleted), *(person.identify() for person in others))
        found_within(witness.patience, lambda: all(_is_made(other, witness) for other in others))
        if not witness.arrived(removal_of(deleted[0])):
            return  # RTR-500.
        for gone, other, failure in zip(deleted, others, _FAILURES, strict=True):
            if _is_made(other, witness):  # Else it is RTR-300, RTR-310 or RTR-330.
                witness.done(f"a removal that {failure} is sent again until it is done", removal_of(gone))

    @requirement("RTR-505", needs="deletion")
    @requirement("RTR-505", needs="restart")
    def test_kill_forgets_no_removal(self, door: Door, witness: Witness, faults: Faults, router: RunningRouter) -> None:
        """What fails when the router is killed is done after its next start, as an identify is that fails, too."""
        gone, other = Person(), Person()
        _made(door, witness, gone)
        for match in (removal_of(gone), contact_of(other)):
            faults.strike(status(503), match)
        door.accept(gone.delete(), other.identify())
        tried, sent = (witness.arrived(match, 2) for match in (contact_of(other), removal_of(gone)))
        with killed(router):
            faults.lift()
        # Whoever sends nothing breaks RTR-500, whoever gives up identifies RTR-300, whoever loses them RTR-600.
        if sent and len(tried) > 1 and found_within(witness.patience, lambda: _is_made(other, witness)):
            witness.done("a removal that fails at kill -9 is done after the next start", removal_of(gone))

    @requirement("RTR-510", needs="deletion")
    def test_who_is_deleted_is_forgotten(self, door: Door, witness: Witness) -> None:
        """A track after the delete surveys nobody."""
        person = Person()
        _made(door, witness, person)
        if _is_removed(person, door, witness):  # Else it is RTR-500.
            _surveys_nobody(person, door, witness, "the deletion")

    @requirement("RTR-510", needs="deletion")
    @requirement("RTR-510", needs="restart")
    def test_kill_remembers_nobody(self, door: Door, witness: Witness, router: RunningRouter) -> None:
        """Nor does one that comes after the delete, ``kill -9`` and a start."""
        person = Person()
        _made(door, witness, person)
        if _is_removed(person, door, witness):  # Else it is RTR-500.
            pass_by(QUIET)  # What was done may be noted a moment later.
            with killed(router):
                pass
            _surveys_nobody(person, door, witness, "the deletion and kill -9")


def _made(door: Door, witness: Witness, *people: Person) -> None:
    door.accept(*(person.identify() for person in people))
    witness.done("an identify makes the contact", *(contact_of(person) for person in people))


def _is_made(person: Person, witness: Witness) -> bool:
    return bool(effective(witness.came(contact_of(person))))


def _is_removed(person: Person, door: Door, witness: Witness) -> bool:
    """Return whether a delete removes the contact; the order after it tells that it had its turn."""
    door.accept(person.delete(), person.order())
    witness.done("an order needs no contact", order_of(person))
    return found_within(witness.patience, lambda: witness.contact(person) is None)


def _surveys_nobody(person: Person, door: Door, witness: Witness, what: str) -> None:
    """Expect a track to survey nobody, and nothing to make the contact again; one order was stored before."""
    door.accept(person.track(), person.order())
    witness.done("an order needs no contact", order_of(person), count=2)
    came = witness.came(survey_of(person))
    expect(not came, f"nobody is surveyed for a track that comes after {what}", outcome(came))
    expect(witness.contact(person) is None, f"there is no contact after {what}", witness.contact(person))

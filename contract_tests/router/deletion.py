"""People who asked to be forgotten."""

from __future__ import annotations

from contract_tests.contract import requirement
from contract_tests.findings import expect
from contract_tests.router.people import Person
from contract_tests.router.sending import Door
from contract_tests.router.subject import RouterSubject
from contract_tests.router.witness import Witness, contact_of, order_of, outcome, removal_of, succeeded, survey_of


class Deletion(RouterSubject):
    """Requirements of delete events."""

    @requirement("RTR-500", needs="deletion")
    def test_a_delete_removes_the_contact(self, door: Door, witness: Witness) -> None:
        """The contact that an identify made is gone after the delete."""
        person = Person()
        _made_and_deleted(person, door, witness)
        witness.done("a delete removes the contact", removal_of(person))
        expect(witness.contact(person) is None, "the contact is gone", witness.contact(person))

    @requirement("RTR-510", needs="deletion")
    def test_who_is_deleted_is_forgotten(self, door: Door, witness: Witness) -> None:
        """A track after the delete surveys nobody."""
        person = Person()
        _made_and_deleted(person, door, witness)
        door.accept(person.order())
        witness.done("an order needs no contact", order_of(person))
        if not succeeded(witness.came(removal_of(person))):
            return  # RTR-500.
        door.accept(person.track(), person.order())
        witness.done("an order needs no contact", order_of(person), count=2)
        came = witness.came(survey_of(person))
        expect(not came, "nobody is surveyed for a track that comes after the deletion", outcome(came))


def _made_and_deleted(person: Person, door: Door, witness: Witness) -> None:
    door.accept(person.identify())
    witness.done("an identify makes the contact", contact_of(person))
    door.accept(person.delete())

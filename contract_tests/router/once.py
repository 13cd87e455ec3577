"""Once, and by one key: repeated events, lost answers, and what tells writes apart."""

from __future__ import annotations

from collections.abc import Iterable

from contract_tests.contract import requirement
from contract_tests.findings import expect
from contract_tests.router.faults import LOST, Faults
from contract_tests.router.pauses import QUIET, pass_by
from contract_tests.router.people import Event, Person, fresh
from contract_tests.router.running import RunningRouter, killed
from contract_tests.router.sending import Door
from contract_tests.router.subject import RouterSubject
from contract_tests.router.witness import (
    Match,
    Witness,
    contact_of,
    effective,
    key_of,
    order_of,
    outcome,
    removal_of,
    succeeded,
    survey_of,
)


class Once(RouterSubject):
    """Requirements of idempotency."""

    @requirement("RTR-400", needs="control")
    def test_a_repeated_event_is_sent_once(self, door: Door, witness: Witness) -> None:
        """An order that the SDK sends again, twice, is not sent to Promoter again."""
        person = Person()
        order = person.order()
        before = _settled(person, order, door, witness)
        door.accept(order, order)
        door.accept(person.identify())
        witness.done("the identify after it makes the contact", contact_of(person))
        came = succeeded(witness.came(_of(order, person)))
        expect(len(came) == before, "an order that the SDK sends again is not sent to Promoter again", outcome(came))

    @requirement("RTR-400", needs="restart")
    def test_a_kill_forgets_no_ids(self, door: Door, witness: Witness, router: RunningRouter) -> None:
        """Nor is one that is sent again after ``kill -9``."""
        person = Person()
        order = person.order()
        door.accept(person.track())
        before = _settled(person, order, door, witness)
        pass_by(QUIET)
        with killed(router):
            pass
        door.accept(order, order)
        door.accept(person.identify())
        witness.done("the identify after it makes the contact", contact_of(person))
        if witness.arrived(survey_of(person)):  # Else what waited is lost (RTR-200, RTR-600), and ids with it.
            came = succeeded(witness.came(_of(order, person)))
            expect(len(came) == before, "an order that is sent again after kill -9 is not sent again", outcome(came))

    @requirement("RTR-410", needs="control")
    def test_a_lost_answer_makes_no_duplicate(self, door: Door, witness: Witness, faults: Faults) -> None:
        """Survey and order whose answers are lost are asked for again by the same key, and done once."""
        person = Person()
        door.accept(person.identify())
        witness.done("an identify makes the contact", contact_of(person))
        for match in (survey_of(person), order_of(person)):
            faults.strike(LOST, match, 1)
        door.accept(person.track(), person.order())
        for match in (survey_of(person), order_of(person)):
            rows = witness.arrived(match, 2)
            keys = {key_of(row) for row in rows}
            if len(rows) > 1 and keys != {""}:  # Else it is RTR-310 or RTR-420.
                expect(len(keys) == 1, "a write is repeated by the Idempotency-Key that it had", _keys(keys))
                expect(len(effective(rows)) == 1, "what is repeated is done once", outcome(effective(rows)))

    @requirement("RTR-420", needs="control")
    def test_every_write_has_a_key(self, door: Door, witness: Witness) -> None:
        """Contact, survey and order carry an ``Idempotency-Key``."""
        person = Person()
        door.accept(person.identify())
        witness.done("an identify makes the contact", contact_of(person))
        door.accept(person.track(), person.order())
        _have_keys(witness, contact_of(person), survey_of(person), order_of(person))

    @requirement("RTR-420", needs="deletion")
    def test_every_removal_has_a_key(self, door: Door, witness: Witness) -> None:
        """So does what removes a contact."""
        person = Person()
        door.accept(person.identify())
        witness.done("an identify makes the contact", contact_of(person))
        door.accept(person.delete())
        _have_keys(witness, removal_of(person))

    @requirement("RTR-430", needs="control")
    def test_different_events_have_different_keys(self, door: Door, witness: Witness) -> None:
        """Two orders that say the same, under two ``messageId``s, have two keys; so have events of other kinds."""
        person = Person()
        one = person.order()
        other = one | {"messageId": fresh()}
        door.accept(one, other, person.identify())
        orders = [{**order_of(person), "body": {"messageId": event["messageId"]}} for event in (one, other)]
        found = [{key_of(row) for row in witness.arrived(match)} - {""} for match in (*orders, contact_of(person))]
        shared = found[0] & found[1] | found[2] & (found[0] | found[1])
        expect(not shared, "two orders that say the same, and an identify, have three Idempotency-Keys", _keys(shared))


def _settled(person: Person, order: Event, door: Door, witness: Witness) -> int:
    """Return how many requests an order has made once it is done with; several where answers came late (RTR-320)."""
    door.accept(order)
    witness.done("an order is stored", order_of(person))
    # Until the answer is noted, a router may ask once more, by the same key (RTR-410, RTR-610).
    door.accept(person.order())
    witness.done("the order after it is stored", order_of(person), count=2)
    return len(succeeded(witness.came(_of(order, person))))


def _of(order: Event, person: Person) -> Match:
    return {**order_of(person), "body": {"messageId": order["messageId"]}}


def _have_keys(witness: Witness, *matches: Match) -> None:
    """Expect all requests that match to have one, once one of each has come; whether it comes is for others to say."""
    without = [row for match in matches for row in witness.arrived(match) if not key_of(row)]
    expect(not without, "every write carries an Idempotency-Key", outcome(without))


def _keys(keys: Iterable[str]) -> str:
    return ", ".join(keys)

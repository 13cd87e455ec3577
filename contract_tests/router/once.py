"""Once, and by one key: repeated events, lost answers, and what tells writes apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from contract_tests.contract import requirement
from contract_tests.findings import expect
from contract_tests.router.faults import Faults
from contract_tests.router.people import Person, fresh
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

_LOST = {"kind": "answer_lost"}


class Once(RouterSubject):
    """Requirements of idempotency."""

    @requirement("RTR-400", needs="control")
    def test_a_repeated_event_is_sent_once(self, door: Door, witness: Witness) -> None:
        """An order that the SDK sends three times is one request."""
        person = Person()
        order = person.order()
        door.accept(order)
        witness.done("an order is stored", order_of(person))
        door.accept(order, order)
        door.accept(person.identify())
        witness.done("the identify after it makes the contact", contact_of(person))
        came = succeeded(witness.came(order_of(person)))
        expect(len(came) == 1, "an order that is sent three times is one request", outcome(came))

    @requirement("RTR-410", needs="control")
    def test_a_lost_answer_makes_no_duplicate(self, door: Door, witness: Witness, faults: Faults) -> None:
        """Survey and order whose answers are lost are asked for again by the same key, and done once."""
        person = Person()
        door.accept(person.identify())
        witness.done("an identify makes the contact", contact_of(person))
        for match in (survey_of(person), order_of(person)):
            faults.strike(_LOST, match, 1)
        door.accept(person.track(), person.order())
        for match in (survey_of(person), order_of(person)):
            rows = witness.arrived(match, 2)
            keys = {key_of(row) for row in rows}
            if len(rows) > 1 and keys != {""}:  # Else it is RTR-310 or RTR-420.
                expect(len(keys) == 1, "a write is repeated by the Idempotency-Key that it had", _keys(keys))
                expect(len(effective(rows)) == 1, "what is repeated is done once", outcome(effective(rows)))

    @requirement("RTR-420", needs="control")
    def test_every_write_has_a_key(self, door: Door, witness: Witness) -> None:
        """Contact, survey, order and removal carry an ``Idempotency-Key``."""
        person = Person()
        door.accept(person.identify())
        witness.done("an identify makes the contact", contact_of(person))
        door.accept(person.track(), person.order(), person.delete())
        kinds: tuple[Callable[[Person], Match], ...] = (contact_of, survey_of, order_of, removal_of)
        rows = [row for kind in kinds for row in witness.arrived(kind(person))]
        without = [row for row in rows if not key_of(row)]
        expect(not without, "every write carries an Idempotency-Key", outcome(without))

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


def _keys(keys: Iterable[str]) -> str:
    return ", ".join(keys)

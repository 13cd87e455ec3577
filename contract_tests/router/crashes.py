"""``kill -9`` at the worst moments, and SIGTERM."""

from __future__ import annotations

from collections.abc import Sequence

from contract_tests.contract import requirement
from contract_tests.control import Row
from contract_tests.findings import expect
from contract_tests.router.faults import Faults, status
from contract_tests.router.people import Person
from contract_tests.router.running import RunningRouter, killed
from contract_tests.router.sending import Door
from contract_tests.router.subject import RouterSubject
from contract_tests.router.witness import Witness, contact_of, effective, key_of, order_of, outcome, survey_of

#: Seconds for which an answer is held back, so that there is time to kill who waits for it.
_HELD = 5.0
#: Kills right after an answer, and orders before each: a router that writes late is lucky at times.
_ROUNDS, _BATCH = 5, 5


class Crashes(RouterSubject):
    """Requirements of what a router keeps over its end."""

    @requirement("RTR-600", needs="restart")
    def test_kill_loses_nothing(self, door: Door, witness: Witness, faults: Faults, router: RunningRouter) -> None:
        """What waited, failed or was parked when the router was killed is delivered after its start."""
        failing, parked = Person(), Person()
        parks = _parks(door, witness)
        faults.strike(status(503), contact_of(failing))
        door.accept(parked.track(), failing.identify(), failing.track(), failing.order())
        tries = len(witness.arrived(contact_of(failing), 2)) > 1
        with killed(router):
            faults.lift()
        door.accept(parked.identify())
        # Whoever does not wait at all breaks RTR-200, and whoever gives up RTR-300.
        waited = [survey_of(parked)] if parks else []
        failed = [contact_of(failing), survey_of(failing)] if tries else []
        expected = "what was answered 200 before kill -9 is delivered after the next start"
        witness.done(expected, order_of(failing), contact_of(parked), *waited, *failed)

    @requirement("RTR-600", needs="restart")
    def test_a_kill_right_after_the_answer_loses_nothing(
        self, door: Door, witness: Witness, faults: Faults, router: RunningRouter
    ) -> None:
        """Nor is anything that was answered 200 a moment before the kill, several times over."""
        people = [Person() for _ in range(_ROUNDS)]
        for person in people:
            # Nothing is delivered before the kill, and nothing is given up by those who break RTR-300.
            faults.strike({"kind": "timeout"}, order_of(person))
        for person in people:
            batch = [person.order() for _ in range(_BATCH)]
            door.accept(*batch)
            with killed(router):  # Nothing comes between: each millisecond is one in which a router may still write.
                if person is people[-1]:
                    faults.lift()
        expected = f"{_BATCH} orders that were answered 200 right before kill -9 are delivered after, {_ROUNDS} times"
        _all_done(witness, people, expected)

    @requirement("RTR-610", needs="restart")
    def test_kill_doubles_nothing(self, door: Door, witness: Witness, faults: Faults, router: RunningRouter) -> None:
        """An order that was under way when the router was killed is stored once, by the same ``Idempotency-Key``."""
        person = Person()
        order = order_of(person)
        faults.strike(status(503), order, 1)
        faults.strike({"kind": "latency", "seconds": _HELD}, order, 1)
        door.accept(person.order())
        before = [key_of(row) for row in witness.arrived(order, 2)]
        with killed(router):
            faults.lift()
        door.accept(person.identify())
        witness.done("the identify after it makes the contact", contact_of(person))
        rows = witness.arrived(order, 3)
        if len(before) > 1 and before[0] and len(set(before)) == 1:  # Else it is RTR-300, RTR-420 or RTR-410.
            once = len(effective(rows)) == 1 and {key_of(row) for row in rows} == set(before)
            expect(once, "a write that kill -9 broke off is repeated by its key, and done once", _keys(rows))

    @requirement("RTR-620", needs="restart")
    def test_it_ends_when_asked_to(self, door: Door, witness: Witness, router: RunningRouter) -> None:
        """After SIGTERM it ends by itself; what it had accepted is delivered after its start."""
        person = Person()
        parks = _parks(door, witness)
        door.accept(person.track())
        try:
            ended = router.stop()
        finally:
            router.start()
        expect(ended, f"asked to end by SIGTERM, the router ends within {witness.patience:g} s", "it had to be killed")
        door.accept(person.identify())
        waited = [survey_of(person)] if parks else []  # Else it is RTR-200.
        witness.done("what was accepted before SIGTERM is delivered after", contact_of(person), *waited)


def _parks(door: Door, witness: Witness) -> bool:
    """Return whether a track waits for its identify at all."""
    person = Person()
    door.accept(person.track(), person.order())
    witness.done("an order needs no contact", order_of(person))
    door.accept(person.identify())
    return bool(witness.arrived(survey_of(person)))


def _all_done(witness: Witness, people: Sequence[Person], expected: str) -> None:
    """Expect a batch of orders of each person to be stored."""

    def stored() -> list[int]:
        return [len(effective(witness.came(order_of(person)))) for person in people]

    witness.until(
        expected,
        lambda: min(stored()) >= _BATCH,
        lambda: f"of those before each kill came: {', '.join(map(str, stored()))}",
    )


def _keys(rows: list[Row]) -> str:
    return f"{outcome(rows)}; keys {', '.join(key_of(row) for row in rows)}"

"""Events that come in another order than they happened in."""

from __future__ import annotations

from itertools import dropwhile

from contract_tests.contract import requirement
from contract_tests.findings import expect
from contract_tests.router.faults import LOST, Faults
from contract_tests.router.pauses import QUIET, found_within, pass_by
from contract_tests.router.people import Person
from contract_tests.router.running import RunningRouter, killed
from contract_tests.router.sending import Door
from contract_tests.router.subject import RouterSubject
from contract_tests.router.witness import Witness, contact_of, effective, order_of, outcome, succeeded, survey_of

_HOUR = 3600.0


class Ordering(RouterSubject):
    """Requirements of parking, and of the time of events."""

    @requirement("RTR-200", needs="control")
    def test_a_track_waits_for_its_identify(self, door: Door, witness: Witness) -> None:
        """The survey of a track that came first is asked for after the contact was made."""
        person = Person()
        door.accept(person.track(), person.order())
        witness.done("an order needs no contact", order_of(person))
        pass_by(witness.outage)
        door.accept(person.identify())
        witness.done("a track that waited for its identify surveys", survey_of(person))
        made = [int(row["id"]) for row in effective(witness.came(contact_of(person)))]
        asked = [int(row["id"]) for row in witness.came(survey_of(person))]
        order = f"contact by requests {made}, survey by requests {asked}"
        expect(made and made[0] < asked[0], "the contact is made before anybody asks for the survey", order)

    @requirement("RTR-210", needs="control")
    def test_nobody_is_made_up(self, door: Door, witness: Witness) -> None:
        """Nothing that Promoter sees has to do with the track of a stranger."""
        person = Person()
        track = person.track()
        door.accept(track, person.order())
        witness.done("an order needs no contact", order_of(person))
        came = witness.containing(track["messageId"])
        expect(not came, "nothing is sent for a track of somebody whom nobody has identified", outcome(came))

    @requirement("RTR-220", needs="control")
    def test_the_newest_identify_counts(self, door: Door, witness: Witness) -> None:
        """An older identify that comes later changes nothing; a newer one does, wherever it comes."""
        person = Person()
        door.accept(person.identify("Middle", ago=_HOUR))
        witness.done("an identify makes the contact", contact_of(person))
        door.accept(person.identify("Oldest", ago=2 * _HOUR))
        door.accept(person.order())
        witness.done("the order after it is stored", order_of(person))
        _named(witness, person, "Middle", "an older identify does not overwrite a newer one")
        door.accept(person.identify("Newest"))
        _named(witness, person, "Newest", "a newer identify overwrites an older one")
        # The order may have overtaken the oldest, and the newest may hide it.
        _stays(witness, person, "Middle", "Oldest", "not even for a moment")

    @requirement("RTR-220", needs="restart")
    def test_a_kill_forgets_no_times(self, door: Door, witness: Witness, router: RunningRouter) -> None:
        """Nor does an older identify that comes after ``kill -9`` overwrite a newer one that was delivered before."""
        person = Person()
        door.accept(person.identify("Newer", ago=_HOUR), person.order())
        witness.done("an identify makes the contact, and an order is stored", contact_of(person), order_of(person))
        pass_by(QUIET)  # Until the answers are noted, the router may as well begin with the newer one again.
        with killed(router):
            pass
        door.accept(person.identify("Older", ago=2 * _HOUR))
        door.accept(person.order())
        witness.done("the order after it is stored", order_of(person), count=2)
        _stays(witness, person, "Newer", "Older", "not after kill -9 either")

    @requirement("RTR-220", needs="control")
    def test_a_lost_answer_lets_no_older_one_pass(self, door: Door, witness: Witness, faults: Faults) -> None:
        """Nor does an older one that comes while the newer one is repeated, since its answers are lost."""
        person = Person()
        newer = {**contact_of(person), "body": {"email": person.email, "first_name": "Newer"}}
        faults.strike(LOST, contact_of(person))
        door.accept(person.identify("Newer", ago=_HOUR))
        if len(witness.arrived(newer, 2)) < 2:  # Whoever gives up breaks RTR-310.
            return
        door.accept(person.identify("Older", ago=2 * _HOUR))
        pass_by(witness.outage)  # The older one has time to come between two tries.
        faults.lift()
        door.accept(person.order())
        witness.done("the order after them is stored", order_of(person))
        # Its Idempotency-Key is known by now, so that it changes nothing: an older one that came between would stay.
        witness.until(
            "an identify whose answers were lost is sent again",
            lambda: [row for row in succeeded(witness.came(newer)) if not row["fault"]],
            lambda: outcome(witness.came(newer)),
        )
        _stays(witness, person, "Newer", "Older", "not where the answer to that was lost either")


def _names_after(name: str, witness: Witness, person: Person) -> list[str]:
    """Return the first names that a contact had from one on."""
    names = [str(row["body"].get("first_name")) for row in effective(witness.came(contact_of(person)))]
    return list(dropwhile(lambda one: one != name, names))


def _stays(witness: Witness, person: Person, newer: str, older: str, even: str) -> None:
    """Expect a contact that had a newer first name never to have an older one after it."""
    late = found_within(QUIET, lambda: older in _names_after(newer, witness, person))
    names = ", ".join(_names_after(newer, witness, person))
    expect(
        not late,
        f"an older identify does not overwrite a newer one, {even}",
        f"first_name, one after the other: {names}",
    )


def _named(witness: Witness, person: Person, name: str, expected: str) -> None:
    """Expect a contact to have a first name, soon."""

    def look() -> bool:
        return (witness.contact(person) or {}).get("first_name") == name

    witness.until(f"{expected}: first_name {name}", look, lambda: (witness.contact(person) or {}).get("first_name"))

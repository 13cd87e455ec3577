"""What becomes of each type of event at Promoter, where nothing goes wrong."""

from __future__ import annotations

from contract_tests.contract import requirement
from contract_tests.control import Row
from contract_tests.findings import expect
from contract_tests.router.pauses import QUIET, pass_by
from contract_tests.router.people import Event, Person, fresh
from contract_tests.router.sending import BATCH, Door
from contract_tests.router.subject import RouterSubject
from contract_tests.router.witness import Witness, contact_of, order_of, outcome, survey_of

_MINUTE = 60.0
_OTHERS = ("page", "screen", "group", "alias")


class Routing(RouterSubject):
    """Requirements of the way from an event to Promoter."""

    @requirement("RTR-100", needs="control")
    def test_an_identify_makes_the_contact(self, door: Door, witness: Witness) -> None:
        """The contact has the e-mail, the names and the other traits of the identify."""
        person = Person()
        door.accept(
            person.identify(traits={"email": person.email, "firstName": "Kate", "lastName": "Hill", "plan": "gold"})
        )
        body = witness.done("an identify makes the contact", contact_of(person))[0]["body"]
        named = (body.get("first_name"), body.get("last_name"), (body.get("attributes") or {}).get("plan"))
        expect(
            named == ("Kate", "Hill", "gold"),
            "the contact has the names Kate and Hill, and the attribute plan gold",
            body,
        )

    @requirement("RTR-110", needs="control")
    def test_a_track_surveys_the_known_contact(self, door: Door, witness: Witness) -> None:
        """The survey is of campaign 1, and has the track's properties as attributes."""
        person, mark = Person(), fresh()
        door.accept(person.identify())
        witness.done("an identify makes the contact", contact_of(person))
        door.accept(person.track(properties={"invited": 5, "mark": mark}))
        body = witness.done("a track surveys the contact that its userId has", survey_of(person))[0]["body"]
        attributes = body.get("attributes") or {}
        wanted = (body.get("campaign_id"), attributes.get("invited"), attributes.get("mark")) == (1, 5, mark)
        expect(wanted, f"the survey is of campaign 1, with the attributes invited 5 and mark {mark}", body)

    @requirement("RTR-120", needs="control")
    def test_an_order_is_stored(self, door: Door, witness: Witness) -> None:
        """The custom event has the order's properties; the order surveys nobody."""
        person = Person()
        order = person.order()
        door.accept(person.identify(), order, person.order())
        bodies = [row["body"] for row in witness.done("orders are stored as custom events", order_of(person), count=2)]
        wanted = order["properties"]
        same = any(wanted.items() <= (body.get("properties") or {}).items() for body in bodies)
        expect(same, f"a custom event has the properties {wanted}", bodies)
        expect(not witness.came(survey_of(person)), "orders survey nobody", outcome(witness.came(survey_of(person))))

    @requirement("RTR-120", needs="control")
    def test_an_order_of_somebody_unknown_is_stored(self, door: Door, witness: Witness) -> None:
        """The custom event comes though nobody has identified the person."""
        person = Person()
        door.accept(person.order())
        witness.done("an order of a person whom nobody identified is stored as a custom event", order_of(person))

    @requirement("RTR-130", needs="control")
    def test_other_types_are_not_sent(self, door: Door, witness: Witness) -> None:
        """Of a person's page, screen, group, alias and order, the order is all that Promoter sees."""
        person = Person()
        door.accept(*(person.event(kind, name="x", groupId="g", previousId="p") for kind in _OTHERS), person.order())
        witness.done("the order that comes after them is stored", order_of(person))
        came = [row for row in witness.containing(person.id) if (row["body"] or {}).get("event") != "Order Completed"]
        expect(not came, f"nothing is sent for {', '.join(_OTHERS)}", outcome(came))

    @requirement("RTR-140", needs="control")
    def test_integrations_decide(self, door: Door, witness: Witness) -> None:
        """Nothing is sent for who is kept out by ``integrations``; who is named in them is sent."""
        person = Person()
        sent = person.order(integrations={"All": False, "Promoter.io": True})
        door.accept(
            person.identify(integrations={"All": False}), person.order(integrations={"Promoter.io": False}), sent
        )
        witness.done("what names Promoter.io in its integrations is sent", order_of(person))
        _nothing_but(sent, person, witness, "nothing is sent of what integrations keep out")

    @requirement("RTR-140", needs="control")
    def test_integrations_of_a_batch_decide(self, door: Door, witness: Witness) -> None:
        """Those of an envelope go for each event in it, besides the event's own."""
        person = Person()
        sent = person.order(integrations={"Promoter.io": True})
        batch = {"batch": [person.identify(), person.order(), sent], "integrations": {"All": False}}
        witness.until("a good batch is answered 200", lambda: _is_taken(batch, door), lambda: door.lines[-1])
        witness.done("what names Promoter.io in its own integrations is sent", order_of(person))
        _nothing_but(sent, person, witness, "nothing is sent of what the integrations of its batch keep out")

    @requirement("RTR-230", needs="control")
    def test_a_track_surveys_the_new_address(self, door: Door, witness: Witness) -> None:
        """Who was identified by one address, and then by another, is surveyed at that one only."""
        person = Person()
        moved = Person(f"moved-{person.id}")
        door.accept(person.identify(ago=_MINUTE))
        witness.done("an identify makes the contact", contact_of(person))
        door.accept(person.identify(traits={"email": moved.email}))
        witness.done("an identify with another e-mail makes a contact of it", contact_of(moved))
        pass_by(QUIET)  # The router has to read the answer, too.
        door.accept(person.track())

        def surveys() -> list[Row]:
            return [row for one in (moved, person) for row in witness.came(survey_of(one))]

        witness.until("a track surveys the contact that its userId has", surveys, lambda: "no request")
        old = witness.came(survey_of(person))
        expect(not old, "nobody is surveyed at an address that a newer identify has replaced", outcome(old))
        witness.done("a track surveys the address of the newest identify", survey_of(moved))


def _is_taken(batch: Event, door: Door) -> bool:
    answer = door.ask(BATCH, batch)
    return answer is not None and answer.status_code == 200


def _nothing_but(sent: Event, person: Person, witness: Witness, expected: str) -> None:
    """Expect nothing to have come of a person but one event."""
    came = [row for row in witness.containing(person.id) if (row["body"] or {}).get("messageId") != sent["messageId"]]
    expect(not came, expected, outcome(came))

"""What becomes of each type of event at Promoter, where nothing goes wrong."""

from __future__ import annotations

from contract_tests.contract import requirement
from contract_tests.findings import expect
from contract_tests.router.people import Person, fresh
from contract_tests.router.sending import Door
from contract_tests.router.subject import RouterSubject
from contract_tests.router.witness import Witness, contact_of, order_of, outcome, survey_of

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
        came = [
            row for row in witness.containing(person.id) if (row["body"] or {}).get("messageId") != sent["messageId"]
        ]
        expect(not came, "nothing is sent of what integrations keep out", outcome(came))

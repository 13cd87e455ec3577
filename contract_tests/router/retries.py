"""What becomes of events while Promoter is down, slow, strict, or does not know the key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from contract_tests.contract import requirement
from contract_tests.control import Row
from contract_tests.findings import expect
from contract_tests.router.faults import Faults, status
from contract_tests.router.pauses import pass_by
from contract_tests.router.people import Person
from contract_tests.router.running import RunningRouter
from contract_tests.router.sending import Door
from contract_tests.router.subject import RouterSubject
from contract_tests.router.witness import Match, Witness, contact_of, newest, order_of, outcome, succeeded, survey_of

_OUTAGES: Mapping[str, Mapping[str, Any]] = {
    "500": status(500),
    "a gateway's page": {"kind": "html", "status": 502},
    "503": status(503),
    "504": status(504),
}
_PAGE: Mapping[str, Any] = {"kind": "html", "status": 200}
#: What breaks, and the answers to what.
_BREAKS: Mapping[str, tuple[Mapping[str, Any], Callable[[Person], Match]]] = {
    "a reset connection": ({"kind": "reset"}, contact_of),
    "an end without a byte": ({"kind": "empty_reply"}, contact_of),
    "bytes that are no HTTP": ({"kind": "garbage"}, contact_of),
    "half of the JSON": ({"kind": "truncated_json"}, contact_of),
    "a page with status 200": (_PAGE, contact_of),
    "a page with status 200 for an order": (_PAGE, order_of),
}
#: Seconds in which an answer is read.
_READ = 0.2
_BAD_EMAIL = {"email": ["Enter a valid email address."]}


class Retries(RouterSubject):
    """Requirements of what is tried again, when, and what is not."""

    @requirement("RTR-300", needs="control")
    def test_outages_are_outlasted(self, door: Door, witness: Witness, faults: Faults) -> None:
        """Identifies that are answered 500, 502, 503 and 504, for as long as an outage lasts, are delivered after it."""
        people = _struck(faults, [dict(effect) for effect in _OUTAGES.values()])
        door.accept(*(person.identify() for person in people))
        pass_by(witness.outage)
        tried = f"one of those that are answered {', '.join(_OUTAGES)} is sent again"
        witness.until(tried, lambda: _is_sent_again(people, witness), lambda: "each came once at most")
        faults.lift()
        expected = f"what is answered {', '.join(_OUTAGES)} for {witness.outage:g} s is sent again"
        witness.done(expected, *(contact_of(person) for person in people))

    @requirement("RTR-310", needs="control")
    def test_broken_connections_are_outlasted(self, door: Door, witness: Witness, faults: Faults) -> None:
        """Requests whose answers break are sent again, after each way of breaking, until an answer is whole."""
        people = {name: Person() for name in _BREAKS}
        for name, (effect, call) in _BREAKS.items():
            faults.strike(dict(effect), call(people[name]), 1)
        door.accept(*(event for person in people.values() for event in (person.identify(), person.order())))

        def left() -> list[str]:
            calls = {name: call(people[name]) for name, (_, call) in _BREAKS.items()}
            return [name for name, match in calls.items() if not _whole(witness.came(match))]

        expected = f"what is answered by {', by '.join(_BREAKS)} is sent again until the answer is whole"
        witness.until(expected, lambda: not left(), lambda: f"no whole answer came after {', after '.join(left())}")

    @requirement("RTR-320", needs="control")
    def test_silence_is_outlasted(self, door: Door, witness: Witness, faults: Faults) -> None:
        """An identify that is never answered is delivered in the end."""
        (person,) = _struck(faults, [{"kind": "timeout"}], 1)
        door.accept(person.identify())
        witness.done("what is never answered is given up, and sent again", contact_of(person))

    @requirement("RTR-330", needs="control")
    def test_retry_after_is_kept(self, door: Door, witness: Witness, faults: Faults) -> None:
        """Nothing comes in the second for which Promoter told one event to wait, of that event and of another's."""
        told, other = Person(), Person()
        faults.strike(status(429, {"detail": "Request was throttled."}, Retry_After="1"), contact_of(told), 1)
        door.accept(told.identify())
        first = witness.until("the identify is sent", lambda: witness.arrived(contact_of(told)), lambda: "no request")[
            0
        ]
        # What was under way already when the router read the answer is nobody's fault.
        witness.more(contact_of(told), 1, _READ)
        read = newest(witness.control)
        door.accept(other.identify())
        witness.done("what Promoter put off is delivered after that", contact_of(told), contact_of(other))
        own = {row["id"] for row in witness.came(contact_of(told))} - {first["id"]}
        early = [row for row in witness.everything() if row["early"] and (row["id"] in own or row["id"] > read)]
        expect(not early, "no request comes before Retry-After has passed", outcome(early))

    @requirement("RTR-340", needs="control")
    def test_refusals_are_final(self, door: Door, witness: Witness, faults: Faults) -> None:
        """What Promoter refuses with 400 comes once; other events go on."""
        refused, other = Person(), Person()
        faults.strike(status(400, _BAD_EMAIL), contact_of(refused))
        door.accept(refused.identify())
        witness.until("the identify is sent", lambda: witness.came(contact_of(refused)), lambda: "no request")
        door.accept(refused.order(), other.identify())
        expected = "a refusal does not keep other events from being delivered"
        witness.done(expected, order_of(refused), contact_of(other))
        again = witness.more(contact_of(refused), 1)
        expect(not again, "what is answered 400 is not sent again", outcome(again))

    @requirement("RTR-350", needs="control")
    def test_nobody_waits_for_others(self, door: Door, witness: Witness, faults: Faults) -> None:
        """While one person's requests fail, others' are delivered."""
        failing, other = Person(), Person()
        faults.strike(status(503), contact_of(failing))
        door.accept(failing.identify())
        witness.until("the identify is sent", lambda: witness.came(contact_of(failing)), lambda: "no request")
        door.accept(other.identify(), other.track(), other.order())
        expected = "others are delivered while one person's requests fail"
        witness.done(expected, contact_of(other), survey_of(other), order_of(other))

    @requirement("RTR-360", needs="restart")
    def test_a_wrong_key_loses_nothing(
        self, door: Door, witness: Witness, faults: Faults, router: RunningRouter
    ) -> None:
        """Events that come while the key is refused are delivered once it is right, after a restart."""
        person = Person()
        faults.strike(status(401, {"detail": "Invalid token."}), contact_of(person))
        door.accept(person.identify())
        witness.until("the identify is sent", lambda: witness.came(contact_of(person)), lambda: "no request")
        door.accept(person.track())
        faults.lift()
        try:
            router.stop()
        finally:
            router.start()
        witness.done("what came while the key was refused is delivered after", contact_of(person), survey_of(person))


def _whole(rows: Sequence[Row]) -> list[Row]:
    """Return the requests that were done, and whose answer nothing broke."""
    return [row for row in succeeded(rows) if not row["fault"]]


def _struck(faults: Faults, effects: Sequence[Mapping[str, Any]], times: int | None = None) -> Sequence[Person]:
    """Return people with a fault each, which makes their contact fail so many times or until it is lifted."""
    people = [Person() for _ in effects]
    for person, effect in zip(people, effects, strict=True):
        faults.strike(dict(effect), contact_of(person), times)
    return people


def _is_sent_again(people: Sequence[Person], witness: Witness) -> bool:
    """Return whether anybody's is; where people wait for each other (RTR-350), it is the first one's."""
    return any(len(witness.came(contact_of(person))) > 1 for person in people)

"""The two keys and people's addresses: nowhere but where they have to be, in no encoding that hides them from no one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import httpx

from contract_tests.contract import requirement
from contract_tests.control import Row
from contract_tests.findings import expect
from contract_tests.masking import MASK
from contract_tests.router.faults import Faults, status
from contract_tests.router.people import Person
from contract_tests.router.running import RunningRouter
from contract_tests.router.sending import BATCH, Door
from contract_tests.router.sightings import places_of, sightings
from contract_tests.router.subject import RouterSubject
from contract_tests.router.witness import Witness, contact_of, order_of, survey_of
from contract_tests.wire import basic

_LOST = {"kind": "reset"}


class Secrecy(RouterSubject):
    """Requirements of what nobody may read."""

    @requirement("RTR-800")
    def test_answers_show_no_key(self, door: Door, promoter_key: str, write_key: str) -> None:
        """Good, bad and wrongly addressed requests, with the write key in each place, are answered without a key."""
        event = {**Person().event("page"), "writeKey": write_key}
        asked: list[tuple[str, str, Any]] = [
            ("POST", BATCH, {"batch": [event], "writeKey": write_key}),
            ("POST", f"{BATCH}?writeKey={write_key}", {"batch": [event, 5]}),
            ("POST", BATCH, f'{{"writeKey": "{write_key}", "batch": ['.encode()),
            ("POST", BATCH, {"writeKey": write_key, "batch": "none"}),
            ("POST", "/v1/page", {**event, "type": "nonsense"}),
            ("GET", f"/v1/batch?writeKey={write_key}", None),
            ("GET", "/", None),
            ("GET", "/metrics", None),
        ]
        for method, path, body in asked:
            answer = door.ask(path, body, method=method)
            found = [] if answer is None else places_of(_texts(answer), promoter_key, write_key)
            expect(
                not found, f"no answer to {method} {path.replace(write_key, MASK)} has a key in it", ", ".join(found)
            )

    @requirement("RTR-810", needs="control")
    def test_requests_show_no_key(self, door: Door, witness: Witness, promoter_key: str, write_key: str) -> None:
        """Contact, survey and order have Promoter's key in their Authorization, and else no key anywhere."""
        person = Person()
        door.accept({**person.identify(), "writeKey": write_key})
        witness.done("an identify makes the contact", contact_of(person))
        door.accept({**person.track(), "writeKey": write_key}, {**person.order(), "writeKey": write_key})
        rows = witness.done("track and order are delivered", contact_of(person), survey_of(person), order_of(person))
        for row in rows:
            # A journal masks the keys that it knows.
            found = places_of(_sent(row), promoter_key, write_key, MASK)
            where = f"{row['method']} {row['path']} has Promoter's key in its Authorization only, and no write key"
            expect(not found, where, ", ".join(found))

    @requirement("RTR-820", needs="restart")
    def test_the_log_shows_no_key(
        self, door: Door, witness: Witness, faults: Faults, router: RunningRouter, promoter_key: str, write_key: str
    ) -> None:
        """What is written of deliveries, failures and refusals has no key in it."""
        _trouble(door, witness, faults)
        found = sightings(router.log(), {"Promoter's key": promoter_key, "the write key": write_key})
        expect(not found, "what the router writes has no key in it", "; ".join(found))

    @requirement("RTR-830", needs="restart")
    def test_the_log_shows_no_address(
        self, door: Door, witness: Witness, faults: Faults, router: RunningRouter
    ) -> None:
        """What is written of deliveries, failures and refusals has no e-mail address in it, Promoter's words included."""
        people = _trouble(door, witness, faults)
        found = sightings(router.log(), {f"the e-mail of person {person.id}": person.email for person in people})
        expect(not found, "what the router writes has no person's e-mail address in it", "; ".join(found))


def _trouble(door: Door, witness: Witness, faults: Faults) -> Sequence[Person]:
    """Let happen what there may be something to say about; return whom it happened to."""
    person, refused = Person(), Person()
    for effect in (status(503), _LOST):
        faults.strike(dict(effect), contact_of(person), 1)
    faults.strike(status(400, {"email": [refused.email]}), contact_of(refused), 1)
    door.ask(BATCH, b"{", headers={"authorization": basic(door.write_key)})
    door.ask(f"/v1/nothing?writeKey={door.write_key}", {"writeKey": door.write_key})
    door.accept(person.identify(), person.track(), refused.identify(), person.identify(traits={"email": "no address"}))
    door.accept(person.order(), refused.order())
    witness.done("the orders after that are stored", order_of(person), order_of(refused))
    return person, refused


def _texts(answer: httpx.Response) -> dict[str, str]:
    return {"its body": answer.text, **{f"its header {name}": value for name, value in answer.headers.items()}}


def _sent(row: Row) -> dict[str, str]:
    """Return what may not show a key: all of a request but its Authorization."""
    headers = {name: value for name, value in row["headers"].items() if name != "authorization"}
    url = f"{row['path']}?{row['query']}"
    return {
        "its URL": url,
        "its body": json.dumps(row["body"]),
        **{f"its header {name}": headers[name] for name in headers},
    }

"""What the contract tests of routers ask with: people, a door, faults, and a witness."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from gallery.routers_undelivered import DeliversNothing, DropsOrdersOfStrangers, DropsTracks
from gallery.toy_router import Life, ToyRouter
from support import KEY
from toy_routers import PATIENCE, WRITE_KEY, asking, toy

from contract_tests.control import Control, Row
from contract_tests.findings import BrokenRequirement
from contract_tests.router.doors import as_captured, captured
from contract_tests.router.faults import Faults, status
from contract_tests.router.first import undelivered
from contract_tests.router.pauses import found_within
from contract_tests.router.people import Person
from contract_tests.router.sending import BATCH, Door
from contract_tests.router.sightings import places_of, sightings
from contract_tests.router.witness import Witness, contact_of, effective, key_of, newest, order_of, outcome, survey_of
from contract_tests.wire import basic


@pytest.fixture
def asked(tmp_path: Path, mock: str) -> Iterator[tuple[Door, Witness]]:
    """Return what asks a toy router and its Promoter."""
    with toy(tmp_path, mock) as router, asking(router, mock) as found:
        yield found


def test_plain_events_are_delivered(asked: tuple[Door, Witness]) -> None:
    """Of a router that works there is nothing to say."""
    assert undelivered(*asked) == ""


@pytest.mark.parametrize(
    ("life", "first"),
    [
        (DeliversNothing, "RTR-100 first: an identify of a plain person is not sent"),
        (DropsTracks, "RTR-110 first: a track of a plain person is not sent"),
        (DropsOrdersOfStrangers, "RTR-120 first: an order of somebody unknown is not sent"),
    ],
)
def test_what_is_to_be_mended_first(tmp_path: Path, mock: str, life: type[Life], first: str) -> None:
    """It is the first plain event that does not come to Promoter."""
    router = type("Toy", (ToyRouter,), {"life": life})(tmp_path, mock, KEY, WRITE_KEY)
    router.start()
    try:
        with Door(router.url, WRITE_KEY, PATIENCE) as door, Control(mock) as control:
            assert undelivered(door, Witness(control, 0.3)) == first
    finally:
        router.kill()


def test_a_door_that_takes_nothing_is_to_be_mended_first(mock: str) -> None:
    """Nothing can be delivered then."""
    with Door(mock, WRITE_KEY, 0.05) as door, Control(mock) as control:
        found = undelivered(door, Witness(control, 0.05))
    assert found == "RTR-010 first: it is not so that a good batch is answered 200 within 0.05 s"


def test_people_are_new() -> None:
    """Two have nothing in common; their events have ids of their own, and say when they happened."""
    one, other = Person(), Person()
    assert one.id != other.id
    assert one.id in one.email
    assert one.track()["messageId"] != one.track()["messageId"]
    assert one.identify(ago=60)["timestamp"] < one.identify()["timestamp"]
    assert one.order(properties={"a": 1})["properties"] == {"a": 1}
    assert one.delete()["type"] == "delete"


def test_looking_until_it_is_there() -> None:
    """What is found is returned at once; in the end, what was found last."""
    looks = iter(["", "", "here"])
    assert found_within(PATIENCE, lambda: next(looks)) == "here"
    assert found_within(0, lambda: "") == ""


def test_what_came_is_seen(asked: tuple[Door, Witness]) -> None:
    """Contact, survey and order of one person, by their requests, and nobody else's."""
    door, witness = asked
    person, nobody = Person(), Person()
    door.accept(person.identify(), person.track(), person.order())
    kinds = (contact_of, survey_of, order_of)
    rows = witness.done("they come", *(kind(person) for kind in kinds))
    assert [row["path"] for row in rows] == ["/api/contacts/", "/api/v2/survey/", "/api/segment/"]
    assert all(key_of(row).startswith("promoter:") for row in rows)
    assert len(witness.containing(person.id)) == 3
    assert witness.containing(nobody.id) == []
    assert (witness.contact(person) or {})["first_name"] == "Kate"
    assert witness.contact(nobody) is None
    assert witness.more(order_of(person), 0)
    assert witness.more(order_of(person), 1, 0.05) == []
    assert [row["id"] for row in witness.everything()] == [1, 2, 3]
    later = Witness(witness.control, PATIENCE, newest(witness.control))
    assert later.everything() == []


@pytest.mark.parametrize(("patience", "outage"), [(2, 0.5), (30, 3), (600, 3)])
def test_an_outage_takes_a_part_of_patience(mock: str, patience: float, outage: float) -> None:
    """Seconds that are long for a router, and are not a matter of how long somebody waits for it."""
    with Control(mock) as control:
        assert Witness(control, patience).outage == outage


def test_what_does_not_come_is_told(mock: str) -> None:
    """What was expected, within which time, and what came instead."""
    with Control(mock) as control:
        witness, person = Witness(control, 0.05), Person()
        with pytest.raises(BrokenRequirement, match=r"expected: it comes within 0.05 s\ncame: no request"):
            witness.done("it comes", contact_of(person))
        assert witness.arrived(contact_of(person)) == []
        assert newest(control) == 0


def test_repetitions_change_nothing() -> None:
    """An answer that repeats an earlier one is no effect, and a refusal is none."""
    rows: list[Row] = [
        {"method": "POST", "path": "/", "state": "lost", "status": 200, "response_headers": {}, "headers": {}},
        {"status": 200, "response_headers": {"idempotent-replay": "true"}},
        {"status": 503, "response_headers": {}},
        {"method": "POST", "path": "/", "state": "lost", "status": None, "response_headers": {}},
    ]
    assert effective(rows) == rows[:1]
    assert key_of(rows[0]) == ""
    assert outcome([rows[0], rows[3]]) == "2 requests: POST / → 200, POST / → lost"


def test_a_door_that_never_opens(mock: str) -> None:
    """Whoever is not answered 200 is told what came last, without the write key."""
    with Door(mock, WRITE_KEY, 0.05) as door:
        with pytest.raises(BrokenRequirement, match=r"came: to the router: POST /v1/batch .* → 404"):
            door.accept({**Person().track(), "writeKey": WRITE_KEY})
        assert door.lines
        assert not any(WRITE_KEY in line for line in door.lines)
        assert door.ask("/", method="GET") is not None


def test_no_answer_is_none() -> None:
    """Where nobody listens there is no answer, and the line says so."""
    with Door("http://127.0.0.1:1", WRITE_KEY, 0) as door:
        assert door.ask(BATCH, {"batch": []}) is None
        assert door.lines == ['to the router: POST /v1/batch {"batch": []} → ConnectError']


def test_faults_are_taken_away(mock: str) -> None:
    """Those that were added, and no others."""
    with Control(mock) as control:
        kept = control.fail(status(500))
        faults = Faults(control)
        faults.strike(status(429, {"detail": "x"}, Retry_After="1"), contact_of(Person()), 1)
        found = control.call("GET", "/faults")["faults"]
        assert found[1]["effect"] == {
            "kind": "status",
            "status": 429,
            "body": {"detail": "x"},
            "headers": {"Retry-After": "1"},
        }
        faults.lift()
        faults.lift()
        assert [one["id"] for one in control.call("GET", "/faults")["faults"]] == [kept]


def test_where_secrets_stand_is_told() -> None:
    """Whose, in which form, and the line, of which no part is a secret; each once, by the first such line."""
    key, email = "promoter/s3cret-key", Person().email
    named = {"the key": key, "an e-mail": email, "another": "a"}
    coded = b64encode(f'{{"x": "{key}"}}'.encode()).decode()
    text = "\n".join(
        [f"one {key.upper()} and {email} {'x' * 80}", f"two {key}", f"{'y' * 80}={coded}", f"four {key.encode().hex()}"]
    )
    found = sightings(text, named)
    assert found == [
        f"the key, as it is, in the line: one *** and *** {'x' * 51}…",
        f"an e-mail, as it is, in the line: one *** and *** {'x' * 51}…",
        "the key, in base64, in the line: ***",
    ]
    assert sightings(f"a {quote(key, safe='')} b", named) == ["the key, quoted for URLs, in the line: a *** b"]
    assert sightings(f"a:{key.encode().hex()}", named) == ["the key, in hexadecimal, in the line: a:***"]
    assert sightings(f"{'z ' * 40}{key}", named) == [f"the key, as it is, in the line: …{'z ' * 30}***"]
    assert sightings("nothing", named) == []


def test_captured_requests_are_sent_as_they_were() -> None:
    """Path, headers, compression and all, but with the write key of whoever is tested."""
    found = {case.name: as_captured(case, WRITE_KEY) for case in captured()}
    assert len(found) > 30
    body, headers = found["rudder-sdk-node-identify-gzip"]
    assert body.startswith(b"\x1f\x8b")
    assert headers["authorization"] == basic(WRITE_KEY)
    assert "content-length" not in headers
    assert f'"writeKey": "{WRITE_KEY}"'.encode() in found["analytics-next-batch"][0]


def test_keys_are_found_wherever_they_are() -> None:
    """In the open, and as HTTP Basic has them; of what is too short to be a key nothing is said."""
    texts = {"a": f"x{WRITE_KEY}y", "b": basic(WRITE_KEY), "c": "abc", "d": "***", "e": basic("short")}
    assert places_of(texts, WRITE_KEY, "abc") == ["a", "b"]
    assert places_of(texts, "***") == ["d"]
    assert places_of(texts, "short") == ["e"]


@pytest.mark.parametrize(
    "disguised",
    [
        lambda text: quote(text),
        lambda text: text.upper(),
        lambda text: f'"{text}"'.encode().hex(),
        lambda text: b64encode(f'"{text}"'.encode()).decode(),
        lambda text: urlsafe_b64encode(f'{{"{text}"}}'.encode()).decode(),
    ],
)
def test_disguises_hide_nothing(disguised: Callable[[str], str]) -> None:
    """Quoted, in capitals, in hexadecimal and in base64, wherever in it, an address is one, and another's is not."""
    one, other = Person(), Person()
    assert places_of({"log": f"a {disguised(one.email)} b"}, other.email, one.email) == ["log"]
    assert places_of({"log": f"a {disguised(one.email)} b"}, other.email) == []

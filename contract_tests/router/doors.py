"""What a router's doors answer: to SDKs, to those who are refused, and to those who mean no good."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from time import monotonic
from typing import Any

import httpx
import pytest

from contract_tests.cases import Case, cases
from contract_tests.contract import requirement
from contract_tests.findings import expect
from contract_tests.router.faults import Faults
from contract_tests.router.people import Person
from contract_tests.router.sending import BATCH, Door
from contract_tests.router.subject import RouterSubject
from contract_tests.router.witness import Witness, contact_of, survey_of
from contract_tests.wire import basic, object_of

#: Seconds that Promoter takes to answer, and in which a door has to.
_SLOW, _SOON = 3.0, 2.0
_DEEP = b'{"batch": [' + b'{"a":' * 20_000 + b"1" + b"}" * 20_000 + b"]}"
_HOSTILE: Mapping[str, tuple[bytes, Mapping[str, str]]] = {
    "no JSON": (b"\x00\xff<html>", {}),
    "half of it": (b'{"batch": [{"type": "identify"', {}),
    "a number": (b"5", {}),
    "not a number": (b'{"batch": [{"type": "track", "userId": NaN}]}', {}),
    "broken gzip": (b"\x1f\x8bno gzip", {"content-encoding": "gzip"}),
    "a gzip bomb": (gzip.compress(b" " * 5_000_000), {"content-encoding": "gzip"}),
    "another encoding": (b"{}", {"content-encoding": "br"}),
    "nested 20,000 deep": (_DEEP, {}),
    "half a surrogate pair": (b'{"batch": [{"type": "track", "userId": "u", "event": "\\ud800"}]}', {}),
    "a name of an event that is an object": (b'{"batch": [{"type": {}, "userId": [], "event": {"a": 1}}]}', {}),
    "4 MB in one event": (b'{"batch": [{"type": "track", "userId": "u", "event": "' + b"x" * 4_000_000 + b'"}]}', {}),
}
#: What is refused: in words, method, path and body.
_REFUSED: tuple[tuple[str, str, str, bytes | None], ...] = (
    ("a body that is no JSON", "POST", BATCH, b"{"),
    ("a batch without a list", "POST", BATCH, b'{"batch": 5}'),
    ("a path that there is not", "POST", "/v1/nothing-here", b"{}"),
    ("another method", "GET", BATCH, None),
)


def captured() -> list[Case]:
    """Return the requests of SDKs to the tracking API; those that Segment itself makes are for another door."""
    return [case for case in cases("request") if case.given["path"].startswith("/v1/")]


class Doors(RouterSubject):
    """Requirements of the doors."""

    @requirement("RTR-010")
    def test_requests_of_sdks_are_taken(self, door: Door) -> None:
        """Every request that an SDK was seen to make is answered 200."""
        refused = {}
        for case in captured():
            body, headers = as_captured(case, door.write_key)
            answer = door.ask(case.given["path"], body, headers=headers)
            if answer is None or answer.status_code != 200:
                refused[case.id] = said(answer)
        expect(not refused, f"each of {len(captured())} captured requests is answered 200", refused)

    @requirement("RTR-020")
    @pytest.mark.parametrize(("what", "method", "path", "body"), _REFUSED)
    def test_refusals_are_refused(self, door: Door, what: str, method: str, path: str, body: bytes | None) -> None:
        """What no door takes is answered 4xx."""
        answer = door.ask(path, body, method=method)
        expect(_is_refusal(answer), f"{what} is answered with 4xx", said(answer))

    @requirement("RTR-025")
    @pytest.mark.parametrize(("what", "method", "path", "body"), _REFUSED)
    def test_refusals_are_explained(self, door: Door, what: str, method: str, path: str, body: bytes | None) -> None:
        """A refusal has code and message as JSON."""
        answer = door.ask(path, body, method=method)
        found = object_of(answer)
        told = all(isinstance(found.get(name), str) and found[name] for name in ("code", "message"))
        expected = f"{what} is answered with a JSON object that has the texts code and message"
        expect(told or not _is_refusal(answer), expected, said(answer))  # Else it is RTR-020.

    @requirement("RTR-030")
    def test_unknown_write_keys_are_refused(self, door: Door) -> None:
        """A batch with a write key that nobody has is answered 401."""
        answer = door.ask(BATCH, {"batch": [Person().track()]}, headers={"authorization": basic("nobody-has-this")})
        expect(answer is not None and answer.status_code == 401, "an unknown write key is answered 401", said(answer))

    @requirement("RTR-040")
    @pytest.mark.parametrize("what", _HOSTILE)
    def test_hostile_bodies_harm_nobody(self, door: Door, what: str) -> None:
        """A hostile body gets no 5xx, whether or not it gets an answer, and a good event is taken after it."""
        body, headers = _HOSTILE[what]
        answer = door.ask(BATCH, body, headers=headers)
        expect(answer is None or answer.status_code < 500, f"{what}: no answer of 500 or more", said(answer))
        door.accept(Person().event("page"))

    @requirement("RTR-050", needs="control")
    def test_bad_items_harm_no_neighbours(self, door: Door, witness: Witness) -> None:
        """Good events before, between and after bad ones of a batch are delivered."""
        one, other = Person(), Person()
        nobody = one.identify() | {"userId": f"{one.id}-bad", "messageId": "bad", "traits": {"email": "no address"}}
        bad: list[Any] = [5, None, [], {"type": "nonsense"}, {"userId": one.id}, nobody]
        batch = [one.identify(), *bad[:3], one.track(), *bad[3:], other.identify()]
        answer = door.ask(BATCH, {"batch": batch})
        expect(answer is not None and answer.status_code == 200, "a batch with bad items is answered 200", said(answer))
        witness.done("the good items of a batch are delivered", contact_of(one), survey_of(one), contact_of(other))

    @requirement("RTR-060", needs="control")
    def test_to_accept_is_not_to_deliver(self, door: Door, witness: Witness, faults: Faults) -> None:
        """While Promoter takes seconds to answer, the door answers sooner."""
        person = Person()
        faults.strike({"kind": "latency", "seconds": _SLOW}, contact_of(person), 1)
        since = monotonic()
        door.accept(person.identify())
        took = monotonic() - since
        expect(took < _SOON, f"the door answers before Promoter, which takes {_SLOW:g} s", f"it took {took:.1f} s")
        witness.done("the event is delivered all the same", contact_of(person))


def as_captured(case: Case, write_key: str) -> tuple[bytes, dict[str, str]]:
    """Return a captured request's body and headers, with another write key wherever there was one."""
    headers = {name.lower(): value for name, value in case.given["headers"]}
    for name in ("host", "content-length", "connection", "transfer-encoding", "x-forwarded-for"):
        headers.pop(name, None)
    body = case.fresh()["body"]
    if "writeKey" in body:
        body["writeKey"] = write_key
    headers["authorization"] = basic(write_key)
    content = json.dumps(body).encode()
    return gzip.compress(content) if headers.get("content-encoding") == "gzip" else content, headers


def said(answer: httpx.Response | None) -> str:
    """Return an answer in words."""
    return "no answer" if answer is None else f"{answer.status_code} {answer.text}"


def _is_refusal(answer: httpx.Response | None) -> bool:
    return answer is not None and 400 <= answer.status_code < 500

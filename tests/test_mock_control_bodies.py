"""What control calls send: wrong data is refused with a path and a rule, and nothing has changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from mock_plane import Plane

from mock_promoter.control import app
from mock_promoter.control.bodies import parsed
from mock_promoter.control.commands import COMMANDS

MATCH = {"match": {"url": "/"}}
NOT_ALLOWED = [("$.match", "additionalProperties")]

# Method, path, body, path and rule of each error.
WRONG: list[tuple[str, str, Any, list[tuple[str, str]]]] = [
    ("POST", "/accounts", {"name": "a b"}, [("$.name", "pattern")]),
    ("POST", "/accounts", {"api_key": "a:b"}, [("$.api_key", "pattern")]),
    ("POST", "/accounts", {"name": "default"}, [("$.name", "unique")]),
    ("POST", "/accounts", {"api_key": "promoter-test-key"}, [("$.api_key", "unique")]),
    ("POST", "/accounts", ["a"], [("$", "type")]),
    ("POST", "/reset", {"what": ["everything"]}, [("$.what[0]", "enum")]),
    ("PATCH", "/settings", {"page_size": 0}, [("$.page_size", "minimum")]),
    ("PATCH", "/settings", {"colour": 1}, [("$", "additionalProperties")]),
    ("PATCH", "/settings", {"webhook_waits": [1, -1]}, [("$.webhook_waits[1]", "minimum")]),
    ("PATCH", "/settings", {"email_case": "kept"}, [("$.email_case", "empty")]),
    ("PUT", "/seed", {"contacts": [{"first_name": "Kate"}]}, [("$.contacts[0].email", "required")]),
    ("PUT", "/seed", {"campaigns": [{"name": "x", "list": 9}]}, [("$.campaigns[0].list", "known")]),
    ("PUT", "/seed", {"accounts": {"nobody": {}}}, [("$.accounts", "known")]),
    ("PUT", "/snapshot", {"feedback": [{"survey": 1, "score": 11}]}, [("$.feedback[0].score", "maximum")]),
    (
        "PUT",
        "/snapshot",
        {"accounts": {"default": {"contacts": [{"email": "x@y.co", "lists": [9]}]}}},
        [("$.accounts.default.contacts[0].lists", "known")],
    ),
    ("PUT", "/clock", {"mode": "offset"}, [("$.offset_seconds", "required")]),
    ("PUT", "/clock", {"mode": "frozen", "at": "noon"}, [("$.at", "pattern")]),
    ("PUT", "/clock", {"mode": "frozen", "at": "2026-02-31"}, [("$.at", "known")]),
    ("PUT", "/clock", {"mode": "real", "at": "2026-02-01"}, [("$.at", "not")]),
    ("POST", "/clock/advance", {"weeks": 1}, [("$", "additionalProperties")]),
    ("POST", "/clock/advance", {"days": 1_000_000}, [("$", "maximum")]),
    ("POST", "/clock/advance", {"days": -100_000}, [("$", "maximum")]),
    ("POST", "/clock/advance", {"days": 100_000_000}, [("$", "maximum")]),
    ("PUT", "/rate-limit", {"limit": -1}, [("$.limit", "minimum")]),
    ("PUT", "/rate-limit", {"limit": 1, "window_seconds": 0}, [("$.window_seconds", "exclusiveMinimum")]),
    ("PATCH", "/contacts/1", {"unsubscribed": "yes"}, [("$.unsubscribed", "type")]),
    ("PATCH", "/contacts/2", {"unsubscribed": False, "inactive": True}, [("$.unsubscribed", "permanent")]),
    ("POST", "/surveys/1/answer", {"score": 11}, [("$.score", "maximum")]),
    ("POST", "/surveys/1/answer", {"comment": "no score"}, [("$.score", "required")]),
    ("POST", "/surveys/1/unsubscribe", {"why": "tired"}, [("$", "additionalProperties")]),
    ("POST", "/requests/count", MATCH, NOT_ALLOWED),
    ("POST", "/requests/find", {"match": {"method": "get"}}, [("$.match.method", "pattern")]),
    ("POST", "/requests/near-misses", {"match": {"status": 99}}, [("$.match.status", "minimum")]),
    ("POST", "/requests/wait", {"count": 0}, [("$.count", "minimum")]),
    ("POST", "/requests/wait", {"timeout_seconds": 601}, [("$.timeout_seconds", "maximum")]),
    ("POST", "/requests/1/send-again", {"now": True}, [("$", "additionalProperties")]),
    ("POST", "/verify", {"times": {"exactly": -1}}, [("$.times.exactly", "minimum")]),
    ("POST", "/verify", {"times": {"exactly": 1, "at_least": 1}}, [("$.times.at_least", "not")]),
    ("POST", "/verify-sequence", {}, [("$.sequence", "required")]),
    ("POST", "/verify-sequence", {"sequence": [{}, {"path": "x"}]}, [("$.sequence[1].path", "pattern")]),
    ("POST", "/faults", {}, [("$.effect", "required")]),
    ("POST", "/faults", {"effect": {"kind": "explosion"}}, [("$.effect.kind", "enum")]),
    ("POST", "/faults", {"effect": {"kind": "status"}}, [("$.effect.status", "required")]),
    ("POST", "/faults", {"effect": {"kind": "reset", "seconds": 1}}, [("$.effect.seconds", "not")]),
    ("POST", "/faults", {"effect": {"kind": "reset"}, "match": {"status": 200}}, NOT_ALLOWED),
    ("POST", "/faults", {"effect": {"kind": "reset"}, "probability": 2}, [("$.probability", "maximum")]),
    ("POST", "/webhooks", {}, [("$.url", "required")]),
    ("POST", "/webhooks", {"url": "ftp://x"}, [("$.url", "pattern")]),
    ("POST", "/webhooks", {"url": "http://x", "events": ["nope"]}, [("$.events[0]", "enum")]),
    ("POST", "/webhooks", {"url": "http://x", "campaign": 9}, [("$.campaign", "known")]),
    ("POST", "/webhooks/1/test", {"event": "x"}, [("$", "additionalProperties")]),
    ("POST", "/deliveries/1/redeliver", {"to": "x"}, [("$", "additionalProperties")]),
]


@pytest.fixture
def plane(mock: str) -> Iterator[Plane]:
    """Return a client of a mock with two contacts, one of them unsubscribed, a survey and a webhook."""
    with Plane(mock) as plane:
        plane.survey()
        plane.api("POST", "/api/contacts/", {"email": "gone@mac.com"})
        plane.call("PATCH", "/contacts/2", {"unsubscribed": True})
        plane.call("POST", "/webhooks", {"url": "http://127.0.0.1:9/"})
        plane.call("PUT", "/clock", {"mode": "frozen", "at": "2026-01-01"})
        yield plane


def test_every_call_that_takes_a_body_is_tried() -> None:
    """The table below leaves none out."""
    tried = {(method, path.replace("/1", "/{id}").replace("/2", "/{id}")) for method, path, _, _ in WRONG}
    assert tried == {(one.method, one.path) for one in COMMANDS if one.body is not None}


@pytest.mark.parametrize(("method", "path", "body", "errors"), WRONG)
def test_wrong_data(plane: Plane, method: str, path: str, body: Any, errors: list[tuple[str, str]]) -> None:
    """A 422 says where and by which rule, and the call did nothing at all."""
    with plane.unchanged():
        assert plane.refusal(method, path, body) == (422, "control.invalid", errors)


def test_several_errors(plane: Plane) -> None:
    """All that is wrong is told at once, twenty at most."""
    _, _, errors = plane.refusal("PATCH", "/settings", {"page_size": 0, "removal": "x", "idempotency": 1})
    assert sorted(errors) == [("$.idempotency", "type"), ("$.page_size", "minimum"), ("$.removal", "enum")]
    _, _, errors = plane.refusal("PUT", "/seed", {"contacts": [{}] * 30})
    assert len(errors) == 20


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "no JSON"),
        (b'{"page_size": NaN}', "no JSON"),
        (b'{"a": "\xff"}', "no JSON"),
        (b"[" * 2000 + b"]" * 2000, "no JSON"),
        (b"[" * 500 + b"]" * 500, "cannot be used"),
        (b"\xef\xbb\xbf{}", "no JSON"),
    ],
)
def test_what_is_no_json(plane: Plane, content: bytes, words: str) -> None:
    """Broken, not a number, no UTF-8, too deep to read or to write: 400, whatever the content-type says."""
    for kind in ("application/json", "text/plain"):
        with plane.unchanged():
            answer = plane.send("PATCH", "/settings", content=content, headers={"content-type": kind})
        assert (answer.status_code, answer.json()["code"]) == (400, "control.bad_json")
        assert words in answer.json()["message"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a: &x [1]\nb: *x", "alias"),
        (b"!!python/object/apply:os.getcwd []", "tag"),
        (b"a: [", "YAML"),
        (b"[" * 5000, "recursion"),
        (b"1: 2", "cannot be used"),
        (b"a: " + b"[" * 300 + b"]" * 300, "cannot be used|recursion"),
    ],
)
def test_yaml_that_is_not_taken(plane: Plane, content: bytes, words: str) -> None:
    """Aliases, tags, keys that JSON does not have, depth."""
    with plane.unchanged():
        answer = plane.send("PUT", "/seed", content=content, headers={"content-type": "text/x-YAML"})
    assert (answer.status_code, answer.json()["code"]) == (400, "control.bad_json")
    assert re.search(words, answer.json()["message"])


def test_yaml(plane: Plane) -> None:
    """A seed as people write it: times are times without quotes."""
    text = b"clock: {mode: frozen, at: 2026-03-04T05:06:07Z}\ncontacts:\n- {email: a@b.co, created: 2026-01-02}\n"
    answer = plane.send("PUT", "/seed", content=text, headers={"content-type": "application/yaml; charset=utf-8"})
    assert answer.json() == {}
    (contact,) = plane.call("GET", "/contacts")["contacts"]
    assert (contact["email"], contact["created_date"]) == ("a@b.co", "2026-01-02T00:00:00Z")
    assert plane.call("GET", "/clock")["now"] == "2026-03-04T05:06:07Z"


def test_a_body_that_is_too_large(plane: Plane, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not even read to its end; a little less is fine."""
    monkeypatch.setattr(app, "LONGEST", 100_000)
    text = b'{"contacts": []' + b" " * 99_984 + b"}"
    with plane.unchanged():
        answer = plane.send("PUT", "/seed", content=text + b" ")
        assert (answer.status_code, answer.json()["code"]) == (413, "control.too_large")
    assert plane.send("PUT", "/seed", content=text).status_code == 200


def test_no_body_is_an_empty_object(plane: Plane) -> None:
    """So that curl -X POST will do."""
    assert plane.send("POST", "/reset").json() == {}
    assert plane.send("POST", "/requests/count", content=b" \n").json() == {"count": 0}


def test_whole_numbers(plane: Plane) -> None:
    """3.0 is 3, as JSON has it; what is too large for that stays as it is."""
    assert plane.call("PATCH", "/settings", {"page_size": 2.0})["page_size"] == 2
    assert plane.api("GET", "/api/contacts/").json()["count"] == 2
    assert [type(item) for item in parsed(b"[3.0, 3.5, 1e300, -2.0, true]", "")] == [int, float, float, int, bool]


@pytest.mark.parametrize(
    ("path", "query", "errors"),
    [
        ("/contacts", {"limit": "0"}, [("$query.limit", "minimum")]),
        ("/contacts", {"limit": "ten"}, [("$query.limit", "type")]),
        ("/contacts", {"limit": "1.5"}, [("$query.limit", "type")]),
        ("/contacts", {"limit": "true"}, [("$query.limit", "type")]),
        ("/contacts", {"limit": ""}, [("$query.limit", "type")]),
        ("/requests", {"limit": "99999"}, [("$query.limit", "maximum")]),
        ("/deliveries", {"wait": "nan"}, [("$query.wait", "type")]),
        ("/deliveries", {"wait": "1e3"}, [("$query.wait", "maximum")]),
        ("/clock", {"when": "now"}, [("$query", "additionalProperties")]),
    ],
)
def test_wrong_parameters(plane: Plane, path: str, query: dict[str, str], errors: list[tuple[str, str]]) -> None:
    """They are held to their schemas as bodies are."""
    assert plane.refusal("GET", path, **query) == (422, "control.invalid", errors)


def test_good_parameters(plane: Plane) -> None:
    """Numbers in any of JSON's forms; defaults where they are absent."""
    for limit in ("1", "1.0", "1e0"):
        assert len(plane.call("GET", "/contacts", limit=limit)["contacts"]) == 1
    assert plane.call("GET", "/contacts")["count"] == 2

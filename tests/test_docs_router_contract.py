"""docs/router-contract.md: its examples are what the doors take, what the plugin makes of it and what the mock answers."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from door import Doors, basic
from support import promoter

import contract_tests.router
from contract_tests.control import Control
from contract_tests.options import OPTIONS
from contract_tests.requirements import in_force
from contract_tests.router.doors import captured
from contract_tests.router.people import Person
from contract_tests.router.witness import contact_of, order_of, removal_of, survey_of
from event_router.api import Contact, Context, Event, Request, Secret, Transformed
from event_router.dispatch import decide
from event_router.doors.settings import Source
from mock_promoter.auth import TEST_KEY

PAGE = (Path(__file__).parent.parent / "docs" / "router-contract.md").read_text("utf-8")
SNIPPETS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
WRITE_KEY = OPTIONS["--router-write-key"]["default"]
KATE = Contact("kate-1", {"email": "kate-1@example.com", "firstName": "Kate", "lastName": "Hill"})


class Message(NamedTuple):
    """A request or an answer as the page shows it: the words of its first line, its headers in small letters, its JSON."""

    first: list[str]
    headers: dict[str, str]
    body: Any


def messages() -> list[Message]:
    """Return those of the page, in its order: each request is followed by its answer."""
    return [_read(code) for language, code in SNIPPETS if language == "http"]


def _read(code: str) -> Message:
    head, _, body = code.partition("\n\n")
    first, *headers = head.splitlines()
    named = (line.partition(": ") for line in headers)
    return Message(first.split(" "), {name.lower(): value for name, _, value in named}, json.loads(body))


def calls() -> list[list[str]]:
    """Return the words of each call of curl, without what it prints."""
    codes = [code.partition("\nHTTP/1.1 ")[0] for language, code in SNIPPETS if language == "console"]
    return [shlex.split(code.removeprefix("$ ")) for code in codes]


def events() -> list[Event]:
    """Return the events of the calls as the doors hand them on, once they have answered what the page says."""
    doors = Doors(sources=(Source("contract", Secret(WRITE_KEY)),))
    printed = [code for language, code in SNIPPETS if language == "console"]
    for words, code in zip(calls(), printed, strict=True):
        curl, shown, user, key, header, kind, url, data, body = words
        assert [curl, shown, user, header, data] == ["curl", "-i", "-u", "-H", "-d"]
        path = url.removeprefix("http://127.0.0.1:8080")
        named = dict([kind.lower().split(": ")])
        answer = doors.ask(path, body.encode(), key=key.removesuffix(":"), headers=named)
        assert code.splitlines()[-3:] == [f"HTTP/1.1 {answer.status_code} OK", "…", answer.text]
    return doors.store.events


def made() -> Iterator[Request]:
    """Yield what the plugin, set up as the tests want it, makes of the events."""
    destination = promoter(campaign_id=1)
    for event in events():
        contact = None if event["type"] == "identify" else KATE
        decided = decide(destination, event, contact, Context("promoter", datetime.now(UTC)))[1]
        assert isinstance(decided, Transformed)
        yield from decided.requests


def test_the_requests_are_what_the_plugin_makes_of_the_events() -> None:
    """Method, path, Authorization, key and body; one request for each event of the page."""
    shown = messages()[::2]
    assert len(shown) == 4
    for request, message in zip(made(), shown, strict=True):
        assert message.first == [request.method, httpx.URL(request.url).path, "HTTP/1.1"]
        assert request.authorization is not None
        credentials = request.authorization.credentials.reveal()
        wanted = {**request.headers, "authorization": f"{request.authorization.scheme} {credentials}"}
        assert message.headers == {**wanted, "content-type": "application/json"}
        assert message.body == request.body


def test_the_mock_answers_what_the_page_says(mock: str) -> None:
    """One after the other; it has nothing before, and its clock stands still at the time that the page shows."""
    shown = messages()
    with Control(mock) as control, httpx.Client(base_url=mock) as client:
        control.freeze(shown[1].body["created_date"])
        for asked, answered in zip(shown[::2], shown[1::2], strict=True):
            answer = client.request(*asked.first[:2], json=asked.body, headers=asked.headers)
            assert answered.first == ["HTTP/1.1", str(answer.status_code), answer.reason_phrase]
            assert answered.headers == {"content-type": answer.headers["content-type"]}
            assert answered.body == answer.json()
        assert [row["schema_errors"] for row in control.requests()] == [[]] * 4


@pytest.mark.parametrize(
    ("path", "changes", "status"),
    [
        ("/api/contacts", {}, 301),
        ("/api/contacts/", {"content-type": "text/plain"}, 415),
        ("/api/contacts/", {"authorization": basic(TEST_KEY)}, 401),
        ("/api/segment/", {}, 401),
    ],
)
def test_what_the_mock_does_not_take(mock: str, path: str, changes: dict[str, str], status: int) -> None:
    """A path without its slash, another content type, and the scheme of the other endpoint."""
    contact = messages()[0]
    with httpx.Client(base_url=mock) as client:
        answer = client.post(path, content=json.dumps(contact.body), headers=contact.headers | changes)
    assert answer.status_code == status


def test_what_the_mock_says_of_more(mock: str) -> None:
    """A second contact is an update, an object is no attribute, and a second survey is refused with the page's words."""
    contact, survey = messages()[0], messages()[2]
    more = contact.body | {"attributes": {"plan": {"name": "gold"}}}
    with httpx.Client(base_url=mock) as client:
        answers = [
            client.post(asked.first[1], json=body, headers=asked.headers | {"idempotency-key": str(number)})
            for number, (asked, body) in enumerate(
                [(contact, more), (contact, contact.body), (survey, survey.body), (survey, survey.body)]
            )
        ]
    assert [answer.status_code for answer in answers] == [201, 200, 200, 400]
    assert answers[0].json()["attributes"] == {}
    assert answers[3].json()["non_field_errors"][0] in PAGE


def test_the_tests_find_the_requests_of_the_page() -> None:
    """By what they look for a person's requests with."""
    person = Person("kate-1")
    for match, shown in zip((contact_of, survey_of, order_of, removal_of), messages()[::2], strict=True):
        wanted = match(person)
        assert [wanted["method"], wanted["path"]] == shown.first[:2]
        assert _holds(shown.body, wanted["body"])


def _holds(value: Any, wanted: Any) -> bool:
    """Return whether a value has at least the members that are wanted."""
    if not isinstance(wanted, dict):
        return bool(value == wanted)
    return isinstance(value, dict) and all(_holds(value.get(name), wanted[name]) for name in wanted)


def test_the_events_are_those_of_the_tests() -> None:
    """The page's events have the names and members that the kit's people send; an identify has a last name, too."""
    person = Person("kate-1")
    for shown, sent in zip(events(), (person.identify(), person.track(), person.order(), person.delete()), strict=True):
        assert set(sent) <= set(shown)
        assert shown.get("event") == sent.get("event")
        assert set(sent.get("traits", ())) <= set(shown.get("traits", ()))


def rows(heading: str) -> list[list[str]]:
    """Return the cells of all tables in a section."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ") and not line.startswith("|---")]
    return [line.strip("| ").split(" | ") for line in lines]


def test_the_environment() -> None:
    """The variables are those that the kit sets, with its defaults."""
    found = {cells[0].strip("`"): cells[2].strip("`") for cells in rows("How it is set up")[1:]}
    sources = [path.read_text("utf-8") for path in Path(contract_tests.router.__path__[0]).glob("*.py")]
    assert set(found) == {name for source in sources for name in re.findall(r'"([A-Z]+(?:_[A-Z]+)+)":', source)}
    assert found["PROMOTER_API_KEY"] == OPTIONS["--promoter-key"]["default"] == TEST_KEY
    assert found["ROUTER_WRITE_KEY"] == WRITE_KEY


def test_the_paths() -> None:
    """Each that the kit speaks to is in the table, no other is; what SDKs put beside a batch is named."""
    table = " ".join(cells[0] for cells in rows("What it is spoken to") if "/" in cells[0])
    sources = [path.read_text("utf-8") for path in Path(contract_tests.router.__path__[0]).glob("*.py")]
    spoken = {path for source in sources for path in re.findall(r'"(/v1/[a-z-]+|/|/metrics)["?]', source)}
    spoken |= {"/v1/nothing"} | {case.given["path"] for case in captured()}
    assert set(re.findall(r"(/[a-z0-9/-]*)`", table)) == spoken
    beside = {name for case in captured() for name in case.given["body"] if "batch" in case.given["body"]} - {"batch"}
    assert all(f"`{name}`" in PAGE for name in beside)
    assert beside == {"sentAt", "timestamp", "writeKey"}


def test_the_write_keys_and_types_of_sdks() -> None:
    """Each captured request has Basic; Segment's have the key in the body, too; types and gzip are the page's."""
    kinds: dict[str, set[str]] = {}
    for case in captured():
        headers = {name.lower(): value for name, value in case.given["headers"]}
        assert headers["authorization"].startswith("Basic ")
        assert ("writeKey" in case.given["body"]) == (not case.name.startswith("rudder"))
        family = next(name for name in ("rudder", "segment", "analytics-next") if case.name.startswith(name))
        kinds.setdefault(family, set()).add(headers["content-type"])
        assert headers.get("content-encoding", "gzip") == "gzip"
        if headers["content-type"].endswith("urlencoded"):
            assert headers["content-encoding"] == "gzip"
    shown = [re.findall(r"`([a-z-]+/[a-z-]+)`", cells[-1]) for cells in rows("What it is spoken to")]
    assert [set(found) for found in shown if found] == [kinds["rudder"], kinds["segment"], kinds["analytics-next"]]


def test_the_requirements_exist() -> None:
    """Each id of the page is in force; in a list the family stands once."""
    known = {one.id for one in in_force()}
    lists = re.findall(r"RTR-(\d{3})((?:(?:,| to) \d{3})*)", PAGE)
    named = {f"RTR-{number}" for first, others in lists for number in [first, *re.findall(r"\d{3}", others)]}
    assert len(named) > 15
    assert named <= known

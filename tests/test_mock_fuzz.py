"""The mock against whatever may come: no call is a 500, every answer is as the published schemas have it, the journal goes on."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import promoter_schemas
from contract_tests.strategies import hostile_json
from mock_promoter import create_app
from mock_promoter.auth import TEST_KEY
from mock_promoter.routes import ROUTES, Operation, Route, page_of

T = TypeVar("T")
ANSWERS = promoter_schemas.load("promoter/answers")
ERROR = jsonschema_rs.Draft202012Validator(promoter_schemas.load("promoter/error"))
AUTH = {"token": f"Token {TEST_KEY}", "basic": "Basic " + b64encode(f"{TEST_KEY}:".encode()).decode()}
OPERATIONS = [(method, route, operation) for route in ROUTES for method, operation in route.operations.items()]
NAMES = [f"{method} {route.path}" for method, route, _ in OPERATIONS]
SEED = {
    "settings": {"hard_throttle_hours": 0, "page_size": 2, "webhook_waits": []},
    "templates": [{"name": "t"}],
    "campaigns": [{"name": "one", "event": "e"}],
    "contacts": [{"email": "a@b.co", "user_id": "u"}],
    "feedback": [{"survey": {"campaign": 1, "contact": "a@b.co"}, "score": 7}],
}
GOOD: dict[str, Any] = {
    "email": "a@b.co",
    "contact": {"email": "a@b.co"},
    "campaign": 1,
    "campaign_id": 1,
    "contact_list": [1],
    "name": "x",
    "status": "CLOSED",
    "type": "track",
    "event": "e",
    "userId": "u",
}


def names(operation: Operation) -> list[str]:
    """Return the fields of an operation's body."""
    return list(promoter_schemas.load(f"promoter/{operation.body}")["properties"]) if operation.body else []


def good(operation: Operation) -> dict[str, Any]:
    """Return a body that an operation takes."""
    if operation.body == "campaign":
        return {"name": "x", "contact_list": 1, "email": 1}
    if operation.body == "email_template":
        return dict.fromkeys(names(operation), "eDE=") | {"reply_to_email": "a@b.co"}
    return {name: GOOD[name] for name in names(operation) if name in GOOD}


def bodies(operation: Operation) -> st.SearchStrategy[Any]:
    """Return a strategy for bodies: good ones, some of whose fields are hostile, and nonsense."""
    fields = st.sampled_from([*names(operation), "", "__class__"])
    spoiled = st.dictionaries(fields, hostile_json, max_size=3).map(lambda bad: good(operation) | bad)
    return spoiled | hostile_json


def result_schema(operation: Operation) -> dict[str, Any]:
    """Return the schema of an operation's answer."""
    row, is_page = page_of(operation.result)
    one = {"$ref": f"#/$defs/{row}"}
    page = {"required": ["count", "next", "previous", "results"], "properties": {"results": {"items": one}}}
    return {"$defs": ANSWERS["$defs"], **(page if is_page else one)}


VALID = {operation.result: jsonschema_rs.Draft202012Validator(result_schema(operation)) for *_, operation in OPERATIONS}


def run(calls: Callable[[httpx.AsyncClient], Awaitable[T]]) -> T:
    """Run calls against a fresh mock."""

    async def client() -> T:
        transport = httpx.ASGITransport(create_app(seed=SEED))
        async with httpx.AsyncClient(transport=transport, base_url="http://mock") as calling:
            result = await calls(calling)
            journal = await calling.get("/__mock__/requests")
            assert journal.status_code == 200
            assert journal.json()["count"] > 0
            return result

    return asyncio.run(client())


def judge(route: Route, operation: Operation, answer: httpx.Response) -> None:
    """Hold an answer to what is published of it."""
    assert answer.status_code < 500 or (answer.status_code, route.auth) == (501, "basic")
    if answer.is_success:
        assert VALID[operation.result].is_valid(answer.json()), answer.text
    elif route.auth == "basic" and answer.status_code in {400, 401, 501} and "message" in answer.json():
        assert isinstance(answer.json()["message"], str)
    else:
        assert ERROR.is_valid(answer.json()), answer.text


@pytest.mark.parametrize(("method", "route", "operation"), OPERATIONS, ids=NAMES)
@settings(max_examples=25)
@given(st.data())
def test_every_answer_is_as_published(method: str, route: Route, operation: Operation, data: st.DataObject) -> None:
    """Whatever is sent to an operation, its answer is one that the schemas know."""
    value = data.draw(bodies(operation))
    path = route.path.replace("{id}", "1").replace("{contact_id}", "1")
    content = json.dumps(value).encode()
    headers = {"authorization": AUTH[route.auth], "content-type": "application/json"}

    async def calls(client: httpx.AsyncClient) -> None:
        judge(route, operation, await client.request(method, path, content=content, headers=headers))

    run(calls)


@pytest.mark.parametrize(("method", "route", "operation"), OPERATIONS, ids=NAMES)
def test_a_good_call_is_a_success(method: str, route: Route, operation: Operation) -> None:
    """The bodies that the others are made of are good, so that more than refusals are held to the schemas."""
    body = good(operation)
    path = route.path.replace("{id}", "1").replace("{contact_id}", "1")

    async def calls(client: httpx.AsyncClient) -> None:
        answer = await client.request(method, path, json=body, headers={"authorization": AUTH[route.auth]})
        assert answer.is_success, answer.text
        judge(route, operation, answer)

    run(calls)


_CHARACTERS = st.characters(min_codepoint=1, max_codepoint=0x2FF)


@given(
    st.sampled_from(OPERATIONS),
    st.lists(st.text(_CHARACTERS, min_size=1, max_size=12), min_size=2, max_size=2),
    st.dictionaries(
        st.sampled_from(("page", "email", "score", "posted_date_0", "survey__campaign", "contact_list__id"))
        | st.text(_CHARACTERS, max_size=5),
        st.text(_CHARACTERS, max_size=10),
        max_size=3,
    ),
)
def test_paths_and_queries(operation: tuple[str, Route, Operation], ids: list[str], query: dict[str, str]) -> None:
    """Ids and parameters of any characters lead to an answer of JSON, to a redirect, or to the page of unknown paths."""
    method, route, known = operation
    parts = dict(zip(("{id}", "{contact_id}"), ids, strict=True))
    path = "/".join(quote(parts.get(part, part), safe="") for part in route.path.split("/"))

    async def calls(client: httpx.AsyncClient) -> None:
        answer = await client.request(method, path, params=query, headers={"authorization": AUTH[route.auth]})
        if answer.headers["content-type"].startswith("text/html"):
            assert answer.status_code in {301, 404}
        else:
            judge(route, known, answer)

    run(calls)


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        ({"content-type": "application/json; charset=latin-1"}, '{"email": "é@b.co"}'.encode("latin-1")),
        ({"content-type": "application/json; charset=nonsense"}, b'{"email": "\xe9"}'),
        ({"content-type": "application/json", "content-encoding": "gzip"}, b"\x1f\x8b\x08\x00"),
        ({"content-type": "application/json"}, b"\xef\xbb\xbf{}"),
        ({"content-type": "application/json"}, b'{"email": 1e999}'),
        ({"content-type": "application/json"}, b'{"\\u0000": ' + b"9" * 5000 + b"}"),
        ({"content-type": "application/json"}, b"[" * 240 + b"]" * 240),
        ({"content-type": "application/json"}, b"[" * 100_000),
    ],
    ids=range(8),
)
@pytest.mark.parametrize("path", ["/api/contacts/", "/api/v2/survey/", "/api/segment/"])
def test_bodies_of_other_encodings(path: str, headers: dict[str, str], content: bytes) -> None:
    """What is not JSON in UTF-8 is refused as such, whatever its headers say it is."""
    auth = AUTH["basic" if "segment" in path else "token"]

    async def calls(client: httpx.AsyncClient) -> int:
        return (await client.post(path, content=content, headers={"authorization": auth, **headers})).status_code

    assert run(calls) == 400


@pytest.mark.fidelity("F-11")
@pytest.mark.parametrize("depth", [199, 200, 201, 240])
@pytest.mark.parametrize("path", ["/api/contacts/", "/api/segment/", "/api/nope/"])
def test_deep_bodies(path: str, depth: int) -> None:
    """Up to 200 levels are JSON; whatever is taken can be shown again, in the journal, the state and the page."""
    body = {"type": "track", "email": "d@e.co", "properties": {"a": _nested(depth - 2)}, "attributes": {"a": 1}}

    async def calls(client: httpx.AsyncClient) -> int:
        headers = {"authorization": AUTH["basic" if "segment" in path else "token"]}
        status = (await client.post(path, json=body, headers=headers)).status_code
        for shown in ("requests", "requests/1", "custom-events", "snapshot", "contacts"):
            assert (await client.get(f"/__mock__/{shown}")).status_code == 200
        return status

    taken = {"/api/contacts/": 201, "/api/segment/": 200, "/api/nope/": 404}[path]
    assert run(calls) == (taken if depth <= 200 or taken == 404 else 400)


def _nested(depth: int) -> Any:
    value: Any = "bottom"
    for _ in range(depth):
        value = [value]
    return value

"""The request in a proxy call: just what the plugin made, or a reason why it is none."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rudder_calls import CONTACT, members
from support import KEY

from event_router.api import Authorization, Rejected, Request, Secret
from event_router.rudder.proxy_requests import request_of

VISIBLE = st.characters(min_codepoint=33, max_codepoint=126)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
REQUESTS = st.builds(
    Request,
    kind=st.sampled_from(["contact", "survey", "remove"]),
    method=st.sampled_from(["POST", "PUT", "DELETE", "GET"]),
    url=st.builds("https://app.promoter.io/api/{}".format, st.text(VISIBLE.filter(lambda c: c != "#"), max_size=20)),
    body=st.none() | st.dictionaries(TEXT, JSON, min_size=1, max_size=4) | st.lists(JSON, max_size=3),
    headers=st.dictionaries(st.sampled_from(["idempotency-key", "x-thing"]), st.text(VISIBLE, min_size=1, max_size=9)),
    authorization=st.none()
    | st.builds(Authorization, st.sampled_from(["Token", "Basic"]), st.builds(Secret, st.text(VISIBLE, min_size=1))),
)


def read(**changes: Any) -> Request | Rejected:
    """Return the request of a call in which some members are others."""
    return raw(members(CONTACT) | changes)


def raw(given: dict[str, Any]) -> Request | Rejected:
    """Return the request of a call's members."""
    return request_of({name: orjson.dumps(value) for name, value in given.items()})


def well(**changes: Any) -> Request:
    """Return the request, which there must be."""
    found = read(**changes)
    assert isinstance(found, Request), found
    return found


@given(REQUESTS)
def test_a_request_comes_back_as_it_was(request: Request) -> None:
    """What ``/routerTransform`` gave away is the plugin's request again, its secret a secret."""
    found = raw(members(request))
    assert found == request._replace(headers={"accept": "application/json", **request.headers})


@pytest.mark.parametrize("name", ["authorization", "Authorization", "AUTHORIZATION"])
def test_credentials_in_any_casing(name: str) -> None:
    """They leave the headers, and are shown nowhere."""
    found = well(headers={name: f" Token  {KEY} ", "X-Thing": "1"})
    assert found.authorization == Authorization("Token", Secret(KEY))
    assert found.headers == {"x-thing": "1"}
    assert KEY not in repr(found)


def test_a_method_in_any_casing() -> None:
    """It goes on in capitals."""
    assert well(method="post").method == "POST"


def test_headers_of_the_connection_are_ours() -> None:
    """What describes body and connection is said anew; ``idempotency-key`` passes; ``null`` is no header."""
    ours = ["Content-Type", "content-length", "Host", "User-Agent", "connection", "Transfer-Encoding"]
    found = well(headers={**dict.fromkeys(ours, "1"), "Idempotency-Key": "dest-1:m-1", "x-null": None})
    assert found.headers == {"idempotency-key": "dest-1:m-1"}


@pytest.mark.parametrize(
    ("endpoint", "params", "url"),
    [
        ("https://h.example/a", {"q": "a b&c", "n": 7, "yes": True, "no": None}, "https://h.example/a?q=a+b%26c&n=7&yes=true"),
        ("https://h.example/a?x=1", {"q": "ü"}, "https://h.example/a?x=1&q=%C3%BC"),
        ("https://h.example/a?x=1", None, "https://h.example/a?x=1"),
    ],
)  # fmt: skip
def test_params(endpoint: str, params: Any, url: str) -> None:
    """They become part of the query, encoded."""
    assert well(endpoint=endpoint, params=params).url == url


@pytest.mark.parametrize("kind", [None, "", 5])
def test_without_a_kind(kind: Any) -> None:
    """A request without ``endpointPath`` has rudder-server's word for that."""
    assert well(endpointPath=kind).kind == "default"


@pytest.mark.parametrize("body", [None, {}, {"JSON": None, "FORM": {}}, {"JSON": {}, "JSON_ARRAY": {}, "XML": ""}])
def test_no_body(body: Any) -> None:
    """Formats that are empty are none."""
    assert well(body=body).body is None


def test_numbers_as_go_writes_them() -> None:
    """A float beyond 64 bits, which Go writes without exponent, stays one that can be sent on."""
    body = request_of({**_members(), "body": b'{"JSON":{"n":100000000000000000000,"id":7}}'})
    assert isinstance(body, Request)
    assert body.body == {"n": 1e20, "id": 7}


@pytest.mark.parametrize("name", ["files", "headers", "params"])
def test_absent_maps(name: str) -> None:
    """A map that is absent, or ``null``, is empty."""
    given = _members()
    del given[name]
    assert isinstance(request_of(given), Request)
    assert well(**{name: None})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"type": None}, "type"),
        ({"type": "rest"}, "type"),
        ({"type": "GRPC"}, "type"),
        ({"files": {"a": 1}}, "files"),
        ({"method": None}, "method"),
        ({"method": "PO ST"}, "method"),
        ({"endpoint": None}, "endpoint"),
        ({"endpoint": 5}, "endpoint"),
        ({"endpoint": "ftp://h.example"}, "endpoint"),
        ({"endpoint": "https://h.example/a\nb"}, "endpoint"),
        ({"endpoint": "https://h.example/a#b"}, "endpoint"),
        ({"params": [1]}, "its params are"),
        ({"params": {"a": {}}}, "params"),
        ({"headers": "x"}, "its headers are"),
        ({"headers": {"x": 1}}, "headers"),
        ({"headers": {"x": "a\r\nb: c"}}, "headers"),
        ({"headers": {"x": "é"}}, "headers"),
        ({"headers": {"a b": "c"}}, "headers"),
        ({"headers": {"Authorization": KEY}}, "Authorization"),
        ({"body": "text"}, "its body are"),
        ({"body": {"FORM": {"a": "b"}}}, "body"),
        ({"body": {"XML": {"payload": "<a/>"}}}, "body"),
        ({"body": {"GZIP": {"payload": "x"}}}, "body"),
        ({"body": {"JSON": [1]}}, "body"),
        ({"body": {"JSON": {"a": 1}, "FORM": {"a": "b"}}}, "more than one body"),
        ({"body": {"JSON_ARRAY": [1]}}, "body"),
        ({"body": {"JSON_ARRAY": {"batch": [1]}}}, "JSON_ARRAY"),
        ({"body": {"JSON_ARRAY": {"batch": "{}"}}}, "JSON_ARRAY"),
        ({"body": {"JSON_ARRAY": {"batch": "["}}}, "its batch is"),
        ({"body": {"JSON_ARRAY": {"rows": "[]"}}}, "JSON_ARRAY"),
    ],
)
def test_what_no_plugin_of_ours_makes(changes: dict[str, Any], said: str) -> None:
    """It is refused with a clear reason, and nothing of it is repeated."""
    found = read(**changes)
    assert isinstance(found, Rejected)
    assert found.reason.code == "rudder.bad_payload"
    assert said in found.reason.message
    assert KEY not in found.reason.message


def test_a_part_that_is_no_json() -> None:
    """The part is named."""
    found = request_of({**_members(), "body": b'{"JSON":{"a":"\\ud800"}}'})
    assert isinstance(found, Rejected)
    assert "body is no JSON" in found.reason.message


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(members(CONTACT), JSON)))
def test_whatever_comes(changes: dict[str, Any]) -> None:
    """Any JSON in any place gives a request or a reason, and never an exception."""
    found = read(**changes)
    assert isinstance(found, Request | Rejected)


def _members() -> dict[str, bytes]:
    return {name: orjson.dumps(value) for name, value in members(CONTACT).items()}

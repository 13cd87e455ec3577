"""The conformance checklist (protocol §9): what the transformer makes of events. Each test names its line."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from rudder_asking import (
    BATCH,
    PATHS,
    PROCESSOR,
    PROMOTER,
    ROUTER,
    SURVEYED,
    WITH_EMAIL,
    answers,
    body,
    compacted,
    element,
    requests,
)
from rudder_cases import CONFIG, destination, small_plugin
from rudder_server.fake_transformer import FEATURES
from rudder_transformer import Transformer
from support import identify, order, track

from event_router.api import Request, Transformed

COMPACTED = {"X-Content-Format": "json+compactedv1"}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("events", [(), (identify(),), (None, {}, track())], ids=["none", "good", "bad"])
def test_api_version(path: str, events: tuple[Any, ...]) -> None:
    """§9 "apiVersion on every 200 of transform endpoints": with no event, good ones and bad ones, plain and compacted."""
    elements = [element(event) for event in events]
    for sent in (body(path, *elements), compacted(*elements)):
        answer = Transformer(PROMOTER).ask(path, sent)
        assert (answer.status_code, answer.headers["apiVersion"]) == (200, "2")
        assert answer.headers["content-type"] == "application/json"


def test_features() -> None:
    """§9 "/features body of section 1": that and no more."""
    assert Transformer(PROMOTER).ask("/features", method="GET").json() == FEATURES


@pytest.mark.parametrize("path", PATHS)
def test_plain_and_compacted(path: str) -> None:
    """§9 "accept plain and compacted": the answer is the same, with and without the header that announces it."""
    other = destination(SURVEYED, ID="dest-2")
    elements = [element(identify()), element(order(**WITH_EMAIL), other, destinationId="dest-2"), element(None)]
    plain = Transformer(PROMOTER).ask(path, body(path, *elements))
    for headers in ({}, COMPACTED):
        assert Transformer(PROMOTER).ask(path, compacted(*elements), headers=headers).content == plain.content


NULLS = [
    {"libraries": None, "credentials": None, "connection": None},
    {"connection": {"sourceId": "src-1", "config": None}},
    {"destination": destination(Transformations=None, deliveryAccount=None, deleteAccount=None, version=None)},
    {"destination": destination({**CONFIG, "surveys": None, "contactLists": None, "baseUrl": None})},
    {"metadata": {"jobId": 1, "destinationId": "dest-1", "secret": None, "recordId": None, "messageIds": None}},
    {"message": identify(context=None, integrations=None, properties=None, anonymousId=None)},
    {"message": identify(userId="12345", traits={"email": "ted@x.co", "firstName": None, "plan": None})},
]


@pytest.mark.parametrize("nulls", NULLS, ids=lambda nulls: "+".join(nulls))
@pytest.mark.parametrize("path", PATHS)
def test_null_tolerant(path: str, nulls: Any) -> None:
    """§9 "null-tolerant input": what Go has nothing for arrives as null, and so do fields of events."""
    (said,) = answers(path, element(identify()) | nulls)
    assert said["statusCode"] == 200


@pytest.mark.parametrize("path", PATHS)
def test_echoes(path: str) -> None:
    """§9 "echo metadata and destination objects untouched (parse ints as int)": to the byte, whatever the numbers."""
    metadata = b'{ "jobId" : 9007199254740993, "destinationId":"dest-1","recordId":1.10, "x":{"a":[1E5,"\\u00e9"]} }'
    where = orjson.dumps(destination()).replace(b'"1"}', b'"1","big":18446744073709551617, "f":2.0}')
    assert b"big" in where
    given = b'{"message":%b,"metadata":%b,"destination":%b}' % (orjson.dumps(identify()), metadata, where)
    sent = b"[%b]" % given if path == PROCESSOR else b'{"input":[%b],"destType":"promoter"}' % given
    content = Transformer(PROMOTER).ask(path, sent).content
    assert metadata in content
    assert path == PROCESSOR or where in content


@pytest.mark.parametrize("path", PATHS)
def test_half_a_surrogate_pair(path: str) -> None:
    """§9 "accept plain and compacted": half a surrogate pair in metadata parts no event from its destination."""
    given = compacted(element(identify(), traceparent="HALF"))
    sent = orjson.dumps(given).replace(b"HALF", rb"\ud800")
    found: Any = Transformer(PROMOTER).ask(path, sent).json()
    (said,) = found["output"] if path == ROUTER else found
    assert said["statusCode"] == 200


@pytest.mark.parametrize("path", [ROUTER, BATCH])
def test_a_broken_destination(path: str) -> None:
    """§9 "per-event try/except": a destination that is no JSON does not make the answer unreadable."""
    given = compacted(element(identify()), element(identify(), destination(ID="dest-2"), destinationId="dest-2"))
    sent = orjson.dumps(given).replace(orjson.dumps(destination(ID="dest-2")), b'{"ID":"dest-2","Config":NaN}')
    found: Any = orjson.loads(Transformer(PROMOTER).ask(path, sent).content)
    said = found["output"] if path == ROUTER else found
    assert [one["statusCode"] for one in said] == [200, 400]


def test_input_order() -> None:
    """§9 "input order in processor answers": good, bad, filtered and waiting ones, and those that become two requests."""
    surveyed = destination(SURVEYED)
    kinds = [identify(), track(), {"type": "page"}, None, track(**WITH_EMAIL)]
    elements = [element(kinds[at % 5], jobId=at) for at in range(100)]
    elements[50] = element(order(**WITH_EMAIL), surveyed, jobId=50)
    found = [one["metadata"]["jobId"] for one in answers(PROCESSOR, *elements)]
    assert found == [*range(51), *range(50, 100)]


@pytest.mark.parametrize("path", [ROUTER, BATCH])
def test_job_ids(path: str) -> None:
    """§9 "jobId multiset equality in router answers": two requests are one output, and 64-bit ids stay what they are."""
    ids = [2**63 - 1, 7, 2**53 + 1, 1, 8]
    kinds = [identify(), order(**WITH_EMAIL), {"type": "page"}, None, track(userId="unknown")]
    said = answers(path, *(element(kinds[at], destination(SURVEYED), jobId=job) for at, job in enumerate(ids)))
    assert sorted(job["jobId"] for one in said for job in one["metadata"]) == sorted(ids)
    assert all(len(one["metadata"]) == 1 for one in said)
    assert {one["metadata"][0]["jobId"]: len(requests(one)) for one in said}[7] == 2


def _odd_requests(event: Any) -> Any:
    body = {"none": None, "list": [{"a": 1}], "object": {"n": 2**53 + 1}, "text": "x", "number": 7}[event["userId"]]
    method = "GET" if body is None else "POST"
    return Transformed((Request("it", method, "http://x/it", body, {"x-id": "7"}),))


@pytest.mark.parametrize(("name", "used"), [("none", None), ("list", "JSON_ARRAY"), ("object", "JSON")])
def test_only_rest(name: str, used: str | None) -> None:
    """§9 "only 200 with type "REST" + one body format, all header/param/FORM values strings"."""
    of = Transformer((small_plugin(transform_identify=_odd_requests),))
    (said,) = answers("/v0/destinations/small", element(identify(userId=name), destination({})), of=of)
    sent = said["output"]
    assert (said["statusCode"], sent["type"], sent["files"], sent["userId"]) == (200, "REST", {}, "")
    assert [form for form, content in sent["body"].items() if content] == ([used] if used else [])
    assert set(sent["body"]) == {"JSON", "JSON_ARRAY", "XML", "FORM"}
    assert all(isinstance(value, str) for value in [*sent["headers"].values(), *sent["params"].values()])

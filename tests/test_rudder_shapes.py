"""Requests in every shape: one answer for each event, readable to the letter, whatever is amiss with one of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import httpx
from hypothesis import given
from hypothesis import strategies as st
from rudder_asking import BATCH, PATHS, PROCESSOR, PROMOTER, ROUTER
from rudder_server.answers import PROCESSED, REQUEST, ROUTED
from rudder_server.go_json import array, decode, parse
from rudder_shapes import Shape, compacted_body, plain_body, shapes
from rudder_transformer import Transformer
from support import KEY

_COMPACTED = {"X-Content-Format": "json+compactedv1"}
_CODES = {PROCESSOR: {"200", "298", "400"}, ROUTER: {"200", "298", "400", "500"}, BATCH: {"200", "298", "400", "500"}}
_PARTS = {"version", "type", "method", "endpoint", "endpointPath", "userId", "headers", "params", "body", "files"}
_FORMATS = {"JSON", "JSON_ARRAY", "XML", "FORM"}
_LONGEST = 10 * 1024

paths = st.sampled_from(PATHS)
Number = tuple[str, str]


def exactly(text: str | bytes) -> Any:
    """Return JSON with each number as it is written; what no other language reads is refused."""

    def number(written: str) -> Number:
        return "number", written

    return json.loads(text, parse_int=number, parse_float=number, parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _echo(raw: str | None) -> Any:
    """Return what is to come back for a part: an object as it is, anything else as an empty one."""
    try:
        found = exactly(raw or "null")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def echoes(given: Sequence[Shape], *, compacted: bool) -> list[tuple[Any, Any]]:
    """Return the metadata and the destination that are to come back for each element."""
    found = []
    for at, shape in enumerate(given):
        metadata = _echo(shape.metadata)
        known = not compacted or metadata.get("destinationId") == f"dest-{at}"
        found.append((metadata, _echo(shape.destination) if known else {}))
    return found


def asked(path: str, given: Sequence[Shape], *, compacted: bool) -> httpx.Response:
    """Return the answer to a request with some elements."""
    body = compacted_body(given) if compacted else plain_body(given, envelope=path != PROCESSOR)
    return Transformer(PROMOTER).ask(path, body, headers=_COMPACTED if compacted else None)


def elements(path: str, answer: httpx.Response) -> list[dict[str, Any]]:
    """Return an answer's elements; any answer to a body that can be taken apart is a 200."""
    assert (answer.status_code, answer.headers["apiversion"]) == (200, "2"), answer.content
    found: Any = exactly(answer.content.decode("utf-8"))
    said: list[dict[str, Any]] = found["output"] if path == ROUTER else found
    return said


def requests(element: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what is to be sent: one request, or in router mode several."""
    found = element.get("output", element.get("batchedRequest", []))
    return found if isinstance(found, list) else [found]


@given(shapes(), paths, st.booleans())
def test_every_element(given: list[Shape], path: str, compacted: bool) -> None:
    """Whatever comes, each element of the answer has strict types, a code that is meant, and a request or an error."""
    answer = asked(path, given, compacted=compacted)
    for element in elements(path, answer):
        kind, code = element["statusCode"]
        assert (kind, code in _CODES[path]) == ("number", True)
        if code == "200":
            assert not element.keys() & {"error", "statTags"}
            _check_requests(path, requests(element))
        else:
            assert not element.keys() & {"output", "batchedRequest"}
            _check_refusal(element, code)


def _check_requests(path: str, found: list[dict[str, Any]]) -> None:
    assert found
    assert path != PROCESSOR or len(found) == 1
    for request in found:
        assert set(request) == _PARTS
        assert request["type"] == "REST"
        assert (request["params"], request["files"], request["userId"]) == ({}, {}, "")
        assert all(isinstance(request[name], str) and request[name] for name in ("method", "endpoint", "endpointPath"))
        assert all(isinstance(value, str) for value in request["headers"].values())
        assert "user-agent" not in {name.lower() for name in request["headers"]}
        body = request["body"]
        assert set(body) == _FORMATS
        assert all(isinstance(content, dict) for content in body.values())
        assert sum(map(bool, body.values())) == 1


def _check_refusal(element: Mapping[str, Any], code: str) -> None:
    error, tags = element["error"], element["statTags"]
    assert error.startswith("[")
    assert len(error.encode()) <= _LONGEST
    assert all(isinstance(value, str) and value for value in tags.values())
    assert {"errorCategory", "errorType", "destType", "module", "implementation", "feature"} <= tags.keys()
    # Our own fault would be a 500 too; the only one that is meant waits for its contact.
    assert code != "500" or "promoter.contact_unknown" in error
    assert KEY not in json.dumps([error, tags])


@given(shapes(), st.booleans())
def test_processor_echoes(given: list[Shape], compacted: bool) -> None:
    """In processor mode metadata comes back to the letter, in the order of the input; only a surveyed order comes twice."""
    answer = asked(PROCESSOR, given, compacted=compacted)
    wanted = [metadata for metadata, _ in echoes(given, compacted=compacted)]
    found = [element["metadata"] for element in elements(PROCESSOR, answer)]
    assert [one for one, _ in groupby(found)] == [one for one, _ in groupby(wanted)]
    surveyed = sum("Order Completed" in (shape.message or "") for shape in given)
    assert len(wanted) <= len(found) <= len(wanted) + surveyed
    assert all(metadata in answer.content for metadata in _metadata(given))


def _metadata(given: Sequence[Shape]) -> Iterator[bytes]:
    return (shape.metadata.encode() for shape in given if shape.metadata and _echo(shape.metadata))


@given(shapes(), st.sampled_from([ROUTER, BATCH]), st.booleans())
def test_router_echoes(given: list[Shape], path: str, compacted: bool) -> None:
    """In router mode each job comes back exactly once, its metadata and destination to the letter."""
    answer = asked(path, given, compacted=compacted)
    found = elements(path, answer)
    wanted = [([metadata], destination) for metadata, destination in echoes(given, compacted=compacted)]
    assert _counted((one["metadata"], one["destination"]) for one in found) == _counted(wanted)
    assert [one["batched"] for one in found] == [False] * len(given)
    assert all(metadata in answer.content for metadata in _metadata(given))


def _counted(values: Any) -> Counter[str]:
    return Counter(map(repr, values))


@given(shapes(), paths, st.booleans())
def test_neighbours_notice_nothing(given: list[Shape], path: str, compacted: bool) -> None:
    """Good events are answered as they are without the one with which something is amiss."""
    good = [shape if shape.good else _nothing(shape) for shape in given]
    same = elements(path, asked(path, good, compacted=compacted))
    found = elements(path, asked(path, given, compacted=compacted))
    ours = _ours(given)
    assert [one for one in found if _named(one) in ours] == [one for one in same if _named(one) in ours]


def _nothing(shape: Shape) -> Shape:
    return Shape("{}", "{}", shape.destination, None, good=False)


def _ours(given: Sequence[Shape]) -> set[str]:
    """Return the jobs of events with which nothing is amiss."""
    return {json.dumps(_echo(shape.metadata)["jobId"]) for shape in given if shape.good}


def _named(element: Mapping[str, Any]) -> str:
    metadata = element["metadata"]
    return json.dumps((metadata[0] if isinstance(metadata, list) else metadata).get("jobId"))


@given(shapes(), paths, st.booleans())
def test_go_reads_it(given: list[Shape], path: str, compacted: bool) -> None:
    """What Go can have written, Go reads again: one value of a wrong type would end rudder-server."""
    typed = [shape for shape in given if shape.typed]
    answer = asked(path, typed, compacted=compacted).content
    outputs = decode(answer, PROCESSED) if path == PROCESSOR else _routed(path, answer)
    for sent in (one.get("output") or one.get("batchedRequest") for one in outputs):
        for request in sent if isinstance(sent, list) else [sent] * bool(sent):
            REQUEST(request, "$")


def _routed(path: str, answer: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]]
    if path == ROUTER:
        found = decode(answer, ROUTED)["output"]
    else:
        found = array(lambda one, _: ROUTED({"output": [one]}, "$")["output"][0])(parse(answer), "$")
    return found


@given(shapes(), paths)
def test_compacted_is_the_same(given: list[Shape], path: str) -> None:
    """A body with its destinations apart is answered as the plain one, where they can be joined at all."""
    given = [shape if shape.good else _nothing(shape) for shape in given]
    plain, compacted = (elements(path, asked(path, given, compacted=compacted)) for compacted in (False, True))
    ours = _ours(given)
    assert [one for one in plain if _named(one) in ours] == [one for one in compacted if _named(one) in ours]


@given(st.data(), paths)
def test_one_broken_byte(data: st.DataObject, path: str) -> None:
    """A body with any one byte changed is refused as a whole, or answered in JSON."""
    given = [shape for shape in data.draw(shapes()) if shape.good]
    body = bytearray(plain_body(given, envelope=path != PROCESSOR))
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] = data.draw(st.sampled_from(b'"{}[],:\\ 0aN\x00\xff'))
    answer = Transformer(PROMOTER).ask(path, bytes(body))
    assert answer.status_code in (200, 400, 503)
    exactly(answer.content.decode("utf-8", "replace"))

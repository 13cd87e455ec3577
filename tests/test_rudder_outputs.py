"""Outputs: results in the words of rudder-server."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rudder_cases import NOW, destination, element, promoter_plugin, small_plugin
from rudder_values import JSON
from support import KEY, identify, order, track

from event_router.api import Authorization, Context, Parked, Reason, Refusal, Rejected, Request, Secret, Skipped
from event_router.hooks import Transformed
from event_router.rudder.configs import Configs
from event_router.rudder.elements import Element
from event_router.rudder.jobs import Job
from event_router.rudder.outputs import (
    LONGEST,
    encoded,
    error_text,
    exact,
    passed_on,
    processor_elements,
    refused,
    rest_request,
    router_output,
    was_transformed,
)
from event_router.rudder.statuses import PROCESSOR, ROUTER

PARTS = {"version", "type", "method", "endpoint", "endpointPath", "userId", "headers", "params", "body", "files"}


def job(result: Transformed | Refusal, **metadata: Any) -> Job:
    """Return a job with a result."""
    given = element(**metadata)
    made = Job(given, Configs(promoter_plugin()).get(given.destination))
    made.result = result
    return made


def decided(event: dict[str, Any], config: Any = None) -> Job:
    """Return an event's job, decided without anything remembered."""
    given = element(event, destination(config))
    made = Job(given, Configs(promoter_plugin()).get(given.destination))
    made.begin(Context("dest-1", NOW))
    made.decide(None, Context("dest-1", NOW))
    return made


def request(body: Any = None, **changes: Any) -> Request:
    """Return a request."""
    return Request("contact", "POST", "http://x/contact", body)._replace(**changes)


def test_request() -> None:
    """A request is of type REST, has every part, and only text among its headers."""
    made: dict[str, Any] = orjson.loads(
        rest_request(
            request({"a": 1}, authorization=Authorization("Token", Secret(KEY)), headers={"idempotency-key": "m"})
        )
    )
    assert set(made) == PARTS
    assert (made["type"], made["method"], made["endpoint"], made["endpointPath"]) == (
        "REST", "POST", "http://x/contact", "contact",
    )  # fmt: skip
    assert made["headers"] == {
        "accept": "application/json",
        "content-type": "application/json",
        "authorization": f"Token {KEY}",
        "idempotency-key": "m",
    }
    assert made["body"] == {"JSON": {"a": 1}, "JSON_ARRAY": {}, "XML": {}, "FORM": {}}
    assert (made["params"], made["files"], made["userId"]) == ({}, {}, "")


@pytest.mark.parametrize(
    ("body", "used"),
    [
        (None, {}),
        ([{"a": 1}], {"JSON_ARRAY": {"batch": '[{"a":1}]'}}),
        ({}, {}),
    ],
)
def test_bodies(body: Any, used: dict[str, Any]) -> None:
    """Exactly one format holds something, and all are objects."""
    made = orjson.loads(rest_request(request(body)))
    assert {name: value for name, value in made["body"].items() if value} == used
    assert set(made["body"]) == {"JSON", "JSON_ARRAY", "XML", "FORM"}
    assert ("content-type" in made["headers"]) is (body is not None)


def test_body_that_cannot_be_sent() -> None:
    """A body that rudder-server could not send is its plugin's fault, and said."""
    sent = job(Transformed((request("text"),)))
    said = orjson.loads(processor_elements(sent, encoded(sent), "PROMOTER"))
    assert said["statusCode"] == 500
    assert said["error"].startswith("[plugin.bad_result] Plugin promoter wants a body that is str")


def test_value_that_json_cannot_carry() -> None:
    """Half of a surrogate pair is the event's own trouble."""
    sent = job(Transformed((request({"a": "\ud800"}),)))
    said = orjson.loads(router_output(sent, encoded(sent), "PROMOTER", ROUTER))
    assert (said["statusCode"], said["batched"]) == (400, False)
    assert "[event.not_json]" in said["error"]


@given(JSON)
def test_exact_law(value: Any) -> None:
    """Whatever went through Go's float64 is still what it was, numbers beyond it as text."""
    through = json.loads(json.dumps(exact(value)), parse_int=lambda digits: int(float(digits)))
    assert through == exact(value)
    assert exact(exact(value)) == exact(value)


@given(st.integers())
def test_exact_numbers(number: int) -> None:
    """Only what does not fit becomes text."""
    fits = abs(number) < 2**53
    assert exact({"a": [number]}) == {"a": [number if fits else str(number)]}
    sent = orjson.loads(rest_request(request({"a": [number]})))
    assert sent["body"]["JSON"] == {"a": [number if fits else str(number)]}


def test_processor_success() -> None:
    """One element for a request, metadata to the byte."""
    made = decided(identify())
    said = processor_elements(made, encoded(made), "PROMOTER")
    assert made.element.metadata in said
    whole = orjson.loads(said)
    assert (whole["statusCode"], whole["output"]["endpointPath"]) == (200, "contact")


def test_processor_several() -> None:
    """Several requests are several elements with the same metadata, in order."""
    event = order(context={"traits": {"email": "a@x.co"}})
    made = decided(event, {"apiKey": KEY, "surveys": {"Order Completed": 7}})
    said = orjson.loads(b"[" + processor_elements(made, encoded(made), "PROMOTER") + b"]")
    assert [one["output"]["endpointPath"] for one in said] == ["event", "survey"]
    assert said[0]["metadata"] == said[1]["metadata"]


def test_router_several() -> None:
    """In router mode they are one output with a list of requests."""
    event = order(context={"traits": {"email": "a@x.co"}})
    made = decided(event, {"apiKey": KEY, "surveys": {"Order Completed": 7}})
    said = orjson.loads(router_output(made, encoded(made), "PROMOTER", ROUTER))
    assert [one["endpointPath"] for one in said["batchedRequest"]] == ["event", "survey"]
    assert said["metadata"] == [orjson.loads(made.element.metadata)]
    assert (said["statusCode"], said["batched"]) == (200, False)
    assert said["destination"]["ID"] == "dest-1"


@pytest.mark.parametrize("raw", [b"null", b"7", b'"x"'])
def test_destination_that_is_none(raw: bytes) -> None:
    """What is echoed as destination is an object at least."""
    made = job(Skipped(Reason("event.unsupported", "No.")))
    made.element = Element(made.element.message, made.element.metadata, raw)
    assert orjson.loads(router_output(made, encoded(made), "PROMOTER", ROUTER))["destination"] == {}


def test_refused() -> None:
    """Why there is none: code, words with their code, tags that are text."""
    made = job(Parked(Reason("promoter.contact_unknown", "Not known.")))
    said = orjson.loads(b"{" + refused(made, made.result, PROCESSOR, "PROMOTER"))  # type: ignore[arg-type]
    assert said["statusCode"] == 400
    assert said["error"] == "[promoter.contact_unknown] Not known."
    assert said["statTags"]["workspaceId"] == "ws-1"
    assert orjson.loads(router_output(made, encoded(made), "PROMOTER", ROUTER))["statusCode"] == 500


def test_nothing_to_send() -> None:
    """A plugin that wants nothing sent has filtered the event; a 200 without request would be lost unseen."""
    made = job(Transformed(()))
    said = orjson.loads(processor_elements(made, encoded(made), "PROMOTER"))
    assert (said["statusCode"], said["error"][:24]) == (298, "[rudder.nothing_to_send]")


def test_error_text() -> None:
    """Errors are short, hold no secret, and can be sent."""
    reason = Reason("some.code", f"The key {KEY} and \ud800" + "x" * 5000)
    text = error_text(reason, (KEY,))
    assert len(text) == LONGEST
    assert text.startswith("[some.code] The key *** and ?")
    text.encode()


def test_no_secret_in_an_error() -> None:
    """A plugin that says the key in a refusal has it hidden."""

    def transform_identify(event: Any, settings: Any) -> Any:
        return Rejected(Reason("small.no", f"Not with {settings['token'].reveal()}."))

    schema = {"type": "object", "properties": {"token": {"type": "string", "writeOnly": True}}}
    plugin = small_plugin(transform_identify=transform_identify)
    plugin = type(plugin)(plugin.name, plugin.distribution, _with(plugin.info, schema), plugin.hooks)
    given = element(identify(), destination({"token": "very-secret"}))
    made = Job(given, Configs(plugin).get(given.destination))
    made.begin(Context("dest-1", NOW))
    made.decide(None, Context("dest-1", NOW))
    said = processor_elements(made, encoded(made), "SMALL")
    assert b"very-secret" not in said.replace(given.metadata, b"")
    assert b"Not with ***" in said


def _with(info: Any, schema: dict[str, Any]) -> Any:
    from dataclasses import replace

    return replace(info, settings_schema=schema)


def test_transformed_before() -> None:
    """What processor mode has made of an event is passed on as it is; an event is none."""
    message = b'{"type":"REST","endpoint":"http://x","n":12345678901234567890123}'
    given = element(message)
    assert was_transformed(given)
    assert message in passed_on(given)
    said = orjson.loads(passed_on(given))
    assert (said["statusCode"], said["batched"], said["metadata"]) == (200, False, [orjson.loads(given.metadata)])
    assert given.destination in passed_on(given)
    for event in (track(), b"{", b"7", b'{"type":"REST"}'):
        assert not was_transformed(element(event))


@pytest.mark.parametrize(
    "wrong",
    [
        {"headers": {"x": 1}},
        {"headers": {"x": None}},
        {"headers": {1: "x"}},
        {"headers": {"x": "a\r\nb: c"}},
        {"headers": {"a\nb": "c"}},
        {"method": None},
        {"url": 5},
        {"kind": None},
        {"url": ["http://x"]},
    ],
)
def test_requests_with_wrong_types(wrong: dict[str, Any]) -> None:
    """A header that is no text would be tried without end: it is its plugin's fault, and said."""
    sent = job(Transformed((request({"a": 1})._replace(**wrong),)))
    said = orjson.loads(processor_elements(sent, encoded(sent), "PROMOTER"))
    assert (said["statusCode"], said["error"][:19]) == (500, "[plugin.bad_result]")


@pytest.mark.parametrize(
    "result",
    [
        Transformed((None,)),  # type: ignore[arg-type]
        Transformed(None),  # type: ignore[arg-type]
        Transformed(5),  # type: ignore[arg-type]
        Transformed((request({"a": 1}, authorization="Token x"),)),
        Rejected(Reason(None, None)),  # type: ignore[arg-type]
    ],
)
def test_results_that_are_nonsense(result: Any) -> None:
    """Whatever a plugin returned, its event is answered, in words of ours."""
    sent = job(result)
    said = orjson.loads(router_output(sent, encoded(sent), "PROMOTER", ROUTER))
    assert said["statusCode"] in (400, 500)
    assert isinstance(said["error"], str)


def test_a_body_that_is_too_deep() -> None:
    """What is nested too deep to be written is the event's own trouble, with or without a number beyond floats in it."""
    for inner in (1, 2**60):
        body: dict[str, Any] = {"a": inner}
        for _ in range(3000):
            body = {"a": body}
        sent = job(Transformed((request(body),)))
        said = orjson.loads(processor_elements(sent, encoded(sent), "PROMOTER"))
        assert (said["statusCode"], said["error"][:16]) == (400, "[event.not_json]")


def test_user_agent() -> None:
    """A plugin's user agent is left out: rudder-server would send two."""
    made = orjson.loads(rest_request(request(headers={"User-Agent": "x", "user-agent": "y", "x-a": "b"})))
    assert made["headers"] == {"accept": "application/json", "x-a": "b"}


@pytest.mark.parametrize("requests", [None, 5, "text"])
def test_requests_that_are_no_list(requests: Any) -> None:
    """It is the plugin's fault, not the event's."""
    found = encoded(job(Transformed(requests)))
    assert isinstance(found, Rejected)
    assert found.reason.code == "plugin.bad_result"

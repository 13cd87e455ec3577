"""The proxy: rudder-server has us deliver, and every job is answered, once and in order."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rudder_calls import CONTACT, accepted, call, delivered, job, members, output, proxied, sender_of
from rudder_cases import served, small_plugin
from support import KEY, Script, answer

from event_router.api import (
    Authorization,
    Delivered,
    Misconfigured,
    Outcome,
    Parked,
    Reason,
    Rejected,
    Request,
    Retry,
    Secret,
    Skipped,
)
from event_router.delivery import Sender
from event_router.rudder.proxy import LONGEST, SHORTEST, USUAL, deliver, seconds
from event_router.rudder.spans import fields, items

pytestmark = pytest.mark.anyio

PROMOTER = served()
ANSWERED = (b"content-type", b"application/json"), (b"apiversion", b"2")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=3), inner, max_size=3),
    max_leaves=5,
)
REASON = Reason("small.said", "It said so.")


def tags(category: str, kind: str, **others: str) -> dict[str, str]:
    """Return the statTags of a delivery."""
    place = {"destType": "PROMOTER", "module": "destination", "implementation": "native", "feature": "dataDelivery"}
    known = {"destinationId": "dest-1", "workspaceId": "ws-1"}
    return {"errorCategory": category, "errorType": kind} | place | known | others


def refused(**changes: Any) -> str:
    """Return why a call with some members changed is refused, unsent and for good."""
    script = Script()
    found = output(proxied(PROMOTER, call(**changes), script))
    assert script.requests == []
    assert (found["status"], found["response"][0]["statusCode"]) == (400, 400)
    assert found["message"] == found["response"][0]["error"]
    assert KEY not in found["message"]
    message: str = found["message"]
    return message


async def test_delivered() -> None:
    """The plugin's request goes out as it was, and each job is told ``success``, its metadata as it came."""
    script = Script(accepted())
    done = await delivered(PROMOTER, call(CONTACT, job(1), job(2)), script)
    assert (done.status, done.headers) == (200, ANSWERED)
    assert script.requests == [CONTACT._replace(headers={"accept": "application/json", **CONTACT.headers})]
    assert output(done) == {
        "status": 200,
        "message": "success",
        "response": [{"statusCode": 200, "error": "success", "metadata": job(number)} for number in (1, 2)],
    }


def test_metadata_is_echoed_to_the_byte() -> None:
    """Large integers, spaces and spelling stay."""
    raw = [b'{"jobId": 9007199254740993, "secret" : {"a":1e5}, "x":"\\u00e9"}', b'{"jobId":7,"destInfo":null}']
    body = call(metadata=orjson.Fragment(b"[" + b", ".join(raw) + b"]"))
    response = items(fields(fields(proxied(PROMOTER, body).body)["output"])["response"])
    assert [fields(entry)["metadata"] for entry in response] == raw


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (answer(401, {"detail": "Invalid token."}), 400, tags("network", "aborted", meta="unauthorized")),
        (answer(404, b""), 500, tags("network", "configuration")),
        (answer(302, b"", location="https://elsewhere.example/"), 500, tags("network", "configuration")),
        (answer(400, {"email": ["Enter a valid email."]}), 400, tags("network", "aborted")),
        (answer(429, {"detail": "Slow down."}), 429, tags("network", "throttled")),
        (answer(503, {}), 500, tags("network", "retryable")),
        (answer(408, {}), 500, tags("network", "retryable")),
        (answer(200, b"<html>"), 500, tags("network", "retryable")),
        (Retry(Reason("delivery.unreachable", "No such host.")), 500, tags("network", "retryable")),
        (Retry(Reason("delivery.timeout", "Too late."), throttled=True), 500, tags("network", "retryable")),
    ],
)
async def test_what_went_wrong(given: Any, code: int, said: dict[str, str]) -> None:
    """Final or tried again, with statTags; the HTTP status of v1 is 200 all the same."""
    done = await delivered(PROMOTER, call(), Script(lambda _: given))
    found = output(done)
    assert (done.status, done.headers) == (200, ANSWERED)
    assert (found["status"], found["response"][0]["statusCode"], found["statTags"]) == (code, code, said)
    assert found["response"][0]["error"].startswith("[")


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Delivered(REASON), 200),
        (Skipped(REASON), 298),
        (Rejected(REASON), 400),
        (Misconfigured(REASON), 500),
        (Retry(REASON), 500),
        (Parked(REASON), 500),
    ],
)
@pytest.mark.parametrize("v1", [True, False])
def test_outcomes(outcome: Outcome, code: int, v1: bool) -> None:
    """Every outcome of a plugin has its status: not eligible is done. In v0 it is the HTTP status."""

    def interpret_response() -> Outcome:
        return outcome

    done = proxied(served(small_plugin(interpret_response=interpret_response)), _small(), v1=v1)
    assert done.status == (200 if v1 else code)
    assert output(done)["status"] == code
    assert output(done)["message"] == ("success" if code == 200 else "[small.said] It said so.")
    assert ("statTags" in output(done)) is (code != 200)
    assert ("response" in output(done)) is v1


def test_v0() -> None:
    """One object of metadata, the HTTP status, and no answer for each job."""
    body = call(metadata=job())
    done = proxied(PROMOTER, body, v1=False)
    assert (done.status, done.headers, output(done)) == (200, ANSWERED, {"status": 200, "message": "success"})
    broken = proxied(PROMOTER, body, Script(answer(404, b"")), v1=False)
    assert broken.status == 500
    assert output(broken)["statTags"]["destinationId"] == "dest-1"


@pytest.mark.parametrize("metadata", [None, [], [job()]])
def test_v0_needs_no_metadata(metadata: Any) -> None:
    """Its answer repeats none, so the request is sent whatever there is."""
    script = Script(accepted())
    assert proxied(PROMOTER, call(metadata=metadata), script, v1=False).status == 200
    assert len(script.requests) == 1


def test_a_batch_that_is_refused_is_taken_apart() -> None:
    """Each of several jobs is tried again alone; one by itself is given up."""
    many = output(proxied(PROMOTER, call(CONTACT, job(1), job(2, x=2**60)), Script(answer(400, {"email": ["No."]}))))
    assert [entry["statusCode"] for entry in many["response"]] == [500, 500]
    assert [entry["metadata"] for entry in many["response"]] == [
        job(1, dontBatch=True),
        job(2, x=2**60, dontBatch=True),
    ]
    assert many["statTags"] == tags("network", "retryable")
    assert "No." in many["message"]
    one = output(proxied(PROMOTER, call(CONTACT, job(1)), Script(answer(400, {"email": ["No."]}))))
    assert (one["response"][0]["statusCode"], one["response"][0]["metadata"]) == (400, job(1))


@pytest.mark.parametrize("status", [401, 503])
def test_a_batch_is_not_taken_apart_for_what_no_job_did(status: int) -> None:
    """A wrong key and an outage are the same for each job alone."""
    found = output(proxied(PROMOTER, call(CONTACT, job(1), job(2)), Script(answer(status, {}))))
    assert [entry["metadata"]["dontBatch"] for entry in found["response"]] == [False, False]


@pytest.mark.parametrize("changes", [{"type": "GRPC"}, {"files": {"a": 1}}, {"body": {"FORM": {"a": "b"}}}])
def test_what_no_plugin_of_ours_makes(changes: dict[str, Any]) -> None:
    """It is refused with the reason, and nothing is sent."""
    assert "[rudder.bad_payload]" in refused(**changes)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://evil.example/api/contacts/",
        "http://app.promoter.io/api/contacts/",
        "https://app.promoter.io:8443/api/contacts/",
        "https://app.promoter.io@evil.example/",
        "https://evil.example\\@app.promoter.io/",
    ],
)
def test_the_key_goes_nowhere_else(endpoint: str) -> None:
    """A request to a server that the destination's Config does not name is refused."""
    assert "[rudder.bad_payload]" in refused(endpoint=endpoint)


def test_the_config_says_where_to() -> None:
    """Another ``baseUrl`` allows its own server, and no longer Promoter's."""
    config = {"apiKey": KEY, "baseUrl": "http://127.0.0.1:9"}
    assert "[rudder.bad_payload]" in refused(destinationConfig=config)
    body = call(CONTACT._replace(url="http://127.0.0.1:9/api/contacts/"), config=config)
    assert output(proxied(PROMOTER, body))["status"] == 200


@pytest.mark.parametrize("config", [None, {}, [], "x", {"apiKey": "two words"}, {"apiKey": KEY, "campaignId": "x"}])
def test_a_bad_config(config: Any) -> None:
    """Given up with errorType configuration; nothing is sent, and the key is not shown."""
    assert "[rudder.config]" in refused(destinationConfig=config)
    found = output(proxied(PROMOTER, call(config=config)))
    assert found["statTags"] == tags("dataValidation", "configuration")
    assert "two words" not in found["message"]


def test_templates_in_the_config() -> None:
    """Their defaults stand: the event that filled them in is not here any more."""
    config = {"apiKey": KEY, "campaignId": "{{ event.traits.campaign || 7 }}"}
    assert output(proxied(PROMOTER, call(config=config)))["status"] == 200


def test_a_new_config_counts_at_once() -> None:
    """Configs are known by their bytes, and each type's are its own."""
    assert output(proxied(PROMOTER, call()))["status"] == 200
    assert output(proxied(PROMOTER, call(config={})))["status"] == 400
    assert output(proxied(served(small_plugin()), call(_request("http://x"), config={})))["status"] == 200
    assert output(proxied(PROMOTER, call(config={})))["status"] == 400


def test_nobody_to_answer() -> None:
    """In v1 nothing is sent for no job: it would be sent again and again."""
    script = Script()
    found = output(proxied(PROMOTER, call(metadata=[None]), script))
    assert (found["status"], found["response"], script.requests) == (400, [], [])


@pytest.mark.parametrize(
    ("given", "entry", "trouble"),
    [
        (accepted(), job(), None),
        (answer(400, {"email": ["No."]}), job(), None),
        (answer(503, {}), job(), None),
        (answer(401, {}), job(), "Destination dest-1: [promoter."),
        (answer(401, {}), {"jobId": 1}, "Destination ?: [promoter."),
    ],
)
async def test_trouble(given: Any, entry: Any, trouble: str | None) -> None:
    """Whoever runs it is told what all deliveries of a destination suffer from, and of nothing else."""
    done = await deliver(PROMOTER, call(CONTACT, entry), sender_of(Script(given)), v1=True, timeout=1.0)
    assert (done.trouble or "").startswith(trouble or "")
    assert (done.trouble is None) is (trouble is None)


@pytest.mark.parametrize(("v1", "status"), [(True, 400), (False, 500)])
@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b'{"metadata":[{"jobId":1}'])
def test_bodies_that_are_none(body: bytes, v1: bool, status: int) -> None:
    """An HTTP error, with a reason, after which rudder-server tries again."""
    done = proxied(PROMOTER, body, v1=v1)
    assert done.status == status
    assert orjson.loads(done.body)["error"].startswith("[rudder.bad_payload] The body is no call of the proxy: ")


@pytest.mark.parametrize("scheme", ["Token", "Basic"])
def test_no_key_is_shown(scheme: str) -> None:
    """Neither the destination's, nor another that the request has, however the destination repeats them."""
    old = "the-key-before-the-last-one"
    basic = b64encode(f"{old}:".encode()).decode()
    request = CONTACT._replace(authorization=Authorization(scheme, Secret(basic if scheme == "Basic" else old)))
    echo = answer(400, {"detail": f"{old} {basic} {KEY} {b64encode(f'{KEY}:'.encode()).decode()}"})
    done = proxied(PROMOTER, call(request), Script(echo))
    assert output(done)["status"] == 400
    assert old.encode() not in done.body
    assert KEY.encode() not in done.body
    assert (basic.encode() in done.body) is False


def test_long_answers_are_cut() -> None:
    """An error is short, whatever the plugin says."""

    def interpret_response() -> Outcome:
        return Rejected(Reason("small.said", "x" * 50_000 + "\ud800"))

    done = proxied(served(small_plugin(interpret_response=interpret_response)), _small())
    assert len(output(done)["message"]) < 2_100


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(members(CONTACT) | {"destinationConfig": {}}, JSON)),
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=5),
    st.sampled_from([200, 201, 400, 401, 404, 429, 500, 503]),
)
def test_whatever_comes(changes: dict[str, Any], numbers: list[int], status: int) -> None:
    """Each job is answered once, in order and in strict types, whatever stands where; nothing goes elsewhere."""
    script = Script(answer(status, {"id": 1}))
    done = proxied(PROMOTER, json.dumps({**json.loads(call(CONTACT, *map(job, numbers))), **changes}).encode(), script)
    found = json.loads(done.body)["output"]
    assert done.status == 200
    assert [entry["metadata"]["jobId"] for entry in found["response"]] == list(dict.fromkeys(numbers))
    assert {type(entry["statusCode"]) for entry in found["response"]} == {int}
    assert {entry["statusCode"] for entry in found["response"]} <= {200, 298, 400, 429, 500}
    assert all(isinstance(entry["error"], str) and entry["error"] for entry in found["response"])
    assert all(isinstance(text, str) for text in found.get("statTags", {}).values())
    assert all(request.url.startswith("https://app.promoter.io/") for request in script.requests)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (None, USUAL),
        (b"", USUAL),
        (b"soon", USUAL),
        (b"-5", USUAL),
        (b"1.5", USUAL),
        (b"0", SHORTEST),
        (b"250", 0.25),
        (b" 2500\t", 2.5),
        (b"10000", 10.0),
        (b"9" * 5000, LONGEST),
    ],
)
def test_seconds(header: bytes | None, found: float) -> None:
    """Milliseconds, within reason; the usual time where there are none."""
    assert seconds(header) == found


async def test_the_timeout_reaches_the_sender() -> None:
    """A destination has the seconds that rudder-server leaves it."""
    asked: list[float] = []

    async def opened(seconds: float) -> Sender:
        asked.append(seconds)
        return Script(accepted())

    await deliver(PROMOTER, call(), opened, v1=True, timeout=2.5)
    assert asked == [2.5]


async def test_nothing_is_opened_for_what_is_refused() -> None:
    """The HTTP client costs time and memory, so it waits for the first request that is really sent."""
    await deliver(PROMOTER, call(type="GRPC"), _unopened, v1=True, timeout=1.0)


def _request(url: str) -> Request:
    return Request("contact", "POST", url, {"a": 1})


def _small() -> bytes:
    return call(_request("http://x/contact"), config={})


async def _unopened(seconds: float) -> Sender:
    raise AssertionError("opened")

"""The conformance checklist (protocol §9): what the transformer says of what went wrong. Each test names its line."""

from __future__ import annotations

import json
import math
import socket
from collections.abc import Collection, Mapping
from typing import Any

import pytest
from rudder_asking import PATHS, PROCESSOR, PROMOTER, ROUTER, answers, body, element, requests
from rudder_calls import CONTACT, call, job
from rudder_cases import CONFIG, destination, small_plugin
from rudder_transformer import Transformer
from support import KEY, Script, answer, identify, track

from event_router.api import Reason, Request, Retry, Transformed
from event_router.delivery import Sender
from event_router.doors.store import Unavailable
from event_router.hooks import Contact
from event_router.rudder import statuses
from event_router.rudder.client import Client
from event_router.rudder.contacts import Key, MemoryContacts

PROXY = "/v1/destinations/promoter/proxy"
SMALL = "/v0/destinations/small"


class Scripted(Client):
    """A client whose requests are answered by a script."""

    def __init__(self, *given: Any) -> None:
        super().__init__()
        self.script = Script(*given)

    async def sender(self, seconds: float) -> Sender:
        """Return the script."""
        return self.script


def failing(**changes: Any) -> Transformer:
    """Return a transformer whose plugin fails on user u-7, its key in the exception, and sends all others on."""

    def transform_identify(event: Any) -> Any:
        if event["userId"] == "u-7":
            raise ValueError(f"{KEY} {'x' * 100_000}")
        return Transformed((Request("it", "POST", "http://x/it", changes.get("body", event)),))

    return Transformer((small_plugin(transform_identify=transform_identify),))


FEATURES = (statuses.PROCESSOR, statuses.ROUTER, statuses.BATCH, statuses.DELIVERY, statuses.DELETION)


@pytest.mark.parametrize("feature", FEATURES)
def test_never_another_2xx(feature: str) -> None:
    """§9 "never a 2xx but 200/298/299": in no row of the table is there another one."""
    codes = {row.code(feature) for row in statuses.TABLE}
    assert {code for code in codes if 200 <= code < 300} == {200, 298}
    assert codes <= {200, 298, 400, 429, 500}


BAD = [
    (None, {}, 400, "instrumentation"),
    ("text", {}, 400, "instrumentation"),
    ({}, {}, 400, "instrumentation"),
    (identify(traits={"email": "nonsense"}), {}, 400, "instrumentation"),
    (identify(userId=["12345"]), {}, 400, "instrumentation"),
    (identify(), {"apiKey": ""}, 400, "configuration"),
    (identify(), {"campaignId": "seven"}, 400, "configuration"),
    ({"type": "page"}, {}, 298, "filtered"),
]


@pytest.mark.parametrize(("message", "config", "code", "kind"), BAD)
@pytest.mark.parametrize("path", PATHS)
def test_bad_events(path: str, message: Any, config: dict[str, Any], code: int, kind: str) -> None:
    """§9 "per-event try/except -> 400 (data/config)": for that event only, its statTags say which; 298 is filtered."""
    around, bad = element(identify(), jobId=1), element(message, destination({**CONFIG, **config}), jobId=2)
    before, said, behind = answers(path, around, bad, around)
    assert (before["statusCode"], said["statusCode"], behind["statusCode"]) == (200, code, 200)
    assert said["statTags"]["errorType"] == kind
    assert said["statTags"]["destType"] == "PROMOTER"
    assert said["statTags"]["feature"] == {PROCESSOR: "processor", ROUTER: "router"}.get(path, "batch")


@pytest.mark.parametrize("path", [SMALL, ROUTER])
def test_a_bug(path: str) -> None:
    """§9 "or 500 (bug, ...)": for the event that hit it, and for no other."""
    elements = [element(identify(userId=f"u-{at}"), destination({}), jobId=at) for at in (6, 7, 8)]
    sent = elements if path == SMALL else {"input": elements, "destType": "small"}
    found: Any = failing().ask(path, sent).json()
    said = found["output"] if path == ROUTER else found
    assert [one["statusCode"] for one in said] == [200, 500, 200]
    assert said[1]["statTags"]["errorCategory"] == "transformation"


class Broken(MemoryContacts):
    """A memory that fails."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    async def load(self, wanted: Collection[Key]) -> Mapping[Key, Contact]:
        """Fail."""
        raise self.error


@pytest.mark.parametrize("error", [RuntimeError("ted@x.co"), Unavailable("engine.down", "It is down.", 2)])
@pytest.mark.parametrize("path", PATHS)
def test_a_fault_of_the_whole(path: str, error: Exception) -> None:
    """§9 "answer HTTP 503 + X-Rudder-Should-Retry when a whole request hits our own fault"."""
    said = Transformer(PROMOTER, contacts=Broken(error)).ask(path, body(path, element(track())))
    assert (said.status_code, said.headers["X-Rudder-Should-Retry"]) == (503, "true")
    assert said.headers["X-Rudder-Error-Reason"].isalpha()
    assert "ted@x.co" not in said.text


def test_a_contact_that_is_not_known() -> None:
    """§9 "in processor mode a 500 is lost": so an unknown contact is retried in router mode, and final there."""
    assert [answers(path, element(track()))[0]["statusCode"] for path in PATHS] == [400, 500, 500]


SECRETIVE = [
    {"type": KEY},
    {"type": KEY * 5000},
    identify(userId={KEY: KEY}),
    identify(traits={"email": KEY}),
    track(event=KEY, properties=[KEY]),
    track(integrations={"Promoter": {"api_key": KEY, "campaign": KEY}}),
    identify(integrations={"Promoter": {"contactLists": [KEY] * 3000}}),
    KEY,
]


@pytest.mark.parametrize("message", SECRETIVE, ids=range(len(SECRETIVE)))
@pytest.mark.parametrize("path", PATHS)
def test_errors(path: str, message: Any) -> None:
    """§9 "error strings <= 10 KB, no secrets": not even where an event holds the key, or endless text."""
    (said,) = answers(path, element(message))
    assert (said["statusCode"], len(said["error"].encode()) <= 10 * 1024) == (400, True)
    assert KEY not in json.dumps([said["error"], said["statTags"]])
    assert said["error"].startswith("[")


def test_errors_of_plugins_and_configs() -> None:
    """§9 "error strings <= 10 KB, no secrets": whatever a plugin raises, and whatever stands in a Config."""
    secretive = destination({"apiKey": f"{KEY} with blanks", "campaignId": KEY * 5000, "surveys": {KEY: KEY}})
    (config,) = answers(PROCESSOR, element(identify(), secretive))
    (bug,) = failing().ask(SMALL, [element(identify(userId="u-7"), destination({}))]).json()
    assert [config["statusCode"], bug["statusCode"]] == [400, 500]
    assert max(len(config["error"].encode()), len(bug["error"].encode())) <= 10 * 1024
    assert f"{KEY} with blanks" not in config["error"]


def delivered(client: Client, request: Request = CONTACT, path: str = PROXY, **changes: Any) -> dict[str, Any]:
    """Return what the one job of a proxy call is told."""
    said = Transformer(PROMOTER, client=client).ask(path, call(request, job(1), **changes))
    assert said.status_code == 200
    (entry,) = said.json()["output"]["response"]
    found: dict[str, Any] = entry
    return found


def test_nobody_listens() -> None:
    """§9 "transport errors ... -> 500": a connection that is refused is tried again."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}"
        request = CONTACT._replace(url=f"{url}/api/contacts/")
        assert delivered(Client(), request, config={"apiKey": KEY, "baseUrl": url})["statusCode"] == 500


def test_no_such_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """§9 "transport errors, DNS included -> 500": a name that nobody knows just now is tried again."""

    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    said = delivered(Client())
    assert said["statusCode"] == 500
    assert "[delivery.unreachable]" in said["error"]


THROTTLED = Retry(Reason("small.wait", "Everyone is to wait."), after=60, throttled=True)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (answer(429, {"detail": "Request was throttled."}), 429),
        (answer(503, {}, retry_after="60"), 500),
        (answer(408, {}), 500),
        (THROTTLED, 500),
    ],
    ids=["429", "503", "408", "ours"],
)
def test_429(given: Any, code: int) -> None:
    """§9 "429 passed on only when PROMOTER really said so": not for what only looks like it."""
    assert delivered(Scripted(lambda _: given))["statusCode"] == code


def test_429_is_never_a_transformation() -> None:
    """§9 "429 passed on only when PROMOTER really said so": it stalls users without limit, so no event gets one here."""
    assert {row.code(feature) for row in statuses.TABLE for feature in FEATURES[:3]} <= {200, 298, 400, 500}


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("path", [SMALL, ROUTER])
def test_no_nan(path: str, number: float) -> None:
    """§9 "allow_nan=False": neither what a plugin computes nor what an event holds gets out as NaN."""
    elements = [element(identify(), destination({}))]
    sent = elements if path == SMALL else {"input": elements, "destType": "small"}
    said = failing(body={"n": number}).ask(path, sent)
    assert said.status_code == 200
    json.loads(said.content, parse_constant=pytest.fail)
    spoiled = json.dumps(body(PROCESSOR, element(identify(traits={"email": "ted@x.co", "n": number}))))
    (refused,) = Transformer(PROMOTER).ask(PROCESSOR, spoiled.encode()).json()
    assert refused["statusCode"] == 400


@pytest.mark.parametrize("path", PATHS)
def test_ids_are_text(path: str) -> None:
    """§9 "ids as strings": a number beyond 2^53, which Go would break, goes out as the text that it is."""
    ids = {"email": "ted@x.co", "account": 2**53 + 1, "plan": {"id": 2**63}, "small": 7}
    (said,) = answers(path, element(identify(userId=2**60 + 1, traits=ids)))
    (request,) = requests(said)
    assert '"9007199254740993"' in json.dumps(request["body"])
    assert _too_large(request["body"]) == []


def _too_large(value: Any) -> list[int]:
    """Return the numbers that a float64 does not hold."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [number for item in inner for number in _too_large(item)]
    return [value] if isinstance(value, int) and abs(value) >= 2**53 else []


def test_idempotency() -> None:
    """§9 "idempotency by messageId": every write has it in its key, the same one in each mode and each time."""
    events = [identify(messageId="m-77"), track(messageId="m-77", context={"traits": {"email": "ted@x.co"}})]
    for event in events:
        made = [requests(answers(path, element(event))[0])[0] for path in (*PATHS, PROCESSOR)]
        assert {request["headers"]["idempotency-key"] for request in made} == {"dest-1:m-77"}
    (other,) = answers(PROCESSOR, element(events[0], destination(ID="dest-2")))
    assert other["output"]["headers"]["idempotency-key"] == "dest-2:m-77"

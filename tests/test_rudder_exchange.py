"""One request, sent once: outcome and status agree, and no key comes back."""

from __future__ import annotations

from base64 import b64encode

import pytest
from rudder_calls import CONTACT
from support import KEY, Script, answer, promoter, small

from event_router.api import (
    Authorization,
    Delivered,
    Misconfigured,
    Outcome,
    Reason,
    Rejected,
    Request,
    Response,
    Retry,
    Secret,
)
from event_router.rudder.exchange import Exchanged, credentials, exchange
from event_router.rudder.statuses import FILTERED, MISCONFIGURED, OK, REFUSED, RETRY, THROTTLED, UNAUTHORIZED, Status

pytestmark = pytest.mark.anyio

SURVEY = Request("survey", "POST", "https://app.promoter.io/api/v2/survey/", {"campaign_id": 1, "contact": {}})


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (answer(201, {"id": 1}), OK),
        (answer(400, {"detail": "Contact is not eligible: not eligible"}), FILTERED),
        (answer(400, {"email": ["Enter a valid email."]}), REFUSED),
        (answer(401, {"detail": "Invalid token."}), UNAUTHORIZED),
        (answer(403, {"detail": "No."}), UNAUTHORIZED),
        (answer(404, {"detail": "Not found."}), MISCONFIGURED),
        (answer(302, location="https://elsewhere.example/"), MISCONFIGURED),
        (answer(408, {}), RETRY),
        (answer(429, {"detail": "Slow down."}), THROTTLED),
        (answer(500, b"<html>"), RETRY),
        (answer(503, {}, retry_after="7"), RETRY),
        (answer(200, b"<html>"), RETRY),
    ],
)
async def test_answers(given: Response, status: Status) -> None:
    """What the destination said, as the plugin reads it and as rudder-server does; 429 only where it was said."""
    ended = await exchange(promoter(), SURVEY, Script(given))
    assert ended.status is status
    assert ended.answered


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (Retry(Reason("delivery.unreachable", "no such host")), RETRY),
        (Retry(Reason("delivery.timeout", "too late"), throttled=True), RETRY),
        (Misconfigured(Reason("delivery.bad_url", "no address")), MISCONFIGURED),
        (Rejected(Reason("event.not_json", "no JSON")), REFUSED),
    ],
)
async def test_no_answer(given: Retry | Misconfigured | Rejected, status: Status) -> None:
    """Transport trouble is tried again, names that do not resolve included; the reason is the sender's."""
    assert await exchange(promoter(), CONTACT, Script(lambda _: given)) == Exchanged(given, status)


async def test_a_plugin_that_raises() -> None:
    """Nobody knows whether the destination has it: tried again."""

    def interpret_response() -> Outcome:
        raise ValueError("bug")

    ended = await exchange(small(interpret_response=interpret_response), CONTACT, Script())
    assert (ended.status, ended.outcome.reason.code) == (RETRY, "plugin.unreadable")


async def test_an_echoed_key_is_hidden_before_it_is_cut() -> None:
    """The key of the request, which may not be the destination's any more: plain, in Basic credentials, in a header."""
    old = "another-key-than-the-settings-have"
    basic = b64encode(f"{old}:".encode()).decode()
    seen: list[Response] = []

    def interpret_response(response: Response) -> Outcome:
        seen.append(response)
        return Delivered()

    echo = answer(200, {"detail": f"{basic} is {old}"}, x_echo=basic)
    request = CONTACT._replace(authorization=Authorization("Basic", Secret(basic)))
    await exchange(small(interpret_response=interpret_response), request, Script(echo))
    assert seen[0].body == b'{"detail":"*** is ***"}'
    assert seen[0].headers == {"x-echo": "***"}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (None, ()),
        (Authorization("Token", Secret(KEY)), (KEY,)),
        (Authorization("basic", Secret("a2V5LTE6d29yZDox")), ("a2V5LTE6d29yZDox", "key-1", "word:1")),
        (Authorization("Basic", Secret("no base64")), ("no base64",)),
        (Authorization("Basic", Secret("/w==")), ("/w==",)),
        (Authorization("Basic", Secret("a2V5 LTE=")), ("a2V5 LTE=",)),
        (Authorization("Basic", Secret("a2V5Og==")), ("a2V5Og==", "key")),
        (Authorization("Basic", Secret("OndvcmQ=")), ("OndvcmQ=", "word")),
    ],
)
def test_credentials(given: Authorization | None, found: tuple[str, ...]) -> None:
    """What an Authorization header holds, and what that encodes."""
    assert credentials(given) == found

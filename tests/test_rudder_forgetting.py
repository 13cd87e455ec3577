"""People of a deletion: the destination forgets, then we do; what did not get through is tried again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from rudder_calls import CONTACT as REQUEST
from rudder_cases import CONFIG
from rudder_deletions import DONE, EMAIL, TED, deleting, entry, remembered, small
from support import KEY, Script, answer

from event_router.api import (
    Delivered,
    Misconfigured,
    Outcome,
    Parked,
    Reason,
    Rejected,
    Response,
    Retry,
    Skipped,
    Transformed,
)
from event_router.delivery import http_client, http_sender

pytestmark = pytest.mark.anyio

REASON = Reason("small.said", "It said so.")


async def test_a_remembered_contact() -> None:
    """The destination is told the e-mail that is remembered, and then nothing is remembered any more."""
    contacts, script = await remembered(), Script()
    assert await entry({"userId": "12345"}, script=script, contacts=contacts) == DONE
    (request,) = script.requests
    assert (request.kind, request.body) == ("remove", {"email": EMAIL})
    assert request.headers["idempotency-key"].startswith("promoter:delete-")
    assert await contacts.load([TED]) == {}


@pytest.mark.parametrize(
    "user", [{"userId": "u9", "email": EMAIL}, {"email": EMAIL}, {"userId": EMAIL}, {"userId": "", "email": EMAIL}]
)
async def test_an_email_that_is_given(user: dict[str, Any]) -> None:
    """It does where nobody is remembered; a person without ``userId`` goes by it."""
    script = Script()
    assert await entry(user, script=script) == DONE
    assert script.requests[0].body == {"email": EMAIL}


async def test_the_same_job_again() -> None:
    """Its requests have the same ``idempotency-key``, so that they count once."""
    script = Script(answer(503), answer(200))
    for code in (500, 200):
        assert (await entry({"email": EMAIL}, script=script))["statusCode"] == code
    first, second = script.requests
    assert first == second


@pytest.mark.parametrize("given", [answer(404, {"detail": "Not found."}), answer(204, b"")])
async def test_gone_already(given: Response) -> None:
    """Not to be found is deleted."""
    contacts = await remembered()
    assert await entry({"userId": "12345"}, script=Script(given), contacts=contacts) == DONE
    assert await contacts.load([TED]) == {}


async def test_nobody_knows_them() -> None:
    """Without any e-mail nothing is asked of the destination, so it is no success: a person has to look."""
    script = Script()
    found = await entry({"userId": "stranger"}, script=script)
    assert found["statusCode"] == 400
    assert found["error"].startswith("[promoter.delete_unknown_contact]")
    assert script.requests == []


async def test_a_job_that_is_made_again() -> None:
    """Who is deleted already is found again, since nobody is forgotten before the job is through."""
    contacts, users = await remembered(), ({"userId": "12345"}, {"email": "lily@x.co"})
    script = Script(answer(200), answer(503), answer(404), answer(200))
    first = await entry(*users, script=script, contacts=contacts)
    assert first["error"].startswith("[promoter.unavailable] 1 of 2 people are not deleted.")
    assert list(await contacts.load([TED])) == [TED]
    assert await entry(*users, script=script, contacts=contacts) == DONE
    assert await contacts.load([TED]) == {}


async def test_somebody_who_is_named_twice() -> None:
    """Deleted, and then gone already."""
    contacts, script = await remembered(), Script(answer(200), answer(404))
    assert await entry({"userId": "12345"}, {"userId": "12345"}, script=script, contacts=contacts) == DONE


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (answer(401, {"detail": f"No {KEY}."}), 400, "promoter.unauthorized"),
        (answer(400, {"email": ["No."]}), 400, "promoter.refused"),
        (answer(302, location="https://elsewhere.example/"), 500, "promoter.redirected"),
        (answer(429, {}), 500, "promoter.throttled"),
        (answer(503, {}), 500, "promoter.unavailable"),
        (Retry(Reason("delivery.unreachable", "No such host.")), 500, "delivery.unreachable"),
    ],
)
async def test_what_went_wrong(given: Any, code: int, said: str) -> None:
    """Given up or tried again; the contact stays, for the next try needs it."""
    contacts = await remembered()
    found = await entry({"userId": "12345"}, script=Script(lambda _: given), contacts=contacts)
    assert found["statusCode"] == code
    assert found["error"].startswith(f"[{said}]")
    assert KEY not in found["error"]
    assert list(await contacts.load([TED])) == [TED]


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (Skipped(REASON), 400),
        (Rejected(REASON), 400),
        (Misconfigured(REASON), 400),
        (Parked(REASON), 500),
        ("no result", 500),
    ],
)
async def test_decisions(result: Any, code: int) -> None:
    """Nothing was sent, so nobody is deleted, whatever the reason; a fault of the plugin's is tried again."""
    assert (await small(deleting(lambda: result)))["statusCode"] == code
    assert (await small(deleting(lambda: result)))["error"].startswith("[")


@pytest.mark.parametrize(
    ("outcome", "sent"),
    [(Delivered(), 2), (Skipped(REASON), 2), (Rejected(REASON), 1), (Retry(REASON), 1), (Misconfigured(REASON), 1)],
)
async def test_several_requests(outcome: Outcome, sent: int) -> None:
    """They go in order, and no further than to the first that fails."""
    script = Script()
    found = await small(deleting(Transformed((REQUEST, REQUEST)), outcome), script=script)
    assert len(script.requests) == sent
    assert (found == DONE) is (sent == 2)


async def test_nothing_to_send() -> None:
    """A deletion without requests is done."""
    assert await small(deleting(Transformed(()))) == DONE


async def test_one_bad_person_among_others() -> None:
    """The others are deleted; the job says how many are not."""
    script = Script()
    found = await entry({"email": EMAIL}, None, {"email": "lily@x.co"}, script=script)
    assert [request.body["email"] for request in script.requests] == [EMAIL, "lily@x.co"]
    assert found["statusCode"] == 400
    assert found["error"].startswith("[rudder.bad_deletion] 1 of 3 people are not deleted.")


async def test_the_others_are_forgotten() -> None:
    """Somebody who can never be deleted keeps nobody else in our memory."""
    contacts = await remembered()
    assert (await entry({"userId": "12345"}, None, contacts=contacts))["statusCode"] == 400
    assert await contacts.load([TED]) == {}


@pytest.mark.parametrize(
    ("outcome", "sent"),
    [(Retry(REASON), 3), (Retry(REASON, throttled=True), 1), (Rejected(REASON), 3), (Misconfigured(REASON), 1)],
)
async def test_the_others(outcome: Outcome, sent: int) -> None:
    """One person's trouble is no other's; but where the destination takes nothing, nobody else is tried."""
    script = Script()
    await small(deleting(Transformed((REQUEST,)), outcome), *[{"userId": str(n)} for n in range(3)], script=script)
    assert len(script.requests) == sent


async def test_the_others_count() -> None:
    """Whoever comes before is deleted, whoever comes after fares as the one with whom it ends."""
    users = [{"email": f"{name}@x.co"} for name in "abcd"]
    found = await entry(*users, script=Script(answer(200), then=answer(401, {})))
    assert (found["statusCode"], found["error"].partition(" people ")[0]) == (400, "[promoter.unauthorized] 3 of 4")


async def test_nobody_is_waited_for_again_and_again() -> None:
    """A destination that cannot be reached is tried once in a job."""
    script = Script(then=Retry(Reason("delivery.timeout", "Too late.")))
    found = await entry({"email": EMAIL}, {"email": "lily@x.co"}, script=script)
    assert len(script.requests) == 1
    assert found["error"].startswith("[delivery.timeout] 2 of 2 people are not deleted.")


async def test_promoter_itself(mock: str, ask: Callable[..., httpx.Response]) -> None:
    """The contact is gone there; a second time, and with a wrong key, the answers are what they should be."""
    ask("POST", "/api/contacts/", {"email": EMAIL, "first_name": "Ted"}).raise_for_status()
    config = CONFIG | {"baseUrl": mock}
    async with http_client(2) as client:
        script, contacts = http_sender(client, 5.0), await remembered()
        assert await entry({"userId": "12345"}, script=script, contacts=contacts, config=config) == DONE
        assert ask("GET", "/api/contacts/").json()["results"] == []
        assert await entry({"email": EMAIL}, script=script, config=config, jobId="6") == DONE
        wrong = await entry({"email": EMAIL}, script=script, config=config | {"apiKey": "some-other-key"})
    assert wrong["statusCode"] == 400
    assert wrong["error"].startswith("[promoter.unauthorized]")

"""The proxy and the mock Promoter: what the plugin makes of events arrives, and Promoter's words come back."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
from rudder_calls import call, output, sender_of
from rudder_cases import NOW, served
from support import KEY, identify, promoter, track

from event_router.api import Authorization, Contact, Context, Request, Secret, Transformed
from event_router.delivery import Sender, http_client, http_sender
from event_router.dispatch import decide
from event_router.rudder.proxy import deliver

pytestmark = pytest.mark.anyio

PROMOTER = served()
CONTACT = Contact("12345", {"email": "ted@mosbiusdesigns.com"})


@pytest.fixture
async def sender() -> AsyncIterator[Sender]:
    """Return what really sends."""
    async with http_client(2) as client:
        yield http_sender(client, 5.0)


@pytest.fixture
def nowhere() -> Iterator[str]:
    """Return an address where nobody listens, held so that nobody will."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


def requested(event: dict[str, Any], url: str) -> Request:
    """Return the request that the plugin makes of an event for a Promoter at an address."""
    result = decide(promoter(base_url=url), event, CONTACT, Context("dest-1", NOW))[1]
    assert isinstance(result, Transformed)
    return result.requests[0]


async def told(request: Request, sender: Sender, url: str) -> tuple[int, str]:
    """Return what the job of a request is told."""
    body = call(request, config={"apiKey": KEY, "baseUrl": url})
    found = await deliver(PROMOTER, body, sender_of(sender), v1=True, timeout=5.0)
    entry = output(found.answer)["response"][0]
    return entry["statusCode"], entry["error"]


async def test_a_contact(mock: str, ask: Callable[..., httpx.Response], sender: Sender) -> None:
    """It is there afterwards."""
    assert await told(requested(identify(), mock), sender, mock) == (200, "success")
    assert [found["email"] for found in ask("GET", "/api/contacts/").json()["results"]] == [CONTACT.traits["email"]]


async def test_somebody_who_was_asked_lately(mock: str, sender: Sender) -> None:
    """Not eligible is done, not failed."""
    survey = requested(track(), mock)
    assert await told(survey, sender, mock) == (200, "success")
    code, said = await told(survey._replace(headers={}), sender, mock)
    assert code == 298
    assert said.startswith("[promoter.not_eligible]")


async def test_the_same_request_once_more(mock: str, sender: Sender) -> None:
    """Its ``idempotency-key`` goes along, so nobody is asked twice."""
    survey = requested(track(), mock)
    assert await told(survey, sender, mock) == await told(survey, sender, mock) == (200, "success")


async def test_a_wrong_key(mock: str, sender: Sender) -> None:
    """Given up, with a message that says what to do and not the key."""
    wrong = Authorization("Token", Secret("some-other-key"))
    code, said = await told(requested(identify(), mock)._replace(authorization=wrong), sender, mock)
    assert code == 400
    assert said.startswith("[promoter.unauthorized]")
    assert "some-other-key" not in said


async def test_nobody_listens(nowhere: str, sender: Sender) -> None:
    """Tried again, never given up."""
    code, said = await told(requested(identify(), nowhere), sender, nowhere)
    assert code == 500
    assert said.startswith("[delivery.unreachable]")

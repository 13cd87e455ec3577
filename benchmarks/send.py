"""The delivery client on the transport it uses against the same on httpx's own, side by side, to a mock on this machine.

Each round sends the same number of identifies of different people over both; the best round of each counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import httpx
from events import IDENTIFY
from measure import report
from programs import program

from event_router.api import Request
from event_router.delivery import http_client, http_sender
from event_router.destination import configure
from event_router.dispatch import decide
from event_router.hooks import Contact, Context, Transformed
from event_router.messages import Response
from event_router.plugins import load_plugins

CONCURRENCY = 32
_EVENTS = 1500
_ROUNDS = 3


def requests(events: Sequence[dict[str, Any]], mock: str) -> list[Request]:
    """Return the requests that events of people whom Promoter knows become."""
    settings = {"api_key": "promoter-test-key", "campaign_id": 1, "base_url": mock}
    destination = configure("promoter", load_plugins({"promoter"}).plugins["promoter"], settings)
    found: list[Request] = []
    for event in events:
        contact = Contact(event["userId"], {"email": f"{event['userId']}@example.com"})
        decided = decide(destination, event, contact, Context("promoter", datetime.now(UTC)))[1]
        assert isinstance(decided, Transformed), decided
        found += decided.requests
    return found


async def send(given: Sequence[Request], transport: httpx.AsyncBaseTransport | None = None) -> float:
    """Send requests with the delivery client alone; return requests per second."""
    left = list(reversed(given))
    async with http_client(CONCURRENCY, transport=transport) as client:
        sender = http_sender(client, 10)

        async def work() -> None:
            while left:
                answer = await sender(left.pop())
                assert isinstance(answer, Response), answer

        start = perf_counter()
        await asyncio.gather(*(work() for _ in range(CONCURRENCY)))
        return len(given) / (perf_counter() - start)


def _people(name: str) -> list[dict[str, Any]]:
    return [{**IDENTIFY, "messageId": f"{name}-{at}", "userId": f"{name}-{at}"} for at in range(_EVENTS)]


def main() -> None:
    """Measure and print."""
    best = {"aiohttp": 0.0, "httpx": 0.0}
    limits = httpx.Limits(max_connections=CONCURRENCY, max_keepalive_connections=CONCURRENCY)
    with program("mock_promoter", "serve", "--port", "0") as mock:
        for at in range(_ROUNDS):
            best["aiohttp"] = max(best["aiohttp"], asyncio.run(send(requests(_people(f"a{at}"), mock))))
            own = httpx.AsyncHTTPTransport(limits=limits)
            best["httpx"] = max(best["httpx"], asyncio.run(send(requests(_people(f"h{at}"), mock), own)))
    ratio = best["aiohttp"] / best["httpx"]
    print(f"send: {best['aiohttp']:,.0f} requests/s; on httpx's own transport {best['httpx']:,.0f}: {ratio:.1f}×")
    report("send", {"aiohttp_over_httpx": ratio}, {f"{name}_requests_per_s": value for name, value in best.items()})


if __name__ == "__main__":
    main()

"""``send`` on the transport it uses against the same program on httpx's own, side by side, to a mock on this machine.

Each round sends the same number of identifies of different people over both; the best round of each counts.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from time import perf_counter

import httpx
import orjson
from events import IDENTIFY
from measure import report

from event_router.delivery import http_client, http_sender
from event_router.destination import configure
from event_router.lines import Line, split
from event_router.plugins import load_plugins
from event_router.results import Result
from event_router.retry import Policy
from event_router.sending import Sending

_EVENTS = 1500
_ROUNDS = 3
_POLICY = Policy(concurrency=32)


@contextmanager
def mock() -> Iterator[str]:
    """Run mock-promoter; yield its address."""
    args = [sys.executable, "-P", "-m", "mock_promoter", "serve", "--port", "0"]
    with subprocess.Popen(args, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


async def _each(lines: list[Line]) -> AsyncIterator[Line]:
    for line in lines:
        yield line


async def run(url: str, transport: httpx.AsyncBaseTransport | None, name: str) -> float:
    """Return the events per second of one round."""
    people = ({**IDENTIFY, "messageId": f"{name}-{at}", "userId": f"{name}-{at}"} for at in range(_EVENTS))
    lines = list(split([b"\n".join(map(orjson.dumps, people))]))
    settings = {"api_key": "promoter-test-key", "base_url": url}
    destination = configure("promoter", load_plugins().plugins["promoter"], settings)
    results: list[Result] = []
    async with http_client(_POLICY.concurrency, transport=transport) as client:
        start = perf_counter()
        await Sending(destination, http_sender(client, _POLICY.timeout), _POLICY, results.append).run(_each(lines))
        took = perf_counter() - start
    assert {result.outcome for result in results} == {"delivered"}
    return _EVENTS / took


def main() -> None:
    """Measure and print."""
    best = {"aiohttp": 0.0, "httpx": 0.0}
    limits = httpx.Limits(max_connections=_POLICY.concurrency, max_keepalive_connections=_POLICY.concurrency)
    with mock() as url:
        for at in range(_ROUNDS):
            best["aiohttp"] = max(best["aiohttp"], asyncio.run(run(url, None, f"a{at}")))
            best["httpx"] = max(best["httpx"], asyncio.run(run(url, httpx.AsyncHTTPTransport(limits=limits), f"h{at}")))
    ratio = best["aiohttp"] / best["httpx"]
    print(f"send: {best['aiohttp']:,.0f} events/s; on httpx's own transport {best['httpx']:,.0f}: {ratio:.1f}×")
    report("send", {"aiohttp_over_httpx": ratio}, {f"{name}_events_per_s": value for name, value in best.items()})


if __name__ == "__main__":
    main()

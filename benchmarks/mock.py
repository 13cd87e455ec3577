"""The mock's survey call against an empty Starlette handler that parses the same JSON, on the same server, side by side.

Each server is a process of its own; both get the same bodies, each of another person, over the same number of
connections, in turns; the best round of each counts. Beside that: start to ready, reset, and memory over many requests.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import httpx
import orjson
from measure import report

_CONNECTIONS = 8
_REQUESTS = 4000
_ROUNDS = 6
_MANY = 200_000
_PEOPLE = 1000


def body(person: int) -> bytes:
    """Return a survey call as our plugin sends it."""
    contact = {"email": f"person-{person}@example.com", "first_name": "Ted", "last_name": "Mosby"}
    attributes = {"event": "Friend Invited", "category": "viral", "label": "invitation", "totalInvites": 50}
    return orjson.dumps({"campaign_id": 1, "contact": contact, "attributes": attributes})


def request(data: bytes, key: str) -> bytes:
    """Return a whole HTTP request."""
    head = (
        "POST /api/v2/survey/ HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Token promoter-test-key\r\n"
        "accept: application/json\r\nuser-agent: benchmark\r\ncontent-type: application/json\r\n"
        f"idempotency-key: {key}\r\ncontent-length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data


class _Connection(asyncio.Protocol):
    """Sends requests one after the other, as fast as they are answered; counts the answers by status."""

    def __init__(self, requests: Iterator[bytes], done: asyncio.Future[None], statuses: dict[bytes, int]) -> None:
        self._requests, self._done, self._statuses = requests, done, statuses
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if separator and len(rest) >= int(head.lower().partition(b"content-length: ")[2].split(b"\r")[0]):
            self._buffer = b""
            self._statuses[head[9:12]] = self._statuses.get(head[9:12], 0) + 1
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("the server hung up"))

    def _next(self) -> None:
        following = next(self._requests, None)
        if following is not None:
            self._transport.write(following)
        elif not self._done.done():
            self._done.set_result(None)
            self._transport.close()


async def drive(port: int, requests: Sequence[bytes]) -> tuple[float, dict[bytes, int]]:
    """Send requests; return how many were answered in a second, and with which statuses."""
    loop = asyncio.get_running_loop()
    statuses: dict[bytes, int] = {}
    shared = iter(requests)
    done = [loop.create_future() for _ in range(_CONNECTIONS)]
    start = perf_counter()
    for future in done:
        await loop.create_connection(lambda future=future: _Connection(shared, future, statuses), "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*done)
    return len(requests) / (perf_counter() - start), statuses


@contextmanager
def program(*args: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a server; yield it and its address, which it prints first."""
    with subprocess.Popen([sys.executable, "-P", *args], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.terminate()


_SERVE = ("-m", "mock_promoter", "serve", "--port", "0")
_EMPTY = (str(Path(__file__).parent / "empty_handler.py"),)


def memory(process: subprocess.Popen[str]) -> float:
    """Return the resident memory of a process in MB."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def compare() -> dict[str, float]:
    """Return the best requests per second of both, with a new mock's journal full after three rounds."""
    best = {"survey": 0.0, "empty": 0.0}
    with program(*_SERVE) as (_, mock), program(*_EMPTY) as (_, empty):
        for at in range(_ROUNDS):
            people = range(at * _REQUESTS, (at + 1) * _REQUESTS)
            requests = [request(body(person), f"promoter:m-{person}") for person in people]
            for name, url in (("survey", mock), ("empty", empty)):
                rate, statuses = asyncio.run(drive(int(url.rpartition(":")[2]), requests))
                assert statuses == {b"200": _REQUESTS}, statuses
                best[name] = max(best[name], rate)
    return best


def start_to_ready() -> float:
    """Return the milliseconds from the start of the program to its first answer, the fastest of five."""
    times = []
    for _ in range(5):
        start = perf_counter()
        with program(*_SERVE) as (_, url):
            httpx.get(f"{url}/__mock__/ready").raise_for_status()
            times.append(perf_counter() - start)
    return min(times) * 1e3


def reset() -> float:
    """Return the milliseconds of a reset with 1,000 contacts, over HTTP, the fastest of 50."""
    times = []
    with program(*_SERVE) as (_, url), httpx.Client(base_url=url) as client:
        for _ in range(50):
            asyncio.run(drive(int(url.rpartition(":")[2]), [request(body(p), f"r-{p}") for p in range(20)]))
            start = perf_counter()
            client.post("/__mock__/reset").raise_for_status()
            times.append(perf_counter() - start)
    return min(times) * 1e3


def growth() -> tuple[float, float]:
    """Return the MB of a mock after a tenth of many requests and after all, of the same people over and over."""
    marks = []
    with program(*_SERVE) as (process, url):
        httpx.patch(f"{url}/__mock__/settings", json={"hard_throttle_hours": 0}).raise_for_status()
        for step in range(10):
            numbers = range(step * _MANY // 10, (step + 1) * _MANY // 10)
            requests = [request(body(number % _PEOPLE), f"g-{number}") for number in numbers]
            _, statuses = asyncio.run(drive(int(url.rpartition(":")[2]), requests))
            assert statuses == {b"200": _MANY // 10}, statuses
            marks.append(memory(process))
    return marks[0], marks[-1]


def main() -> None:
    """Measure and print."""
    best = compare()
    ratio = best["survey"] / best["empty"]
    print(f"survey call: {best['survey']:,.0f}/s; an empty handler {best['empty']:,.0f}/s: {ratio:.0%}")
    ready, again = start_to_ready(), reset()
    print(f"start to ready {ready:.0f} ms, reset {again:.2f} ms")
    early, late = growth()
    print(f"memory after {_MANY // 10:,} requests {early:.0f} MB, after {_MANY:,} {late:.0f} MB")
    absolute = {"ready_ms": ready, "reset_ms": again, "mb_early": early, "mb_late": late}
    report("mock", {"survey_over_empty": ratio, "memory": late / early}, {**best, **absolute})


if __name__ == "__main__":
    main()

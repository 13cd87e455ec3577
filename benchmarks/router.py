"""The router against what it stands on, side by side: its door against nats-py, its delivery against the bare client.

Router, mock and load each are programs of their own; nats-server is the router's. Rounds alternate, the best of each counts.
"""

from __future__ import annotations

import asyncio
import tempfile
from datetime import datetime
from pathlib import Path
from statistics import median
from time import perf_counter, time
from typing import Any

import httpx
import nats
import orjson
import uvloop
from events import IDENTIFY, TRACK
from measure import report
from programs import program
from send import CONCURRENCY, requests, send

from event_router.engine.server import running

_BATCH = 100
_ACCEPTED = 20_000
_DELIVERED = 3000
_ROUNDS = 3
_CONNECTIONS = 4
_WINDOW = 1000
_PROBES = 60


def events(kind: dict[str, Any], name: str, count: int) -> list[dict[str, Any]]:
    """Return events of as many people."""
    people = ({"messageId": f"{name}-{at}", "userId": f"{name}-{at}"} for at in range(count))
    if kind["type"] == "identify":
        return [kind | person for person in people]
    # The contact rides along, as SDKs send it, so that a survey needs no identify before it.
    context = kind["context"]
    return [
        kind | one | {"context": {**context, "traits": {"email": f"{one['userId']}@example.com"}}} for one in people
    ]


def batches(given: list[dict[str, Any]]) -> list[bytes]:
    """Return events as bodies of ``/v1/batch``."""
    parts = (given[at : at + _BATCH] for at in range(0, len(given), _BATCH))
    return [orjson.dumps({"batch": part, "sentAt": "2026-11-25T12:00:00.000Z"}) for part in parts]


async def post_all(url: str, bodies: list[bytes]) -> float:
    """Post bodies over a few connections, without an HTTP client's cost; return the seconds it took."""
    host, port = url.removeprefix("http://").split(":")
    left = list(reversed(bodies))

    async def work() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        while left:
            body = left.pop()
            head = f"POST /v1/batch HTTP/1.1\r\nhost: x\r\nauthorization: Basic azo=\r\ncontent-length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 200"), answer
            await reader.readexactly(int(answer.lower().split(b"content-length:")[1].split(b"\r\n")[0]))
        writer.close()

    start = perf_counter()
    await asyncio.gather(*(work() for _ in range(_CONNECTIONS)))
    return perf_counter() - start


async def publish_all(url: str, given: list[dict[str, Any]], name: str) -> float:
    """Publish events straight with nats-py, acknowledged in windows; return the seconds it took."""
    client = await nats.connect(url)
    stream = client.jetstream()
    data = [orjson.dumps(event) for event in given]
    await stream.add_stream(name=name, subjects=[f"{name}.>"], duplicate_window=86_400)
    start = perf_counter()
    futures = []
    for at, one in enumerate(data):
        futures.append(await stream.publish_async(f"{name}.{at}", one, headers={"Nats-Msg-Id": f"{at}"}))
        if len(futures) == _WINDOW:
            await asyncio.gather(*futures)
            futures.clear()
    await asyncio.gather(*futures)
    took = perf_counter() - start
    await stream.delete_stream(name)
    await client.close()
    return took


def config(folder: Path, mock: str) -> None:
    """Write a configuration."""
    (folder / "router.toml").write_text(
        f'[log]\nlevel = "warning"\n[delivery]\nconcurrency = {CONCURRENCY}\n[destinations.promoter]\nplugin = "promoter"\n'
        f'api_key = "promoter-test-key"\ncampaign_id = 1\nbase_url = "{mock}"\nsegment_url = "{mock}/api/segment/"\n'
    )


def accepting(folder: Path) -> tuple[float, float]:
    """Return events per second through the door, and straight with nats-py."""
    door = straight = 0.0
    with program("event_router", "run", "--port", "0", "--part", "doors", cwd=folder) as url:
        address = running(folder / "router-data")
        assert address
        for at in range(_ROUNDS):
            given = events(IDENTIFY, f"accept{at}", _ACCEPTED)
            door = max(door, _ACCEPTED / asyncio.run(post_all(url, batches(given))))
            straight = max(straight, _ACCEPTED / asyncio.run(publish_all(address, given, f"straight{at}")))
    return door, straight


def span(mock: str, least: int) -> float:
    """Return requests per second by the mock's own journal, once it has so many; then empty it."""
    with httpx.Client(base_url=f"{mock}/__mock__", timeout=60) as plane:
        while plane.get("/requests", params={"limit": 1}).json()["count"] < least:
            pass
        found = plane.get("/requests", params={"limit": 10_000}).json()["requests"]
        plane.post("/reset")
    times = sorted(datetime.fromisoformat(one["at"]).timestamp() for one in found)
    return (len(times) - 1) / (times[-1] - times[0])


def delivering(folder: Path, mock: str, kind: dict[str, Any]) -> tuple[float, float]:
    """Return requests per second of the router, from its stream on, and of the bare client."""
    router = client = 0.0
    for at in range(_ROUNDS):
        name = f"deliver-{kind['type']}-{at}"
        uvloop.run(send(requests(events(kind, f"bare-{name}", _DELIVERED), mock)))
        client = max(client, span(mock, _DELIVERED))
        with program("event_router", "run", "--port", "0", "--part", "doors", cwd=folder) as url:
            asyncio.run(post_all(url, batches(events(kind, name, _DELIVERED))))
        with program("event_router", "run", "--port", "0", cwd=folder):
            router = max(router, span(mock, _DELIVERED))
    return router, client


def latency(folder: Path, mock: str) -> float:
    """Return the median seconds from a single event's acceptance to its arrival at Promoter's door, at low load."""
    with program("event_router", "run", "--port", "0", cwd=folder) as url, httpx.Client(base_url=url) as door:
        sent = []
        for event in events(IDENTIFY, "probe", _PROBES):
            sent.append(time())
            door.post("/v1/identify", json=event).raise_for_status()
        with httpx.Client(base_url=f"{mock}/__mock__") as plane:
            while plane.get("/requests", params={"limit": 1}).json()["count"] < _PROBES:
                pass
            found = plane.get("/requests", params={"limit": 10_000}).json()["requests"]
            plane.post("/reset")
    arrived = sorted(datetime.fromisoformat(one["at"]).timestamp() for one in found)
    return median(there - here for there, here in zip(arrived, sent, strict=True))


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name, program("mock_promoter", "serve", "--port", "0") as mock:
        folder = Path(name)
        config(folder, mock)
        door, straight = accepting(folder)
        print(
            f"accepted: {door:,.0f} events/s by /v1/batch of {_BATCH}; straight with nats-py {straight:,.0f}: {door / straight:.0%}"
        )
    ratios, figures = (
        {"door_over_nats_py": door / straight},
        {"door_events_per_s": door, "nats_py_events_per_s": straight},
    )
    for kind in (IDENTIFY, TRACK):
        with tempfile.TemporaryDirectory() as name, program("mock_promoter", "serve", "--port", "0") as mock:
            config(Path(name), mock)
            router, client = delivering(Path(name), mock, kind)
        print(f"delivered: {router:,.0f} {kind['type']} events/s; bare client {client:,.0f}: {router / client:.0%}")
        ratios[f"{kind['type']}_over_client"] = router / client
    with tempfile.TemporaryDirectory() as name, program("mock_promoter", "serve", "--port", "0") as mock:
        config(Path(name), mock)
        p50 = latency(Path(name), mock)
    print(f"from acceptance to Promoter's door at low load: p50 {p50 * 1000:.1f} ms")
    report("router", ratios, figures | {"p50_ms": p50 * 1000})


if __name__ == "__main__":
    main()

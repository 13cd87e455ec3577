"""A stream at its limit, a disk nearly full, a disk really full: 503 with Retry-After, and nothing that was taken is lost."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from nats_servers import free_ports
from proof_router import MIB, config, router
from proofs import Sender, all_delivered, once_each, person, promoter, quiet, recorded, surveyed, told

from event_router.api import Event
from event_router.engine.engine import Engine
from mock_promoter.client import Control

pytestmark = pytest.mark.anyio
#: Bytes that make an event large: some ten of them make a batch.
WEIGHT = 20_000


def heavy(name: str) -> list[Event]:
    """Return the events of one person, the track a heavy one."""
    first, second = person(name, orders=False)
    return [first, {**second, "properties": {"message": second["messageId"], "weight": "x" * WEIGHT}}]


def several(prefix: str, count: int = 10) -> list[Event]:
    """Return a batch."""
    return [event for number in range(count) for event in heavy(f"{prefix}-{number}")]


async def filled(sender: Sender, prefix: str) -> tuple[dict[str, Any], list[list[Event]]]:
    """Send batches until one is refused; return the refusal, and all that were sent."""
    sent: list[list[Event]] = []
    async with asyncio.timeout(60):
        while True:
            sent.append(several(f"{prefix}{len(sent)}"))
            answer = await sender.try_once(sent[-1])
            if answer is not None and answer.status_code != 200:
                assert answer.status_code == 503
                assert int(answer.headers["retry-after"]) > 0
                return answer.json(), sent


async def hold(engine: Engine, control: Control, events: list[Event]) -> None:
    """Hold the engine to one outcome of each event, and the mock to one survey of each person."""
    await quiet(engine)
    found = await recorded(engine)
    once_each(found, Counter(), [event["messageId"] for event in events])
    all_delivered(found)
    assert surveyed(control) == Counter(event["messageId"] for event in events if event["type"] == "track")


async def test_room_comes_back_by_itself(tmp_path: Path) -> None:
    """At the limit of events the doors refuse; once old events are settled and gone, they take events again."""
    with promoter() as control:
        text = config(control.url, event_bytes=MIB, keep=0.5)
        async with router(tmp_path, text) as one, Sender(lambda: one.url) as sender:
            refusal, sent = await filled(sender, "a")
            await sender.send(sent[-1])
            more = several("b")
            await sender.send(more)
            async with one.look() as engine:
                await quiet(engine)
            assert surveyed(control) == Counter(name for name in set(sender.taken) if name.startswith("t-"))
    assert refusal["code"] == "engine.full"
    told("stream full", refused=sender.refusals.total(), events=len(set(sender.taken)), code=refusal["code"])


async def test_the_limit_is_raised(tmp_path: Path, nats: str) -> None:
    """While Promoter is down events pile up to the limit; with a higher limit the next start takes more, and delivers all."""
    port = free_ports(1)[0]
    text = config(f"http://127.0.0.1:{port}", event_bytes=MIB)
    async with router(tmp_path, text, "--nats", nats, "--grace", "1") as one, Sender(lambda: one.url) as sender:
        refusal, sent = await filled(sender, "a")
        assert await one.stop() == 0
        (tmp_path / "router.toml").write_text(text.replace(f"event_bytes = {MIB}", f"event_bytes = {64 * MIB}"))
        await one.start()
        await sender.send(sent[-1])
        with promoter(port) as control:
            async with one.look(nats) as engine:
                await hold(engine, control, [event for some in sent for event in some])
    assert refusal["code"] == "engine.full"
    told("limit raised", events=len(sender.taken), code=refusal["code"])


async def test_little_space_is_left(tmp_path: Path) -> None:
    """Below ``free_bytes`` the doors refuse, what was taken before is delivered; with space again they take events."""
    free = shutil.disk_usage(tmp_path).free + 1024 * 1024 * MIB
    with promoter() as control:
        text = config(control.url, free_bytes=0)
        async with router(tmp_path, text, "--part", "doors") as one, Sender(lambda: one.url) as sender:
            early = several("a")
            await sender.send(early)
            assert await one.stop() == 0
            (tmp_path / "router.toml").write_text(text.replace("free_bytes = 0", f"free_bytes = {free}"))
            await one.start("--part", "all")
            refusal, _ = await filled(sender, "b")
            async with one.look() as engine:
                await quiet(engine)
            assert set(surveyed(control)) >= {event["messageId"] for event in early if event["type"] == "track"}
            assert await one.stop() == 0
            (tmp_path / "router.toml").write_text(text)
            await one.start("--part", "all")
            await sender.send(several("c"))
            async with one.look() as engine:
                await quiet(engine)
                once_each(await recorded(engine), Counter(), list(set(sender.taken)))
    assert refusal["code"] == "engine.disk_low"
    told("disk low", events=len(sender.taken), refused=sender.refusals.total(), code=refusal["code"])


@contextmanager
def small_disk(where: Path, size: int) -> Iterator[Path]:
    """Make a folder a disk of its own for the block, of so many bytes; skip the test where that is not allowed."""
    where.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(where)]
    if subprocess.run(["mount", *options], check=False, capture_output=True).returncode:
        pytest.skip("No file system can be mounted here.")
    try:
        yield where
    finally:
        subprocess.run(["umount", "--lazy", str(where)], check=True)


@contextmanager
def ballast(disk: Path) -> Iterator[None]:
    """Fill a disk for the block, to the last byte."""
    path = disk / "ballast"
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    try:
        yield
    finally:
        path.unlink()


async def test_the_disk_is_full(tmp_path: Path) -> None:
    """Nothing fits any more: the doors refuse, and what was taken before is delivered once there is space again."""
    with small_disk(tmp_path / "data", 160 * MIB) as disk, promoter() as control:
        text = config(control.url, size=4 * MIB, free_bytes=0)
        async with router(tmp_path, text, "--grace", "1") as one, Sender(lambda: one.url) as sender:
            control.fail({"kind": "status", "status": 503})
            await sender.send(several("a"))
            with ballast(disk):
                refusal, _ = await filled(sender, "b")
                control.heal()
            await one.stop()
            await one.start()
            await sender.send(several("c"))
            async with one.look() as engine:
                await quiet(engine)
                found = await recorded(engine)
            assert {one.message_id for one in found} >= set(sender.taken)
            assert set(Counter(one.message_id for one in found).values()) == {1}
            assert set(surveyed(control).values()) == {1}
    assert refusal["code"] in {"engine.full", "engine.unavailable"}
    told("disk full", events=len(found), taken=len(sender.taken), code=refusal["code"])

"""A deletion through the doors: no trace of the person is left, neither in a stream nor on the disk; others stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from engines import everything
from proof_router import PROMOTER, config, router
from proofs import Sender, parked, person, promoter, quiet, told, until_status
from support import identify, track

from event_router.api import Event

pytestmark = pytest.mark.anyio
#: In every id and e-mail of who is to be forgotten, and nowhere else.
GONE = "gone4711"
KNOWN, STRANGER, FAILING = (f"{GONE}-{kind}" for kind in ("known", "stranger", "failing"))
STAYING = "stays4711"


def unnamed(events: list[Event], prefix: str) -> list[Event]:
    """Return events with ids that do not name their person, as logs tell the ids."""
    return [{**event, "messageId": f"{prefix}{number}"} for number, event in enumerate(events)]


def in_files(folder: Path, text: str) -> list[str]:
    """Return the files under a folder in whose bytes a text stands."""
    return [str(path) for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


async def post(url: str, path: str, body: Any) -> None:
    """Send a body to a door."""
    async with httpx.AsyncClient(verify=False) as client:
        (await client.post(f"{url}{path}", json=body, auth=("any", ""))).raise_for_status()


async def test_no_trace_is_left(tmp_path: Path) -> None:
    """Delivered, parked, failing, dead, refused, by any door: all that is kept of three people goes."""
    with promoter() as control:
        control.fail(
            {"kind": "status", "status": 500},
            path="/api/v2/survey/",
            body={"contact": {"email": f"{FAILING}@example.com"}},
        )
        async with router(tmp_path, config(control.url)) as one, Sender(lambda: one.url) as sender:
            await sender.send(unnamed(person(STAYING), "s") + unnamed(person(KNOWN), "k"))
            await post(one.url, "/direct/promoter", track(messageId="d1", userId=KNOWN, event="Direct"))
            rejected = identify(messageId="r1", userId=KNOWN, traits={"email": KNOWN})
            await post(one.url, "/v1/batch", {"batch": [rejected, {"type": "none", "userId": KNOWN}]})
            await sender.send(unnamed([track(userId=STRANGER), track(userId=STRANGER)], "x"))
            await sender.send(unnamed(person(FAILING), "f"))
            async with one.look() as engine:
                await until_status(engine, PROMOTER, parked=2, retrying=1, dead=1, lag=0, working=1)
                before = await everything(engine)
                names = (KNOWN, STRANGER, FAILING)
                await sender.send(
                    [{"type": "delete", "messageId": f"bye{at}", "userId": name} for at, name in enumerate(names)]
                )
                await quiet(engine)
                after = await everything(engine)
                assert not await parked(engine)
                await until_status(engine, PROMOTER, parked=0, retrying=0, dead=0)
            contacts = [contact["email"] for contact in control.contacts()]
            assert await one.stop() == 0
    assert GONE.encode() in before
    assert GONE.encode() not in after
    assert STAYING.encode() in after
    assert in_files(tmp_path, GONE) == []
    assert in_files(tmp_path / "data" / "jetstream", STAYING)
    assert contacts == [f"{STAYING}@example.com"]
    told("delete", traces_before=before.count(GONE.encode()), after=after.count(GONE.encode()), files_with_traces=0)

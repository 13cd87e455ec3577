"""The client: opened when it is needed, once."""

from __future__ import annotations

import asyncio

import pytest

from event_router.api import Request, Response
from event_router.rudder.client import Client

pytestmark = pytest.mark.anyio


async def test_opened_once(mock: str) -> None:
    """Whoever comes first opens it, for all who come; what it sends is answered."""
    client = Client()
    one, other = await asyncio.gather(client.opened(), client.opened())
    assert one is other is await client.opened()
    send = await client.sender(5.0)
    answer = await send(Request("check", "GET", f"{mock}/api/campaigns/"))
    assert isinstance(answer, Response)
    assert answer.status == 401
    await client.close()
    assert one.is_closed
    assert not (await client.opened()).is_closed
    await client.close()


async def test_never_opened() -> None:
    """One that was not needed is closed all the same."""
    await Client().close()

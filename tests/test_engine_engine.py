"""Opening an engine."""

from __future__ import annotations

import pytest
from engines import engine, engines

from event_router.engine import engine as module
from event_router.engine.errors import EngineError

pytestmark = pytest.mark.anyio


async def test_routers_with_one_namespace_hash_alike_and_others_do_not(nats: str) -> None:
    """The key is made once, by whoever comes first, and kept."""
    async with engines(nats, 2) as (one, other), engine(nats) as third:
        assert one.people.user("1") == other.people.user("1") != third.people.user("1")
        assert one.destinations == ("promoter",)


async def test_an_engine_that_cannot_be_opened_leaves_no_connection(nats: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it is that does not go."""
    clients = []

    async def refused(client: object) -> None:
        clients.append(client)
        raise EngineError("engine.old_server", "Too old.")

    monkeypatch.setattr(module, "check_server", refused)
    with pytest.raises(EngineError, match="Too old"):
        async with engine(nats):
            pass
    assert clients[0].is_closed  # type: ignore[attr-defined]

"""Serving the doors on a port."""

from __future__ import annotations

import httpx
import pytest

from event_router.doors.serving import listen, listens_locally, serving, url_of

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("router.example", False)],
)
def test_who_can_reach_it(host: str, expected: bool) -> None:
    """Only this machine, or others as well."""
    assert listens_locally(host) is expected


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_it_answers_for_the_block(host: str) -> None:
    """On a free port, of either family; afterwards nobody is there."""

    async def app(scope: object, receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body"})  # type: ignore[operator]

    with listen(host, 0) as listening:
        url = url_of(listening)
        async with serving(app, listening), httpx.AsyncClient(verify=False) as client:
            assert (await client.get(url)).status_code == 204
    async with httpx.AsyncClient(verify=False) as client:
        with pytest.raises(httpx.TransportError):
            await client.get(url)

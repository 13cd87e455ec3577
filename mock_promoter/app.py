"""The server as ASGI application: the control plane below ``/__mock__``, the vendor's API everywhere else."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.types import Receive, Scope, Send

from mock_promoter.auth import TEST_KEY
from mock_promoter.control.app import PREFIX, control_plane
from mock_promoter.documents import Document
from mock_promoter.server import Server
from mock_promoter.vendor import Vendor

__all__ = ["TEST_KEY", "App", "create_app"]


class App:
    """A mock Promoter.io as ASGI application; ``server`` is what it holds."""

    def __init__(self, server: Server, token: str | None = None) -> None:
        self.server = server
        self._vendor, self._control = Vendor(server), control_plane(server, token)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http" and not scope["path"].startswith(PREFIX):
            await self._vendor(scope, receive, send)
        else:
            await self._control(scope, receive, send)


def create_app(
    api_keys: Sequence[str] = (TEST_KEY,), seed: Document | None = None, control_token: str | None = None
) -> App:
    """Return a mock Promoter.io as ASGI application.

    Args:
        api_keys: The keys that are known; each has an account of its own, the first is the default account.
        seed: The state it starts with and resets to; see schemas/mock/state.json.
        control_token: What the control plane asks for; nothing where it is ``None``.
    """
    return App(Server(api_keys, seed), control_token)

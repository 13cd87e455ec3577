"""The transformer as an application with its own client and upstream, and a way to ask it in process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from rudder_cases import promoter_plugin

from event_router.plugins import Plugin
from event_router.rudder.admission import Admission
from event_router.rudder.app import App
from event_router.rudder.client import Client
from event_router.rudder.contacts import Contacts, MemoryContacts
from event_router.rudder.figures import Figures
from event_router.rudder.handlers import Handlers
from event_router.rudder.service import by_type
from event_router.rudder.upstream import Upstream, address

MB = 1024**2


@dataclass
class Transformer:
    """A transformer, put together as its process does."""

    plugins: tuple[Plugin, ...] = field(default_factory=lambda: (promoter_plugin(),))
    contacts: Contacts = field(default_factory=MemoryContacts)
    upstream: str | None = None
    admission: Admission = field(default_factory=Admission)
    most: int = 4 * MB
    client: Client = field(default_factory=Client)

    def __post_init__(self) -> None:
        self.upstream_client = Client()
        upstream = Upstream(address(self.upstream), self.upstream_client) if self.upstream else None
        served, admission = by_type(self.plugins, self.contacts), self.admission
        self.figures = Figures(served, lambda: (admission.requests, admission.bytes))
        self.handlers = Handlers(served, self.contacts, self.client, upstream, self.figures)
        self.app = App(self.handlers, admission, self.figures, self.most)

    def ask(
        self, path: str, body: Any = b"", *, method: str = "POST", headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Ask it; a body that is not bytes goes as JSON."""
        return asyncio.run(self.asked(path, body, method=method, headers=headers))

    async def asked(
        self, path: str, body: Any = b"", *, method: str = "POST", headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Ask it, within a loop; what it opened to send is closed again."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        transport = httpx.ASGITransport(self.app)
        try:
            async with httpx.AsyncClient(transport=transport, base_url="http://transformer", trust_env=False) as client:
                return await client.request(method, path, content=content, headers=headers)
        finally:
            await self.client.close()
            await self.upstream_client.close()

"""Routers that are wrong about whom they may write to, and where."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from event_router.api import Event
from gallery.toy_router import Life, ToyRouter

_ENVELOPE, _UNREAD = b'], "integrations": ', b'], "not_anything": '


class IgnoresEnvelopes(ToyRouter):
    """Looks at the ``integrations`` of events, and not at those of their batch."""

    def app(self, life: Life) -> ASGIApp:
        """Call them something else, of the same length."""
        app = super().app(life)

        async def blind(scope: Scope, receive: Receive, send: Send) -> None:
            async def read() -> Message:
                message = await receive()
                return {**message, "body": message.get("body", b"").replace(_ENVELOPE, _UNREAD)}

            await app(scope, read, send)

        return blind


class FirstAddressStays(Life):
    """Remembers the address that came first."""

    def remember(self, person: str, event: Event) -> None:
        """Remember the others' names only."""
        known = self.contacts.get(person)
        kept = {"email": known.traits["email"]} if known else {}
        super().remember(person, {**event, "traits": {**event["traits"], **kept}})

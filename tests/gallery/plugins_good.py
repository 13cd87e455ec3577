"""A destination plugin that keeps the whole contract, small enough to be broken in many ways: a notice board over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from event_router.api import (
    Authorization,
    Contact,
    Context,
    Contract,
    Delivered,
    DestinationInfo,
    Event,
    Misconfigured,
    Outcome,
    Reason,
    Rejected,
    Request,
    Response,
    Retry,
    Secret,
    Transformed,
    hookimpl,
)

HAS_USER = {"type": "object", "required": ["userId"], "properties": {"userId": {"type": "string", "minLength": 1}}}
SETTINGS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "url": {"type": "string", "pattern": "^https?://"},
        "token": {"type": "string", "writeOnly": True, "minLength": 8},
        "board": {"type": "string", "default": "everybody", "x-per-event": True},
    },
    "required": ["url", "token"],
    "additionalProperties": False,
}
TRANSIENT = frozenset({408, 429})


@dataclass(frozen=True)
class Board:
    """Settings ready for use."""

    url: str
    authorization: Authorization
    name: str


class Good:
    """Keeps the contract; its methods without ``hookimpl`` are there to be broken."""

    @hookimpl
    def destination_info(self) -> DestinationInfo:
        """Say who this is."""
        return self.info()

    @hookimpl
    def load_settings(self, settings: Mapping[str, Any]) -> Board:
        """Work out what every event needs."""
        return self.load(settings)

    @hookimpl
    def transform_identify(self, event: Event, settings: Board, context: Context) -> Any:
        """Put a person on the board."""
        return self.sent(event, settings, context, "PUT", traits=event.get("traits", {}))

    @hookimpl
    def transform_track(self, event: Event, settings: Board, contact: Contact | None, context: Context) -> Any:
        """Put up what a person did, with the e-mail that is remembered."""
        email = contact.traits.get("email") if contact else None
        known = {"name": event.get("event"), "email": email, "properties": event.get("properties", {})}
        return self.sent(event, settings, context, "POST", **known)

    @hookimpl
    def transform_delete(self, event: Event, settings: Board, context: Context) -> Any:
        """Take a person down."""
        return self.sent(event, settings, context, "DELETE", forget=True)

    @hookimpl
    def interpret_response(self, request: Request, response: Response) -> Any:
        """Say what the board's answer means."""
        return self.meaning(request, response)

    @hookimpl
    def connection_check(self, settings: Board) -> Any:
        """Ask for the board."""
        return Request("check", "GET", settings.url, authorization=settings.authorization)

    def info(self, **changes: Any) -> DestinationInfo:
        """Return what it says of itself."""
        contracts = tuple(Contract(kind, kind, HAS_USER) for kind in ("identify", "track", "delete"))
        known = {"name": "board", "display_name": "Board", "integrations": ("Board",), "remember": ("email",)}
        return DestinationInfo(**{**known, "settings_schema": SETTINGS, "contracts": contracts, **changes})

    def load(self, settings: Mapping[str, Any]) -> Board:
        """Return settings ready for use."""
        authorization = Authorization("Bearer", Secret(settings["token"].reveal()))
        return Board(settings["url"].rstrip("/"), authorization, settings["board"])

    def sent(
        self, event: Event, settings: Board, context: Context, method: str, *, forget: bool = False, **body: Any
    ) -> Any:
        """Return what puts something up."""
        request = self.request(event, settings, context, method, {"board": settings.name, **body})
        return Transformed((request,), forget=forget)

    def request(self, event: Event, settings: Board, context: Context, method: str, body: Any) -> Request:
        """Return the request."""
        url = f"{settings.url}/people/{quote(event['userId'], safe='')}/{event['type']}"
        return Request("notice", method, url, body, self.headers(event, context), settings.authorization)

    def headers(self, event: Event, context: Context) -> dict[str, str]:
        """Return the headers of a write."""
        return {"idempotency-key": f"{context.destination}:{quote(event['messageId'], safe='')}"}

    def meaning(self, request: Request, response: Response) -> Outcome:
        """Return what an answer means."""
        status = response.status
        reason = Reason(f"board.{status}", f"The board answered {status} to {request.kind}.")
        if 200 <= status < 300:
            return Delivered()
        if status == 401:
            return Misconfigured(reason)
        if status in TRANSIENT or status >= 500:
            return Retry(reason, self.after(response), throttled=status == 429)
        return Rejected(reason)

    def after(self, response: Response) -> Any:
        """Return the seconds that the board asks for."""
        text = response.headers.get("retry-after", "")
        return float(text[:9]) if text.isascii() and text.isdecimal() else None


good = Good()

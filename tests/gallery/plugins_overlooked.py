"""Plugins whose faults are easily overlooked, and some that look as if they had one."""

from __future__ import annotations

import logging
import warnings
from collections import deque
from collections.abc import Mapping
from typing import Any

from event_router.api import Context, Event, Outcome, Reason, Rejected, Request, Response, Retry, hookimpl
from gallery.breaking import breaks
from gallery.plugins_contracts import _Settings, with_settings
from gallery.plugins_good import SETTINGS, Board, Good
from gallery.plugins_results import _Sends

_LOG = logging.getLogger("board")


@breaks("DST-004")
class ByName(Good):
    """Wants names where a host gives places."""

    @hookimpl
    def transform_delete(self, *, event: Event, settings: Board, context: Context) -> Any:  # type: ignore[override]
        """Take no parameter by position."""
        return super().transform_delete(event, settings, context)


class _Tally:
    """Settings that change while they are used, in places that few look at."""

    __slots__ = ("board", "last")

    def __init__(self, board: Board) -> None:
        self.board = board
        self.last: deque[str] = deque(maxlen=3)


@breaks("DST-010")
class CountsInSlots(Good):
    """Keeps the last events in its settings."""

    def load(self, settings: Mapping[str, Any]) -> Any:
        """Return settings with room for them."""
        return _Tally(super().load(settings))

    def sent(self, event: Event, settings: Any, *args: Any, **more: Any) -> Any:
        """Keep the event."""
        settings.last.append(event["messageId"])
        return super().sent(event, settings.board, *args, **more)

    @hookimpl
    def connection_check(self, settings: Any) -> Any:
        """Ask for the board."""
        return super().connection_check(settings.board)


@breaks("DST-059")
class NeverGivesUp(Good):
    """Tries what was refused for ever."""

    def meaning(self, request: Request, response: Response) -> Outcome:
        """Return Retry for a refusal."""
        refused = response.status in {400, 422}
        return Retry(Reason("board.again", "It is tried again.")) if refused else super().meaning(request, response)


@breaks("DST-060")
class LogsSettings(Good):
    """Logs what it is set up with."""

    def load(self, settings: Mapping[str, Any]) -> Board:
        """Log it."""
        _LOG.info("set up with %s", settings["token"].reveal())
        return super().load(settings)


@breaks("DST-060")
class SaysWhichToken(Good):
    """Says which token is refused."""

    def load(self, settings: Mapping[str, Any]) -> Board:
        """Take one board only."""
        if settings["board"] != "everybody":
            raise ValueError(f"The token {settings['token'].reveal()[:11]}… is not for this board.")
        return super().load(settings)


@breaks("DST-060")
class WarnsOfToken(Good):
    """Warns of an old token, and in small letters."""

    def request(self, event: Event, settings: Board, *args: Any) -> Request:
        """Warn of it."""
        token = settings.authorization.credentials.reveal().lower()
        warnings.warn(f"{token} is old", DeprecationWarning, stacklevel=2)
        return super().request(event, settings, *args)


@breaks("DST-061")
class CallsBack(_Sends):
    """Goes to an address that the kit does not know the name of."""

    def changed(self, request: Request, event: Event) -> Request:
        """Take the address from the properties."""
        part = event.get("properties", {})
        return request._replace(url=part["webhook_url"]) if "webhook_url" in part else request


@breaks("DST-062")
class ForgetsEverybody(Good):
    """Makes the host forget whoever does something."""

    def sent(self, event: Event, *args: Any, forget: bool = False, **body: Any) -> Any:
        """Say so with every event."""
        return super().sent(event, *args, forget=True, **body)


@breaks("DST-064")
class ComplainsByName(Good):
    """Says whose address is wrong."""

    def sent(self, event: Event, *args: Any, **more: Any) -> Any:
        """Refuse what is no address."""
        email = event.get("traits", {}).get("email")
        if isinstance(email, str) and "@" not in email:
            return Rejected(Reason("board.email", f"{email} is no e-mail address."))
        return super().sent(event, *args, **more)


@breaks("DST-064")
class LogsEvents(Good):
    """Logs every event, whole."""

    def request(self, event: Event, *args: Any) -> Request:
        """Log it."""
        _LOG.info("sending %s", event)
        return super().request(event, *args)


@breaks("DST-064")
class QuotesItself(Good):
    """Says of a refusal what was refused, whole."""

    def meaning(self, request: Request, response: Response) -> Outcome:
        """Tell it in the reason."""
        refusal = Rejected(Reason("board.refused", f"The board refused {request.body}."))
        return refusal if response.status == 422 else super().meaning(request, response)


@breaks("DST-070")
class KeyForTwo(Good):
    """Sends two requests, of which a server takes one."""

    def sent(self, event: Event, *args: Any, **more: Any) -> Any:
        """Send the same key twice."""
        made = super().sent(event, *args, **more)
        first = made.requests[0]
        return made._replace(requests=(first, first._replace(kind="copy", body={"copy": True})))


@breaks("DST-070")
class KeyOfReplay(Good):
    """Has another key when an event is replayed."""

    def headers(self, event: Event, context: Context) -> dict[str, str]:
        """Add that it is."""
        (name, key), *_ = super().headers(event, context).items()
        return {name: f"{key}:replayed" if context.replay else key}


@breaks()
class Talkative(_Settings):
    """Has settings about secrets that are none, an address that nobody is sent to, and no patience for an hour."""

    schema = with_settings(
        token_url={"type": "string", "format": "uri"},
        token_type={"enum": ["Bearer", "MAC"], "type": "string"},
        access_key_id={"type": "string"},
        secretName={"type": "string"},
        password_policy={"type": "string"},
        thank_you_url={"type": "string", "format": "uri", "x-per-event": True},
        refused_url={"type": "string", "pattern": "^https?://nowhere$", "x-per-event": True},
    )

    def load(self, settings: Mapping[str, Any]) -> Board:
        """Refuse one address of them."""
        if settings.get("refused_url"):
            raise ValueError("Nobody may go nowhere.")
        return super().load({name: settings[name] for name in SETTINGS["properties"]})

    def after(self, response: Response) -> Any:
        """Return a quarter of an hour at most."""
        asked = super().after(response)
        return asked and min(asked, 900.0)

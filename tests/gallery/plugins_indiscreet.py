"""Plugins that let secrets out, send them astray, forget nobody, send twice, or are slow."""

from __future__ import annotations

import logging
import time
from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from event_router.api import Context, Event, Reason, Rejected, Request, Response, hookimpl
from gallery.breaking import breaks
from gallery.plugins_good import Board, Good
from gallery.plugins_results import _Sends


class _Leaks(Good):
    """Changes its requests by its settings."""

    def leaking(self, request: Request, token: str) -> Request:
        """Return a request with the token in it."""
        raise NotImplementedError

    def request(self, event: Event, settings: Board, context: Context, method: str, body: Any) -> Request:
        """Return that request."""
        made = super().request(event, settings, context, method, body)
        return self.leaking(made, settings.authorization.credentials.reveal())


@breaks("DST-060")
class TokenInUrl(_Leaks):
    """Has the token in every access log."""

    def leaking(self, request: Request, token: str) -> Request:
        """Add it to the URL."""
        return request._replace(url=f"{request.url}?token={quote(token)}")


@breaks("DST-060")
class TokenInHeader(_Leaks):
    """Has the token where headers are shown."""

    def leaking(self, request: Request, token: str) -> Request:
        """Add a header."""
        return request._replace(headers={**request.headers, "x-token": token})


@breaks("DST-060")
class TokenInBody(_Leaks):
    """Has the token in what is kept, in disguise."""

    def leaking(self, request: Request, token: str) -> Request:
        """Add it to the body, in base64."""
        return request._replace(body={**request.body, "by": b64encode(f"board:{token}".encode()).decode()})


@breaks("DST-060")
class TokenInLog(_Leaks):
    """Has the token in its log."""

    def leaking(self, request: Request, token: str) -> Request:
        """Log it."""
        logging.getLogger("board").debug("asking with %s", token)
        return request


@breaks("DST-012", "DST-060")
class TokenInOutput(_Leaks):
    """Was debugged with the token."""

    def leaking(self, request: Request, token: str) -> Request:
        """Print it."""
        print("asking with", token)
        return request


@breaks("DST-030", "DST-060")
class TokenInException(_Leaks):
    """Raises with the token."""

    def leaking(self, request: Request, token: str) -> Request:
        """Raise."""
        raise RuntimeError(f"cannot ask with {token}")


@breaks("DST-060")
class TokenInReason(Good):
    """Tells whose token is wrong."""

    def meaning(self, request: Request, response: Response) -> Any:
        """Tell it in the reason."""
        if response.status == 403 and request.authorization:
            return Rejected(Reason("board.forbidden", f"Not allowed: {request.authorization.reveal()}"))
        return super().meaning(request, response)


@breaks("DST-061")
class FollowsTraits(_Sends):
    """Sends a person to where the person says."""

    def changed(self, request: Request, event: Event) -> Request:
        """Take the address from the traits."""
        website = event.get("traits", {}).get("website")
        return request._replace(url=website) if website else request


@breaks("DST-061")
class FollowsOptions(_Sends):
    """Lets an event's options say where it goes."""

    def changed(self, request: Request, event: Event) -> Request:
        """Take the address from them."""
        options = event.get("integrations", {})
        own = options.get("Board") if isinstance(options, dict) else None
        return request._replace(url=own["url"]) if isinstance(own, dict) and "url" in own else request


@breaks("DST-061")
class ServerForEach(_Sends):
    """Has a server for each group of people."""

    def changed(self, request: Request, event: Event) -> Request:
        """Add the person's id to the host."""
        return request._replace(url=f"https://x{len(event['userId'])}.board.example/people")


@breaks("DST-062")
class ForgetsNobody(Good):
    """Deletes with the board, and not with the host."""

    def sent(self, event: Event, *args: Any, forget: bool = False, **body: Any) -> Any:
        """Leave forget out."""
        return super().sent(event, *args, **body)


@breaks("DST-063")
class ChecksByWriting(Good):
    """Puts something up to see whether it can."""

    @hookimpl
    def connection_check(self, settings: Board) -> Any:
        """Return a POST."""
        return super().connection_check(settings)._replace(method="POST")


@breaks("DST-063")
class ChecksWithBody(Good):
    """Has something to say where nothing is asked."""

    @hookimpl
    def connection_check(self, settings: Board) -> Any:
        """Return a body."""
        return super().connection_check(settings)._replace(body={})


class _Keys(Good):
    def key(self, event: Event, context: Context) -> str:
        """Return a key that is wrong."""
        raise NotImplementedError

    def headers(self, event: Event, context: Context) -> dict[str, str]:
        """Return it as header."""
        return {"Idempotency-Key": self.key(event, context)}


@breaks("DST-070")
class KeyOfAllDestinations(_Keys):
    """Has one key for two destinations."""

    def key(self, event: Event, context: Context) -> str:
        """Leave the destination out."""
        return quote(event["messageId"])


@breaks("DST-070")
class KeyOfPerson(_Keys):
    """Has one key for all events of a person."""

    def key(self, event: Event, context: Context) -> str:
        """Take the person's id."""
        return f"{context.destination}:{quote(event['userId'])}"


@breaks("DST-070")
class KeyOfTheDay(_Keys):
    """Has another key tomorrow."""

    def key(self, event: Event, context: Context) -> str:
        """Take the day, too."""
        return f"{context.destination}:{quote(event['messageId'])}:{context.now.date()}"


@breaks("DST-071")
class NoKey(Good):
    """Has no key."""

    def headers(self, event: Event, context: Context) -> dict[str, str]:
        """Return none."""
        return {}


@breaks("DST-080")
class Sleeps(Good):
    """Waits when there is much to do."""

    def request(self, event: Event, *args: Any) -> Request:
        """Wait for what nobody knows."""
        if len(_part(event).get("text", "")) > 10_000:
            time.sleep(0.55)
        return super().request(event, *args)


@breaks("DST-081")
class Quadratic(Good):
    """Compares every name with every other."""

    def request(self, event: Event, *args: Any) -> Request:
        """Look for names that differ in case only."""
        names = [*_part(event)]
        assert sum(name == other for name in names for other in names) == len(names)
        return super().request(event, *args)


def _part(event: Event) -> Mapping[str, Any]:
    traits: Mapping[str, Any] = event.get("traits", {})
    return traits

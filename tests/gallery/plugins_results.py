"""Plugins that return what no host can use, lose what they are given, or raise."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from event_router.api import Context, Dropped, Event, Reason, Rejected, Request, Skipped, Transformed
from gallery.breaking import breaks
from gallery.plugins_good import Board, Good


class _Sends(Good):
    """Changes its requests before they go."""

    def changed(self, request: Request, event: Event) -> Request:
        """Return another request."""
        raise NotImplementedError

    def request(self, event: Event, *args: Any) -> Request:
        """Return the changed request."""
        return self.changed(super().request(event, *args), event)


@breaks("DST-030")
class RaisesForNull(Good):
    """Takes every value for a text."""

    def request(self, event: Event, *args: Any) -> Request:
        """Measure the traits."""
        _ = [len(value) for value in event.get("traits", {}).values() if not isinstance(value, int | float)]
        return super().request(event, *args)


@breaks("DST-030")
class RaisesForIds(Good):
    """Takes every id for ASCII."""

    def request(self, event: Event, *args: Any) -> Request:
        """Encode the id."""
        event["messageId"].encode("ascii")
        return super().request(event, *args)


@breaks("DST-031")
class ReturnsNone(Good):
    """Has nothing to do, and nothing to say."""

    def sent(self, event: Event, *args: Any, **body: Any) -> Any:
        """Return nothing for a track without properties."""
        return super().sent(event, *args, **body) if "properties" in event or event["type"] != "track" else None


@breaks("DST-031")
class OneForTuple(Good):
    """Forgets the comma that makes a tuple."""

    def sent(self, event: Event, settings: Board, context: Context, method: str, **body: Any) -> Any:
        """Return a request for requests."""
        return super().sent(event, settings, context, method, **body)._replace(requests=None)


@breaks("DST-031")
class ListForTuple(Good):
    """Names in a list of texts what it drops."""

    def sent(self, event: Event, *args: Any, **body: Any) -> Any:
        """Return a path for what is dropped."""
        return super().sent(event, *args, **body)._replace(dropped=["$.context"])


class _Refuses(Good):
    reason = Reason("board.no_properties", "The board takes no event without properties.")

    def sent(self, event: Event, *args: Any, **body: Any) -> Any:
        """Refuse a track without properties."""
        refused = event["type"] == "track" and "properties" not in event
        return Rejected(self.reason) if refused else super().sent(event, *args, **body)


@breaks("DST-032")
class PlainCode(_Refuses):
    """Has a code that may be anybody's."""

    reason = Reason("Refused", "The board takes no event without properties.")


@breaks("DST-032")
class NoSentence(_Refuses):
    """Has nothing to say to people."""

    reason = Reason("board.no_properties", "")


@breaks("DST-033")
class RelativeUrl(_Sends):
    """Leaves the server to the host."""

    def changed(self, request: Request, event: Event) -> Request:
        """Return a path for the URL."""
        return request._replace(url="/people")


@breaks("DST-033")
class UnquotedUrl(_Sends):
    """Puts ids into paths as they are."""

    def changed(self, request: Request, event: Event) -> Request:
        """Add the message's id."""
        return request._replace(url=f"{request.url}/{event['messageId']}")


@breaks("DST-033")
class LoginInUrl(_Sends):
    """Logs in with the URL."""

    def changed(self, request: Request, event: Event) -> Request:
        """Add a user."""
        return request._replace(url=request.url.replace("://", "://reader:reader@"))


@breaks("DST-034")
class LowerCaseMethod(_Sends):
    """Writes methods as it likes."""

    def changed(self, request: Request, event: Event) -> Request:
        """Return it in lower case."""
        return request._replace(method=request.method.lower())


@breaks("DST-035")
class BodyWithSet(_Sends):
    """Has a body that only Python knows."""

    def changed(self, request: Request, event: Event) -> Request:
        """Add a set."""
        return request._replace(body={**request.body, "types": {event["type"]}})


@breaks("DST-035")
class BodyWithNumbers(_Sends):
    """Has names that are numbers."""

    def changed(self, request: Request, event: Event) -> Request:
        """Add one."""
        return request._replace(body={**request.body, 1: event["type"]})


@breaks("DST-035")
class EndlessBody(_Sends):
    """Divides by nothing."""

    def changed(self, request: Request, event: Event) -> Request:
        """Add an infinite number."""
        return request._replace(body={**request.body, "share": float("inf")})


@breaks("DST-036")
class RawHeader(_Sends):
    """Lets the sender of an event write headers."""

    def changed(self, request: Request, event: Event) -> Request:
        """Add the message's id."""
        return request._replace(headers={**request.headers, "x-message": event["messageId"]})


@breaks("DST-036")
class NumberInHeader(_Sends):
    """Has a header that is no text."""

    def changed(self, request: Request, event: Event) -> Request:
        """Add a number."""
        return request._replace(headers={**request.headers, "x-version": 1})  # type: ignore[dict-item]


@breaks("DST-037")
class RaisesForReplays(Good):
    """Was never thought to see an event again."""

    def request(self, event: Event, settings: Board, context: Context, method: str, body: Any) -> Request:
        """Raise."""
        if context.replay:
            raise NotImplementedError
        return super().request(event, settings, context, method, body)


@breaks("DST-038")
class Transformless(Good):
    """Drops everything, and names it: nothing is ever sent."""

    def sent(self, event: Event, *args: Any, **body: Any) -> Any:
        """Return no request."""
        return Transformed((), (Dropped("$", "not sent"),))


@breaks("DST-038")
class RefusesDeletes(Good):
    """Never does what one of its hooks is for."""

    def sent(self, event: Event, *args: Any, **body: Any) -> Any:
        """Skip a delete."""
        never = Skipped(Reason("board.no_deletes", "The board keeps its notices."))
        return never if event["type"] == "delete" else super().sent(event, *args, **body)


@breaks("DST-040")
class LosesATrait(_Sends):
    """Keeps a trait to itself."""

    def changed(self, request: Request, event: Event) -> Request:
        """Leave the plan out."""
        kept = {name: value for name, value in event.get("traits", {}).items() if name != "plan"}
        return request._replace(body={**request.body, "traits": kept})


@breaks("DST-040")
class CutsTexts(Good):
    """Cuts long texts, and does not say so."""

    def sent(self, event: Event, *args: Any, **body: Any) -> Any:
        """Leave the rest of them out."""
        short = {name: _short(value) for name, value in body.items()}
        return super().sent(event, *args, **short)


@breaks("DST-040")
class LosesAmounts(Good):
    """Keeps whole numbers only."""

    def sent(self, event: Event, *args: Any, **body: Any) -> Any:
        """Leave the others out."""
        return super().sent(event, *args, **{name: _whole(value) for name, value in body.items()})


@breaks("DST-040")
class LosesNames(Good):
    """Sends values, and nobody knows of what."""

    def sent(self, event: Event, *args: Any, **body: Any) -> Any:
        """Send lists in place of objects."""
        return super().sent(event, *args, **{name: _values(value) for name, value in body.items()})


@breaks()
class Hashes(Good):
    """Sends an e-mail as other systems know it: as the SHA-256 of its lower case."""

    def sent(self, event: Event, *args: Any, **body: Any) -> Any:
        """Hash it."""
        traits = dict(body.get("traits", {}))
        mail = str(traits.pop("email", "")).strip().lower().encode("utf-8", "replace")
        own = {"traits": {**traits, "em": sha256(mail).hexdigest()}} if "traits" in body else {}
        return super().sent(event, *args, **{**body, **own})


@breaks()
class Shouts(Good):
    """Sends what it can in capitals."""

    def sent(self, event: Event, *args: Any, **body: Any) -> Any:
        """Write it so."""
        return super().sent(event, *args, **{name: _capital(value) for name, value in body.items()})


@breaks()
class Pixel(_Sends):
    """Has the event in its address, in base64."""

    def changed(self, request: Request, event: Event) -> Request:
        """Put it there."""
        data = b64encode(json.dumps(request.body).encode()).decode()
        return request._replace(method="GET", url=f"{request.url}?{urlencode({'data': data})}", body=None)


@breaks()
class NamesWhatItLoses(Good):
    """Sends no traits and properties at all, and says so, which is within the contract."""

    def sent(self, event: Event, *args: Any, **body: Any) -> Any:
        """Leave them out."""
        result: Transformed = super().sent(event, *args, forget="traits" not in body and "properties" not in body)
        return result._replace(dropped=(Dropped("$.traits", "not sent"), Dropped("$.properties", "not sent")))


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _whole(item) for name, item in value.items() if not isinstance(item, float)}
    return [_whole(item) for item in value] if isinstance(value, list) else value


def _values(value: Any) -> Any:
    return list(value.values()) if isinstance(value, dict) else value


def _capital(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _capital(item) for name, item in value.items()}
    return value.upper() if isinstance(value, str) else value


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _short(item) for name, item in value.items()}
    return value[:100] if isinstance(value, str) else value

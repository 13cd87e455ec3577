"""One event as rudder-server sent it, on its way to what it becomes."""

from __future__ import annotations

from typing import Any, cast

import orjson

from event_router.destination import Destination
from event_router.dispatch import decide
from event_router.event import canonicalise, not_json
from event_router.hooks import Contact, Context, Transformed
from event_router.outcomes import Event, Misconfigured, Parked, Reason, Refusal, Rejected
from event_router.rudder.configs import Configured
from event_router.rudder.contacts import Key
from event_router.rudder.elements import Element

# Nobody sees it: every event is decided before its result is used.
_UNDECIDED = Parked(Reason("", ""))


# Bytes of a message from which on it is worked on in a thread: to begin one costs as much as a small event.
_LARGE = 256 * 1024


class Job:
    """An element on its way to its result.

    Attributes:
        element: As it came.
        configured: Where it goes.
        event: The canonical event, once it is read.
        destination: Where it goes, with this event's settings.
        key: Whose event it is.
        large: Whether working on it takes so long that others would notice.
        result: What it becomes; parked until what is remembered is looked at.
    """

    __slots__ = ("configured", "destination", "element", "event", "key", "large", "result")

    def __init__(self, element: Element, configured: Configured) -> None:
        self.element = element
        self.configured = configured
        self.event: Event = {}
        self.destination: Destination | Misconfigured | Rejected = configured.destination
        self.key = Key(configured.scope, "")
        self.large = len(element.message) > _LARGE
        self.result: Transformed | Refusal = _UNDECIDED

    def begin(self, context: Context) -> None:
        """Read the event, and decide what needs nothing that is remembered."""
        try:
            if refusal := self._read():
                self.result = refusal
            elif not self._needs_contact():
                self.decide(None, context)
        except Exception as error:  # noqa: BLE001  # One event's trouble must not become its neighbours'.
            self.result = failed(error)

    def decide(self, contact: Contact | None, context: Context) -> None:
        """Decide for a contact, or for none, once the event is read. Never raises ``Exception``."""
        try:
            self.result = decide(cast("Destination", self.destination), self.event, contact, context)[1]
        except Exception as error:  # noqa: BLE001  # As in begin.
            self.result = failed(error)

    @property
    def waits(self) -> bool:
        """Whether what is remembered may make a difference."""
        return self.result.__class__ is Parked and bool(self.key.user_id)

    def _read(self) -> Refusal | None:
        if self.configured.template is None and isinstance(self.destination, Misconfigured):
            return self.destination
        try:
            message = orjson.loads(self.element.message)
        except orjson.JSONDecodeError as error:
            return not_json(error)
        if self.configured.template is not None:
            self.destination, message = self.configured.resolve(message)
            if not isinstance(self.destination, Destination):
                return self.destination
        found = canonicalise(_timed(message))
        if found.__class__ is not tuple:
            return cast("Rejected", found)
        self.event = found[0]
        return None

    def _needs_contact(self) -> bool:
        """Return whether anything remembered could matter: for an identify whether it is old, for others whom it is about."""
        remember, event = self.configured.plugin.info.remember, self.event
        if not remember or "userId" not in event:
            return False
        self.key = Key(self.configured.scope, event["userId"])
        if event["type"] == "identify":
            return True
        traits = event.get("traits")
        return not (traits.__class__ is dict and traits.get(remember[0]))


def _timed(message: Any) -> Any:
    """Return an event of a warehouse with the time of its row ([RUN] protocol §7.4)."""
    if not isinstance(message, dict) or message.get("channel") != "sources":
        return message
    for name in ("properties", "traits"):
        found = message.get(name)
        if isinstance(found, dict) and found.get("timestamp"):
            return {**message, "timestamp": found["timestamp"]}
    return message


def failed(error: Exception) -> Rejected:
    """Return the result of an event on which we failed: its type only, since its text may hold what was sent."""
    what = type(error).__name__
    return Rejected(
        Reason("rudder.failed", f"The transformer failed on this event ({what}). Report it to its authors.")
    )

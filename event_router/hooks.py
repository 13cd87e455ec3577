"""The hook specifications: what the host calls in a destination plugin, and with what.

A plugin is any object (a module does) whose functions carry ``@hookimpl``. It opens no socket, reads no clock and keeps
no state: it maps values to values. A hook that a plugin lacks means "unsupported": such events are skipped, never an error.
Hook implementations take any subset of the parameters, by name, and give none of them a default value (pluggy 1.7
changed what a default means).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import pluggy

from event_router.messages import Request, Response
from event_router.outcomes import Dropped, Event, Outcome, Refusal

PROJECT = "event_router"

#: Raised when a hook's meaning changes; new hooks and new parameters do not raise it.
HOOKSPEC_VERSION = 1

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True, slots=True)
class Contract:
    """What a destination needs of one kind of event.

    Attributes:
        name: For people, such as ``Order Completed``.
        kind: Its event type: ``identify``, ``track``, ``page``, ``screen``, ``group``, ``alias``, ``delete``.
        schema: JSON Schema 2020-12 of the canonical event.
        event: For ``track``: the one event name it is for (letter case, ``_`` and spaces do not matter). The most
            specific contract of an event is the one that counts.
    """

    name: str
    kind: str
    schema: Mapping[str, Any]
    event: str | None = None


@dataclass(frozen=True, slots=True)
class DestinationInfo:
    """What a plugin says of itself.

    Attributes:
        name: Stable and short; the same as its entry point.
        display_name: For people, such as ``Promoter.io``.
        integrations: The keys in an event's ``integrations`` object that mean this destination.
        settings_schema: JSON Schema 2020-12. ``writeOnly`` marks secrets, ``default`` fills gaps, ``x-per-event`` marks
            what an event's options object may override, ``x-aliases`` its other names there.
        contracts: At most one for each kind and event name.
        remember: The traits of an identified contact that the host keeps for later events of that person.
        hookspec_version: The ``HOOKSPEC_VERSION`` it was written for.
    """

    name: str
    display_name: str
    integrations: tuple[str, ...]
    settings_schema: Mapping[str, Any]
    contracts: tuple[Contract, ...]
    remember: tuple[str, ...] = ()
    hookspec_version: int = HOOKSPEC_VERSION


class Contact(NamedTuple):
    """A person that the destination already knows, as the host remembers it.

    A named tuple, since one is made for every identify.

    Attributes:
        user_id: The person's id.
        traits: The traits named in ``DestinationInfo.remember``.
        time: Event time of the newest identify, as in the canonical event; ``None`` where it had none.
    """

    user_id: str
    traits: Mapping[str, Any]
    time: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """The circumstances of a call, so that a plugin needs no clock and no environment.

    Attributes:
        destination: The destination's name in the configuration.
        now: The host's clock, aware.
        replay: The event was sent before and is sent again on purpose.
    """

    destination: str
    now: datetime
    replay: bool = False


class Transformed(NamedTuple):
    """What an event becomes. A named tuple, since one is made for every event.

    Attributes:
        requests: Sent in this order; the first that fails ends the event's turn.
        dropped: Fields that do not reach the destination.
        forget: Forget the remembered contact once the requests are delivered.
    """

    requests: tuple[Request, ...]
    dropped: tuple[Dropped, ...] = ()
    forget: bool = False


@hookspec(firstresult=True)
def destination_info() -> DestinationInfo:  # type: ignore[empty-body]
    """Say who you are. Required; called once, at load."""


@hookspec(firstresult=True)
def load_settings(settings: Mapping[str, Any]) -> object:
    """Turn validated settings, defaults filled in and secrets as ``Secret``, into what your other hooks want to get.

    Called once for each destination, and once for each distinct options object of events. Without it the other hooks get
    the mapping itself. Raise ``ValueError`` with a sentence for people when the settings contradict each other.
    """


@hookspec(firstresult=True)
def transform_identify(event: Event, settings: Any, contact: Contact | None, context: Context) -> Transformed | Refusal:  # type: ignore[empty-body]
    """Turn an identify into requests, or refuse it. Must not change its arguments."""


@hookspec(firstresult=True)
def transform_track(event: Event, settings: Any, contact: Contact | None, context: Context) -> Transformed | Refusal:  # type: ignore[empty-body]
    """Turn a track into requests, or refuse it."""


@hookspec(firstresult=True)
def transform_order_completed(  # type: ignore[empty-body]
    event: Event, settings: Any, contact: Contact | None, context: Context
) -> Transformed | Refusal:
    """Turn an ``Order Completed`` into requests, or refuse it. Without it, orders go to ``transform_track``."""


@hookspec(firstresult=True)
def transform_delete(event: Event, settings: Any, contact: Contact | None, context: Context) -> Transformed | Refusal:  # type: ignore[empty-body]
    """Turn a request to be forgotten into requests, or refuse it."""


@hookspec(firstresult=True)
def transform_page(event: Event, settings: Any, contact: Contact | None, context: Context) -> Transformed | Refusal:  # type: ignore[empty-body]
    """Turn a page view into requests, or refuse it."""


@hookspec(firstresult=True)
def transform_screen(event: Event, settings: Any, contact: Contact | None, context: Context) -> Transformed | Refusal:  # type: ignore[empty-body]
    """Turn a screen view into requests, or refuse it."""


@hookspec(firstresult=True)
def transform_group(event: Event, settings: Any, contact: Contact | None, context: Context) -> Transformed | Refusal:  # type: ignore[empty-body]
    """Turn a group call into requests, or refuse it."""


@hookspec(firstresult=True)
def transform_alias(event: Event, settings: Any, contact: Contact | None, context: Context) -> Transformed | Refusal:  # type: ignore[empty-body]
    """Turn an alias call into requests, or refuse it."""


@hookspec(firstresult=True)
def interpret_response(request: Request, response: Response) -> Outcome:  # type: ignore[empty-body]
    """Say what an answer means. Required."""


@hookspec(firstresult=True)
def connection_check(settings: Any) -> Request:  # type: ignore[empty-body]
    """Return a request that changes nothing and proves the credentials."""

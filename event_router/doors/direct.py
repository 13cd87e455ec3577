"""Segment's direct-destination form: one event for one destination, its settings in a header."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from starlette.types import Receive, Scope

from event_router.destination import Destination
from event_router.dispatch import participation
from event_router.doors.answers import OK, Answer, DoorError, Headers
from event_router.doors.bodies import parse, read
from event_router.doors.items import Arrival, single
from event_router.doors.keys import Keyring, basic_user
from event_router.doors.settings import DoorSettings
from event_router.doors.store import Store
from event_router.settings import SettingsError

_HEADER = b"x-segment-settings"


class Direct:
    """The door of ``/direct/{destination}``."""

    def __init__(
        self,
        store: Store,
        keyring: Keyring,
        settings: DoorSettings,
        now: Callable[[], str],
        destinations: Mapping[str, Destination],
    ) -> None:
        self._store, self._keyring, self._settings, self._now = store, keyring, settings, now
        self._destinations = destinations

    async def __call__(self, scope: Scope, headers: Headers, receive: Receive) -> Answer:
        """Take one event."""
        source = self._keyring.admit(basic_user(headers.get(b"authorization", b"")), scope, headers)
        destination = self._destinations.get(scope["path_params"]["destination"])
        if destination is None:
            raise DoorError(404, "door.no_destination", "There is no such [destinations.NAME] in the configuration.")
        options = header_options(headers.get(_HEADER, b""), destination)
        body = parse(await read(headers, receive, self._settings.max_batch_bytes))
        # Before anything is judged: what the header adds counts among the event's bytes.
        event = with_options(body, options, destination.plugin.info.integrations)
        accepted = single(event, Arrival(source, self._now(), self._settings.max_event_bytes))
        if destination.route(accepted.event).transform is None:
            message = f"{destination.plugin.info.display_name} has no use for events of this type."
            raise DoorError(501, "event.unsupported", message)
        await self._store.accept((accepted._replace(destination=destination.name),))
        return OK


def header_options(header: bytes, destination: Destination) -> dict[str, Any]:
    """Return the settings of ``X-Segment-Settings``, without the key. Raises ``DoorError``."""
    if not header:
        return {}
    try:
        options = orjson.loads(b64decode(header, validate=True))
    except ValueError:
        options = None
    if not isinstance(options, dict):
        raise _bad_settings("It is no JSON object in base64.")
    options.pop("apiKey", None)
    try:
        destination.with_options(options)
    except SettingsError as error:
        raise _bad_settings(str(error)) from None
    except (TypeError, ValueError):
        raise _bad_settings("The destination takes no such settings.") from None
    return options


def _bad_settings(what: str) -> DoorError:
    return DoorError(400, "door.bad_settings", f"X-Segment-Settings cannot be used. {what}")


def with_options(event: Any, options: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """Return an event with options for the destination of these names; what it says itself wins."""
    integrations = (event.get("integrations") or {}) if isinstance(event, dict) else None
    if not options or not isinstance(integrations, dict):
        return event
    own = participation(integrations, names)
    if own is False:
        return event
    name = next((name for name in names if integrations.get(name) is not None), names[0])
    merged = {**options, **own} if isinstance(own, dict) else dict(options)
    return {**event, "integrations": {**integrations, name: merged}}

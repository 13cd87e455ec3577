"""What becomes of one event at one destination, up to the wire: takes part? contract met? which requests?

Pure: no I/O, no clock. pluggy isolates nothing, so this is where one plugin's exception stays with one event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import orjson

from event_router.contracts import Schema, explain
from event_router.destination import Destination
from event_router.event import not_json
from event_router.hooks import Contact, Context, Transformed
from event_router.messages import Request
from event_router.outcomes import Dropped, Event, Misconfigured, Parked, Reason, Refusal, Rejected, Skipped
from event_router.settings import SettingsError


class Decision(NamedTuple):
    """What the destination wants done for an event.

    Attributes:
        contract: The contract's name; ``None`` where the event came to none.
        result: The requests to send, or the outcome already.
    """

    contract: str | None
    result: Transformed | Refusal


_UNSUPPORTED = Skipped(Reason("event.unsupported", "The destination has no use for this type of event."))
_OFF = Skipped(Reason("event.integration_off", "The event's integrations object switches this destination off."))
_STALE = Skipped(
    Reason("event.stale", "A newer identify of this person is delivered already; an older one does not overwrite it.")
)


def decide(destination: Destination, event: Event, contact: Contact | None, context: Context) -> Decision:
    """Return what the destination wants done for a canonical event. Never raises ``Exception``; changes nothing."""
    settings, unused = destination.settings, ()
    integrations = event.get("integrations")
    if integrations:
        options = participation(integrations, destination.plugin.info.integrations)
        if options is False:
            return Decision(None, _OFF)
        if options:
            try:
                settings, unused = destination.with_options(options)
            except (SettingsError, TypeError, ValueError) as error:
                return Decision(None, _bad_options(error))
    route = destination.route(event)
    if route.transform is None:
        return Decision(None, _UNSUPPORTED)
    if route.contract is not None and (refusal := missed(route.contract, event)):
        return Decision(route.contract.name, refusal)
    name = route.contract.name if route.contract else None
    if contact is not None and event["type"] == "identify" and _is_older(event, contact):
        return Decision(name, _STALE)
    try:
        result = route.transform(event, settings, contact, context)
    except Exception as error:  # noqa: BLE001  # A plugin may raise anything; the event's neighbours must not notice.
        return Decision(name, _raised(destination, error))
    if result.__class__ is not Transformed and not isinstance(result, Skipped | Rejected | Parked | Misconfigured):
        return Decision(name, _bad_result(destination, result))
    return Decision(name, _with_unused(result, unused) if unused else result)


def _with_unused(result: Transformed | Refusal, names: tuple[str, ...]) -> Transformed | Refusal:
    """Add the event's options that changed nothing to what is reported."""
    if not isinstance(result, Transformed):
        return result
    unused = tuple(Dropped(f"$.integrations.*.{name}", "an option that events cannot set") for name in names)
    return replace(result, dropped=result.dropped + unused)


def participation(integrations: Any, names: tuple[str, ...]) -> Mapping[str, Any] | bool:
    """Return whether a destination takes part: ``False``, ``True``, or the event's options for it.

    Its own key wins, then ``All``, then yes ([DOC] segment-docs guides/filtering-data; [LEGACY] facade.enabled).
    """
    if not isinstance(integrations, dict):
        return True
    for name in names:
        own = integrations.get(name)
        if own is not None:
            return own if isinstance(own, dict | bool) else True
    everyone = integrations.get("All", integrations.get("all"))
    return everyone is not False


def missed(contract: Schema, event: Event) -> Rejected | None:
    """Return why an event misses a contract; ``None`` where it meets it."""
    try:
        if contract.is_valid(event):
            return None
        problems = explain(contract, event)
    except (ValueError, TypeError, RecursionError) as error:
        return not_json(error)
    return Rejected(Reason(problems[0].code, problems[0].message), problems)


def encode(request: Request) -> bytes | Rejected:
    """Return a request's body as it goes over the wire."""
    if request.body is None:
        return b""
    try:
        return orjson.dumps(request.body)
    except TypeError as error:
        return not_json(error)


def _is_older(event: Event, contact: Contact) -> bool:
    time = event.get("timestamp")
    return time is not None and contact.time is not None and time < contact.time


def _bad_options(error: Exception) -> Rejected:
    problems = error.problems if isinstance(error, SettingsError) else ()
    return Rejected(Reason("event.bad_options", f"The event's options for this destination are wrong: {error}"), problems)


def _raised(destination: Destination, error: Exception) -> Rejected:
    what = f"{type(error).__name__}: {str(error)[:200]}"
    message = f"Plugin {destination.plugin.name} raised {what}. The event is not sent; report it to the plugin's authors."
    return Rejected(Reason("plugin.raised", message))


def _bad_result(destination: Destination, result: object) -> Rejected:
    message = f"Plugin {destination.plugin.name} returned {type(result).__name__}, which is no result of a transform hook."
    return Rejected(Reason("plugin.bad_result", message))

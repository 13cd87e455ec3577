"""What becomes of one event at one destination, up to the wire: takes part? contract met? which requests?

Pure: no I/O, no clock. pluggy isolates nothing, so this is where one plugin's exception stays with one event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import orjson

from event_router.contracts import Schema, explain
from event_router.destination import Destination
from event_router.event import not_json
from event_router.hooks import Contact, Context, Transformed
from event_router.messages import Request, Response
from event_router.outcomes import (
    Delivered,
    Dropped,
    Event,
    Misconfigured,
    Outcome,
    Parked,
    Reason,
    Refusal,
    Rejected,
    Retry,
    Skipped,
)
from event_router.settings import SettingsError
from event_router.wire import redactor

#: The contract's name (``None`` where the event came to none), and the requests to send or the outcome already.
Decision: TypeAlias = tuple[str | None, Transformed | Refusal]


_UNSUPPORTED = Skipped(Reason("event.unsupported", "The destination has no use for this type of event."))
_OFF = Skipped(Reason("event.integration_off", "The event's integrations object switches this destination off."))
_STALE = Skipped(
    Reason("event.stale", "A newer identify of this person is delivered already; an older one does not overwrite it.")
)


def decide(destination: Destination, event: Event, contact: Contact | None, context: Context) -> Decision:
    """Return what the destination wants done for a canonical event. Never raises ``Exception``; changes nothing."""
    settings = destination.settings
    unused: tuple[str, ...] = ()
    integrations = event.get("integrations")
    if integrations and (options := participation(integrations, destination.plugin.info.integrations)) is not True:
        if options is False:
            return None, _OFF
        try:
            settings, unused = destination.with_options(options)
        except (SettingsError, TypeError, ValueError, RecursionError) as error:
            return None, _bad_options(error)
    contract, transform = destination.route(event)
    if transform is None:
        return None, _UNSUPPORTED
    name = None
    if contract is not None:
        name = contract.name
        refusal = missed(contract, event)
        if refusal is not None:
            return name, refusal
    if contact is not None and event["type"] == "identify" and _is_older(event, contact):
        return name, _STALE
    try:
        result = transform(event, settings, contact, context)
    except Exception as error:  # noqa: BLE001  # A plugin may raise anything; the event's neighbours must not notice.
        return name, _raised(destination, error)
    if result.__class__ is not Transformed and not _is_refusal(result):
        return name, _bad_result(destination, result)
    return name, _with_unused(result, unused) if unused else result


def _is_refusal(result: object) -> bool:
    return isinstance(result, Skipped | Rejected | Parked | Misconfigured) and isinstance(result.reason, Reason)


def _with_unused(result: Transformed | Refusal, names: tuple[str, ...]) -> Transformed | Refusal:
    """Add the event's options that changed nothing to what is reported."""
    if not isinstance(result, Transformed):
        return result
    unused = tuple(Dropped(f"$.integrations.*.{name}", "an option that events cannot set") for name in names)
    return result._replace(dropped=result.dropped + unused)


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
    everyone = integrations.get("All")
    return (integrations.get("all") if everyone is None else everyone) is not False


def missed(contract: Schema, event: Event) -> Rejected | None:
    """Return why an event misses a contract; ``None`` where it meets it."""
    try:
        if contract.is_valid(event):
            return None
        problems = explain(contract, event)
    except (ValueError, TypeError, RecursionError) as error:
        return not_json(error)
    return Rejected(Reason(problems[0].code, problems[0].message), problems)


def interpret(destination: Destination, request: Request, response: Response) -> Outcome:
    """Return what an answer means to the destination's plugin. Never raises ``Exception``."""
    try:
        outcome = destination.plugin.hooks["interpret_response"](request, _without_secrets(destination, response))
    except Exception as error:  # noqa: BLE001  # See decide.
        return _unreadable(destination, f"raised {type(error).__name__}: {str(error)[:200]}")
    if isinstance(outcome, Delivered | Skipped | Rejected | Retry | Parked | Misconfigured):
        return outcome
    return _unreadable(destination, f"returned {type(outcome).__name__}, which is no outcome")


def _without_secrets(destination: Destination, response: Response) -> Response:
    """Hide secrets that a server echoes, before anybody cuts a text in the middle of one."""
    redact = redactor(destination.secrets())
    body = redact(response.body.decode("latin-1")).encode("latin-1")
    return Response(response.status, {name: redact(value) for name, value in response.headers.items()}, body)


def _unreadable(destination: Destination, what: str) -> Retry:
    """Whether the destination has the event is not known, so it is tried again rather than lost."""
    message = (
        f"Plugin {destination.plugin.name} {what}, for the destination's answer. Report it to the plugin's authors."
    )
    return Retry(Reason("plugin.unreadable", message))


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
    return Rejected(
        Reason("event.bad_options", f"The event's options for this destination are wrong: {error}"), problems
    )


def _raised(destination: Destination, error: Exception) -> Rejected:
    what = f"{type(error).__name__}: {str(error)[:200]}"
    message = (
        f"Plugin {destination.plugin.name} raised {what}. The event is not sent; report it to the plugin's authors."
    )
    return Rejected(Reason("plugin.raised", message))


def _bad_result(destination: Destination, result: object) -> Rejected:
    message = (
        f"Plugin {destination.plugin.name} returned {type(result).__name__}, which is no result of a transform hook."
    )
    return Rejected(Reason("plugin.bad_result", message))

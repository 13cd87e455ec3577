"""The canonical event: whatever arrives, turned once into one shape, before any contract sees it.

Liberal in, strict out: ``null`` is the same as absent, ids become text, times UTC, reserved names Segment's own. Nothing
is changed in place, nothing vanishes unreported, and the work grows with the event's size only.
"""

from __future__ import annotations

from difflib import get_close_matches
from hashlib import blake2b
from typing import Any, TypeAlias

import orjson

from event_router import spelling
from event_router.orders import canonical_order
from event_router.outcomes import Dropped, Event, Reason, Rejected
from event_router.spelling import event_keys
from event_router.times import FIELDS, event_time, is_canonical

TYPES = ("identify", "track", "page", "screen", "group", "alias", "delete")
ORDER_COMPLETED = "Order Completed"

# [DOC] v2 declares Completed Order, v1's name, an alias: segment-docs connections/spec/ecommerce/v2.
_ORDER_KEYS = frozenset({"order completed", "completed order"})
_OBJECTS = ("traits", "properties", "context", "integrations")
_IDS = {"userId": "user_id", "anonymousId": "anonymous_id", "messageId": "message_id"}
_PERSON = ("email", "firstName", "lastName")
_KNOWN_TYPES = frozenset(TYPES)
_SETTLED = spelling.trait.settled  # Grows as it learns.


#: A canonical event, and what did not fit into it.
Canonical: TypeAlias = tuple[Event, tuple[Dropped, ...]]


def canonicalise(raw: Any) -> Canonical | Rejected:
    """Return a parsed JSON value as canonical event, or the reason why it is none. Never raises on JSON values.

    Keys that Segment's spec does not know are kept as they are. An event without ``messageId`` gets one made of its
    content, so that the same event always has the same id.
    """
    if not isinstance(raw, dict):
        return _refuse(
            "event.not_an_object", f"This is {_kind(raw)}, not an event. Send one JSON object for each event."
        )
    event = raw.copy()
    if refusal := _set_type(event) or _set_ids(event):
        return refusal
    for name in _OBJECTS:
        if event.get(name, 0) is None:
            del event[name]
    if "writeKey" in event:
        del event["writeKey"]  # A source's credential.
    dropped: list[Dropped] = []
    kind = event["type"]
    # A time in canonical form is the best there can be: no need to look at the others.
    if not is_canonical(event.get("timestamp")):
        _set_time(event, dropped)
    if kind != "group":
        _set_traits(event, dropped)
    if kind == "track":
        _set_order(event, dropped)
    return event, tuple(dropped)


def _set_type(event: Event) -> Rejected | None:
    kind = event.get("type")
    if kind.__class__ is str and kind in _KNOWN_TYPES:
        return None
    if kind is None:
        kind = event.pop("action", None)
    if kind is None:
        hint = " It looks like a batch: send its events one by one." if "batch" in event else ""
        return _refuse("event.type_missing", f"The event has no type, so nobody knows what to do with it.{hint}")
    if isinstance(kind, str) and (name := kind.strip().casefold()) in _KNOWN_TYPES:
        event["type"] = name
        return None
    return _unknown_type(kind)


def _unknown_type(kind: object) -> Rejected:
    shown = repr(kind[:40]) if isinstance(kind, str) else _kind(kind)
    near = get_close_matches(kind[:40].casefold(), TYPES, n=1) if isinstance(kind, str) else []
    hint = f" Did you mean {near[0]}?" if near else ""
    return _refuse("event.type_unknown", f"The event's type is {shown}; known are {', '.join(TYPES)}.{hint}")


def _set_ids(event: Event) -> Rejected | None:
    user, anonymous, message = event.get("userId"), event.get("anonymousId"), event.get("messageId")
    # What most events have: three ids, all of them text.
    if user.__class__ is anonymous.__class__ is message.__class__ is str and user and anonymous and message:
        return None
    for name in _IDS:
        value = event.get(name)
        if (value.__class__ is not str or not value) and (refusal := _set_id(event, name, value)):
            return refusal
    return None if "messageId" in event else _set_message_id(event)


def _set_id(event: Event, name: str, value: Any) -> Rejected | None:
    if value is None:
        value = event.pop(_IDS[name], None)
    if value is None:
        event.pop(name, None)
    elif isinstance(value, str) and value:
        event[name] = value
    elif isinstance(value, int) and not isinstance(value, bool):
        event[name] = _digits(value)
    else:
        found = "empty text" if value == "" else _kind(value)
        return _refuse(
            "event.bad_id",
            f"The event's {name} is {found}; an id is text or a whole number. Send it, or leave it out.",
        )
    return None


def _digits(value: int) -> str:
    # Python refuses to print integers of more than 4,300 digits; hexadecimal has no such limit.
    return str(value) if value.bit_length() < 10_000 else hex(value)


def _set_message_id(event: Event) -> Rejected | None:
    try:
        content = orjson.dumps(event, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        return not_json(error)
    event["messageId"] = f"content-{blake2b(content, digest_size=16).hexdigest()}"
    return None


def _set_time(event: Event, dropped: list[Dropped]) -> None:
    time = event_time(event)
    if time is not None:
        event["timestamp"] = time
        return
    dropped.extend(Dropped(f"$.{name}", "not a time") for name in FIELDS if event.get(name) is not None)
    event.pop("timestamp", None)


def _set_traits(event: Event, dropped: list[Dropped]) -> None:
    """Bring a person's traits to their reserved names; take them from the context where the event has none of its own.

    rudder-sdk-python sends an identify's traits in context.traits only. A group's traits are not a person's.
    """
    traits, path = event.get("traits"), "$.traits"
    if not traits:
        traits, path = _context_traits(event), "$.context.traits"
    if traits.__class__ is dict:
        if not _is_settled(traits):
            traits = spelling.rename(traits, spelling.trait, path, dropped)
            _set_person(traits, dropped)
        event["traits"] = traits


def _context_traits(event: Event) -> Any:
    context = event.get("context")
    found = context.get("traits") if context.__class__ is dict else None
    return found if isinstance(found, dict) else event.get("traits")


def _is_settled(traits: dict[str, Any]) -> bool:
    """Return whether nothing is to be changed, as with the traits of nearly everybody: then they serve as they are."""
    if not _SETTLED.issuperset(traits) or ("name" in traits and "firstName" not in traits):
        return False
    for key in _PERSON:
        value = traits.get(key, "absent")
        if value.__class__ is not str or not value or value.strip() is not value:
            return False
    return True


def _set_person(traits: dict[str, Any], dropped: list[Dropped]) -> None:
    """Make e-mail and names as strict as can be, in a dict of our own; names that are blank are none."""
    if (
        traits.get("firstName") is None
        and traits.get("lastName") is None
        and isinstance(name := traits.get("name"), str)
    ):
        first, _, last = name.strip().partition(" ")
        traits.update({key: part.strip() for key, part in (("firstName", first), ("lastName", last)) if part.strip()})
    for key in _PERSON:
        value = traits.get(key)
        if value.__class__ is str:
            stripped = value.strip()
            if stripped is not value:
                traits[key] = stripped
            if not stripped and key != "email":
                del traits[key]
                dropped.append(Dropped(f"$.traits.{key}", "empty"))
        elif value is None:
            traits.pop(key, None)
        elif key != "email":
            traits[key] = _as_name(value)


def _as_name(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return _digits(value) if isinstance(value, int) else str(value)


def _set_order(event: Event, dropped: list[Dropped]) -> None:
    name = event.get("event")
    if name.__class__ is str and event_keys[name] in _ORDER_KEYS:
        event["event"] = ORDER_COMPLETED
        properties = event.get("properties", {})
        event["properties"] = canonical_order(properties, dropped) if isinstance(properties, dict) else properties


def not_json(error: Exception) -> Rejected:
    """Refuse a value that JSON cannot carry, such as half of a surrogate pair."""
    return _refuse(
        "event.not_json",
        f"The event holds something that JSON cannot carry ({str(error)[:80]}). Send valid UTF-8 JSON.",
    )


def _refuse(code: str, message: str) -> Rejected:
    return Rejected(Reason(code, message))


def _kind(value: object) -> str:
    """Return what a JSON value is, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    names = {dict: "an object", list: "a list", str: "text", int: "a whole number", float: "a number with a fraction"}
    return next((text for type_, text in names.items() if isinstance(value, type_)), "no JSON value")

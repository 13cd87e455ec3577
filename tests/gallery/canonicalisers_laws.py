"""Canonicalisers that break laws, that mistake the shape of an event, or that report what is not so."""

from __future__ import annotations

import itertools
from typing import Any

from event_router.event import canonicalise
from gallery.canonicalising import Event, after, before, breaking, good, part, person, refusing

_COUNT = itertools.count()
_KNOWN = frozenset(
    (
        *("type", "messageId", "userId", "anonymousId", "timestamp", "originalTimestamp", "sentAt", "receivedAt"),
        *("event", "traits", "properties", "context", "integrations", "groupId", "previousId", "name", "category"),
        *("action", "__proto__", "constructor"),
    )
)


@breaking("EVT-010")
def changes_its_input(raw: Any) -> Any:
    """Take the context out of the raw event."""
    found = good(raw)
    if isinstance(raw, dict):
        raw.pop("context", None)
    return found


@breaking("EVT-010")
def changes_traits_of_its_input(raw: Any) -> Any:
    """Empty the e-mail where it stands."""
    found = good(raw)
    if "email" in part(raw, "traits"):
        raw["traits"] = raw["traits"] | {"email": ""}
    return found


@breaking("EVT-020")
def raises_at_odd_traits(raw: Any) -> Any:
    """Take traits for an object."""
    if isinstance(raw, dict) and raw.get("traits"):
        raw["traits"].get("email")
    return good(raw)


@breaking("EVT-020")
def raises_at_refusals(raw: Any) -> Any:
    """Raise where a value is no event."""
    found = good(raw)
    if found is None:
        raise ValueError(str(raw)[:80])
    return found


@breaking("EVT-020")
def answers_with_text(raw: Any) -> Any:
    """Return a sentence in place of a refusal."""
    return good(raw) or "This is no event."


@breaking("EVT-020")
def names_that_are_bytes(raw: Any) -> Any:
    """Add a name to screens that is no text."""
    found: Any = good(raw)
    return {**found, b"seen": True} if found and found["type"] == "screen" else found


@after("EVT-030")
def counts(raw: Any, event: Event) -> None:
    """Number the screens."""
    if event["type"] == "screen":
        event.setdefault("number", next(_COUNT))


@after("EVT-040")
def makes_ids_anew(raw: Any, event: Event) -> None:
    """Make an id of the id where it was made."""
    if event["messageId"].startswith("content-"):
        event["messageId"] += "-"


@breaking("EVT-060")
def is_slow(raw: Any) -> Any:
    """Make a tuple of all traits for each of them."""
    traits = part(raw, "traits")
    for _ in traits:
        tuple(traits)
    return good(raw)


@breaking("EVT-110")
def takes_lists_of_one(raw: Any) -> Any:
    """Take a list of one event for the event."""
    return good(raw[0] if isinstance(raw, list) and len(raw) == 1 else raw)


@refusing("EVT-120")
def wants_small_letters(raw: Any, event: Event) -> bool:
    """Refuse types with capitals."""
    return raw.get("type") not in (None, event["type"])


@refusing("EVT-130")
def knows_no_action(raw: Any, event: Event) -> bool:
    """Look at the type only."""
    return raw.get("type") is None


@before("EVT-130")
def prefers_action(raw: Event) -> None:
    """Take action for the type where there are both."""
    if isinstance(raw.get("action"), str):
        raw["type"] = raw.pop("action")


@before("EVT-140")
def guesses_types(raw: Event) -> None:
    """Take what is of an unknown type for a track."""
    if good(raw) is None and good({**raw, "type": "track"}) is not None:
        raw["type"] = "track"


@after("EVT-150")
def drops_traps(raw: Any, event: Event) -> None:
    """Drop a name that JavaScript knows."""
    for values in (event, part(event, "traits"), part(event, "properties")):
        values.pop("__proto__", None)


@after("EVT-160")
def keeps_what_it_knows(raw: Any, event: Event) -> None:
    """Drop members that Segment's spec does not have."""
    for name in event.keys() - _KNOWN:
        del event[name]


@after("EVT-160")
def drops_a_part_of_the_context(raw: Any, event: Event) -> None:
    """Drop the page of the context."""
    part(event, "context").pop("page", None)


@after("EVT-170")
def drops_null_traits(raw: Any, event: Event) -> None:
    """Drop traits of one's own that are null."""
    traits = person(event)
    for name in [name for name, value in traits.items() if value is None and name != "toString"]:
        del traits[name]


@after("EVT-170")
def writes_traits_as_text(raw: Any, event: Event) -> None:
    """Write the number of logins as text."""
    traits = person(event)
    if isinstance(traits.get("logins"), int):
        traits["logins"] = str(traits["logins"])


@after("EVT-180")
def keeps_the_key(raw: Any, event: Event) -> None:
    """Let the writeKey travel."""
    if "writeKey" in raw:
        event["writeKey"] = raw["writeKey"]


@after("EVT-190")
def keeps_null_ids(raw: Any, event: Event) -> None:
    """Keep ids that are null."""
    event |= {name: None for name in ("anonymousId", "userId") if raw.get(name, 0) is None and name not in event}


@after("EVT-190")
def keeps_null_contexts(raw: Any, event: Event) -> None:
    """Keep a context that is null."""
    if raw.get("context", 0) is None:
        event["context"] = None


@after("EVT-610")
def wants_spelled_contexts(raw: Any, event: Event) -> None:
    """Take only those traits of the context that are spelled already."""
    context = part(part(raw, "context"), "traits")
    if context and not raw.get("traits") and event["type"] != "group":
        event["traits"] = {name: value for name, value in person(event).items() if name in context or name == "email"}


@refusing("EVT-620")
def knows_its_libraries(raw: Any, event: Event) -> bool:
    """Refuse what comes from an unknown version of a library."""
    return part(part(event, "context"), "library").get("version") == "2.1.9"


@breaking("EVT-630")
def reports_no_orders(raw: Any) -> Any:
    """Report nothing of orders."""
    result = canonicalise(raw)
    if not isinstance(result, tuple):
        return result
    return result[0], [lost for lost in result[1] if not lost.path.startswith("$.properties")]


@breaking("EVT-630")
def reports_what_is_there(raw: Any) -> Any:
    """Report every trait."""
    result = canonicalise(raw)
    return (result[0], [*result[1], *part(raw, "traits")]) if isinstance(result, tuple) else result

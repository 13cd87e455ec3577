"""Canonicalisers that mistake ids, times and traits."""

from __future__ import annotations

import uuid
from typing import Any

from gallery.canonicalising import Event, after, before, good, is_made, part, person, refusing

_TIMES = ("originalTimestamp", "sentAt", "receivedAt")
_SNAKES = ("user_id", "anonymous_id", "message_id")


@after("EVT-210")
def rounds_ids(raw: Any, event: Event) -> None:
    """Write large ids as JavaScript reads them."""
    for name in ("userId", "anonymousId", "messageId"):
        if isinstance(raw.get(name), int):
            event[name] = str(int(float(raw[name])))


@after("EVT-210")
def strips_ids(raw: Any, event: Event) -> None:
    """Take blanks around an id away."""
    if isinstance(raw.get("userId"), str) and raw["userId"].strip(" ").isdecimal():
        event["userId"] = raw["userId"].strip(" ")


@before("EVT-220")
def knows_no_snakes(raw: Event) -> None:
    """Look for no other spelling of ids."""
    for name in _SNAKES:
        raw.pop(name, None)


@before("EVT-230")
def takes_true_for_an_id(raw: Event) -> None:
    """Take truth values for text."""
    for name in ("userId", "anonymousId", "messageId"):
        if isinstance(raw.get(name), bool):
            raw[name] = str(raw[name])


@before("EVT-230")
def takes_no_id_for_none(raw: Event) -> None:
    """Take an empty id for one that is absent."""
    for name in ("userId", "anonymousId", "messageId"):
        if raw.get(name) == "":
            del raw[name]


@after("EVT-240")
def makes_ids_by_chance(raw: Any, event: Event) -> None:
    """Make an id by chance."""
    if is_made(raw):
        event["messageId"] = str(uuid.uuid4())


@after("EVT-240")
def makes_ids_of_the_order(raw: Any, event: Event) -> None:
    """Make an id of the content in the order in which it came."""
    if is_made(raw):
        event["messageId"] = str(uuid.uuid5(uuid.NAMESPACE_URL, ascii(raw)))


@after("EVT-240")
def makes_no_ids(raw: Any, event: Event) -> None:
    """Make no id."""
    if is_made(raw):
        del event["messageId"]


@refusing("EVT-240")
def wants_ids(raw: Any, event: Event) -> bool:
    """Refuse identifies that come without an id."""
    return is_made(raw) and event["type"] == "identify" and "context" not in event


@after("EVT-250")
def makes_ids_of_little(raw: Any, event: Event) -> None:
    """Make an id of the type and the time only."""
    if is_made(raw):
        event["messageId"] = f"{event['type']}-{event.get('timestamp')}"


@after("EVT-310")
def looks_at_the_timestamp_only(raw: Any, event: Event) -> None:
    """Look at no other time, but for those of deletes."""
    if raw.get("timestamp") is None and event["type"] != "delete":
        event.pop("timestamp", None)


@before("EVT-320")
def ignores_zones(raw: Event) -> None:
    """Take the clock for UTC's, whatever the zone."""
    time = raw.get("timestamp")
    if isinstance(time, str) and time[10:11] == "T" and time[-6:-5] in ("+", "-"):
        raw["timestamp"] = f"{time[:-6]}Z"


@after("EVT-330")
def reads_no_go(raw: Any, event: Event) -> None:
    """Read no time in Go's default format."""
    told = raw.get("timestamp") or raw.get("originalTimestamp")
    if isinstance(told, str) and told[10:11] == " " and told[-1:] != "Z":
        event.pop("timestamp", None)


@after("EVT-340")
def reads_no_numbers(raw: Any, event: Event) -> None:
    """Take no number for a time."""
    if type(raw.get("timestamp")) in (int, float):
        event.pop("timestamp", None)


@refusing("EVT-350")
def wants_a_time(raw: Any, event: Event) -> bool:
    """Refuse events of which no time can be read."""
    return raw.get("timestamp") is not None and "timestamp" not in event


@before("EVT-350")
def gives_up_at_the_first_time(raw: Event) -> None:
    """Do not go on after a time that cannot be read."""
    time = raw.get("timestamp")
    if time is not None and "timestamp" not in (good({"type": "page", "timestamp": time}) or {}):
        for name in _TIMES:
            raw.pop(name, None)


@after("EVT-410")
def knows_no_context(raw: Any, event: Event) -> None:
    """Look for traits at the top only."""
    if event["type"] != "group" and not raw.get("traits"):
        event.pop("traits", None)


@after("EVT-420")
def knows_no_snake_case(raw: Any, event: Event) -> None:
    """Take first_name for a trait of one's own."""
    traits = person(event)
    if "first_name" in part(raw, "traits") and "firstName" in traits:
        traits["first_name"] = traits.pop("firstName")


@after("EVT-430")
def takes_the_last_spelling(raw: Any, event: Event) -> None:
    """Take the last of two spellings."""
    spelled = [value for name, value in part(raw, "traits").items() if name.lower() == "email" and value is not None]
    if len(spelled) > 1 and event["type"] != "group":
        event["traits"]["email"] = spelled[-1]


@after("EVT-440")
def splits_at_the_last_blank(raw: Any, event: Event) -> None:
    """Split a name at its last blank."""
    traits = person(event)
    name = traits.get("name")
    if isinstance(name, str) and name.count(" ") > 1 and "lastName" not in part(raw, "traits"):
        traits["firstName"], _, traits["lastName"] = name.rpartition(" ")


@after("EVT-440")
def splits_over_a_name(raw: Any, event: Event) -> None:
    """Take the last name from the name where there is a first one."""
    traits = person(event)
    name = traits.get("name")
    if isinstance(name, str) and " " in name and "lastName" not in traits:
        traits["lastName"] = name.partition(" ")[2]


@after("EVT-450")
def splits_groups(raw: Any, event: Event) -> None:
    """Split the names of groups."""
    traits = part(event, "traits")
    if event["type"] == "group" and isinstance(traits.get("name"), str) and " " in traits["name"]:
        traits["firstName"], traits["lastName"] = traits["name"].split(" ", 1)


@after("EVT-460")
def keeps_blanks(raw: Any, event: Event) -> None:
    """Keep blanks around the e-mail."""
    email = part(raw, "traits").get("email")
    if isinstance(email, str) and email.strip() == person(event).get("email"):
        event["traits"]["email"] = email

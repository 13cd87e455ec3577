"""One meaning, said as any SDK or customer says it.

>>> from hypothesis import given, strategies as st
>>> from contract_tests.strategies import canonical_events, dialects
>>> @given(st.data(), canonical_events("identify"))
... def test_one_meaning(data, event):
...     assert canonicalise(data.draw(dialects(event))) == canonicalise(event)
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from hypothesis import strategies as st

from contract_tests.strategies.ordering import Draw, spoken_order, versions

#: Changes an event, which is its own to change, into another way to say it.
Dialect: TypeAlias = Callable[[Draw, dict[str, Any]], None]

_SPELLINGS = {
    "email": ("Email", "EMAIL", "e_mail"),
    "firstName": ("first_name", "FirstName", "First Name", "first-name"),
    "lastName": ("last_name", "LASTNAME", "Last Name"),
}
_ORDER_NAMES = ("Order Completed", "order_completed", "Completed Order", "ORDER COMPLETED", "completed_order")
_ADDED: tuple[dict[str, Any], ...] = (
    {},
    {"anonymousId": None},
    {"integrations": {}},
    {"integrations": {"All": True}},
    {"writeKey": "w"},
)


@st.composite
def dialects(draw: st.DrawFn, event: Mapping[str, Any], only: Collection[str] | None = None) -> dict[str, Any]:
    """Return the same event as some SDK or customer would write it.

    Args:
        draw: Hypothesis gives it.
        event: In canonical form.
        only: The dialects that may be spoken, of ``DIALECTS``; all of them unless given. Each is spoken or not.
    """
    spoken = copy.deepcopy(dict(event))
    for name, speak in DIALECTS.items():
        if only is None or name in only:
            speak(draw, spoken)
    return spoken


def _spellings(draw: Draw, spoken: dict[str, Any]) -> None:
    traits = spoken.get("traits")
    if traits is None or spoken["type"] == "group":
        return
    for plain, others in _SPELLINGS.items():
        if plain in traits and draw(st.booleans()):
            traits[draw(st.sampled_from(others))] = traits.pop(plain)


def _context_traits(draw: Draw, spoken: dict[str, Any]) -> None:
    """rudder-sdk-python has an identify's traits there only."""
    if "traits" in spoken and spoken["type"] != "group" and draw(st.booleans()):
        spoken["context"] = {**spoken.get("context", {}), "traits": spoken.pop("traits")}


def _order_names(draw: Draw, spoken: dict[str, Any]) -> None:
    if spoken.get("event") == "Order Completed":
        spoken["event"] = draw(st.sampled_from(_ORDER_NAMES))


def _order_properties(draw: Draw, spoken: dict[str, Any]) -> None:
    if spoken.get("event") in _ORDER_NAMES:
        spoken["properties"] = spoken_order(draw, spoken["properties"], draw(versions), as_text=draw(st.booleans()))


def _time_fields(draw: Draw, spoken: dict[str, Any]) -> None:
    """rudder-sdk-node has no timestamp."""
    if "timestamp" in spoken and draw(st.booleans()):
        spoken["originalTimestamp"] = spoken.pop("timestamp")


def _time_forms(draw: Draw, spoken: dict[str, Any]) -> None:
    """Python's SDKs write microseconds and the zone in numbers."""
    for name in ("timestamp", "originalTimestamp"):
        if name in spoken:
            text = spoken[name].removesuffix("Z")
            spoken[name] = draw(st.sampled_from((f"{text}Z", f"{text}000+00:00", f"{text}+00:00", text)))


def _types(draw: Draw, spoken: dict[str, Any]) -> None:
    kind = spoken["type"]
    spoken["type"] = draw(st.sampled_from((kind, kind.title(), kind.upper())))


def _actions(draw: Draw, spoken: dict[str, Any]) -> None:
    """Segment's documentation of old has ``action``."""
    if draw(st.booleans()):
        spoken["action"] = spoken.pop("type")


def _ids(draw: Draw, spoken: dict[str, Any]) -> None:
    user = spoken.get("userId", "")
    if user.isascii() and user.isdecimal() and str(int(user)) == user and draw(st.booleans()):
        spoken["userId"] = int(user)


def _additions(draw: Draw, spoken: dict[str, Any]) -> None:
    """Most SDKs send what is not set, too."""
    spoken |= {name: value for name, value in draw(st.sampled_from(_ADDED)).items() if name not in spoken}


#: The dialects by name, in the order in which they are spoken.
DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {
        "spellings": _spellings,
        "context traits": _context_traits,
        "order names": _order_names,
        "order properties": _order_properties,
        "time fields": _time_fields,
        "time forms": _time_forms,
        "ids": _ids,
        "types": _types,
        "actions": _actions,
        "additions": _additions,
    }
)

"""Events as nobody means to send them, and yet within their contracts: any JSON value, any name, any id."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final

from hypothesis import reject
from hypothesis import strategies as st

from contract_tests.destination.events import PARTS, Case, fitted, with_values
from contract_tests.destination.routes import Route
from contract_tests.destination.snapshots import copied
from contract_tests.strategies import canonical_events, hostile_json
from event_router.api import Contact, Event

#: Where no request may go: a server that an event names.
ELSEWHERE: Final = "https://elsewhere.contract.example:8443"
#: The largest event that trackers may send ([DOC] segment-docs connections/spec: 32 KB).
LARGEST: Final = 32_768


def _nested(depth: int) -> Any:
    value: Any = "bottom"
    for _ in range(depth):
        value = {"a": value}
    return value


_TRAPS: Final[Mapping[str, Any]] = {
    "nothing": None,
    "no": False,
    "empty": "",
    "void": {},
    "none": [],
    "mixed": [None, 1, "a", {"b": []}, [[]]],
    "nulls": [None, None],
    "unlike": {"a": None, "b": {"c": [{"d": 0.1}]}},
    "largest": 2**64 - 1,
    "smallest": -(2**63),
    "tiny": 5e-324,
    "huge": 1.7e308,
    "minus": -0.0,
    "deep": _nested(60),
    "control": "\x00\x1b[31m\x7f",
    "wide": "👩‍👧 ﷽ \u202eemail",
    "lines": "a\r\nx-injected: 1",
    "number": "1e999",
    "": "no name",
    " ": " ",
    "a.b": 1,
    "$ref": "#/$defs/a",
    "__proto__": {"a": 1},
    "__class__": "constructor",
    "n" * 300: "a long name",
    "ｅmail": "not the e-mail",
}
_IDS: Final = (
    "a\r\nx-injected: 1",
    "ключ 鍵",
    "../..//?a=b&c#d",
    "@elsewhere.contract.example/",
    " ",
    "\x00",
    "%0d%0a",
)
#: Traits that plugins take for text, because they mostly are.
_TEXTS: Final = ("firstName", "lastName", "name", "phone", "plan", "city")
_NO_TEXTS: Final[tuple[Any, ...]] = (5, True, [], {}, "")
#: E-mail addresses that cannot stand in a URL as they are.
_EMAILS: Final = ("a+b#c&d=e?f/g%41@contract.example", "é@contract.example")
_NAMED: Final = ("messageId", "userId", "anonymousId", "groupId", "previousId", "event", "name")
_ADDRESSES: Final = {
    "url": ELSEWHERE,
    "base_url": ELSEWHERE,
    "baseUrl": ELSEWHERE,
    "endpoint": f"{ELSEWHERE}/",
    "host": "elsewhere.contract.example",
    "domain": "elsewhere.contract.example",
    "region": ".elsewhere.contract.example/",
    "website": ELSEWHERE,
    "callback": ELSEWHERE,
    "path": "//elsewhere.contract.example/",
}


def trapped(case: Case) -> Iterator[Case]:
    """Yield a case with values, and then with ids, that few programs expect; those that its contract allows."""
    emails = [{"email": value} for value in (*_EMAILS, *_NO_TEXTS)]
    for values in (_TRAPS, *(dict.fromkeys(_TEXTS, value) for value in _NO_TEXTS), *emails):
        changed = with_values(case, values)
        yield from [changed] if changed else []
    for text in _IDS:
        yield from _changed(case, _named(case, text))


def luring(case: Case, integrations: Sequence[str]) -> Iterator[Case]:
    """Yield a case with addresses in it, everywhere that a plugin might look for one."""
    part = PARTS.get(case.route.kind, "context")
    yield from _changed(case, {"integrations": dict.fromkeys(integrations, _ADDRESSES)})
    yield from _changed(case, {part: {**case.event.get(part, {}), **_ADDRESSES}})
    yield from _changed(case, {"context": {**_ADDRESSES, "page": _ADDRESSES}})
    yield from _changed(case, _ADDRESSES)
    yield from _changed(case, _named(case, f"{ELSEWHERE}/"))


class Tempting(dict[str, Any]):
    """Has an address under every name that it is asked for; what it has of its own stays."""

    def __missing__(self, name: object) -> str:
        return ELSEWHERE

    def __contains__(self, name: object) -> bool:
        return True

    def get(self, name: Any, default: Any = None) -> Any:
        """Return what it has, or else an address; something tempting where an object is asked for."""
        if isinstance(default, Mapping) and not super().__contains__(name):
            return Tempting()
        return self[name]


def tempting(case: Case, integrations: Sequence[str]) -> Iterator[Event]:
    """Yield a case's event with objects that have an address under every name, one kind of them at a time."""
    options = {key: Tempting() for key in integrations}
    changed: dict[str, Any] = {"context": Tempting(case.event.get("context", {})), "integrations": options}
    if case.route.kind in PARTS:
        part = PARTS[case.route.kind]
        changed[part] = Tempting(case.event.get(part, {}))
    for name, value in changed.items():
        yield {**copied(case.event), name: value}


def _named(case: Case, text: str) -> dict[str, str]:
    """Return a text for each id and name that a case has, but a name that makes it what it is."""
    return {name: text for name in _NAMED if name in case.event and not (name == "event" and case.route.event)}


def _changed(case: Case, changes: Mapping[str, Any]) -> Iterator[Case]:
    event = fitted(case.route, {**case.event, **changes})
    yield from [replace(case, event=event)] if event else []


@st.composite
def cases(draw: st.DrawFn, routes: Sequence[Route], known: Contact) -> Case:
    """Return a case of any route, often a hostile one."""
    route = draw(st.sampled_from(routes))
    event = draw(_events(route.kind))
    part = PARTS.get(route.kind)
    if part and draw(st.booleans()):
        event[part] = {**event.get(part, {}), **draw(_values())}
    if draw(st.integers(0, 7)) == 0:
        event["messageId"] = draw(st.sampled_from(_IDS))
    if route.event:
        event["event"] = route.event
    fitting = fitted(route, event)
    if fitting is None:
        reject()
    return Case(route, fitting, draw(st.sampled_from((None, known))))


@cache
def _events(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    if kind in {"identify", "track", "order", "delete"}:
        return canonical_events(kind)
    more: dict[str, st.SearchStrategy[Any]] = {
        "page": st.fixed_dictionaries({"properties": _values()}, optional={"name": st.text(max_size=8)}),
        "screen": st.fixed_dictionaries({"properties": _values()}, optional={"name": st.text(max_size=8)}),
        "group": st.fixed_dictionaries({"groupId": st.text(min_size=1, max_size=8), "traits": _values()}),
        "alias": st.fixed_dictionaries({"previousId": st.text(min_size=1, max_size=8)}),
    }
    return st.builds(lambda event, own: {**event, "type": kind, **own}, canonical_events("delete"), more[kind])


@cache
def _values() -> st.SearchStrategy[dict[str, Any]]:
    names = st.sampled_from(tuple(_TRAPS)) | st.text(max_size=8)
    return st.dictionaries(names, hostile_json, max_size=4).filter(carried)


def carried(value: Any) -> bool:
    """Return whether JSON text can carry a value from one program to any other, in an event of the largest size."""
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except ValueError:
        return False
    return len(text) < LARGEST and _fits(value)


def _fits(value: Any) -> bool:
    """Return whether all whole numbers are within 64 bits."""
    if isinstance(value, dict):
        return all(map(_fits, value.values()))
    if isinstance(value, list):
        return all(map(_fits, value))
    return not isinstance(value, int) or -(2**63) <= value < 2**64

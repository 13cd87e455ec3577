"""The requests of libraries: every event is taken, and each part of it comes to what the case says.

Each part is a matter of the requirement that is about it: of the one that keeps it where it came in canonical form, of the
one that changes it where it did not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest

from contract_tests.cases import cases
from contract_tests.cases.comparing import NOTHING, difference
from contract_tests.contract import requirement
from contract_tests.events.subject import EventTests
from contract_tests.findings import expect

_TAKEN = "EVT-620"
_IDS = frozenset({"userId", "anonymousId", "messageId"})
_CONCERNS = {"type": "EVT-130", "action": "EVT-130", "event": _TAKEN, "groupId": _TAKEN, "previousId": _TAKEN}


class Item(NamedTuple):
    """One event of a request.

    Attributes:
        case: The request's id.
        raw: The event as it stands there.
        expected: Its canonical form.
    """

    case: str
    raw: Mapping[str, Any]
    expected: Mapping[str, Any]


def items() -> Iterator[Item]:
    """Yield the events of all requests."""
    for case in cases("request"):
        body = case.given["body"]
        for raw, expected in zip(body.get("batch", [body]), case.expected["events"], strict=True):
            yield Item(case.id, raw, expected)


def concern(raw: Mapping[str, Any], name: str) -> str:
    """Return the requirement that is about a member of a raw event."""
    if name == "type" and "type" in raw:
        return _TAKEN
    if name in _CONCERNS:
        return _CONCERNS[name]
    if name == "writeKey":
        return "EVT-180"
    if raw.get(name, 0) is None and (name in _IDS or name in {"context", "integrations"}):
        return "EVT-190"
    if name in _IDS:
        return "EVT-210"
    if name == "timestamp":
        return "EVT-320" if name in raw else "EVT-310"
    return _concern_of_values(raw, name)


def _concern_of_values(raw: Mapping[str, Any], name: str) -> str:
    if name == "traits":
        return "EVT-410" if name not in raw else "EVT-450" if raw.get("type") == "group" else "EVT-170"
    if name == "properties":
        return "EVT-520" if raw.get("event") == "Order Completed" else "EVT-170"
    return "EVT-160"


_ITEMS = tuple(items())
_PARTS = [(item, name) for item in _ITEMS for name in dict.fromkeys([*item.raw, *item.expected])]
_ABOUT = sorted({concern(item.raw, name) for item, name in _PARTS})


class RequestTests(EventTests):
    """What libraries send."""

    @requirement(_TAKEN)
    def test_every_event_is_taken(self) -> None:
        """No event of a library is refused."""
        for item in _ITEMS:
            asked = self.asked(item.raw) if "type" in item.raw else None  # Without one it is EVT-130's.
            if asked is not None:
                expect(asked.event is not None, f"{item.case}: {item.raw!r} is taken", "it is refused")

    @pytest.mark.parametrize("about", [pytest.param(name, marks=requirement(name)) for name in _ABOUT])
    def test_parts(self, about: str) -> None:
        """Each part of each event of a library comes to what the case says."""
        for item, name in _PARTS:
            event = self.event_of(item.raw) if concern(item.raw, name) == about else None
            if event is not None:
                wanted = item.expected.get(name, NOTHING)
                found = difference(wanted, event.get(name, NOTHING))
                expect(found is None, f"{item.case}: {name} of {item.raw!r} is {wanted!r}", found)

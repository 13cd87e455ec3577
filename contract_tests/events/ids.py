"""Ids that are made where there are none."""

from __future__ import annotations

from typing import Any, TypeAlias

from hypothesis import strategies as st

from contract_tests.contract import requirement
from contract_tests.events.plain import PLAIN, unnamed
from contract_tests.events.subject import EventTests
from contract_tests.findings import expect
from contract_tests.strategies import canonical_events
from contract_tests.trying import for_all

_Pair: TypeAlias = tuple[dict[str, Any], dict[str, Any]]
_EVENTS = canonical_events()
#: Events that differ in one thing only.
_NEARLY: tuple[_Pair, ...] = tuple(
    (dict(PLAIN), {**PLAIN, **other})
    for other in (
        {"userId": "12346"},
        {"traits": {"email": "kate@mosbiusdesigns.com"}},
        {"note": "x"},
        {"context": {"ip": "::1"}},
    )
)


class IdTests(EventTests):
    """The messageId of events that come without one."""

    @requirement("EVT-240")
    def test_the_same_content_has_the_same_id(self) -> None:
        """An event without messageId gets one, and gets it again when it comes again, its names in another order."""
        expect(self.event_of(unnamed(PLAIN)) is not None, f"{unnamed(PLAIN)!r} is taken without an id", "it is refused")
        for_all(lambda case: self._same(unnamed(case)), _EVENTS, [dict(PLAIN)])

    @requirement("EVT-250")
    def test_other_content_has_another_id(self) -> None:
        """Events that differ in what they hold do not get one id."""
        for_all(lambda case: self._other(*map(unnamed, case)), st.tuples(_EVENTS, _EVENTS), _NEARLY)

    def _same(self, raw: dict[str, Any]) -> None:
        once, again = self.event_of(raw), self.event_of(dict(reversed(raw.items())))
        if once is None or again is None:
            return
        made, anew = once.get("messageId"), again.get("messageId")
        expect(isinstance(made, str) and made, f"a messageId is made for {raw!r}", made)
        expect(anew == made, f"the same content gets the same messageId, {made!r}", anew)

    def _other(self, raw: dict[str, Any], another: dict[str, Any]) -> None:
        one, two = self.event_of(raw), self.event_of(another)
        if one is None or two is None or unnamed(one) == unnamed(two) or "messageId" not in one:
            return
        made = one["messageId"]
        expect(made != two.get("messageId"), f"{raw!r} and {another!r} get two messageIds", made)

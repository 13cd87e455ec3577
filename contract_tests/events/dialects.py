"""Dialects that are understood alone are understood together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from hypothesis import strategies as st

from contract_tests.cases.comparing import difference, same
from contract_tests.contract import requirement
from contract_tests.events.plain import PLAIN
from contract_tests.events.subject import EventTests
from contract_tests.findings import expect
from contract_tests.strategies import canonical_events
from contract_tests.strategies.apart import dialects_apart
from contract_tests.trying import for_all

_Spoken: TypeAlias = tuple[dict[str, Any], dict[str, Any], tuple[dict[str, Any], ...]]
_KINDS = st.sampled_from(("identify", "track", "order", "delete", "page", "screen", "group", "alias"))
_ABSENT = {name: value for name, value in PLAIN.items() if name != "traits"}
_NAMED = {**PLAIN["traits"], "firstName": "Ted"}
_SPELLED = {**PLAIN["traits"], "first_name": "Ted"}
#: An event, in two dialects at once, in each of them alone.
_SPELLED_IN_CONTEXT: _Spoken = (
    {**PLAIN, "traits": _NAMED},
    {**_ABSENT, "context": {"traits": _SPELLED}},
    ({**PLAIN, "traits": _SPELLED}, {**_ABSENT, "context": {"traits": _NAMED}}),
)


@st.composite
def _spoken(draw: st.DrawFn) -> _Spoken:
    event = draw(canonical_events(draw(_KINDS)))
    return event, *draw(dialects_apart(event))


class DialectTests(EventTests):
    """One meaning in several dialects at once."""

    @requirement("EVT-610")
    def test_dialects_go_together(self) -> None:
        """Where each dialect of an event comes to what the event comes to, all of them at once do."""
        for_all(lambda case: self._compare(*case), _spoken(), [_SPELLED_IN_CONTEXT])

    def _compare(
        self, event: Mapping[str, Any], together: Mapping[str, Any], alone: Sequence[Mapping[str, Any]]
    ) -> None:
        plain = self._meaning(event, event)
        if plain is None or not all(same(plain, self._meaning(one, event)) for one in alone):
            return  # Other requirements are about each of them.
        found = difference(plain, self._meaning(together, event))
        expect(found is None, f"{together!r} means what {event!r} means", found)

    def _meaning(self, raw: Mapping[str, Any], event: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the members of the canonical event that the event has."""
        found = self.event_of(raw)
        return None if found is None else {name: found.get(name) for name in event}

"""Reserved traits in every spelling, and values that keep the spelling they have."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from contract_tests.cases.comparing import difference
from contract_tests.contract import requirement
from contract_tests.events.plain import PLAIN
from contract_tests.events.subject import EventTests
from contract_tests.findings import expect
from contract_tests.strategies.values import own_values
from contract_tests.trying import for_all

#: [DOC] segment.com/docs/connections/spec/identify: the reserved traits of a person, as words.
RESERVED = (
    "address", "age", "avatar", "birthday", "company", "created at", "description", "gender", "first name", "id",
    "last name", "phone", "title", "username", "website",
)  # fmt: skip
_JOINTS = st.sampled_from(("", "_", "-", " "))
_CASES = st.sampled_from((str.lower, str.upper, str.title))


@st.composite
def _spelled(draw: st.DrawFn) -> tuple[str, str]:
    """Return a reserved trait in camelCase, and in another spelling."""
    first, *rest = draw(st.sampled_from(RESERVED)).split()
    return first + "".join(map(str.title, rest)), draw(_JOINTS).join(map(draw(_CASES), (first, *rest)))


class SpellingTests(EventTests):
    """Names that have one spelling, and names that are the customer's own."""

    @requirement("EVT-420")
    def test_reserved_traits(self) -> None:
        """A reserved trait is found under its camelCase name."""
        for_all(lambda case: self._found(*case), _spelled())

    @requirement("EVT-160")
    def test_own_keys_are_kept(self) -> None:
        """What stands beside the type is there afterwards, as it was."""
        for_all(lambda case: self._kept(case, {**PLAIN, **case}, None), own_values)

    @requirement("EVT-170")
    def test_own_traits_are_kept(self) -> None:
        """Traits that no rule names are there afterwards, as they were."""
        for_all(lambda case: self._kept(case, {**PLAIN, "traits": {**PLAIN["traits"], **case}}, "traits"), own_values)

    @requirement("EVT-170")
    def test_own_properties_are_kept(self) -> None:
        """Properties of an event that is no order are there afterwards, as they were."""
        track = {**PLAIN, "type": "track", "event": "Signed Up"}
        for_all(lambda case: self._kept(case, {**track, "properties": case}, "properties"), own_values)

    def _found(self, name: str, spelled: str) -> None:
        event = self.event_of({**PLAIN, "traits": {**PLAIN["traits"], spelled: "x"}})
        if event is not None:
            expect(event["traits"].get(name) == "x", f"the trait {spelled!r} is called {name}", event["traits"])

    def _kept(self, own: dict[str, Any], raw: dict[str, Any], part: str | None) -> None:
        event = self.event_of(raw)
        if event is not None:
            found = difference(own, event if part is None else event.get(part), at_least=True)
            expect(found is None, f"{part or 'keys'} of one's own stay as they are: {own!r}", found)

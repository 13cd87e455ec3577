"""The cases: each a test of the requirement that it is an example of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from contract_tests.cases import Case, cases
from contract_tests.cases.comparing import difference
from contract_tests.contract import requirement
from contract_tests.events.subject import EventTests
from contract_tests.findings import BrokenRequirement, expect, shown

#: Members that say who did what, and when: nobody may add them where there are none.
_TELLING = frozenset(
    (
        "type",
        "messageId",
        "userId",
        "anonymousId",
        "timestamp",
        "event",
        "groupId",
        "previousId",
        "traits",
        "properties",
    )
)
_CASES = [pytest.param(case, id=case.id, marks=requirement(case.requirement)) for case in cases("canonical")]


class ExampleTests(EventTests):
    """Events, and what becomes of them."""

    @pytest.mark.parametrize("case", _CASES)
    def test_case(self, case: Case) -> None:
        """A raw event has the canonical form that the case says, or is refused."""
        asked = self.asked(case.given)
        if asked is not None:
            _compare(case, asked.event)


def _compare(case: Case, came: Mapping[str, Any] | None) -> None:
    raw, expected = shown(case.given), case.expected.get("event")
    if expected is None:
        expect(came is None, f"{case.title}: {raw} is refused", came)
        return
    if came is None:
        raise BrokenRequirement(f"{case.title}: {raw} becomes {shown(expected)}", "it is refused")
    found = difference(expected, _concerned(case.given, expected, came))
    if found is not None:
        wanted = f"{case.title}: {found.path} of {raw} becomes {shown(found.expected)}"
        expect(met=False, expected=wanted, came=f"{shown(found.came)}, in {shown(came)}")


def _concerned(raw: Any, expected: Mapping[str, Any], came: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of an event that a case is about: what is added beside them, such as a version, is nobody's matter."""
    names = {*raw, *expected} | _TELLING
    return {name: value for name, value in came.items() if name in names}

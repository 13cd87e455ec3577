"""What holds for whatever is given: nothing changed, nothing raised, always the same, done in one go.

Each law is tried with all cases first, then with what Hypothesis makes up.
"""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from contract_tests.cases import cases
from contract_tests.cases.comparing import difference
from contract_tests.contract import requirement
from contract_tests.events.loading import read
from contract_tests.events.plain import MESSAGE, PLAIN, unnamed
from contract_tests.events.requests import items
from contract_tests.events.subject import EventTests
from contract_tests.findings import BrokenRequirement, expect, shown
from contract_tests.strategies import hostile_events, segment_events
from contract_tests.trying import for_all

#: What all cases are given.
RAW = (*(case.given for case in cases("canonical")), *(item.raw for item in items()))
_ANY = hostile_events() | segment_events() | st.sampled_from(RAW)


def unchanged(subject: EventTests, raw: Any) -> None:
    """Hold that what is given is afterwards what it was before."""
    own = copy.deepcopy(raw)
    before = repr(own)
    try:
        subject.canonicalise(own)
    except Exception:  # noqa: BLE001  # EVT-020 is about that.
        return
    expect(repr(own) == before, f"what is given stays {before}", own)


def answered(subject: EventTests, raw: Any) -> None:
    """Hold that whatever comes is an event or refused."""
    try:
        returned = subject.canonicalise(copy.deepcopy(raw))
    except Exception as error:  # Whatever it raises.
        raise BrokenRequirement(f"nothing is raised at {shown(raw)}", f"{type(error).__name__}: {error}") from error
    found = read(returned)
    wanted = "an event, alone or with a report in a tuple, or a refusal (None, or Rejected)"
    expect(found is not None, wanted, returned)
    names = [] if found is None or found.event is None else [name for name in found.event if type(name) is not str]
    expect(not names, "the names in a canonical event are text", names)


def repeated(subject: EventTests, raw: Any, between: Any) -> None:
    """Hold that an event becomes the same before and after another one."""
    named = {**raw, "messageId": MESSAGE} if isinstance(raw, dict) else raw
    once = subject.event_of(named)
    subject.event_of(between)
    again = subject.event_of(named)
    expect(repr(once) == repr(again), f"the same event becomes the same: {once!r}", again)


def settled(subject: EventTests, raw: Any) -> None:
    """Hold that a canonical event is its own canonical form, also where its id was made."""
    once = subject.event_of(raw)
    if once is None:
        return
    again = subject.event_of(dict(once))
    expect(again is not None, f"a canonical event is not refused: {once!r}", "it is refused")
    found = difference(once, again)
    expect(found is None, f"a canonical event stays as it is: {once!r}", found)


class LawTests(EventTests):
    """Laws of canonicalising."""

    @requirement("EVT-010")
    def test_input_is_not_changed(self) -> None:
        """What is given is afterwards what it was before."""
        for_all(lambda case: unchanged(self, case), _ANY, RAW)

    @requirement("EVT-020")
    def test_nothing_is_raised(self) -> None:
        """Whatever comes is an event or refused."""
        for_all(lambda case: answered(self, case), _ANY, RAW)

    @requirement("EVT-030")
    def test_always_the_same(self) -> None:
        """An event becomes the same whatever other one comes in between."""
        for_all(lambda case: repeated(self, *case), st.tuples(_ANY, _ANY), [(raw, PLAIN) for raw in RAW])

    @requirement("EVT-040")
    def test_twice_is_once(self) -> None:
        """A canonical event is its own canonical form, also where its id was made."""
        for_all(lambda case: settled(self, case), segment_events() | segment_events().map(unnamed), RAW)

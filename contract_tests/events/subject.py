"""What all tests of canonical events share: the canonicaliser, and ways to ask it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from contract_tests.contract import MARK, Contract, ids_of
from contract_tests.events.loading import Canonicaliser, Read, load, read
from contract_tests.events.plain import KINDS, PLAIN
from contract_tests.findings import shown

#: The requirement that whatever comes is an event or refused.
EVENTS = "EVT-020"


class EventTests(Contract):
    """The canonicaliser that is tested, by the method ``canonicalise``."""

    family = "EVT"
    _loaded: Canonicaliser

    def canonicalise(self, raw: Any) -> Any:
        """Return the canonical event of a parsed JSON value: by the option's function, unless it is overridden.

        A mapping, or a tuple of a mapping and what was left out; ``None`` or ``event_router.api.Rejected`` to refuse it.
        """
        return self._loaded(raw)

    @pytest.fixture(autouse=True)
    def _answers_plain_events(self, request: pytest.FixtureRequest, _canonicaliser: None) -> None:
        """Skip what says nothing of who raises, or returns nonsense, where an event is as plain as can be."""
        if EVENTS not in ids_of(request.node.iter_markers(MARK)):
            dead = next((event for event in KINDS if self.asked(event) is None), None)
            if dead is not None:
                pytest.skip(f"{EVENTS} first: no event and no refusal comes of {shown(dict(dead))}")

    @pytest.fixture(autouse=True)
    def _canonicaliser(self, request: pytest.FixtureRequest) -> None:
        """Load the function of the option; pytest runs this before what asks it, by the order of their names."""
        if type(self).canonicalise is not EventTests.canonicalise:
            return
        name = request.config.getoption("--canonicaliser")
        if not name:
            raise pytest.UsageError("[contract_tests.no_target] Give --canonicaliser, or override canonicalise.")
        self._loaded = load(name)

    def lacking(self, capability: str) -> str | None:
        """Return why the subject lacks a capability: ``report`` is a second value beside the event."""
        if capability == "report":
            asked = self.asked(PLAIN)
            return None if asked is not None and asked.lost is not None else "canonicalise returns the event alone"
        return None

    def asked(self, raw: Any) -> Read | None:
        """Return what becomes of a copy of a raw event; ``None`` where it raises or returns nonsense.

        That is what EVT-020 is about, and no matter of other requirements: their tests end there.
        """
        try:
            return read(self.canonicalise(copy.deepcopy(raw)))
        except Exception:  # noqa: BLE001  # Whatever it raises.
            return None

    def event_of(self, raw: Any) -> Mapping[str, Any] | None:
        """Return the canonical event of a copy of a raw one; ``None`` where there is none, for whatever reason."""
        asked = self.asked(raw)
        return None if asked is None else asked.event

"""What all tests of a destination plugin stand on: the plugin, its settings, and how a property is tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar

import pytest

from contract_tests.contract import UNSUPPORTED, Contract
from contract_tests.destination import hostile
from contract_tests.destination.events import Case
from contract_tests.destination.hooks import CAPABILITIES, hooks_of
from contract_tests.destination.subject import Subject, subject_of
from contract_tests.reporting import JOURNAL
from contract_tests.trying import for_all

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class DestinationBase(Contract):
    """A plugin with settings.

    Attributes:
        plugin: Any object with hooks; a module is one.
        settings: As its hooks get them before ``load_settings``: validated, secrets as ``Secret``. Unless they are
            given, they are made of its settings schema.
        entry_point: The name of its entry point, where that is how it was found.
        sample_events: Canonical events to try beside those that are made of the contracts.
    """

    family = "DST"
    plugin: Any
    settings: ClassVar[Mapping[str, Any]] = _NOTHING
    entry_point: ClassVar[str] = ""
    sample_events: ClassVar[Sequence[Mapping[str, Any]]] = ()
    _made: ClassVar[Mapping[str, Any]] = _NOTHING

    @pytest.fixture
    def destination(self, request: pytest.FixtureRequest) -> Subject:
        """Return the plugin with its settings."""
        own = self.settings or vars(type(self)).get("_made", _NOTHING)
        found = subject_of(self.plugin, own, self.sample_events)
        # To find settings with which it makes requests takes many calls.
        type(self)._made = found.settings  # noqa: SLF001  # It is its own class.
        request.node.stash[JOURNAL] = found.lines
        return found

    def lacking(self, capability: str) -> str | None:
        """Return which hook a plugin lacks for a capability."""
        hook = CAPABILITIES[capability]
        return None if hook in hooks_of(self.plugin) else f"it has no {hook} hook"


def only_where(there: object, why_not: str) -> None:
    """Skip a test that is not for a plugin like this."""
    if not there:
        pytest.skip(f"{UNSUPPORTED}{why_not}")


def taking(found: Subject) -> None:
    """Skip a test where the plugin takes no events at all."""
    only_where(found.routes, "it has no transform hook")
    only_where(found.plain, "no event meets its contracts, see DST-024")


def alive(found: Subject) -> None:
    """Skip a test where all ordinary events make the plugin raise, so that nothing is to be seen."""
    if found.dead:
        pytest.skip("DST-030 first: its transform hooks raise for every ordinary event, so nothing is shown")


def transforming(found: Subject) -> None:
    """Skip a test where the plugin takes no events, or raises for all."""
    taking(found)
    alive(found)


def requesting(found: Subject) -> None:
    """Skip a test of requests where no event becomes one."""
    transforming(found)
    if not found.requesting:
        pytest.skip("DST-031 and DST-038 first: no ordinary event becomes a request, so nothing is shown")


def for_all_events(found: Subject, check: Callable[[Case], None], more: Iterable[Case] = ()) -> None:
    """Try a property with ordinary and hostile events of all kinds that the plugin takes."""
    taking(found)
    fixed = [*found.cases, *more]
    routes = {case.route.label: case.route for case in fixed}
    for_all(check, hostile.cases([*routes.values()], found.known), fixed)

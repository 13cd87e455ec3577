"""Who a plugin says it is, and how its hooks are written."""

from __future__ import annotations

import re
from typing import Any

import pytest

from contract_tests.contract import MARK, UNSUPPORTED, requirement
from contract_tests.destination.base import DestinationBase, only_where
from contract_tests.destination.hooks import CAPABILITIES, HOOKS, Hook, hooks_of, unmarked
from contract_tests.destination.importing import modules_of, seen_importing
from contract_tests.destination.subject import Subject
from contract_tests.findings import expect
from event_router.api import HOOKSPEC_VERSION, DestinationInfo

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


class Identity(DestinationBase):
    """What a host asks before the first event."""

    @pytest.fixture(autouse=True)
    def _only_what_is_supported(self, request: pytest.FixtureRequest) -> None:
        """Skip tests that need a hook that is not there. One that is there is tested, whatever is declared: see DST-006."""
        for mark in request.node.iter_markers(MARK):
            need = mark.kwargs.get("needs")
            why = need and self.lacking(need)
            if why:
                pytest.skip(f"{UNSUPPORTED}{', '.join(mark.args)} needs {need}: {why}")

    @requirement("DST-001")
    def test_it_says_who_it_is(self) -> None:
        """destination_info has a name, a display name, integrations keys and traits to remember."""
        hooks = hooks_of(self.plugin)
        expect(
            "destination_info" in hooks,
            "the plugin has a destination_info hook",
            f"it has {', '.join(hooks) or 'none'}",
        )
        info = hooks["destination_info"]()
        expect(isinstance(info, DestinationInfo), "destination_info returns a DestinationInfo", info)
        expect(_is_name(info.name), "name is of lower-case letters, digits, - and _", info.name)
        expect(_is_text(info.display_name), "display_name is text", info.display_name)
        expect(_are_texts(info.integrations), "integrations is a tuple of texts", info.integrations)
        expect(info.integrations, "integrations has at least one key", info.integrations)
        expect(_are_texts(info.remember), "remember is a tuple of texts", info.remember)

    @requirement("DST-002")
    def test_its_version_is_known(self, destination: Subject) -> None:
        """hookspec_version is one that the host has."""
        version = destination.info.hookspec_version
        known = isinstance(version, int) and 1 <= version <= HOOKSPEC_VERSION
        expect(known, f"hookspec_version is a number from 1 to {HOOKSPEC_VERSION}", version)

    @requirement("DST-003")
    def test_every_hook_is_marked_and_known(self) -> None:
        """Functions named as hooks are marked, those that are marked are hooks, and none is a wrapper."""
        hooks = hooks_of(self.plugin)
        bare = unmarked(self.plugin)
        expect(not bare, "every function with the name of a hook carries @hookimpl", f"without it: {', '.join(bare)}")
        unknown = [name for name, hook in hooks.items() if name not in HOOKS and not hook.optional]
        expect(not unknown, "every function with @hookimpl has the name of a hook", f"no hooks: {', '.join(unknown)}")
        wrappers = [name for name, hook in hooks.items() if hook.wrapper]
        expect(not wrappers, "no hook is a wrapper", f"wrappers: {', '.join(wrappers)}")

    @requirement("DST-004")
    def test_hooks_take_what_there_is(self) -> None:
        """No hook wants a parameter that no host has, or wants one by name."""
        wrong = [
            f"{name}({part})" for name, hook in _known(self.plugin) for part in hook.wanted if part not in HOOKS[name]
        ]
        expect(not wrong, "hooks take parameters of their specification", f"unknown: {', '.join(wrong)}")
        named = [f"{name}({part})" for name, hook in _known(self.plugin) for part in hook.named]
        expect(not named, "hooks take their parameters by position", f"by name only: {', '.join(named)}")

    @requirement("DST-005")
    def test_hooks_have_no_defaults(self) -> None:
        """No parameter has a default value."""
        wrong = [f"{name}({part}=…)" for name, hook in _known(self.plugin) for part in hook.defaults]
        expect(not wrong, "no parameter of a hook has a default value", ", ".join(wrong))

    @requirement("DST-006")
    def test_what_is_declared_is_there(self, request: pytest.FixtureRequest) -> None:
        """Each capability that is declared has its hook."""
        declared = self.declared(request.config)
        only_where(declared is not None, "no capabilities are declared for it")
        unknown = [name for name in declared or () if name not in CAPABILITIES]
        expect(not unknown, f"capabilities are among {', '.join(CAPABILITIES)}", f"declared: {', '.join(unknown)}")
        lacking = [f"{name}: {why}" for name in declared or () if (why := self.lacking(name))]
        expect(not lacking, "there is a hook for each capability that is declared", "; ".join(lacking))

    @requirement("DST-007")
    def test_importing_it_does_nothing_else(self) -> None:
        """In a Python of its own, importing it connects to nothing, starts nothing and writes nothing."""
        modules = modules_of(self.plugin, hooks_of(self.plugin))
        only_where(modules, "its hooks are in no module that can be imported")
        seen = seen_importing(modules)
        only_where(not seen["missing"], f"{', '.join(seen['missing'])} cannot be imported by itself")
        done = seen["found"]
        expect(not done, "importing it opens no connection, starts nothing and writes nothing", ", ".join(done))

    @requirement("DST-008")
    def test_it_interprets_answers(self) -> None:
        """There is an interpret_response hook."""
        hooks = hooks_of(self.plugin)
        expect("interpret_response" in hooks, "the plugin has an interpret_response hook", f"it has {', '.join(hooks)}")

    @requirement("DST-009")
    def test_its_name_is_its_entry_points(self, destination: Subject) -> None:
        """destination_info and the entry point give one name."""
        only_where(self.entry_point, "it is not found by an entry point")
        expect(destination.info.name == self.entry_point, f"the name is {self.entry_point}", destination.info.name)


def _known(plugin: Any) -> list[tuple[str, Hook]]:
    return [(name, hook) for name, hook in hooks_of(plugin).items() if name in HOOKS]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def _are_texts(value: Any) -> bool:
    return isinstance(value, tuple) and all(map(_is_text, value))

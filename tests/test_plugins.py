"""Plugins: found by entry point, each on its own, failures named."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from support import info, plugin

from event_router.api import HOOKSPEC_VERSION, Contract, hookimpl
from event_router.plugins import HOOKS, PluginError, load_object, load_plugins


@pytest.fixture
def points(monkeypatch: pytest.MonkeyPatch) -> list[EntryPoint]:
    """Return entry points: one good, one that raises at import, one that is no plugin."""
    good = ModuleType("good_plugin")
    good.__dict__.update(vars(plugin()))
    monkeypatch.setitem(sys.modules, "good_plugin", good)
    return [EntryPoint("good", "good_plugin", "event_router"), EntryPoint("gone", "no_such_module", "event_router")]


def failing(**functions: Any) -> PluginError:
    """Return the error of a plugin that does not load."""
    with pytest.raises(PluginError) as caught:
        load_object("bad", plugin(**functions))
    return caught.value


def test_ours_is_installed() -> None:
    """The promoter plugin is found by its entry point, with the distribution that brought it."""
    found = load_plugins({"promoter"}).plugins["promoter"]
    assert found.distribution.startswith("promoter-destination ")
    assert found.info.display_name == "Promoter.io"


def test_others_load_though_one_fails(points: list[EntryPoint]) -> None:
    """A plugin that cannot be imported is named, and its neighbours load."""
    catalogue = load_plugins(found=points)
    assert list(catalogue.plugins) == ["good"]
    (failure,) = catalogue.failures
    assert (failure.name, failure.code) == ("gone", "plugin.import_failed")
    assert "no_such_module" in failure.message


def test_unwanted_plugins_are_not_imported(points: list[EntryPoint]) -> None:
    """Only the named ones are touched."""
    assert not load_plugins({"other"}, found=points).failures


def test_two_of_one_name_are_refused(points: list[EntryPoint]) -> None:
    """Neither wins: both distributions are named."""
    for distribution in ("one", "two"):
        point = EntryPoint("good", "good_plugin", "event_router")
        vars(point).update(dist=SimpleNamespace(name=distribution, version="1.0"))
        points.append(point)
    catalogue = load_plugins(found=points[2:])
    assert not catalogue.plugins
    assert catalogue.failures[0].code == "plugin.name_taken"
    assert "one 1.0 and two 1.0 both bring it" in catalogue.failures[0].message


def test_unknown_hook_is_refused() -> None:
    """A typing error in a hook's name does not pass as "unsupported"."""

    def transform_idenfity(event: Any) -> None: ...

    assert failing(transform_idenfity=transform_idenfity).failure.code == "plugin.register_failed"


def test_wrappers_are_refused() -> None:
    """A destination's hooks answer for themselves."""
    bad = plugin()
    bad.transform_identify = hookimpl(wrapper=True)(lambda event: (yield))
    with pytest.raises(PluginError, match="is a wrapper"):
        load_object("bad", bad)


def test_info_must_be_there_and_good() -> None:
    """Without destination_info, or with a broken one, a plugin is left out."""

    def raising() -> None:
        raise RuntimeError("no")

    nameless = plugin()
    del nameless.destination_info
    with pytest.raises(PluginError, match="no destination_info hook"):
        load_object("bad", nameless)
    mute = plugin()
    del mute.interpret_response
    with pytest.raises(PluginError, match="no interpret_response hook"):
        load_object("bad", mute)
    assert "RuntimeError: no" in failing(destination_info=raising).failure.message
    bad = info(contracts=(Contract("x", "track", {"type": "nonsense"}),))
    assert failing(destination_info=lambda: bad).failure.code == "plugin.info_failed"


def test_other_hook_versions_are_refused() -> None:
    """A plugin written for another specification does not run by chance."""
    assert (
        failing(destination_info=lambda: info(hookspec_version=HOOKSPEC_VERSION + 1)).failure.code
        == "plugin.version_unknown"
    )


def test_hooks_take_any_subset_of_parameters() -> None:
    """An implementation is called by position with just what it asked for."""
    loaded = load_object("small", plugin(transform_track=lambda context, event: (context, event)))
    assert loaded.hooks["transform_track"]("event", "settings", "contact", "context") == ("context", "event")
    assert HOOKS["transform_track"] == ("event", "settings", "contact", "context")

"""The hooks of a destination plugin: what a host calls, with what, and which of it a plugin has."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pluggy

from event_router.api import hookimpl

_TRANSFORM: Final = ("event", "settings", "contact", "context")
#: Every hook of version 1 of the specification, with its parameters.
HOOKS: Final[Mapping[str, tuple[str, ...]]] = {
    "destination_info": (),
    "load_settings": ("settings",),
    "transform_identify": _TRANSFORM,
    "transform_track": _TRANSFORM,
    "transform_order_completed": _TRANSFORM,
    "transform_delete": _TRANSFORM,
    "transform_page": _TRANSFORM,
    "transform_screen": _TRANSFORM,
    "transform_group": _TRANSFORM,
    "transform_alias": _TRANSFORM,
    "interpret_response": ("request", "response"),
    "connection_check": ("settings",),
}
#: Capability → the hook that brings it.
CAPABILITIES: Final[Mapping[str, str]] = {
    **{kind: f"transform_{kind}" for kind in ("identify", "track", "delete", "page", "screen", "group", "alias")},
    "order": "transform_order_completed",
    "load_settings": "load_settings",
    "interpret_response": "interpret_response",
    "connection_check": "connection_check",
}
#: Types of events, as contracts name them.
KINDS: Final = frozenset({"identify", "track", "page", "screen", "group", "alias", "delete"})


@dataclass(frozen=True, slots=True)
class Hook:
    """One hook implementation.

    Attributes:
        function: What is called.
        wanted: Its parameters without a default value, which are what a host hands over, by position.
        named: Those that are handed over by name only, which no host does.
        defaults: Its parameters with a default value.
        optional: The plugin says that hosts need not know the hook.
        wrapper: It wraps the hooks of other plugins.
    """

    function: Callable[..., Any]
    wanted: tuple[str, ...]
    named: tuple[str, ...]
    defaults: tuple[str, ...]
    optional: bool
    wrapper: bool

    def __call__(self, **values: Any) -> Any:
        """Call it with those of the values that it wants; with ``None`` for what no host has."""
        named = {name: values.get(name) for name in self.named}
        return self.function(*[values.get(name) for name in self.wanted], **named)


def hooks_of(plugin: object) -> Mapping[str, Hook]:
    """Return everything that a plugin marks as hook, by the hook's name, whether a host knows it or not."""
    manager = pluggy.PluginManager(hookimpl.project_name)
    manager.register(plugin, "subject")
    return {
        caller.name: _hook(one) for caller in manager.get_hookcallers(plugin) or () for one in caller.get_hookimpls()
    }


def unmarked(plugin: object) -> tuple[str, ...]:
    """Return the functions of a plugin that are named as hooks, and not marked as such."""
    marked = hooks_of(plugin)
    return tuple(name for name in HOOKS if name not in marked and inspect.isroutine(getattr(plugin, name, None)))


def _hook(one: pluggy.HookImpl) -> Hook:
    wanted, defaults = tuple(one.argnames), tuple(one.kwargnames)
    return Hook(one.function, wanted, _named(one.function), defaults, one.optionalhook, one.wrapper or one.hookwrapper)


def _named(function: Callable[..., Any]) -> tuple[str, ...]:
    parts = inspect.signature(function).parameters.values()
    return tuple(part.name for part in parts if part.kind is part.KEYWORD_ONLY and part.default is part.empty)

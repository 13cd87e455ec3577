"""One configured destination: a plugin with its settings, everything resolved that can be before the first event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from event_router import spelling
from event_router.contracts import Schema, compile_schema
from event_router.event import ORDER_COMPLETED, TYPES
from event_router.hooks import Contract, Transformed
from event_router.keeping import keeping
from event_router.messages import Secret
from event_router.outcomes import Event, Refusal
from event_router.plugins import Plugin
from event_router.settings import SettingsError, event_options, validate_settings

Transform = Callable[..., Transformed | Refusal]

_MOST_OPTIONS = 1024
_LONGEST_OPTIONS = 1000
_MOST_PLUGINS = 64


class Route(NamedTuple):
    """How one kind of event is handled: its contract, if there is one, and its hook, if the plugin has it."""

    contract: Schema | None
    transform: Transform | None


@dataclass(frozen=True, slots=True)
class Destination:
    """A destination, ready for events.

    Attributes:
        name: Its name in the configuration.
        plugin: What handles its events.
        settings: What the plugin made of the settings.
        values: The settings themselves: validated, defaults filled in, secrets as ``Secret``.
        routes: By event type.
        named_routes: By event name, for track events that have a contract or hook of their own.
        with_options: The settings for an event's options object, and the option names that changed nothing. Raises
            ``SettingsError`` for options of a wrong type.
    """

    name: str
    plugin: Plugin
    settings: Any
    values: Mapping[str, Any]
    routes: Mapping[str, Route]
    named_routes: Mapping[str, Route]
    with_options: Callable[[Mapping[str, Any]], tuple[Any, tuple[str, ...]]]

    def route(self, event: Event) -> Route:
        """Return the most specific route of a canonical event."""
        kind = event["type"]
        if kind == "track":
            name = event.get("event")
            if name.__class__ is str:
                return self.named_routes.get(spelling.event_keys[name], self.routes[kind])
        return self.routes[kind]

    def secrets(self) -> tuple[str, ...]:
        """Return the secrets among the settings, for whoever must keep them out of texts."""
        return tuple(value.reveal() for value in self.values.values() if isinstance(value, Secret))


def configure(name: str, plugin: Plugin, values: Mapping[str, Any]) -> Destination:
    """Return a plugin with its settings as destination. Raises ``SettingsError``."""
    valid = validate_settings(plugin.info.settings_schema, values)
    routes, named = _routes(plugin)
    return Destination(name, plugin, _load(plugin, valid), valid, routes, named, _with_options(plugin, valid))


def _load(plugin: Plugin, values: Mapping[str, Any]) -> Any:
    load = plugin.hooks.get("load_settings")
    return load(values) if load else values


# Compiled schemas take 200 KB and most of a millisecond, and a transformer has as many destinations as its workspaces.
@lru_cache(maxsize=_MOST_PLUGINS)
def _routes(plugin: Plugin) -> tuple[dict[str, Route], dict[str, Route]]:
    hooks = plugin.hooks
    contracts = {(c.kind, c.event and spelling.event_key(c.event)): _compiled(c) for c in plugin.info.contracts}
    routes = {kind: Route(contracts.get((kind, None)), hooks.get(f"transform_{kind}")) for kind in TYPES}
    names = {name for kind, name in contracts if kind == "track" and name}
    order = spelling.event_key(ORDER_COMPLETED)
    if "transform_order_completed" in hooks:
        names.add(order)
    track = routes["track"]
    named = {name: Route(contracts.get(("track", name), track.contract), track.transform) for name in names}
    if "transform_order_completed" in hooks:
        named[order] = Route(named[order].contract, hooks["transform_order_completed"])
    return routes, named


def _compiled(contract: Contract) -> Schema:
    return compile_schema(contract.name, contract.schema)


def _with_options(
    plugin: Plugin, values: Mapping[str, Any]
) -> Callable[[Mapping[str, Any]], tuple[Any, tuple[str, ...]]]:
    schema = plugin.info.settings_schema

    def made(changed: bytes) -> Any:
        return _load(plugin, validate_settings(schema, {**values, **orjson.loads(changed)}))

    settings_for = keeping(made, most=_MOST_OPTIONS, longest=_LONGEST_OPTIONS)

    def with_options(options: Mapping[str, Any]) -> tuple[Any, tuple[str, ...]]:
        changed, unused = event_options(schema, options)
        return settings_for(orjson.dumps(changed, option=orjson.OPT_SORT_KEYS)), unused

    return with_options


__all__ = ["Destination", "Route", "SettingsError", "configure"]

"""Finding plugins by entry point and resolving their hooks once, so that no event pays for the looking.

One plugin's failure is its own: it is named, with the stage it failed at, and the others still load.
"""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy

from event_router import hooks
from event_router.contracts import compile_schema
from event_router.hooks import HOOKSPEC_VERSION, PROJECT, DestinationInfo

#: The entry-point group that plugins are found in.
GROUP = PROJECT

#: Every hook by name, with its parameters in order.
HOOKS: Mapping[str, tuple[str, ...]] = {
    name: tuple(inspect.signature(function).parameters)
    for name, function in vars(hooks).items()
    if getattr(function, f"{PROJECT}_spec", None)
}


@dataclass(frozen=True, slots=True, eq=False)
class Plugin:
    """A loaded plugin, equal to itself alone, so that what is worked out for it once can be kept.

    Attributes:
        name: Its entry point's name.
        distribution: The distribution that brought it, with version: ``promoter-destination 0.1.0``.
        info: What it says of itself.
        hooks: Its hook functions by name; each takes all of the hook's parameters, by position.
    """

    name: str
    distribution: str
    info: DestinationInfo
    hooks: Mapping[str, Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class Failure:
    """A plugin that did not load.

    Attributes:
        name: Its entry point's name.
        distribution: The distribution that brought it, with version.
        code: ``plugin.import_failed``, ``plugin.register_failed``, ``plugin.info_failed``, ``plugin.version_unknown`` or
            ``plugin.name_taken``.
        message: What went wrong, for people.
    """

    name: str
    distribution: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All plugins that were looked for: those that loaded, by name, and those that did not."""

    plugins: Mapping[str, Plugin] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()


class PluginError(Exception):
    """A plugin did not load: see ``failure``."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def load_plugins(names: Collection[str] | None = None, *, found: Iterable[EntryPoint] | None = None) -> Catalogue:
    """Load the named plugins, or all that are installed.

    Args:
        names: Entry-point names; ``None`` for every one. Others are not even imported.
        found: Where to look instead of the installed distributions.
    """
    plugins: dict[str, Plugin] = {}
    failures: list[Failure] = []
    for name, points in _by_name(entry_points(group=GROUP) if found is None else found).items():
        if names is not None and name not in names:
            continue
        try:
            plugins[name] = _load_one(name, points)
        except PluginError as error:
            failures.append(error.failure)
    return Catalogue(plugins, tuple(failures))


def load_object(name: str, plugin: object, distribution: str = "(none)") -> Plugin:
    """Load a plugin that is at hand as an object. Raises ``PluginError``."""
    resolved = _register(name, distribution, plugin)
    return Plugin(name, distribution, _info(name, distribution, resolved), resolved)


def _by_name(points: Iterable[EntryPoint]) -> Mapping[str, list[EntryPoint]]:
    grouped: dict[str, list[EntryPoint]] = defaultdict(list)
    for point in points:
        grouped[point.name].append(point)
    return dict(sorted(grouped.items()))


def _load_one(name: str, points: list[EntryPoint]) -> Plugin:
    distribution = " and ".join(sorted(map(_distribution, points)))
    if len(points) > 1:
        raise _failed(name, distribution, "name_taken", f"{distribution} both bring it. Uninstall one of them.")
    try:
        plugin = points[0].load()
    except Exception as error:
        raise _failed(
            name, distribution, "import_failed", f"importing {points[0].value} raised {_said(error)}"
        ) from error
    return load_object(name, plugin, distribution)


def _distribution(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else "an unknown distribution"


def _register(name: str, distribution: str, plugin: object) -> Mapping[str, Callable[..., Any]]:
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hooks)
    try:
        manager.register(plugin, name)
        manager.check_pending()
    except Exception as error:
        raise _failed(name, distribution, "register_failed", f"registering it raised {_said(error)}") from error
    resolved = {}
    for caller in manager.get_hookcallers(plugin) or ():
        for impl in caller.get_hookimpls():
            if impl.wrapper or impl.hookwrapper:
                raise _failed(
                    name, distribution, "register_failed", f"{caller.name} is a wrapper; a destination has none."
                )
            resolved[caller.name] = _positional(impl.function, impl.argnames, HOOKS[caller.name])
    return resolved


def _positional(function: Callable[..., Any], wanted: tuple[str, ...], given: tuple[str, ...]) -> Callable[..., Any]:
    """Return the function under the hook's full parameter list; itself where it takes just that."""
    if tuple(wanted) == given:
        return function
    places = tuple(given.index(name) for name in wanted)

    def call(*args: Any) -> Any:
        return function(*[args[place] for place in places])

    return call


def _info(name: str, distribution: str, resolved: Mapping[str, Callable[..., Any]]) -> DestinationInfo:
    if "destination_info" not in resolved:
        raise _failed(name, distribution, "info_failed", "it has no destination_info hook, which every plugin needs.")
    if "interpret_response" not in resolved:
        raise _failed(name, distribution, "info_failed", "it has no interpret_response hook, which every plugin needs.")
    try:
        info = resolved["destination_info"]()
        for contract in info.contracts:
            compile_schema(contract.name, contract.schema)
        compile_schema("settings", info.settings_schema)
    except Exception as error:
        raise _failed(name, distribution, "info_failed", f"its destination_info hook: {_said(error)}") from error
    if info.hookspec_version != HOOKSPEC_VERSION:
        message = f"it was written for hook specification {info.hookspec_version}, this router has {HOOKSPEC_VERSION}."
        raise _failed(name, distribution, "version_unknown", message)
    return info  # type: ignore[no-any-return]  # hooks are untyped: pytest-dev/pluggy#191


def _failed(name: str, distribution: str, code: str, what: str) -> PluginError:
    return PluginError(
        Failure(name, distribution, f"plugin.{code}", f"Plugin {name} ({distribution}) is left out: {what}")
    )


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error)[:300]}"

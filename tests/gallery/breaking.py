"""The list of what is broken in the gallery of plugins, and which requirements that has to fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gallery.plugins_good import Good


@dataclass(frozen=True, slots=True)
class Broken:
    """One plugin of the gallery.

    Attributes:
        plugin: The plugin.
        ids: The requirements that it breaks; it keeps all others.
        supports: The capabilities that are declared for it; ``None`` to find out.
    """

    plugin: Good
    ids: frozenset[str]
    supports: tuple[str, ...] | None = None


#: ``module:object``, as the door without code takes it → what it breaks.
BROKEN: dict[str, Broken] = {}


def breaks(*ids: str, supports: tuple[str, ...] | None = None) -> Callable[[type[Good]], Good]:
    """Make a plugin of a class, and list what it breaks; nothing for one that looks broken, and is not."""

    def made(cls: type[Good]) -> Good:
        plugin = cls()
        BROKEN[f"{cls.__module__}:{cls.__name__}"] = Broken(plugin, frozenset(ids), supports)
        return plugin

    return made

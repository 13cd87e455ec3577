"""A workspace from its file, keys in any letter case, and a destination as the transformer gets it (§2, §6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from rudder_server.go_text import through_float64
from rudder_server.panics import Unsupported

_TEMPLATE = re.compile(r"\{\{.*\|\|.*\}\}")


@dataclass(frozen=True, slots=True)
class Destination:
    """One destination of a source.

    Attributes:
        id: Its id.
        name: The definition's name in upper case, which is its type.
        display: The definition's display name, which is its key in ``integrations``.
        definition: The definition's config.
        workspace: Its workspace.
        wire: All of it, as the transformer gets it.
    """

    id: str
    name: str
    display: str
    definition: Mapping[str, Any]
    workspace: str
    wire: Mapping[str, Any]

    @property
    def path(self) -> str:
        """The type as it stands in paths and bodies: in lower case (§1)."""
        return self.name.lower()

    @property
    def transform_at(self) -> str:
        """Where its definition wants events to be transformed (§3)."""
        return str(self.definition.get("transformAtV1") or "processor")


@dataclass(frozen=True, slots=True)
class Source:
    """One source, with the destinations that get its events."""

    id: str
    name: str
    key: str
    workspace: str
    definition: str
    kind: str
    destinations: tuple[Destination, ...] = field(default=())


#: Whether a destination's config has templates, by id and revision: looked at once for each (§6).
Dynamic: TypeAlias = dict[tuple[str, str], bool]


def read(workspace: Mapping[str, Any], dynamic: Dynamic) -> tuple[Source, ...]:
    """Return the enabled sources of a workspaceConfig.json."""
    root = _Keys(workspace)
    sources = map(_Keys, root.list("sources"))
    return tuple(_source(source, root.text("workspaceId"), dynamic) for source in sources if source.true("enabled"))


def _source(source: _Keys, workspace: str, dynamic: Dynamic) -> Source:
    definition = source.object("sourceDefinition")
    if definition.text("category"):
        raise Unsupported("A source's category is not empty: only event streams are played here (§6).")
    workspace = source.text("workspaceId") or workspace
    return Source(
        source.text("id"),
        source.text("name"),
        source.text("writeKey"),
        workspace,
        definition.text("id"),
        definition.text("name"),
        tuple(
            _destination(given, workspace, dynamic)
            for given in map(_Keys, source.list("destinations"))
            if _takes(given)
        ),
    )


def _takes(destination: _Keys) -> bool:
    """Return whether the processor sees a destination at all (§6)."""
    return destination.true("enabled") and destination.true("isProcessorEnabled")


def _destination(given: _Keys, workspace: str, dynamic: Dynamic) -> Destination:
    definition = given.object("destinationDefinition")
    _check(given, definition)
    workspace = given.text("workspaceId") or workspace
    return Destination(
        given.text("id"),
        definition.text("name").upper(),
        definition.text("displayName"),
        definition.get("config") or {},
        workspace,
        _wire(given, definition, workspace, dynamic),
    )


def _check(given: _Keys, definition: _Keys) -> None:
    if not definition.text("displayName"):
        raise Unsupported("displayName is empty: it is the key in integrations (§6).")
    if given.list("transformations"):
        raise Unsupported("transformations are not empty: /customTransform would be called (§6).")
    if definition.object("config").object("auth").text("type"):
        raise Unsupported("auth.type makes it an OAuth destination (§6).")


def _wire(given: _Keys, definition: _Keys, workspace: str, dynamic: Dynamic) -> dict[str, Any]:
    """Return a destination with Go's names; what is not there is Go's zero value (§2)."""
    config = through_float64(given.get("config"))
    revision = given.text("id"), given.text("revisionId")
    return {
        "ID": given.text("id"),
        "Name": given.text("name"),
        "DestinationDefinition": {
            "ID": definition.text("id"),
            "Name": definition.text("name"),
            "DisplayName": definition.text("displayName"),
            "Config": through_float64(definition.get("config")),
        },
        "Config": config,
        "Enabled": True,
        "WorkspaceID": workspace,
        "Transformations": None,
        "IsProcessorEnabled": True,
        "RevisionID": given.text("revisionId"),
        "hasDynamicConfig": dynamic.setdefault(revision, has_templates(config)),
    }


def has_templates(config: Any) -> bool:
    """Return whether a template stands anywhere in a config (§7.3)."""
    if isinstance(config, dict):
        return any(map(has_templates, config.values()))
    if isinstance(config, list):
        return any(map(has_templates, config))
    return isinstance(config, str) and _TEMPLATE.search(config) is not None


class _Keys:
    """An object whose keys are matched case-insensitively (§6)."""

    def __init__(self, given: Any) -> None:
        self._values = {name.casefold(): value for name, value in given.items()} if isinstance(given, Mapping) else {}

    def get(self, name: str) -> Any:
        return self._values.get(name.casefold())

    def text(self, name: str) -> str:
        value = self.get(name)
        return value if isinstance(value, str) else ""

    def true(self, name: str) -> bool:
        return self.get(name) is True

    def list(self, name: str) -> list[Any]:
        return self.get(name) or []

    def object(self, name: str) -> _Keys:
        return _Keys(self.get(name))

"""The configuration file: TOML with destinations, delivery limits, and secrets by reference.

[destinations.promoter]
plugin = "promoter"
api_key = { env = "PROMOTER_API_KEY" }
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from event_router.contracts import compile_schema, explain
from event_router.destination import Destination, configure
from event_router.plugins import Catalogue, load_plugins
from event_router.retry import Policy
from event_router.settings import SettingsError

#: What a secret is taken for where nothing is sent and its source is not there.
PLACEHOLDER = "secret-not-set"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
_SECONDS = {"type": "number", "exclusiveMinimum": 0, "maximum": 86_400}
_COUNT = {"type": "integer", "minimum": 1, "maximum": 100_000}
#: JSON Schema of the file; a destination's own settings are its plugin's affair.
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "delivery": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "concurrency": {**_COUNT, "maximum": 1000},
                "timeout": _SECONDS,
                "attempts": {**_COUNT, "maximum": 100},
                "give_up_after": _SECONDS,
                "longest_wait": _SECONDS,
                "most_parked": _COUNT,
            },
        },
        "destinations": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["plugin"],
                "properties": {"plugin": {"type": "string", "minLength": 1}},
            },
        },
    },
}


class ConfigError(Exception):
    """The configuration cannot be used.

    Attributes:
        code: ``config.*``, ``settings.*`` or ``plugin.*``.
        messages: One line for each thing that is wrong.
    """

    def __init__(self, code: str, *messages: str) -> None:
        super().__init__("\n".join(messages))
        self.code = code
        self.messages = messages


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration file as read: its destinations' settings are not judged yet.

    Attributes:
        destinations: Tables by name, ``plugin`` among their keys.
        policy: Delivery limits.
        folder: Where secret files are looked for.
    """

    destinations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
    folder: Path = field(default_factory=Path)


def read_config(path: Path) -> Config:
    """Return the configuration in a file. Raises ``ConfigError``."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError("config.not_readable", f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError("config.not_toml", f"{path} is not TOML: {error}.") from error
    schema = compile_schema("the configuration", SCHEMA)
    if not schema.is_valid(data):
        problems = explain(schema, data, prefix="config")
        raise ConfigError(problems[0].code, *(f"{path}: {problem.message}" for problem in problems))
    for name in data.get("destinations", {}):
        if not _NAME.fullmatch(name):
            raise ConfigError(
                "config.bad_name", f"{path}: a destination's name has letters, digits, . _ and - only: {name!r}."
            )
    return Config(data.get("destinations", {}), Policy(**data.get("delivery", {})), path.parent)


def destination(
    config: Config,
    name: str,
    environ: Mapping[str, str],
    *,
    placeholders: bool = False,
    catalogue: Catalogue | None = None,
) -> Destination:
    """Return a configured destination, ready for events. Raises ``ConfigError``.

    Args:
        config: Where it is described.
        name: Its name there.
        environ: Where ``{ env = … }`` is looked up.
        placeholders: Take a placeholder for secrets whose source is not there; for commands that send nothing.
        catalogue: Loaded plugins; the one that is needed is loaded otherwise.
    """
    table = dict(_table(config, name))
    plugin_name = table.pop("plugin")
    found = catalogue or load_plugins({plugin_name})
    plugin = found.plugins.get(plugin_name)
    if plugin is None:
        failed = [failure for failure in found.failures if failure.name == plugin_name]
        if failed:
            raise ConfigError(failed[0].code, failed[0].message)
        raise ConfigError(
            "config.no_plugin", f"No plugin named {plugin_name} is installed. `event-router plugins` lists them."
        )
    values = {key: _resolve(value, key, config.folder, environ, placeholders) for key, value in table.items()}
    try:
        return configure(
            name, plugin, _with_placeholders(plugin.info.settings_schema, values) if placeholders else values
        )
    except SettingsError as error:
        messages = (f"[destinations.{name}] {problem.message}" for problem in error.problems)
        raise ConfigError(error.problems[0].code, *messages) from error
    except ValueError as error:
        raise ConfigError("settings.refused", f"[destinations.{name}] {error}") from error


def _table(config: Config, name: str) -> Mapping[str, Any]:
    if name in config.destinations:
        return config.destinations[name]
    near = get_close_matches(name, config.destinations, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(config.destinations) or 'none'}."
    raise ConfigError("config.no_destination", f"There is no [destinations.{name}] in the configuration. {hint}")


def _resolve(value: Any, key: str, folder: Path, environ: Mapping[str, str], placeholders: bool) -> Any:
    """Return a setting's value, taken from where it refers to."""
    if not isinstance(value, dict) or len(value) != 1:
        return value
    ((source, where),) = value.items()
    if source not in {"env", "file"} or not isinstance(where, str):
        return value
    found = environ.get(where) if source == "env" else _read(folder / where)
    if found:
        return found
    if placeholders:
        return PLACEHOLDER
    what = (
        f"the environment variable {where} is not set"
        if source == "env"
        else f"the file {folder / where} cannot be read"
    )
    raise ConfigError("config.secret_missing", f"{key} refers to something that is not there: {what}, or empty.")


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None


def _with_placeholders(schema: Mapping[str, Any], values: Mapping[str, Any]) -> Mapping[str, Any]:
    known = schema.get("properties", {})
    missing = [key for key in schema.get("required", ()) if key not in values and known.get(key, {}).get("writeOnly")]
    return {**values, **dict.fromkeys(missing, PLACEHOLDER)}

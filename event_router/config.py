"""The configuration file: TOML with destinations, sources, limits, and secrets by reference.

[sources.web]
write_key = { env = "WEB_WRITE_KEY" }

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
from event_router.doors.settings import DOORS_SCHEMA, SOURCES_SCHEMA, DoorSettings, Source
from event_router.engine.settings import SCHEMA as ENGINE_SCHEMA
from event_router.engine.settings import EngineSettings
from event_router.messages import Secret
from event_router.plugins import Catalogue, load_plugins
from event_router.retry import SCHEMA as DELIVERY_SCHEMA
from event_router.retry import Policy, policy
from event_router.settings import SettingsError

#: What a secret is taken for where nothing is sent and its source is not there.
PLACEHOLDER = "secret-not-set"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
#: JSON Schema of the file; a destination's own settings are its plugin's affair.
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "delivery": DELIVERY_SCHEMA,
        "engine": ENGINE_SCHEMA,
        "doors": DOORS_SCHEMA,
        "sources": SOURCES_SCHEMA,
        "log": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"level": {"enum": ["debug", "info", "warning", "error"]}},
        },
        "destinations": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["plugin"],
                "properties": {"plugin": {"type": "string", "minLength": 1}, "delivery": DELIVERY_SCHEMA},
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
        delivery: Delivery limits of all destinations, as far as they are given.
        engine: Limits of what is kept.
        doors: Limits of what comes in.
        sources: Tables by name, secrets not looked up yet.
        log_level: The least important log lines to write.
        folder: Where secret files are looked for.
    """

    destinations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    delivery: Mapping[str, Any] = field(default_factory=dict)
    engine: EngineSettings = field(default_factory=EngineSettings)
    doors: DoorSettings = field(default_factory=DoorSettings)
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    log_level: str = "info"
    folder: Path = field(default_factory=Path)

    def policy(self, name: str, defaults: Mapping[str, Any] | None = None) -> Policy:
        """Return the delivery limits of a destination; its own table goes before ``[delivery]``."""
        return policy(defaults or {}, self.delivery, self.destinations.get(name, {}).get("delivery", {}))


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
    for kind in ("destinations", "sources"):
        for name in data.get(kind, {}):
            if not _NAME.fullmatch(name):
                why = f"{path}: a name under [{kind}] has letters, digits, . _ and - only: {name!r}."
                raise ConfigError("config.bad_name", why)
    return _config(data, path.parent)


def _config(data: Mapping[str, Any], folder: Path) -> Config:
    doors = dict(data.get("doors", {}))
    if "cors_origins" in doors:
        doors["cors_origins"] = tuple(doors["cors_origins"])
    return Config(
        destinations=data.get("destinations", {}),
        delivery=data.get("delivery", {}),
        engine=EngineSettings(**data.get("engine", {})),
        doors=DoorSettings(**doors),
        sources=data.get("sources", {}),
        log_level=data.get("log", {}).get("level", "info"),
        folder=folder,
    )


def sources(config: Config, environ: Mapping[str, str]) -> tuple[Source, ...]:
    """Return the configured sources, their keys looked up. Raises ``ConfigError``."""
    found = []
    for name, table in config.sources.items():
        keys = {
            key: Secret(_resolve(value, f"[sources.{name}] {key}", config.folder, environ, placeholders=False))
            for key, value in table.items()
        }
        found.append(Source(name, keys["write_key"], keys.get("webhook_secret")))
    return tuple(found)


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
    table.pop("delivery", None)
    found = catalogue or load_plugins({plugin_name})
    plugin = found.plugins.get(plugin_name)
    if plugin is None:
        failed = [failure for failure in found.failures if failure.name == plugin_name]
        if failed:
            raise ConfigError(failed[0].code, failed[0].message)
        raise ConfigError(
            "config.no_plugin", f"No plugin named {plugin_name} is installed. `event-router plugins` lists them."
        )
    values = {
        key: _resolve(value, key, config.folder, environ, placeholders=placeholders) for key, value in table.items()
    }
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


def _resolve(value: Any, key: str, folder: Path, environ: Mapping[str, str], *, placeholders: bool) -> Any:
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

"""Everything that is wrong with a configuration, and what is unwise in it: found at once, not one after the other."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from event_router.config import SCHEMA, Config, ConfigError, destination, read_config, sources
from event_router.contracts import compile_schema, explain
from event_router.outcomes import Reason
from event_router.plugins import load_plugins
from event_router.settings import SettingsError, secret_names

_MISSING = "config.secret_missing"


def read(path: Path) -> tuple[Config | None, list[Reason]]:
    """Return the configuration in a file, or what is wrong with the file."""
    try:
        return read_config(path), []
    except ConfigError as error:
        return None, list(_file_problems(path, error))


def problems(config: Config, environ: Mapping[str, str]) -> Iterator[Reason]:
    """Yield everything that keeps a router with this configuration from its start."""
    if not config.destinations:
        why = "There is no [destinations.NAME]: the router would have nowhere to send to. docs/settings.md shows one."
        yield Reason("config.no_destinations", why)
    for name, table in config.destinations.items():
        yield from _destination_problems(config, name, table, environ)
    for name, table in config.sources.items():
        for key, value in table.items():
            yield from _source_problems(replace(config, sources={name: {"write_key": "-", key: value}}), environ)


def warnings(config: Config, environ: Mapping[str, str]) -> Iterator[Reason]:
    """Yield what works, but most likely is not meant, or not wise. For a configuration without problems."""
    if not config.sources:
        why = "There is no [sources.NAME]: events are taken with any key, from this machine only."
        yield Reason("config.no_sources", f"{why} Add a source with a write_key for senders on other machines.")
    yield from (_as_text(f"[sources.{name}] {key}") for name, key in _texts_of_sources(config))
    yield from (_as_text(f"[destinations.{name}] {key}") for name, key in _texts_of_destinations(config))
    yield from _same_keys(config, environ)
    doors = config.doors
    if doors.max_event_bytes > doors.max_batch_bytes:
        why = f"[doors] max_event_bytes ({doors.max_event_bytes:,}) is more than max_batch_bytes ({doors.max_batch_bytes:,})"
        yield Reason(
            "config.unwise_limits", f"{why}: no request may be that long. Raise the second, or lower the first."
        )


def _file_problems(path: Path, error: ConfigError) -> Iterator[Reason]:
    """Yield each problem with its own code, where the file is TOML."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        data = {}
    schema = compile_schema("the configuration", SCHEMA)
    if schema.is_valid(data):
        yield from (Reason(error.code, message) for message in error.messages)
    else:
        yield from (Reason(one.code, f"{path}: {one.message}") for one in explain(schema, data, prefix="config"))


def _destination_problems(
    config: Config, name: str, table: Mapping[str, Any], environ: Mapping[str, str]
) -> Iterator[Reason]:
    try:
        destination(config, name, environ, placeholders=True)
    except ConfigError as error:
        yield from _each(error, f"[destinations.{name}] ")
    for key, value in table.items():
        if key != "plugin":
            alone = replace(config, destinations={name: {"plugin": table["plugin"], key: value}})
            yield from _missing_secret(alone, name, environ)


def _missing_secret(alone: Config, name: str, environ: Mapping[str, str]) -> Iterator[Reason]:
    """Yield whether the secret in a table of one key is missing; other problems have been found in the whole table."""
    try:
        destination(alone, name, environ)
    except ConfigError as error:
        if error.code == _MISSING:
            yield Reason(error.code, f"[destinations.{name}] {error.messages[0]}")


def _source_problems(config: Config, environ: Mapping[str, str]) -> Iterator[Reason]:
    try:
        sources(config, environ)
    except ConfigError as error:
        yield from (Reason(error.code, message) for message in error.messages)


def _each(error: ConfigError, where: str) -> Iterator[Reason]:
    """Yield what an error says, each with its own code, and each with its place."""
    cause = error.__cause__
    if isinstance(cause, SettingsError):
        yield from (Reason(problem.code, f"{where}{problem.message}") for problem in cause.problems)
    else:
        yield from (Reason(error.code, f"{where}{message.removeprefix(where)}") for message in error.messages)


def _as_text(what: str) -> Reason:
    why = f"{what} is written in the file, where whoever may read the file may read it."
    return Reason("config.secret_as_text", f'{why} Refer to it with {{ env = "NAME" }} or {{ file = "PATH" }}.')


def _texts_of_sources(config: Config) -> Iterator[tuple[str, str]]:
    for name, table in config.sources.items():
        yield from ((name, key) for key, value in table.items() if isinstance(value, str))


def _texts_of_destinations(config: Config) -> Iterator[tuple[str, str]]:
    plugins = load_plugins({str(table["plugin"]) for table in config.destinations.values()}).plugins
    for name, table in config.destinations.items():
        secrets = secret_names(plugins[table["plugin"]].info.settings_schema)
        yield from ((name, key) for key, value in table.items() if key in secrets and isinstance(value, str))


def _same_keys(config: Config, environ: Mapping[str, str]) -> Iterator[Reason]:
    seen: dict[str, str] = {}
    for source in sources(config, environ):
        first = seen.setdefault(source.write_key.reveal(), source.name)
        if first != source.name:
            why = f"[sources.{source.name}] and [sources.{first}] have the same write_key"
            yield Reason("config.same_key", f"{why}: nobody can tell their events apart. Give each its own.")

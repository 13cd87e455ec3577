"""A destination's settings: validated against its plugin's schema, gaps filled, secrets wrapped."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson

from event_router.contracts import Schema, compile_schema, explain
from event_router.messages import Secret
from event_router.outcomes import Problem


class SettingsError(Exception):
    """The settings cannot be used.

    Attributes:
        problems: Every broken rule, each with path, code and advice.
    """

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = problems


def validate_settings(schema: Mapping[str, Any], values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the settings with defaults filled in and secrets as ``Secret``. Raises ``SettingsError``."""
    plain = {name: value.reveal() if isinstance(value, Secret) else value for name, value in values.items()}
    compiled = _compiled(orjson.dumps(schema, default=dict))
    if not compiled.is_valid(plain):
        raise SettingsError(explain(compiled, plain, prefix="settings"))
    known: Mapping[str, Any] = schema.get("properties", {})
    full = {name: rule["default"] for name, rule in known.items() if "default" in rule} | plain
    return {name: Secret(value) if name in secret_names(schema) else value for name, value in full.items()}


# To compile takes a hundred times as long as to judge.
@lru_cache(maxsize=64)
def _compiled(schema: bytes) -> Schema:
    return compile_schema("the destination", orjson.loads(schema))


def secret_names(schema: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the settings that are secrets: ``writeOnly`` in the schema."""
    return frozenset(name for name, rule in schema.get("properties", {}).items() if rule.get("writeOnly"))


def event_options(schema: Mapping[str, Any], options: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return what an event's options object changes of the settings, and the names in it that change nothing.

    Only settings marked ``x-per-event`` can be changed, so that no event can move where requests (and the key) go.
    Ids written as text become numbers: ``X-Segment-Settings`` and forms know only text.
    """
    known = {
        alias: name
        for name, rule in schema.get("properties", {}).items()
        if rule.get("x-per-event")
        for alias in (name, *rule.get("x-aliases", ()))
    }
    changed = {known[name]: _number(value) for name, value in options.items() if name in known}
    return changed, tuple(name for name in options if name not in known)


def _number(value: Any) -> Any:
    if isinstance(value, list):
        return [_number(item) for item in value]
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 16 else value

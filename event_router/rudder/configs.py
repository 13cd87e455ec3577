"""Destinations as rudder-server describes them, with every event or batch: judged once, then known by their bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import blake2b
from typing import Any

import orjson

from event_router.destination import Destination, SettingsError, configure
from event_router.keeping import keeping
from event_router.outcomes import Misconfigured, Problem, Reason, Rejected
from event_router.plugins import Plugin
from event_router.rudder import dynamic, style
from event_router.rudder.telling import Teller
from event_router.settings import secret_names
from event_router.spelling import squash
from event_router.wire import redactor

# Destinations known at once, and of each the ways in which events have filled it in; longer ones are judged each time.
_MOST, _MOST_FILLED = 1024, 64
_LONGEST = 256 * 1024
_LONGEST_NAME = 64
_PASSWORD = re.compile(r"//[^/\s\"]*@")
_Described = tuple[str, Mapping[str, str], Mapping[str, Any], bool]


@dataclass(frozen=True, slots=True)
class Template:
    """A Config of which events fill in parts.

    Attributes:
        config: As it was written.
        allowed: Whether an event may set a key: not where requests, and the key with them, go.
        filled: Returns the destination for a Config that is filled in.
    """

    config: Mapping[str, Any]
    allowed: Callable[[str], bool]
    filled: Callable[[bytes], Destination | Misconfigured]

    def resolve(self, message: dict[str, Any]) -> tuple[Destination | Misconfigured, dict[str, Any]]:
        """Return the destination for one event, and the event without what went into it ([RUN] protocol §7.3)."""
        config, rest = dynamic.resolve(self.config, message, only=self.allowed)
        try:
            key = orjson.dumps(config, option=orjson.OPT_SORT_KEYS)
        except TypeError as error:
            return _unusable(f"An event fills in something that JSON cannot carry ({str(error)[:80]})."), rest
        return self.filled(key), rest


@dataclass(frozen=True, slots=True, eq=False)
class Configured:
    """A destination of a workspace; equal to itself alone.

    Attributes:
        scope: Whose contacts are its own, and its part of idempotency keys: its id, or what stands for it.
        names: ``destinationId`` and ``workspaceId``, as far as they are known, for statTags.
        plugin: What handles its events.
        destination: Ready for events, or why it can take none; with a template, without what events fill in.
        account: The account that its secrets open, as a hash: for a deletion, which names no destination.
        template: Its Config, where events fill in parts of it.
    """

    scope: str
    names: Mapping[str, str]
    plugin: Plugin
    destination: Destination | Misconfigured
    account: str = ""
    template: Template | None = None

    def resolve(self, message: Any) -> tuple[Destination | Misconfigured | Rejected, Any]:
        """Return the destination for one event, and what is left of the event; why not, where the event is to blame."""
        if self.template is None or not isinstance(message, dict):
            return self.destination, message
        filled, rest = self.template.resolve(message)
        if isinstance(filled, Misconfigured) and isinstance(self.destination, Destination) and rest is not message:
            why = f"What this event fills in cannot be used. {filled.reason.message}"
            return Rejected(Reason("rudder.filled_in", why)), rest
        return filled, rest


class Configs:
    """The destinations of one plugin's type. Equal bytes are judged once, so a new revision counts at once."""

    def __init__(self, plugin: Plugin) -> None:
        teller = Teller()
        #: Returns the destination that some bytes describe.
        self.get = keeping(lambda raw: _configured(plugin, raw, teller), most=_MOST, longest=_LONGEST)


def _configured(plugin: Plugin, raw: bytes, teller: Teller) -> Configured:
    described = _described(raw)
    if described is None:
        why = _unusable("It is no object with a Config, and nothing can be sent without one.")
        return Configured(plugin.name, {}, plugin, why)
    identity, names, config, may_change = described
    scope = _scope(identity or plugin.name)
    template = None
    if may_change and dynamic.is_dynamic(config):
        template = _template(plugin, scope, config)
        # Without an event there is no value for these: what delivers and deletes needs none of them.
        config = {
            key: value for key, value in config.items() if not (template.allowed(key) and dynamic.is_dynamic(value))
        }
        config, _ = dynamic.resolve(config, {}, only=template.allowed)
    destination = from_config(plugin, scope, config)
    if isinstance(destination, Misconfigured):
        reason = destination.reason
        teller.warn("Destination %s takes no event. [%s] %s", scope, reason.code, reason.message)
    _tell_of_typos(plugin, scope, config, teller)
    return Configured(scope, names, plugin, destination, account(destination), template)


def _template(plugin: Plugin, scope: str, config: Mapping[str, Any]) -> Template:
    def filled(key: bytes) -> Destination | Misconfigured:
        return from_config(plugin, scope, orjson.loads(key))

    return Template(config, _per_event(plugin), keeping(filled, most=_MOST_FILLED, longest=_LONGEST))


def _described(raw: bytes) -> _Described | None:
    """Return a destination's id, its names, its Config, and whether that may have templates."""
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    config = found.get("Config") if isinstance(found, dict) else None
    if not isinstance(config, dict):
        return None
    names = {"destinationId": found.get("ID"), "workspaceId": found.get("WorkspaceID")}
    known = {name: value for name, value in names.items() if isinstance(value, str) and value}
    return known.get("destinationId", ""), known, config, found.get("hasDynamicConfig") is not False


def from_config(plugin: Plugin, scope: str, config: Mapping[str, Any]) -> Destination | Misconfigured:
    """Return a destination with its Config in RudderStack's style, or why it can take no event."""
    schema = plugin.info.settings_schema
    values, _ = style.settings(schema, config)
    try:
        return configure(scope, plugin, values)
    except SettingsError as error:
        hidden = secret_names(schema)
        return _unusable(" ".join(_told(problem, hidden) for problem in error.problems))
    except Exception as error:  # noqa: BLE001  # A plugin's load_settings may raise anything, and say the key in it.
        secrets = [values[name] for name in secret_names(schema) if isinstance(values.get(name), str)]
        return _unusable(redactor(tuple(secrets))(str(error))[:300])


def account(destination: Destination | Misconfigured) -> str:
    """Return a hash of a destination's secrets, which tells accounts apart and tells nothing else."""
    if isinstance(destination, Misconfigured):
        return ""
    secrets = orjson.dumps([destination.plugin.name, *destination.secrets()])
    return blake2b(secrets, digest_size=15, person=b"rudder.account").hexdigest()


def _tell_of_typos(plugin: Plugin, scope: str, config: Mapping[str, Any], teller: Teller) -> None:
    """Log names that are nearly a setting's: RudderStack has names of its own in a Config, so others are no error."""
    schema = plugin.info.settings_schema
    known = {squash(name): name for name in schema.get("properties", {})}
    for name in style.settings(schema, config)[1]:
        for near in get_close_matches(squash(name)[:_LONGEST_NAME], known, n=1, cutoff=0.8):
            shown, meant = name[:_LONGEST_NAME], _spelled(f"$.{known[near]}")
            teller.warn("Destination %s: Config.%s is no setting; did you mean %s?", scope, shown, meant)


def _per_event(plugin: Plugin) -> Callable[[str], bool]:
    schema = plugin.info.settings_schema
    rules = schema.get("properties", {})
    allowed = {name for name, rule in rules.items() if rule.get("x-per-event")} - secret_names(schema)
    return lambda key: style.name_of(schema, key) in allowed


def _told(problem: Problem, secrets: frozenset[str]) -> str:
    """Return what is wrong, with the setting named as whoever reads it wrote it.

    A secret's advice is about files of ours, where RudderStack's users do not write it.
    """
    rest = problem.message.removeprefix(problem.path)
    if problem.path.removeprefix("$.") in secrets:
        rest = rest.partition(". ")[0] + "."
    return _spelled(problem.path) + _PASSWORD.sub("//***@", rest)


def _spelled(path: str) -> str:
    """Return a setting's path as a Config spells it.

    >>> _spelled("$.campaign_id")
    'Config.campaignId'
    """
    if not path.startswith("$."):
        return "Config"
    setting, dot, rest = path.removeprefix("$.").partition(".")
    first, *others = setting.split("_")
    return f"Config.{first}{''.join(map(str.capitalize, others))}{dot}{rest}"


def _scope(identity: str) -> str:
    """Return a name that fits into a header and a subject."""
    if identity.isascii() and identity.replace("-", "").replace("_", "").isalnum() and len(identity) <= _LONGEST_NAME:
        return identity
    return blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=15).hexdigest()


def _unusable(why: str) -> Misconfigured:
    return Misconfigured(Reason("rudder.config", f"The destination cannot be used. {why}"))

"""Plugins whose contracts or settings schemas are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from event_router.api import Authorization, Contract, DestinationInfo, Secret
from gallery.breaking import breaks
from gallery.plugins_good import HAS_USER, SETTINGS, Board, Good

_OTHERS = tuple(Contract(kind, kind, HAS_USER) for kind in ("track", "delete"))
_ALL = (Contract("identify", "identify", HAS_USER), *_OTHERS)


def with_settings(**rules: Any) -> dict[str, Any]:
    """Return the settings schema with other rules for settings."""
    return {**SETTINGS, "properties": {**SETTINGS["properties"], **rules}}


class _Contracts(Good):
    contracts: tuple[Contract, ...] = ()

    def info(self, **changes: Any) -> DestinationInfo:
        """Return other contracts."""
        return super().info(contracts=self.contracts)


class _Settings(Good):
    schema: Mapping[str, Any] = {}

    def info(self, **changes: Any) -> DestinationInfo:
        """Return another settings schema."""
        return super().info(settings_schema=self.schema)


@breaks("DST-020")
class BadSchema(_Contracts):
    """Has a contract that cannot be compiled."""

    contracts = (Contract("identify", "identify", {"type": "objekt"}), *_OTHERS)


@breaks("DST-020")
class RemoteSchema(_Contracts):
    """Has a contract that is somewhere else."""

    contracts = (Contract("identify", "identify", {"$ref": "https://contract.example/identify.json"}), *_OTHERS)


@breaks("DST-020")
class Unnamed(_Contracts):
    """Has a contract without a name."""

    contracts = (Contract("", "identify", HAS_USER), *_OTHERS)


@breaks("DST-021")
class UnknownType(_Contracts):
    """Has a contract for events that there are not."""

    contracts = (*_ALL, Contract("login", "login", HAS_USER))


@breaks("DST-021")
class NamedIdentify(_Contracts):
    """Names an event where events have no names."""

    contracts = (*_ALL, Contract("sign-up", "identify", HAS_USER, event="Signed Up"))


@breaks("DST-022")
class Twice(_Contracts):
    """Has two contracts for what is one event."""

    contracts = (*_ALL, Contract("a", "track", HAS_USER, "Signed Up"), Contract("b", "track", HAS_USER, "signed_up"))


@breaks("DST-023")
class NoContract(_Contracts):
    """Takes deletes of any shape."""

    contracts = _ALL[:2]


@breaks("DST-023")
class NoHook(_Contracts):
    """Promises what it does not do."""

    contracts = (*_ALL, Contract("group", "group", HAS_USER))


@breaks("DST-024")
class Unmeetable(_Contracts):
    """Has a contract that no event meets."""

    contracts = (Contract("identify", "identify", {"required": ["email"], "properties": {"email": False}}), *_OTHERS)


@breaks("DST-025")
class NoObject(_Settings):
    """Has settings that need not be an object."""

    schema = MappingProxyType({name: rule for name, rule in SETTINGS.items() if name != "type"})


@breaks("DST-025")
class BadSettings(_Settings):
    """Has a setting whose rule is none."""

    schema = with_settings(colour={"type": "txt"})


@breaks("DST-026")
class OpenToken(_Settings):
    """Does not say that its token is a secret."""

    schema = with_settings(token={"type": "string"})

    def load(self, settings: Mapping[str, Any]) -> Board:
        """Wrap the token itself."""
        return Board(settings["url"], Authorization("Bearer", Secret(settings["token"])), settings["board"])


@breaks("DST-026")
class DeepPassword(_Settings):
    """Has a password that no host finds."""

    schema = with_settings(proxy={"type": "object", "properties": {"password": {"type": "string", "writeOnly": True}}})


@breaks("DST-026")
class SecretNumber(_Settings):
    """Has a secret that is no text."""

    schema = with_settings(pin={"type": "integer", "writeOnly": True})


@breaks("DST-027")
class WrongDefault(_Settings):
    """Has a default value that nobody may set."""

    schema = with_settings(board={"type": "string", "default": 7})


@breaks("DST-028")
class AddressByEvent(_Settings):
    """Lets any sender of events say where its token goes."""

    schema = with_settings(url={**SETTINGS["properties"]["url"], "x-per-event": True})


@breaks("DST-028")
class TokenByEvent(_Settings):
    """Lets any sender of events choose the account."""

    schema = with_settings(token={**SETTINGS["properties"]["token"], "x-per-event": True})

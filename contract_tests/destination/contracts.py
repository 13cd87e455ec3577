"""A plugin's contracts and its settings schema."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from contract_tests.contract import requirement
from contract_tests.destination.base import DestinationBase, only_where
from contract_tests.destination.events import fixed
from contract_tests.destination.hooks import KINDS
from contract_tests.destination.hostile import ELSEWHERE
from contract_tests.destination.loading import SubjectError
from contract_tests.destination.origins import listed, ordinary
from contract_tests.destination.routes import ORDER
from contract_tests.destination.schemas import meets, problem
from contract_tests.destination.settings import properties
from contract_tests.destination.subject import Subject
from contract_tests.destination.texts import is_address, texts, words_of
from contract_tests.findings import expect
from event_router.api import event_key

_CREDENTIAL: Final = re.compile(
    r"^key$|((api|secret|private|access|auth|signing|write|service|master)[ _-]?key)|token|secret|passw(or)?d|passphrase|credential",
    re.IGNORECASE,
)
#: Last words of names that say something of a credential, and are none.
_ABOUT: Final = frozenset({"url", "uri", "type", "name", "id", "endpoint", "field", "policy", "ttl"})
_ORDER: Final = "order_completed"


class Contracts(DestinationBase):
    """What a plugin says it takes."""

    @requirement("DST-020")
    def test_contracts_are_good_schemas(self, destination: Subject) -> None:
        """Each contract has a name, and a schema that can be compiled without a network."""
        for contract in destination.info.contracts:
            name = getattr(contract, "name", None)
            expect(isinstance(name, str) and name.strip(), "each contract has a name", contract)
            wrong = problem(contract.schema)
            expect(not wrong, f"the schema of contract {name} is JSON Schema 2020-12", wrong)

    @requirement("DST-021")
    def test_contracts_are_for_known_types(self, destination: Subject) -> None:
        """Each contract's type is known; only those of track name an event."""
        for contract in destination.contracts:
            expect(
                contract.kind in KINDS,
                f"contract {contract.name} is for one of {', '.join(sorted(KINDS))}",
                contract.kind,
            )
            named = contract.event is None or contract.kind == "track"
            expect(
                named, f"only contracts of track name an event, not {contract.name} of {contract.kind}", contract.event
            )

    @requirement("DST-022")
    def test_contracts_are_one_for_each_event(self, destination: Subject) -> None:
        """No two contracts are for the same events."""
        keys = Counter((one.kind, event_key(one.event) if one.event else None) for one in destination.contracts)
        twice = [f"{kind} {event or ''}".strip() for (kind, event), number in keys.items() if number > 1]
        expect(not twice, "there is one contract for a type and event name", f"more than one: {', '.join(twice)}")

    @requirement("DST-023")
    def test_contracts_and_hooks_belong_together(self, destination: Subject) -> None:
        """Each transform hook has a contract, each contract a transform hook."""
        hooks = {name.removeprefix("transform_") for name in destination.hooks if name.startswith("transform_")}
        known = [one for one in destination.contracts if one.kind in KINDS]
        kinds = {one.kind for one in known}
        without = {kind for kind in hooks if kind not in kinds and not (kind == _ORDER and "track" in kinds)}
        expect(not without, "each transform hook's events have a contract", f"without: {', '.join(sorted(without))}")
        idle = {one.name for one in known if not hooks & _takers(one.kind, one.event)}
        expect(not idle, "each contract's events have a transform hook", f"without: {', '.join(sorted(idle))}")

    @requirement("DST-024")
    def test_contracts_can_be_met(self, destination: Subject) -> None:
        """For each kind of event that a hook takes there is an event that meets its contract."""
        only_where(destination.routes, "it has no transform hook")
        for route in destination.routes:
            found = fixed(route, destination.own, destination.known)
            expect(
                found, f"an event can be made that meets the contract of {route.label}", "none was found that meets it"
            )

    @requirement("DST-025")
    def test_the_settings_schema_is_good(self, destination: Subject) -> None:
        """It describes an object, and can be compiled without a network."""
        schema = destination.info.settings_schema
        wrong = problem(schema)
        expect(not wrong, "the settings schema is JSON Schema 2020-12", wrong)
        kind = schema.get("type") if isinstance(schema, Mapping) else schema
        expect(kind == "object", "the settings schema has the type object", kind)

    @requirement("DST-026")
    def test_credentials_are_marked(self, destination: Subject) -> None:
        """Settings that are named as credentials are writeOnly texts at the top level."""
        only_where(properties(destination.schema), "its settings schema describes nothing")
        for path, rule in _texts(destination.schema, ()):
            top = len(path) == 1
            marked = rule.get("writeOnly") is True
            if _is_credential(path[-1], rule):
                where = ".".join(path)
                expect(top, f"the credential {where} is at the top level of the settings", "it is part of an object")
                expect(marked, f"the credential {where} is writeOnly", f"writeOnly is {rule.get('writeOnly')}")
        for name, rule in properties(destination.schema).items():
            if rule.get("writeOnly"):
                expect(
                    rule.get("type") == "string", f"{name}, which is writeOnly, is text", f"type is {rule.get('type')}"
                )

    @requirement("DST-027")
    def test_defaults_meet_their_rules(self, destination: Subject) -> None:
        """Each setting's default value is one that could be set."""
        for name, rule in properties(destination.schema).items():
            if "default" in rule:
                expect(
                    meets(rule, rule["default"], destination.schema),
                    f"the default of {name} meets its rules",
                    rule["default"],
                )

    @requirement("DST-028")
    def test_events_change_no_secret_and_no_address(self, destination: Subject) -> None:
        """x-per-event is on no secret, and on no URL that requests go to."""
        for name, rule in properties(destination.schema).items():
            if rule.get("x-per-event"):
                expect(
                    not rule.get("writeOnly"), f"events cannot change {name}, which is writeOnly", "it has x-per-event"
                )
                moved = _moved(destination, name) if is_address(name, rule) else set()
                came = f"it has x-per-event, and moves one to {listed(moved)}"
                destination.expect(not moved, f"events cannot change {name}, which says where requests go", came)


def _is_credential(name: str, rule: Mapping[str, Any]) -> bool:
    """Return whether a setting is a credential by its name, and not something about one."""
    about = words_of(name)[-1:] and words_of(name)[-1] in _ABOUT
    return bool(_CREDENTIAL.search(name)) and not (about or "enum" in rule or rule.get("format") in {"uri", "email"})


def _moved(destination: Subject, name: str) -> set[str]:
    """Return where else requests go when a setting has another value; nothing where the plugin takes none."""
    rule = destination.schema["properties"][name]
    known, found = ordinary(destination), set()
    for value in (ELSEWHERE, *texts(rule, name, secret=False)):
        if meets(rule, value, destination.schema):
            with suppress(SubjectError):
                found |= ordinary(destination.with_settings({**destination.settings, name: value}))
                break
    return found - known


def _takers(kind: str, event: str | None) -> set[str]:
    """Return what may follow ``transform_`` in the hooks that take events of a contract."""
    orders = kind == "track" and (event is None or event_key(event) == event_key(ORDER))
    return {kind, _ORDER} if orders else {kind}


def _texts(schema: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Yield the settings that are texts, however deep, by their path."""
    for name, rule in properties(schema).items():
        if rule.get("type", "string") == "string":
            yield (*path, name), rule
        yield from _texts(rule, (*path, name))

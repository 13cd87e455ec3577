"""What all contract classes share: ids, capabilities, opt-outs that are loud, and no silent overriding.

class TestMine(DestinationContract):
    plugin = my_package.plugin
    supports = ("identify", "track")
    opt_out = {"DST-016": "The ledger keeps e-mails only; agreed with legal on 2026-11-01."}

What a class may not do: give a test the name of one of the contract's, which would switch that one off unseen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import pytest

from contract_tests.requirements import requirements

#: The marker's name.
MARK = "requirement"
#: Family → what its subjects may lack; each says in its package what that means.
CAPABILITIES: Mapping[str, Collection[str]] = MappingProxyType(
    {
        "DST": (
            *("identify", "track", "order", "delete", "page", "screen", "group", "alias"),
            *("load_settings", "interpret_response", "connection_check"),
        ),
        "EVT": ("report",),
        "VND": ("campaigns", "control", "idempotency", "lists", "segment"),
        "RTR": ("control", "deletion", "restart"),
    }
)
#: What the reason of a skip begins with where the subject lacks what a requirement is about; others show nothing.
UNSUPPORTED = "unsupported: "
_NOTHING: Mapping[str, str] = MappingProxyType({})


class ContractError(TypeError):
    """A contract class is not used as it can be; ``code`` is stable.

    Attributes:
        code: Such as ``contract_tests.overridden``; docs/contract-tests.md lists all.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"[{code}] {message}")
        self.code = code


def requirement(*ids: str, needs: str | None = None) -> pytest.MarkDecorator:
    """Mark a test as one of these requirements. Raises ``ContractError`` where there is no such requirement.

    Args:
        ids: Such as ``DST-010``.
        needs: The capability without which the test is not for the subject, such as ``delete``.
    """
    __tracebackhide__ = True
    for name in ids:
        if not _known(name):
            message = f"A test is marked as {name}, which is no requirement in force; see CONTRACT.md."
            raise ContractError("contract_tests.unknown_id", message)
    return pytest.mark.requirement(*ids, needs=needs)


class Contract:
    """One family of requirements, as tests to inherit.

    Attributes:
        family: The three letters of its ids.
        subject: What is tested, for reports; the class' name unless it is set.
        supports: The capabilities that the subject has, none where it is empty; ``None`` to find out.
        opt_out: Requirement id → why it does not hold. Its tests have to fail, and the report says so.
    """

    family: ClassVar[str]
    subject: ClassVar[str] = ""
    supports: ClassVar[Collection[str] | None] = None
    opt_out: ClassVar[Mapping[str, str]] = _NOTHING

    def __init_subclass__(cls, **options: Any) -> None:
        __tracebackhide__ = True
        super().__init_subclass__(**options)
        _refuse_overriding(cls)
        family = getattr(cls, "family", "")
        check_opt_outs(cls.opt_out, family, cls.__name__)
        # DST-006 is about the names that a plugin's class declares.
        if cls.supports is not None and family in CAPABILITIES.keys() - {"DST"}:
            check_supports(cls.supports, CAPABILITIES[family], cls.__name__)

    def lacking(self, capability: str) -> str | None:  # noqa: ARG002  # For those who override it.
        """Return why the subject lacks a capability; ``None`` where it has it. Each family finds out in its own way."""
        return None

    def declared(self, config: pytest.Config) -> Collection[str] | None:
        """Return the capabilities that the class declares, else those of ``--supports``; ``None`` to find out.

        Names of other families say nothing of this one, but no name at all says that there is nothing.
        """
        given: str | None = config.getoption("--supports", None)
        if self.supports is not None or given is None:
            return self.supports
        names = named_in(given)
        own = [name for name in names if name in CAPABILITIES[self.family]]
        return own if own or not names else None

    @classmethod
    def name_of(cls, config: pytest.Config) -> str:  # noqa: ARG003  # For those who override it.
        """Return the subject's name for reports."""
        return cls.subject or cls.__name__

    @pytest.fixture(autouse=True)
    def _only_what_is_supported(self, request: pytest.FixtureRequest) -> None:
        """Skip tests that need what the subject does not have."""
        declared = self.declared(request.config)
        for mark in request.node.iter_markers(MARK):
            need = mark.kwargs.get("needs")
            if need is None or (declared is not None and need in declared):
                continue
            why = f"{need} is not among what it supports" if declared is not None else self.lacking(need)
            if why:
                pytest.skip(f"{UNSUPPORTED}{', '.join(mark.args)} needs {need}: {why}")


def named_in(supports: str) -> list[str]:
    """Return the capabilities that ``--supports`` names, parted by commas or spaces."""
    return supports.replace(",", " ").split()


def check_supports(given: Iterable[str], known: Iterable[str], where: str) -> None:
    """Refuse capabilities that there are not, which would otherwise switch tests off unseen. Raises ``ContractError``."""
    __tracebackhide__ = True
    unknown = [name for name in given if name not in known]
    if unknown:
        message = (
            f"{where} declares {', '.join(unknown)}, which is no capability; there are {', '.join(sorted(set(known)))}."
        )
        raise ContractError("contract_tests.unknown_capability", message)


def check_opt_outs(given: Mapping[str, str], family: str, where: str) -> None:
    """Refuse opt-outs of requirements that there are not, and without a reason. Raises ``ContractError``."""
    __tracebackhide__ = True
    for name, reason in given.items():
        if not _known(name) or not name.startswith(family):
            message = (
                f"{where} opts out of {name}, which is no requirement of {family or 'the contract'}; see CONTRACT.md."
            )
            raise ContractError("contract_tests.unknown_id", message)
        if not reason.strip():
            raise ContractError("contract_tests.no_reason", f"{where} opts out of {name} without a reason. Say why.")


def ids_of(marks: Iterable[pytest.Mark]) -> tuple[str, ...]:
    """Return the requirement ids of a test's marks."""
    return tuple(dict.fromkeys(name for mark in marks if mark.name == MARK for name in mark.args))


def _known(name: object) -> bool:
    found = requirements().get(name) if isinstance(name, str) else None
    return found is not None and found.level != "RETIRED"


def _refuse_overriding(cls: type) -> None:
    """Refuse a class in which a test of a requirement is hidden, by the class itself or by one that it inherits from."""
    __tracebackhide__ = True
    for name in dict.fromkeys(name for base in cls.__mro__ for name in vars(base) if name.startswith("test")):
        definers = [base for base in cls.__mro__ if name in vars(base)]
        hidden = next((base for base in definers[1:] if _holds(base, name)), None)
        if hidden is not None:
            ids = ids_of(getattr(vars(hidden)[name], "pytestmark", ()))
            message = (
                f"{definers[0].__name__} replaces {hidden.__name__}.{name}, which would switch {', '.join(ids) or 'it'} off "
                f"in {cls.__name__} unseen. Give your test another name; where the requirement cannot hold, say why: "
                f'opt_out = {{"{ids[0] if ids else "ID"}": "…"}}.'
            )
            raise ContractError("contract_tests.overridden", message)


def _holds(base: type, name: str) -> bool:
    """Return whether a class' test is one of the contract's: in the kit they all are, elsewhere those that say so."""
    ours = base.__module__.partition(".")[0] == __name__.partition(".")[0]
    return issubclass(base, Contract) and (ours or bool(ids_of(getattr(vars(base)[name], "pytestmark", ()))))

"""Contract classes: ids that exist, no silent overriding, capabilities, and opt-outs that say why."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from kit_runs import WITHOUT, came, ran

from contract_tests.contract import CAPABILITIES as KNOWN
from contract_tests.contract import Contract, ContractError, check_opt_outs, check_supports, ids_of, requirement
from contract_tests.destination.hooks import CAPABILITIES as OF_PLUGINS
from contract_tests.router.subject import CAPABILITIES as OF_ROUTERS
from contract_tests.vendor import CAPABILITIES as OF_SERVERS


class Topic(Contract):
    """Some tests of a contract, as the kit has them."""

    family = "DST"

    @requirement("DST-010")
    def test_one(self) -> None:
        """One."""

    def test_own(self) -> None:
        """A test that holds no requirement."""


def test_marks() -> None:
    """A mark has its ids, once each, and the capability that it needs; other marks have none."""
    mark = requirement("DST-010", "DST-011", needs="delete").mark
    assert (mark.name, mark.args, mark.kwargs) == ("requirement", ("DST-010", "DST-011"), {"needs": "delete"})
    marks = [pytest.mark.parametrize("a", [1]).mark, mark, requirement("DST-010").mark]
    assert ids_of(marks) == ("DST-010", "DST-011")


@pytest.mark.parametrize("name", ["DST-999", "dst-010", ""])
def test_a_test_is_for_requirements_that_there_are(name: str) -> None:
    """An id that is none is refused where it is written."""
    with pytest.raises(ContractError, match="marked as") as caught:
        requirement("DST-010", name)
    assert caught.value.code == "contract_tests.unknown_id"


class _Before:
    def test_one(self) -> None:
        pass


@requirement("DST-011")
def _of_another_requirement(self: Any) -> None:
    pass


def _hidden_by(*bases: type, **names: Any) -> str:
    with pytest.raises(ContractError) as caught:
        type("TestMine", bases, names)
    assert caught.value.code == "contract_tests.overridden"
    return str(caught.value)


def test_no_test_is_overridden_silently() -> None:
    """Neither by a function, nor by None, nor by a mixin that comes first, nor by another contract's test."""
    other = type("Other", (Contract,), {"test_one": _of_another_requirement})
    assert "TestMine replaces Topic.test_one, which would switch DST-010 off in TestMine" in _hidden_by(
        Topic, test_one=lambda self: None
    )
    assert "Give your test another name" in _hidden_by(Topic, test_one=None)
    assert 'opt_out = {"DST-010": "…"}' in _hidden_by(Topic, test_one=_of_another_requirement)
    assert "_Before replaces Topic.test_one" in _hidden_by(_Before, Topic)
    assert "Other replaces Topic.test_one" in _hidden_by(other, Topic)
    assert "Topic replaces Other.test_one" in _hidden_by(Topic, other)


def test_the_kit_itself_hides_none_of_its_tests() -> None:
    """There every test counts, those too whose parameters have the requirements."""
    ours = {"__module__": "contract_tests.destination.somewhere", "test_cases": lambda self: None}
    kit = type("Kit", (Contract,), ours)
    assert "would switch it off" in _hidden_by(kit, test_cases=None)
    assert 'opt_out = {"ID": "…"}' in _hidden_by(kit, test_cases=None)


def test_tests_of_ones_own_may_be_overridden() -> None:
    """What holds no requirement, and what comes after the contract in the order of inheritance, is nobody's business."""
    mine = type("TestMine", (Topic, _Before), {"test_own": lambda self: None, "test_new": lambda self: None})
    assert mine.test_one is Topic.test_one  # type: ignore[attr-defined]
    again = type("TestAgain", (mine,), {"test_new": None, "help": None})
    assert again.__mro__[1] is mine


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"DST-999": "because"}, "contract_tests.unknown_id"),
        ({"EVT-010": "because"}, "contract_tests.unknown_id"),
        ({"DST-010": " "}, "contract_tests.no_reason"),
    ],
)
def test_opt_outs_are_checked_where_they_are_written(given: dict[str, str], code: str) -> None:
    """An id of no requirement, or of another family's, and an opt-out without a reason are refused."""
    with pytest.raises(ContractError, match="TestMine opts out of") as caught:
        type("TestMine", (Topic,), {"opt_out": given})
    assert caught.value.code == code


def test_opt_outs_with_reasons() -> None:
    """They are taken, in a class without a family too."""
    check_opt_outs({"DST-010": "because"}, "DST", "here")
    check_opt_outs({"DST-010": "because", "DST-011": "because"}, "", "here")
    assert type("Mixin", (Contract,), {"opt_out": {"DST-010": "because"}})


def test_a_class_that_cannot_be_is_an_error_for_people(pytester: pytest.Pytester) -> None:
    """Pytest shows the place and the sentence, and nothing of the kit."""
    pytester.makepyfile("""
        from test_kit_contract import Topic

        class TestMine(Topic):
            def test_one(self):
                pass
        """)
    run = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    run.assert_outcomes(errors=1)
    run.stdout.fnmatch_lines(
        ["*.py:3: in <module>", "E *ContractError: [[]contract_tests.overridden] TestMine replaces *"]
    )
    run.stdout.no_fnmatch_line("*_refuse_overriding*")


CAPABILITIES = """
    from contract_tests.contract import Contract, requirement

    class Topic(Contract):
        family = "DST"

        @requirement("DST-010", needs="identify")
        def test_identify(self):
            pass

        @requirement("DST-011", "DST-012", needs="delete")
        def test_delete(self):
            pass

        def lacking(self, capability):
            return "there is no transform_delete" if capability == "delete" else None

    class TestFound(Topic):
        pass

    class TestDeclared(Topic):
        supports = ("delete",)
    """


def test_capabilities(pytester: pytest.Pytester) -> None:
    """What a subject lacks is skipped with the reason: found out, unless it is declared."""
    _, report = ran(pytester, CAPABILITIES)
    unsupported = {"DST-011": "unsupported", "DST-012": "unsupported"}
    assert came(report, "TestFound") == {"DST-010": "met", **unsupported}
    assert came(report, "TestDeclared") == {"DST-010": "unsupported", "DST-011": "met", "DST-012": "met"}
    reasons = {row.id: row.reason for subject in report.subjects for row in subject.rows if row.result == "unsupported"}
    assert reasons["DST-011"] == "needs delete: there is no transform_delete"
    assert reasons["DST-010"] == "needs identify: identify is not among what it supports"


def test_capabilities_by_option(pytester: pytest.Pytester) -> None:
    """An option declares them for classes that do not."""
    _, report = ran(pytester, CAPABILITIES, "--supports=identify, track")
    assert came(report, "TestFound")["DST-010"] == "met"
    assert came(report, "TestFound")["DST-011"] == "unsupported"
    assert came(report, "TestDeclared")["DST-010"] == "unsupported"


def test_no_capabilities_at_all(pytester: pytest.Pytester) -> None:
    """An empty option declares that there is none; names of other families only leave the subject to find out."""
    _, report = ran(pytester, CAPABILITIES, "--supports=")
    assert set(came(report, "TestFound").values()) == {"unsupported"}
    _, report = ran(pytester, CAPABILITIES, "--supports=lists")
    assert came(report, "TestFound") == {"DST-010": "met", "DST-011": "unsupported", "DST-012": "unsupported"}


def test_capabilities_that_there_are_not(pytester: pytest.Pytester) -> None:
    """A misspelt name would switch tests off unseen: it is refused, in an option before anything is tested."""
    run = pytester.runpytest_inprocess("--supports=control,lsits", *WITHOUT)
    run.stderr.fnmatch_lines(
        ["*[[]contract_tests.unknown_capability] --supports declares lsits, which is no capability*"]
    )
    assert run.ret == pytest.ExitCode.USAGE_ERROR
    with pytest.raises(
        ContractError, match=r"TestMine declares lsits, .*; there are campaigns, control, idempotency, lists"
    ) as caught:
        type("TestMine", (Contract,), {"family": "VND", "supports": ("control", "lsits")})
    assert caught.value.code == "contract_tests.unknown_capability"
    with pytest.raises(
        ContractError, match=r"--supports declares lsits, time, which is no capability; there are a, b\."
    ):
        check_supports(["lsits", "a", "time"], ["b", "a", "b"], "--supports")
    assert type("Mixin", (Contract,), {"supports": ("control",)})
    assert type("TestPlugin", (Topic,), {"supports": ("refunds",)}), "which is for DST-006 to say"


def test_the_capabilities_of_each_family() -> None:
    """The families' packages explain those that are known."""
    assert {family: set(names) for family, names in KNOWN.items()} == {
        "DST": set(OF_PLUGINS),
        "EVT": {"report"},
        "VND": set(OF_SERVERS),
        "RTR": set(OF_ROUTERS),
    }


class Plain(Topic):
    """A contract class as it comes."""

    subject: ClassVar[str] = "plain"


def test_unless_they_are_overridden(pytestconfig: pytest.Config) -> None:
    """A class lacks nothing, declares nothing, and is called what it says, or else as Python calls it."""
    assert Plain().lacking("delete") is None
    assert Plain().declared(pytestconfig) is None
    assert (Plain.name_of(pytestconfig), Topic.name_of(pytestconfig)) == ("plain", "Topic")

"""Details of the engine that mutation testing found nobody looking at."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from kit_runs import WITHOUT, ran

import contract_tests
from contract_tests.contract import Contract, ContractError, check_opt_outs, requirement
from contract_tests.findings import LONGEST_REQUEST, MOST_REQUESTS, expect, told
from contract_tests.reporting import _judged, _secrets, _subject, opt_outs, prepare
from contract_tests.requirements import Requirement, version_of
from contract_tests.results import Seen, gather
from event_router.api import Secret

ONE = Requirement("DST-010", "MUST", "A hook is pure.", "Hosts share events.", "Copy first.", "1.0")


def text(error: BaseException, *journal: str) -> str:
    """Return what people are told of an error."""
    return told([ONE], error, journal, "test_it")


def noted(*notes: str) -> str:
    """Return what people are told of an error with Hypothesis' notes."""
    error = OSError("gone")
    for note in notes:
        error.add_note(note)
    return text(error)


def caught(function: Any) -> BaseException:
    """Return the check that fails in a function."""
    with pytest.raises(AssertionError) as found:
        function()
    return found.value


def test_a_document_without_version_is_refused_in_a_sentence() -> None:
    """The whole sentence."""
    with pytest.raises(ValueError, match=r"^CONTRACT\.md lacks a line such as Version: 1\.0\.$"):
        version_of("")


def test_the_reason_of_an_opt_out_is_what_follows_the_first_sign() -> None:
    """A reason may have signs of its own."""
    assert opt_outs(["DST-010 = a=b "]) == {"DST-010": "a=b"}


def test_a_wrong_opt_out_says_where_it_is_given() -> None:
    """The option is named."""
    with pytest.raises(ContractError, match=r"--opt-out opts out of DST-999"):
        opt_outs(["DST-999=because"])


def secrets(**has: Any) -> list[str]:
    """Return the secrets that a test is known to have."""
    item: Any = SimpleNamespace(config=SimpleNamespace(getoption=lambda name: None), **has)
    return list(_secrets(item))


def test_where_secrets_are() -> None:
    """In the settings that a test is given, and in those of its class; a test without either has none."""
    settings = {"token": Secret("s3cret")}
    assert secrets() == secrets(cls=None) == secrets(cls=object, funcargs={}) == []
    assert secrets(funcargs={"settings": settings}) == ["s3cret"]
    assert secrets(cls=SimpleNamespace(settings=settings)) == ["s3cret"]


def test_a_test_without_class_has_its_file_for_subject() -> None:
    """Where there is no class, the file is the subject."""
    item: Any = SimpleNamespace(nodeid="test_mine.py::test_it")
    assert _subject(item) == "test_mine.py"


@pytest.mark.parametrize(
    ("report", "judged"),
    [
        ({"passed": True}, ("met", "")),
        ({"failed": True, "longrepr": "boom"}, ("broken", "boom")),
        ({"longrepr": None}, ("not shown", "")),
        ({"longrepr": ("file", 1, "Skipped: no time")}, ("not shown", "no time")),
    ],
)
def test_reports_of_other_plugins(report: dict[str, Any], judged: tuple[str, str]) -> None:
    """What passes needs no reason; what fails or is skipped is taken as its report has it."""
    item: Any = SimpleNamespace(stash=pytest.Stash())
    given: Any = SimpleNamespace(**{"passed": False, "failed": False, **report})
    assert _judged(item, given) == judged


def test_a_test_keeps_the_words_that_it_is_found_by() -> None:
    """Its ids are added; a test without a class opts out by the option alone."""
    marks: list[Any] = []
    item: Any = SimpleNamespace(
        extra_keyword_matches={"mine"},
        iter_markers=lambda name: [requirement("DST-010").mark],
        stash=pytest.Stash(),
        add_marker=marks.append,
    )
    prepare(item, {"DST-010": "because"})
    assert item.extra_keyword_matches == {"mine", "DST-010"}
    assert [mark.kwargs["reason"] for mark in marks] == ["DST-010 opted out: because"]


def test_families_are_in_the_order_of_the_document() -> None:
    """Servers come before routers there, though not in the alphabet."""
    found = [Seen("x", f"test_{name}", (f"{name}-010",), "met") for name in ("RTR", "VND", "EVT", "DST")]
    assert [one.family for one in gather(found)] == ["DST", "EVT", "VND", "RTR"]


class Two(Contract):
    """A contract with a test of two requirements."""

    family = "DST"

    @requirement("DST-010", "DST-011")
    def test_two(self) -> None:
        """Two."""


def test_every_id_that_is_hidden_is_named() -> None:
    """A test of two requirements is missing twice."""
    with pytest.raises(ContractError, match="would switch DST-010, DST-011 off"):
        type("TestMine", (Two,), {"test_two": None})


def test_what_a_class_or_an_option_declares() -> None:
    """The class goes first, then the option, whose words commas or spaces part."""
    config: Any = SimpleNamespace(getoption=lambda name, default: {"--supports": "delete, track"}.get(name, default))
    without: Any = SimpleNamespace(getoption=lambda name, default: default)
    assert Two().declared(config) == ["delete", "track"]
    assert Two().declared(without) is None
    assert type("TestMine", (Two,), {"supports": ("identify",)})().declared(config) == ("identify",)


def test_the_kit_can_do_without_its_options() -> None:
    """Where the kit's pytest plugin is switched off, nothing is declared by an option."""

    def getoption(name: str, *default: None) -> None:
        if not default:
            raise ValueError(name)

    config: Any = SimpleNamespace(getoption=getoption)
    assert Two().declared(config) is None


@pytest.mark.parametrize("name", [["DST-010"], "DST-011"])
def test_what_is_no_id(name: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list is none, nor is one that is retired."""
    retired = Requirement("DST-011", "RETIRED", "It was so.", "It mattered.", "Wait.", "1.0")
    monkeypatch.setattr("contract_tests.contract.requirements", lambda: {"DST-010": ONE, "DST-011": retired})
    with pytest.raises(ContractError, match="which is no requirement in force"):
        requirement(name)


@pytest.mark.parametrize(("family", "whose"), [("DST", "DST"), ("", "the contract")])
def test_an_opt_out_of_nothing_says_of_what(family: str, whose: str) -> None:
    """The family that the class is of, or the whole contract."""
    with pytest.raises(
        ContractError, match=f"here opts out of ABC-010, which is no requirement of {whose}; see CONTRACT.md"
    ):
        check_opt_outs({"ABC-010": "because"}, family, "here")


@pytest.mark.parametrize("wrong", ['a = requirement("DST-999")', 'opt_out = {"DST-999": "because"}'])
def test_the_place_of_a_mistake_is_not_in_the_kit(pytester: pytest.Pytester, wrong: str) -> None:
    """Who writes a wrong id sees the line, and none of ours."""
    pytester.makepyfile(f"""
        from contract_tests.contract import Contract, requirement

        class TestMine(Contract):
            {wrong}
        """)
    run = pytester.runpytest_inprocess(*WITHOUT)
    run.stdout.fnmatch_lines(["E *ContractError: [[]contract_tests.unknown_id] *DST-999, which is no requirement *"])
    run.stdout.no_fnmatch_line("*contract.py:*")


def test_the_last_lines_tell_the_phase(pytester: pytest.Pytester) -> None:
    """What failed before a test began is told as that, in pytest's summary too."""
    run, _ = ran(
        pytester,
        """
        import pytest
        from contract_tests.contract import Contract, requirement

        class TestMine(Contract):
            family = "DST"

            @pytest.fixture
            def missing(self):
                raise OSError("gone")

            @requirement("DST-010")
            def test_it(self, missing):
                pass
        """,
        "-rE",
    )
    run.stdout.fnmatch_lines(["ERROR *: expected: the test can begin*"])


def test_a_journal_that_is_one_too_long() -> None:
    """The one request before is counted."""
    journal = [str(number) for number in range(MOST_REQUESTS + 1)]
    assert "journal:\n    … 1 before\n    1\n" in text(OSError(), *journal)


def test_long_requests_are_cut_with_a_sign() -> None:
    """A line that was longer ends so that people see it."""
    (line,) = re.findall(r"journal:\n    (.*)\n", text(OSError(), "word " * LONGEST_REQUEST))
    assert line.endswith("word …")


def test_several_examples_are_told() -> None:
    """Each on lines of its own, and nothing of a note that is of no use."""
    several = noted(
        "Falsifying example: test_it(\n    a='X',\n)",
        "You can reproduce this …",
        "Falsifying example: test_it(\n    a=X,\n)",
    )
    assert "with: a='X'\n    a=X\n" in several
    assert "\nwith: " not in noted("You can reproduce this …")


def test_what_the_kit_raises_on_purpose_has_no_place() -> None:
    """Its sentence says all, from whichever of the kit's packages it comes; a mistake in the kit has a place."""
    kit = str(Path(contract_tests.__file__).with_name("somewhere.py"))
    raising = compile("def go(error):\n    raise error\n", kit, "exec")
    names: dict[str, Any] = {}
    exec(raising, names)
    for module, place in (("contract_tests.destination.loading", False), ("somewhere", True)):
        error = type("Error", (Exception,), {"__module__": module})("gone")
        with pytest.raises(type(error)):
            names["go"](error)
        assert ("somewhere.py:2 in go" in text(error)) is place


def test_places_within_the_tools_help_nobody() -> None:
    """A cause that Hypothesis raises has no place in anybody's code."""

    def check() -> None:
        try:
            st.integers(2, 1).validate()
        except InvalidArgument as error:
            expect(False, "it can be drawn", error)

    assert "\nat: " not in text(caught(check))

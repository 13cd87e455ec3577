"""What a failed test tells people: both sides, the place, the example, the journal, why, and what to do."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from contract_tests.contract import ContractError, requirement
from contract_tests.findings import LONGEST, MOST_REQUESTS, BrokenRequirement, expect, gist, shown, told
from contract_tests.requirements import Requirement

ONE = Requirement("DST-010", "MUST", "A hook is pure.", "Hosts share events.", "Copy first.", "1.0")
TWO = Requirement("DST-011", "SHOULD", "A hook is fast.", "Hosts wait.", "Do less.", "1.0")


def raised(function: Callable[[], object]) -> BaseException:
    """Return what a function raises."""
    with pytest.raises(BaseException) as caught:  # noqa: PT011
        function()
    return caught.value


def broken(expected: str = "it stays", came: str = "it went") -> BrokenRequirement:
    """Return what a broken requirement raises."""
    found = raised(lambda: expect(False, expected, came))
    assert isinstance(found, BrokenRequirement)
    return found


def test_what_is_expected_passes() -> None:
    """Anything true is fine."""
    expect([0], "a list with something in it", [0])


def test_what_is_not_expected_is_raised_in_words() -> None:
    """Both sides are kept; values are shown as Python writes them, text as it is."""
    error = broken(came="status 500")
    assert (error.expected, error.came) == ("it stays", "status 500")
    assert str(error) == "expected: it stays\ncame: status 500"
    assert isinstance(raised(lambda: expect({}, "a body", {})), AssertionError)
    assert str(raised(lambda: expect(None, "a body", {"a": 1}))) == "expected: a body\ncame: {'a': 1}"


def test_long_values_are_cut() -> None:
    """A message stays on a screen, and says how long the value is."""
    assert shown("x" * LONGEST) == "x" * LONGEST
    assert shown("x" * (LONGEST + 1)) == "x" * LONGEST + f"… ({LONGEST + 1} characters)"


def test_what_could_not_be_tested() -> None:
    """A mistake of the set-up is no verdict: the requirements are named, and nothing is said of how to meet them."""
    error = ContractError("contract_tests.no_server", "Nobody answers.")
    text = told([ONE, TWO], error, [], "test_it", "setup")
    assert text.startswith("DST-010, DST-011 could not be tested.\n")
    assert "do:" not in text


def test_the_whole_text() -> None:
    """All of it, in the order in which people need it."""
    error = broken()
    error.add_note("Falsifying example: test_it(\n    self=<object at 0x7f>,\n    event={\n        'a': 1,\n    },\n)")
    text = told([ONE, TWO], error, ["1. POST /a → 200", "2. POST /b → 500"], "test_mine.py::TestMine::test_it")
    assert text == (
        "DST-010 MUST: A hook is pure.\n"
        "DST-011 SHOULD: A hook is fast.\n"
        "expected: it stays\n"
        "came: it went\n"
        "with: event={\n"
        "        'a': 1,\n"
        "    }\n"
        "journal:\n"
        "    1. POST /a → 200\n"
        "    2. POST /b → 500\n"
        "why: Hosts share events.\n"
        "why: Hosts wait.\n"
        "do: Copy first.\n"
        "do: Do less.\n"
        "test: test_mine.py::TestMine::test_it"
    )


def test_parts_without_content_are_left_out() -> None:
    """Without an example and a journal there is no word of them."""
    text = told([ONE], broken(), [], "test_it")
    assert [line.partition(":")[0] for line in text.splitlines()] == [
        "DST-010 MUST",
        "expected",
        "came",
        "why",
        "do",
        "test",
    ]


def test_a_long_journal_is_cut_at_its_beginning() -> None:
    """The last requests matter; how many there were before is said."""
    journal = [f"{number}." for number in range(MOST_REQUESTS + 2)]
    assert "journal:\n    … 2 before\n    2.\n    3.\n" in told([ONE], broken(), journal, "test_it")
    assert "journal:\n    2.\n" in told([ONE], broken(), journal[2:], "test_it")


@pytest.mark.parametrize(
    ("note", "tells"),
    [
        ("Falsifying example: test_it(\n    self=<o>,\n    a=1,\n    b=2,\n)", "with: a=1,\n    b=2\n"),
        ("Failing test case: test_it(\n    a=1,\n)", "with: a=1\n"),
        ("Falsifying explicit example: test_it(\n    a=1,\n)", "with: a=1\n"),
        ("Falsifying example:\nstate = Machine()\nstate.go()", "with: Falsifying example:\n    state = Machine()\n"),
        ("x" * (LONGEST + 1), f"… ({LONGEST + 1} characters)\n"),
    ],
)
def test_examples(note: str, tells: str) -> None:
    """Hypothesis' example is told without what only the test's author can use."""
    error = broken()
    error.add_note(note)
    error.add_note("\nYou can reproduce this test case by temporarily adding @reproduce_failure('6.1', b'AA==')")
    text = told([ONE], error, [], "test_it")
    assert tells in text
    assert "reproduce" not in text


def test_what_the_subject_raises_is_told_with_its_place() -> None:
    """An exception of the subject's is named, and where it was raised, from below the kit and the tools."""
    error = raised(lambda: json.loads("{"))
    text = told([ONE], error, [], "test_it")
    assert "expected: the test comes to its end\ncame: JSONDecodeError: Expecting property name" in text
    assert text.split("at: ")[1].split("\n")[2].startswith("    ")
    assert "decoder.py:" in text.split("at: ")[1].split("\n")[2]


def test_the_cause_of_a_broken_requirement_is_told_with_its_place() -> None:
    """Where a check was made of an exception, the exception's place is what helps."""

    def check() -> None:
        try:
            json.loads("{")
        except ValueError as error:
            expect(False, "it can be read", error)

    def check_from_within_the_kit() -> None:
        try:
            expect(False, "the kit's own", "trouble")
        except AssertionError as error:
            expect(False, "it can be read", error)

    assert "decoder.py:" in told([ONE], raised(check), [], "test_it")
    assert "\nat: " not in told([ONE], raised(check_from_within_the_kit), [], "test_it")


def test_errors_of_the_kit_itself_have_their_place() -> None:
    """Where everything is the kit's, its own place is told."""
    assert "findings.py:" in told([ONE], raised(lambda: told(None, OSError(), [], "")), [], "test_it")  # type: ignore[arg-type]
    assert "\nat: " not in told([ONE], ValueError("never raised"), [], "test_it")
    assert "\nat: " not in told([ONE], raised(lambda: requirement("DST-999")), [], "test_it")


@pytest.mark.parametrize(
    ("phase", "expected"),
    [("setup", "the test can begin"), ("call", "the test comes to its end"), ("teardown", "the test can clean up")],
)
def test_phases(phase: str, expected: str) -> None:
    """What goes wrong around a test is told apart from what goes wrong in it."""
    assert f"expected: {expected}\ncame: OSError: gone" in told([ONE], OSError("gone"), [], "test_it", phase)
    assert f"expected: {expected}; came: OSError: gone" in gist([ONE], OSError("gone"), phase)


def test_of_several_failures_the_one_that_says_most_is_told() -> None:
    """Hypothesis raises groups; a broken requirement in one counts more than an exception."""
    group = ExceptionGroup("2 failures", [KeyError("a"), ExceptionGroup("inner", [broken(), ValueError("b")])])
    assert gist([ONE], group) == "DST-010: expected: it stays; came: it went"
    assert "came: KeyError: 'a'" in told([ONE], ExceptionGroup("1 failure", [KeyError("a")]), [], "test_it")


def test_the_gist_is_one_line() -> None:
    """For the last lines of pytest, and JUnit's XML."""
    assert gist([ONE, TWO], broken(came="a\n  b")) == "DST-010, DST-011: expected: it stays; came: a b"

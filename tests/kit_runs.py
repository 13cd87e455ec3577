"""The contract tests run as their users run them, and what became of each requirement."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from textwrap import dedent
from typing import TypeVar

import pytest
from _pytest.mark import ParameterSet

from contract_tests.report import Report, read

_T = TypeVar("_T")

#: Results that say nothing against the subject.
GOOD = frozenset({"met", "unsupported"})
#: What a run within a run does without: schemathesis leaves Hypothesis' examples blank.
WITHOUT = ("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:schemathesis")


def exhibits(names: Iterable[_T], seen: Collection[_T]) -> list[ParameterSet]:
    """Return the parameters of a gallery's test.

    Args:
        names: All that the gallery shows.
        seen: Those who take a branch of the contract tests that nobody else takes, so that its coverage is counted.
    """
    return [pytest.param(name, marks=() if name in seen else pytest.mark.gallery) for name in names]


def judged(pytester: pytest.Pytester, *args: str) -> Mapping[str, str]:
    """Run the door without code in this process; return requirement id → result."""
    file = pytester.path / "report.json"
    run = pytester.runpytest_inprocess("--pyargs", "contract_tests", f"--contract-report={file}", *WITHOUT, *args)
    assert file.exists(), f"the contract tests came to no report:\n{run.stdout}\n{run.stderr}"
    return results(file.read_text("utf-8"))


def results(report: str) -> Mapping[str, str]:
    """Return requirement id → result of a report with one subject for each family."""
    subjects = json.loads(report)["subjects"]
    return {row["id"]: row["result"] for subject in subjects for row in subject["requirements"]}


def failed(found: Mapping[str, str]) -> Collection[str]:
    """Return the ids that do not hold."""
    return {name for name, result in found.items() if result not in GOOD}


def ran(pytester: pytest.Pytester, source: str, *args: str) -> tuple[pytest.RunResult, Report]:
    """Run contract classes of one's own in this process, as their source; return the run and its report."""
    file = pytester.makepyfile(test_mine=dedent(source)).with_name("report.json")
    run = pytester.runpytest_inprocess("--strict-markers", f"--contract-report={file}", *WITHOUT, *args)
    assert file.exists(), f"there is no report:\n{run.stdout}\n{run.stderr}"
    return run, read(file.read_text("utf-8"))


def came(report: Report, subject: str) -> Mapping[str, str]:
    """Return requirement id → result of one of a report's subjects, without what was not run."""
    found = next(one for one in report.subjects if one.name == subject)
    return {row.id: row.result for row in found.rows if row.result != "not run"}

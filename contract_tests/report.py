"""The report of a run, and its form as JSON, which ``report.schema.json`` describes.

It has no date, so that the same subject makes the same report; whoever keeps one knows when it was made.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator

from contract_tests.requirements import version
from contract_tests.results import Row, Seen, Subject, gather


class ReportError(ValueError):
    """A text is no report, or there is none; ``code`` is stable.

    Attributes:
        code: ``contract_tests.no_report``.
    """

    code = "contract_tests.no_report"

    def __init__(self, message: str) -> None:
        super().__init__(f"[{self.code}] {message}")


@dataclass(frozen=True, slots=True)
class Report:
    """What became of all requirements for all subjects of a run.

    Attributes:
        contract: The version of the contract.
        versions: What it was tested with: distribution → version.
        subjects: Who was tested.
    """

    contract: str
    versions: Mapping[str, str]
    subjects: tuple[Subject, ...]

    @property
    def holds(self) -> bool:
        """Return whether somebody was tested, and every subject holds."""
        return bool(self.subjects) and all(subject.holds for subject in self.subjects)


def report_of(found: Iterable[Seen]) -> Report:
    """Return the report of these tests, made here and now."""
    versions = {"python": platform.python_version()}
    return Report(version(), versions | {name: _installed(name) for name in _TOLD}, gather(found))


def _installed(name: str) -> str:
    """Return a distribution's version; of one that is only found on the path nobody knows it."""
    try:
        return version_of(name)
    except PackageNotFoundError:
        return "unknown"


#: The distributions whose versions say what a subject was tested with.
_TOLD = ("promoter-destination", "pytest", "hypothesis")


def written(report: Report) -> str:
    """Return a report as JSON text."""
    plain = {
        "contract": report.contract,
        "versions": dict(report.versions),
        "holds": report.holds,
        "subjects": [_subject(subject) for subject in report.subjects],
    }
    return json.dumps(plain, indent=1, ensure_ascii=False) + "\n"


def read(text: str) -> Report:
    """Return a report from JSON text. Raises ``ReportError`` where it is none."""
    try:
        plain = json.loads(text)
    except ValueError as error:
        raise ReportError(f"This is no JSON: {error}. Make a report with pytest --contract-report=FILE.") from None
    wrong = next(iter(_validator().iter_errors(plain)), None)
    if wrong is not None:
        raise ReportError(f"This is no report of contract tests: {wrong.json_path}: {wrong.message}")
    return Report(plain["contract"], plain["versions"], tuple(_subject_of(one) for one in plain["subjects"]))


def schema() -> Any:
    """Return the JSON Schema of reports."""
    return json.loads((files("contract_tests") / "report.schema.json").read_text("utf-8"))


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema())


def _subject(subject: Subject) -> dict[str, Any]:
    return {
        "name": subject.name,
        "family": subject.family,
        "holds": subject.holds,
        "counts": subject.counts(),
        "requirements": [_row(row) for row in subject.rows],
    }


def _row(row: Row) -> dict[str, Any]:
    tests = [{"test": test.test, "result": test.result, "reason": test.reason} for test in row.tests]
    return {"id": row.id, "level": row.level, "result": row.result, "statement": row.statement, "tests": tests}


def _subject_of(plain: Mapping[str, Any]) -> Subject:
    rows = tuple(_row_of(row, plain["name"]) for row in plain["requirements"])
    return Subject(plain["name"], plain["family"], rows)


def _row_of(plain: Mapping[str, Any], subject: str) -> Row:
    tests = tuple(Seen(subject, one["test"], (plain["id"],), one["result"], one["reason"]) for one in plain["tests"])
    return Row(plain["id"], plain["level"], plain["statement"], plain["result"], tests)

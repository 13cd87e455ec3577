"""Reports for people: the summary after pytest's, a table for a terminal, and one in Markdown."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

from contract_tests.report import Report
from contract_tests.requirements import Requirement
from contract_tests.results import Row, Subject

_TOLD = ("unsupported", "opted out", "outdated", "not met", "broken", "not shown", "not run")
_FAILED = frozenset({"broken", "not met"})
_SILENT = frozenset({"met", "not run"})
#: Where nothing is worse than this, nobody has looked: no verdict.
_UNJUDGED = frozenset({"not run"})
_NARROWEST = 40


def verdict(subject: Subject, contract: str) -> str:
    """Return in a line whether a subject holds, and in numbers why."""
    verb = _verb(subject)
    levels = [
        f"{subject.count('met', level=level)} of {subject.applying(level)} {level}"
        for level in ("MUST", "SHOULD")
        if subject.applying(level)
    ]
    others = [f"{count} {result}" for result in _TOLD if (count := subject.count(result))]
    told = "; ".join(filter(None, [", ".join(levels), ", ".join(others)]))
    return f"{subject.name} {verb} {subject.family} of contract {contract}: {told}"


def _verb(subject: Subject) -> str:
    if subject.holds:
        return "was not held to most, and meets what it supports of" if subject.mostly_unsupported else "meets"
    unjudged = all(row.result in _UNJUDGED for row in subject.rows if row.open)
    return "was not held to all of" if unjudged else "does NOT meet"


def summary(report: Report) -> Iterator[str]:
    """Yield a line for each subject, one for each requirement that is not simply met, and one for all that were not run."""
    for subject in report.subjects:
        yield verdict(subject, report.contract)
        yield from (f"  {row.id} {row.result}: {_explained(row)}" for row in subject.rows if _matters(row))
        left = [row.id for row in subject.rows if row.result == "not run"]
        yield from [f"  not run: {', '.join(left)}"] if left else []


def table(report: Report, width: int) -> Iterator[str]:
    """Yield the lines of a table of every requirement, then what the failures of each tell, then the verdicts."""
    for subject in report.subjects:
        yield f"{subject.family}: {subject.name}"
        for row in subject.rows:
            yield from _columns((row.id, row.level, row.result), _cell(row), width)
        yield ""
    for subject in report.subjects:
        for row in subject.rows:
            if row.result in _FAILED:
                yield from (f"{subject.name} · {row.result}", *textwrap.indent(row.reason, "  ").splitlines(), "")
    yield from (verdict(subject, report.contract) for subject in report.subjects)


def markdown(report: Report) -> Iterator[str]:
    """Yield the lines of the table in Markdown, and what the failures tell, such as for ``$GITHUB_STEP_SUMMARY``."""
    for subject in report.subjects:
        yield from (f"### {_plain(verdict(subject, report.contract))}", "", "| id | level | result | requirement |")
        yield "|---|---|---|---|"
        for row in subject.rows:
            yield f"| {row.id} | {row.level} | {row.result} | {_plain(_cell(row))} |"
        yield ""
        for row in subject.rows:
            if row.result in _FAILED:
                yield from (f"#### {row.id} {row.result}", "", *_fenced(row.reason), "")


def listing(found: Iterable[Requirement], width: int) -> Iterator[str]:
    """Yield the lines of a list of requirements."""
    for one in found:
        yield from _columns((one.id, one.level), one.statement, width)


def _matters(row: Row) -> bool:
    return row.result not in _SILENT or bool(row.left_out)


def _explained(row: Row) -> str:
    """Return why in a line; for failures, whose text is long and stands elsewhere, what was to be so."""
    if row.left_out:
        return f"in part: {row.left_out}"
    told = "" if row.result in _FAILED else row.reason.partition("\n")[0]
    return told or row.statement


def _cell(row: Row) -> str:
    told = _explained(row)
    return row.statement if told == row.statement else f"{row.statement} ({told})"


def _columns(cells: tuple[str, ...], text: str, width: int) -> Iterator[str]:
    head = " ".join(f"{cell:<{size}}" for cell, size in zip(cells, (7, 6, 11), strict=False))
    first, *rest = textwrap.wrap(text, max(_NARROWEST, width - len(head) - 1))
    yield f"{head} {first}"
    yield from (f"{'':<{len(head)}} {line}" for line in rest)


def _fenced(text: str) -> Iterator[str]:
    """Yield a text as a block of Markdown that nothing in it can end."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    yield from (f"{fence}text", *text.splitlines(), fence)


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")

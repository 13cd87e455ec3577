"""What pytest's reports say of requirements: the text of a failure, and what became of the test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contract_tests.beginning import noted
from contract_tests.contract import MARK, UNSUPPORTED, Contract, check_opt_outs, ids_of
from contract_tests.findings import gist, told
from contract_tests.masking import masked, revealed
from contract_tests.options import OPTIONS
from contract_tests.report import Report, report_of, written
from contract_tests.requirements import Requirement, requirements
from contract_tests.results import Seen
from contract_tests.table import summary

#: What a test's journal is found by: a function that returns what was sent and answered, a line each.
JOURNAL = pytest.StashKey[Callable[[], Sequence[str]]]()
_OPTED_OUT = pytest.StashKey[str]()
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Crash:
    """A failure in a line, for pytest's last lines and for JUnit's XML.

    Attributes:
        message: What was expected, and what came.
        test: The test, as pytest names it.
    """

    message: str
    test: str

    def __str__(self) -> str:
        return f"{self.test}: {self.message}"


@dataclass(frozen=True, slots=True)
class Told:
    """The text of a failure, in the shape in which pytest's terminal and its plugins want it.

    Attributes:
        text: What people are told.
        reprcrash: The same in a line.
    """

    text: str
    reprcrash: Crash

    def __str__(self) -> str:
        return self.text

    def toterminal(self, terminal: Any) -> None:
        """Write it to a terminal."""
        terminal.line(self.text)


def opt_outs(given: Iterable[str]) -> dict[str, str]:
    """Return ``ID=REASON`` texts as a dict. Raises ``ContractError`` where one names no requirement or no reason."""
    found = {name.strip(): reason.strip() for name, _, reason in (text.partition("=") for text in given)}
    check_opt_outs(found, "", "--opt-out")
    return found


def concerns(item: pytest.Item) -> bool:
    """Return whether a test holds requirements of ours; others may use a marker of the same name."""
    return any(name in requirements() for name in _ids(item))


def prepare(item: pytest.Item, given: Mapping[str, str]) -> None:
    """Let ``-k`` find a test by its ids, and expect it to fail where one is opted out, by its class or by an option.

    A requirement has several tests, of which some may pass where it does not hold; that one fails is asked of them all
    together, in the end.
    """
    ids = _ids(item)
    item.extra_keyword_matches |= set(ids)
    known = {**given, **getattr(getattr(item, "cls", None), "opt_out", {})}
    for name in ids:
        if name in known:
            item.stash[_OPTED_OUT] = known[name]
            item.add_marker(pytest.mark.xfail(reason=f"{name} opted out: {known[name]}", strict=False))


def complete(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
    """Add what became of a test's requirements to its report; where it failed, tell people in words."""
    if report.when != "call" and report.passed:
        return
    result, reason = _judged(item, report)
    unready = noted(item, call)
    if result == "broken" and call.excinfo is not None:
        found = [requirements()[name] for name in _ids(item)]
        report.longrepr = _told(item, found, call.excinfo.value, report.when)
        reason = str(report.longrepr)
        if {one.level for one in found} == {"SHOULD"} and not unready and not item.config.getoption("--strict-should"):
            report.outcome, result = "skipped", "not met"
            report.wasxfail = f"{found[0].id} SHOULD: {found[0].statement}"
    reason, unready = (masked(text, _secrets(item)) for text in (reason, unready))
    keep(report, Seen(_subject(item), _name(item), _ids(item), result, reason, unready))


def keep(report: pytest.TestReport, seen: Seen) -> None:
    """Put what became of a test on its report, which pytest-xdist takes to its controller."""
    vars(report)["contract"] = seen.plain()


def conclude(found: Sequence[Mapping[str, Any]], file: str | None) -> Report:
    """Return the report of a session; write it if it is wanted."""
    report = report_of(Seen.of(one) for one in found)
    if file:
        Path(file).write_text(written(report), "utf-8")
    return report


def outdated(report: Report) -> bool:
    """Return whether a requirement is opted out, and yet none of its tests fails."""
    return any(subject.count("outdated") for subject in report.subjects)


def lines(report: Report, file: str | None) -> Iterator[str]:
    """Yield what the terminal says in the end."""
    yield from summary(report)
    if file:
        yield f"report: {file}"


def _ids(item: pytest.Item) -> tuple[str, ...]:
    return ids_of(item.iter_markers(MARK))


def _subject(item: pytest.Item) -> str:
    found = getattr(item, "cls", None)
    return found.name_of(item.config) if found and issubclass(found, Contract) else item.nodeid.split("::")[0]


def _name(item: pytest.Item) -> str:
    """Return the test as pytest names it; one of the kit without the way to where the kit happens to be installed."""
    path, *rest = item.nodeid.split("::")
    own = item.path.relative_to(_HERE.parent).as_posix() if _HERE in item.path.parents else path
    return "::".join([own, *rest])


def _judged(item: pytest.Item, report: pytest.TestReport) -> tuple[str, str]:
    """Return what became of a test, and why."""
    opted_out = item.stash.get(_OPTED_OUT, "")
    if report.passed:
        advice = f"opted out ({opted_out}), and yet its tests pass: remove the opt-out"
        return ("outdated", advice) if opted_out else ("met", "")
    if hasattr(report, "wasxfail"):
        return ("opted out", opted_out) if opted_out else ("not shown", f"expected to fail: {report.wasxfail}")
    if report.failed:
        return "broken", str(report.longrepr)
    reason = str(report.longrepr[2]).removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else ""
    if not reason.startswith(UNSUPPORTED):
        return "not shown", reason
    return "unsupported", reason.removeprefix(UNSUPPORTED).removeprefix(f"{', '.join(_ids(item))} ")


def _told(item: pytest.Item, found: Sequence[Requirement], error: BaseException, phase: str) -> Any:
    secrets, name = tuple(_secrets(item)), _name(item)
    text = masked(told(found, error, _journal(item), name, phase), secrets)
    return Told(text, Crash(masked(gist(found, error, phase), secrets), name))


def _secrets(item: pytest.Item) -> Iterator[str]:
    """Yield what no text may have: the keys of Promoter and of the router's sources, and the secrets in a plugin's settings."""
    used = getattr(item, "funcargs", {})
    written = item.config.getoption("--router-write-key")
    # The default is no secret, and stands in the name of docs/contract-tests.md.
    own = None if written == OPTIONS["--router-write-key"]["default"] else written
    for key in (item.config.getoption("--promoter-key"), used.get("promoter_key"), own):
        yield from [key] if isinstance(key, str) else []
    for settings in (used.get("settings"), getattr(getattr(item, "cls", None), "settings", None)):
        yield from revealed(settings)


def _journal(item: pytest.Item) -> Sequence[str]:
    try:
        return item.stash[JOURNAL]()
    except KeyError:
        return ()
    except Exception as error:  # noqa: BLE001  # What a test failed for is worth more than its journal.
        return (f"(there is no journal: {type(error).__name__}: {error})",)

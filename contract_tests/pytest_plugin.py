"""The pytest plugin: options of the door without code, and what becomes of tests that have a requirement.

Unused, it costs the import of this module, which imports nothing but pytest and a table, and a glance at each test: where nobody has
imported ``contract_tests.contract``, no test can be one of a contract.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import pytest

from contract_tests.complaints import asked, complaints
from contract_tests.options import GROUP, OPTIONS, TARGETS

_HERE = Path(__file__).parent
_BEFORE = pytest.StashKey[Any]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("contract", GROUP)
    for name, more in OPTIONS.items():
        group.addoption(name, **more)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker; set how many examples there are. Raises ``UsageError`` where options make no sense."""
    config.addinivalue_line(
        "markers", "requirement(*ids, needs=None): holds requirements of contract_tests/CONTRACT.md"
    )
    for complaint in complaints(config):
        raise pytest.UsageError(complaint)
    if not hasattr(config, "workerinput"):  # A worker of pytest-xdist hands its reports on.
        config.pluginmanager.register(_Keeper(config), "contract-tests-keeper")
    examples = config.getoption("--contract-examples")
    if examples is not None:
        from hypothesis import settings

        config.stash[_BEFORE] = settings.default
        settings.register_profile("contract", settings.default, max_examples=examples)
        settings.load_profile("contract")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave Hypothesis as it was, for who runs pytest within a process."""
    if _BEFORE in config.stash:
        from hypothesis import settings

        settings.register_profile("before-contract", config.stash[_BEFORE])
        settings.load_profile("before-contract")


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say which version holds whom to what; nothing where the door without code is not used."""
    given = [f"{TARGETS[family][0][2:]} {config.getoption(TARGETS[family][0])}" for family in tested(config)]
    if not given:
        return []
    from contract_tests.masking import masked
    from contract_tests.requirements import version

    return [masked(f"contract {version()}: {', '.join(given)}", ())]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the tests of families that nobody is named for."""
    if collection_path.parent != _HERE or not collection_path.name.startswith("test_"):
        return None
    return None if collection_path.name in {TARGETS[family][1] for family in tested(config)} else True


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let ``-k`` find tests by ids; expect those of requirements that are opted out to fail."""
    given: dict[str, str] | None = None
    for item in items:
        if _concerned(item):
            from contract_tests.reporting import opt_outs, prepare

            given = opt_outs(config.getoption("--opt-out")) if given is None else given
            prepare(item, given)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Do not begin a test where another of its class has told what is to be mended first."""
    if _concerned(item):
        from contract_tests.beginning import hold_back

        hold_back(item)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say of a test that has a requirement what became of it, and why, for people."""
    report = yield
    if _concerned(item):
        from contract_tests.reporting import complete

        complete(item, call, report)
    return report


def tested(config: pytest.Config) -> Sequence[str]:
    """Return the families that somebody is held to; a router's Promoter is then what it is tested with, not who is."""
    named = [family for family, (option, _) in TARGETS.items() if config.getoption(option)]
    return [family for family in named if family != "VND" or "RTR" not in named]


def _concerned(item: pytest.Item) -> bool:
    if "contract_tests.contract" not in sys.modules or item.get_closest_marker("requirement") is None:
        return False
    from contract_tests.reporting import concerns

    return concerns(item)


class _Keeper:
    """Keeps what became of requirements; with pytest-xdist, this is where the workers' reports come together."""

    def __init__(self, config: pytest.Config) -> None:
        self._file: str | None = config.getoption("--contract-report")
        self._seen: list[dict[str, Any]] = []
        self._lines: list[str] = []
        self._unready: Sequence[str] = ()
        self._plugins = config.pluginmanager
        # Without tracebacks, pytest keeps to itself why it could not even begin.
        self._tells = asked(config) and config.option.tbstyle == "no"

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Say why the door does not open."""
        terminal: Any = self._plugins.get_plugin("terminalreporter")
        if report.failed and self._tells and terminal is not None:
            terminal.write_line(str(report.longrepr))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a report says of requirements."""
        self._seen += [report.contract] if hasattr(report, "contract") else []

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the report, unless somebody could not be tested. What is opted out and holds fails the session."""
        if self._seen:
            from contract_tests.beginning import missing
            from contract_tests.reporting import conclude, lines, outdated

            self._unready = missing(self._seen)
            report = None if self._unready else conclude(self._seen, self._file)
            self._lines += lines(report, self._file) if report else ()
            if (report is None or outdated(report)) and session.exitstatus == pytest.ExitCode.OK:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say which requirements are met, or why there is no report."""
        if self._unready:  # Whatever else is kept silent: there is nothing else to be told.
            terminalreporter.section("contract: there is no report")
            for line in self._unready:
                terminalreporter.line(line)
        if self._lines and not terminalreporter.no_summary:
            terminalreporter.section("contract")
            for line in self._lines:
                terminalreporter.line(line)

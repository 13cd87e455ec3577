"""The pytest plugin: options of the door without code, and what becomes of tests that have a requirement.

Unused, it costs the import of this module, which imports nothing but pytest and a table, and a glance at each test: where nobody has
imported ``contract_tests.contract``, no test can be one of a contract.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from contract_tests.options import GROUP, OPTIONS, TARGETS, homeless

_HERE = Path(__file__).parent
_NEEDED = ("hypothesis", "httpx")
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
    for complaint in _complaints(config):
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


def _complaints(config: pytest.Config) -> Iterator[str]:
    """Yield what is wrong with the options."""
    named = [option for option, _ in TARGETS.values() if config.getoption(option)]
    if _asked(config) and not named:
        options = ", ".join(option for option, _ in TARGETS.values())
        yield f"[contract_tests.no_target] Say what to test: {options}; see docs/contract-tests.md."
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if named and missing:
        needed = f"[contract_tests.not_installed] The contract tests need {' and '.join(missing)}"
        yield f"{needed}: pip install 'promoter-destination[contract-tests]'."
    if "--router-url" in named and "--promoter-url" not in named:
        yield "[contract_tests.no_promoter] Say with --promoter-url which Promoter the router sends to: it is asked what came."
    yield from filter(None, [homeless(config.getoption("--contract-report"))])
    given = [option for option in ("--canonicaliser", "--opt-out", "--supports") if config.getoption(option)]
    if given:
        from contract_tests.contract import ContractError

        try:
            _check(config)
        except ContractError as error:
            yield str(error)


def _check(config: pytest.Config) -> None:
    """Raise ``ContractError`` where an option names what there is not."""
    from contract_tests.contract import CAPABILITIES, check_supports, named_in
    from contract_tests.reporting import opt_outs

    if config.getoption("--canonicaliser"):
        from contract_tests.events.loading import load

        load(config.getoption("--canonicaliser"))
    opt_outs(config.getoption("--opt-out"))
    known = [name for names in CAPABILITIES.values() for name in names]
    check_supports(named_in(config.getoption("--supports") or ""), known, "--supports")


def _asked(config: pytest.Config) -> bool:
    """Return whether pytest is pointed at the kit's own tests: at its modules' names, or at their files."""
    names = [arg.partition("::")[0] for arg in config.args]
    paths = [path for name in names for path in (Path(name).absolute(), *Path(name).absolute().parents)]
    return _HERE in paths or any(name.partition(".")[0] == _HERE.name for name in names)


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
        self._plugins = config.pluginmanager
        # Without tracebacks, pytest keeps to itself why it could not even begin.
        self._tells = _asked(config) and config.option.tbstyle == "no"

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
        """Write the report. A requirement that is opted out and holds fails the session: its opt-out is to go."""
        if self._seen:
            from contract_tests.reporting import conclude, lines, outdated

            report = conclude(self._seen, self._file)
            self._lines += lines(report, self._file)
            if outdated(report) and session.exitstatus == pytest.ExitCode.OK:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say which requirements are met."""
        if self._lines and not terminalreporter.no_summary:
            terminalreporter.section("contract")
            for line in self._lines:
                terminalreporter.line(line)

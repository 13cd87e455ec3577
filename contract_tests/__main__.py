"""The commands: ``python -m contract_tests report`` for a table, JSON, Markdown and a badge, and ``… list``.

``report`` runs pytest as a program of its own. Within this one, pytest could no longer rewrite what the command has
imported already, and whatever a plugin does to its process it would do to the report as well.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from shutil import get_terminal_size
from signal import SIG_DFL, SIGPIPE, signal
from tempfile import TemporaryDirectory

from contract_tests.badge import badge
from contract_tests.options import OPTIONS, homeless
from contract_tests.report import Report, ReportError, read, written
from contract_tests.requirements import FAMILIES, in_force
from contract_tests.stopping import run
from contract_tests.table import listing, markdown, table

#: Exit statuses: every subject holds; one does not; there is no report.
HOLDS, OPEN, NO_REPORT = 0, 1, 2

_STDERR = 2  # There pytest says how far it is; standard output has the table only.
_QUIET = ("-q", "--no-header", "--no-summary", "--disable-warnings", "--tb=no", "-p", "no:cacheprovider")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; return its exit status."""
    parser = _parser()
    given, others = parser.parse_known_args(argv)
    if others and (given.command == "list" or given.stored):
        parser.error(f"nothing is tested here, so this has no meaning: {' '.join(others)}")
    if given.command == "list":
        _say(listing((one for one in in_force() if given.family in {None, one.family}), _width()))
        return HOLDS
    for complaint in _complaints(given):
        parser.error(complaint)
    try:
        report = read(Path(given.stored).read_text("utf-8")) if given.stored else tested(others)
        _write(report, given)
    except (ReportError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return NO_REPORT
    _say(table(report, _width()))
    return HOLDS if report.holds else OPEN


def _complaints(given: argparse.Namespace) -> Iterable[str]:
    """Yield what is wrong with the files that are wanted: before anything is tested, not after."""
    yield from filter(None, map(homeless, (given.json, given.markdown, given.badge)))
    if given.badge and Path(given.badge).suffix not in {".svg", ".json"}:
        yield f"[contract_tests.no_badge] A badge is an .svg, or a .json for shields.io; {given.badge} is neither."


def tested(options: Sequence[str]) -> Report:
    """Run the door without code with these options; return its report. Raises ``ReportError`` where pytest made none."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pytest", "--pyargs", "contract_tests", *_QUIET, *options]
        ended = run([*command, f"--contract-report={file}"], stdout=_STDERR)
        if ended.signal is not None:
            raise ReportError(f"This was stopped by {ended.signal.name}, and all that it had started.")
        if not file.exists():
            raise ReportError(f"pytest ended with status {ended.status} and made no report; it says above why.")
        return read(file.read_text("utf-8"))


def _write(report: Report, given: argparse.Namespace) -> None:
    if given.json:
        Path(given.json).write_text(written(report), "utf-8")
    if given.markdown:
        Path(given.markdown).write_text("\n".join(markdown(report)) + "\n", "utf-8")
    if given.badge:
        Path(given.badge).write_text(badge(report, given.badge), "utf-8")


def _say(lines: Iterable[str]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)


def _width() -> int:
    return get_terminal_size((100, 24)).columns


def _parser() -> argparse.ArgumentParser:
    about = "Contract tests of destination plugins, canonical events, Promoter-compatible servers and event routers."
    parser = argparse.ArgumentParser("python -m contract_tests", description=about, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    report = commands.add_parser(
        "report",
        help="test, and show what became of every requirement",
        description="Test, and show what became of every requirement. The exit status is 0 where every subject holds, "
        "1 where one does not, and 2 where there is no report.",
        epilog="\n".join(["options of pytest, which it hands on, among them:", *_options()]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    report.add_argument(
        "--from", dest="stored", metavar="FILE", help="show a report that pytest --contract-report wrote"
    )
    report.add_argument("--json", "--contract-report", metavar="FILE", help="write the report as JSON")
    report.add_argument("--markdown", metavar="FILE", help="write the table in Markdown")
    report.add_argument(
        "--badge", metavar="FILE", help="write a badge: SVG, or what shields.io reads where FILE ends with .json"
    )
    shown = commands.add_parser("list", help="show the requirements", allow_abbrev=False)
    shown.add_argument("--family", choices=tuple(FAMILIES), help="those of one family")
    return parser


def _options() -> Iterable[str]:
    for name, more in OPTIONS.items():
        yield f"  {' '.join([name, more.get('metavar', '')]):<34} {more['help']}"


if __name__ == "__main__":
    signal(SIGPIPE, SIG_DFL)  # Who reads no further, as head does, ends this in silence.
    sys.exit(main())

"""The commands ``report`` and ``list``."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from signal import SIGTERM, Signals

import pytest

from contract_tests import __main__ as command_line
from contract_tests.__main__ import main
from contract_tests.badge import svg
from contract_tests.options import OPTIONS
from contract_tests.report import Report, read, report_of, written
from contract_tests.requirements import in_force
from contract_tests.results import Row, Seen, Subject
from contract_tests.stopping import Ended
from contract_tests.table import markdown, verdict

GOOD = Report(
    "1.0",
    {"python": "3.11.0", "promoter-destination": "0.1.0", "pytest": "9.0", "hypothesis": "6.1"},
    (
        Subject(
            "mine", "DST", (Row("DST-010", "MUST", "It is so.", "met", (Seen("mine", "test_a", ("DST-010",), "met"),)),)
        ),
    ),
)
BAD = report_of([Seen("mine", "test_a", ("DST-010",), "broken", "DST-010 MUST: It is so.\nexpected: …")])


@pytest.fixture(autouse=True)
def _width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")


def stored(folder: Path, report: Report) -> str:
    """Write a report into a folder; return its file."""
    file = folder / "stored.json"
    file.write_text(written(report), "utf-8")
    return str(file)


def test_a_stored_report_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its table, its failures, its verdict, and a status that says whether all hold."""
    assert main(["report", "--from", stored(tmp_path, GOOD)]) == 0
    assert capsys.readouterr().out == (
        "DST: mine\nDST-010 MUST   met         It is so.\n\nmine meets DST of contract 1.0: 1 of 1 MUST\n"
    )
    assert main(["report", "--from", stored(tmp_path, BAD)]) == 1
    shown = capsys.readouterr().out
    assert "mine · broken\n  DST-010 MUST: It is so.\n  expected: …\n" in shown
    assert shown.endswith(f"{verdict(BAD.subjects[0], BAD.contract)}\n")


def test_files(tmp_path: Path) -> None:
    """Each form is written where it is wanted."""
    names = {"--json": "r.json", "--markdown": "r.md", "--badge": "b.svg"}
    files = [arg for option, name in names.items() for arg in (option, str(tmp_path / name))]
    assert main(["report", "--from", stored(tmp_path, GOOD), *files]) == 0
    assert read((tmp_path / "r.json").read_text("utf-8")) == GOOD
    assert (tmp_path / "r.md").read_text("utf-8") == "\n".join(markdown(GOOD)) + "\n"
    assert (tmp_path / "b.svg").read_text("utf-8") == svg(GOOD)
    main(["report", "--from", stored(tmp_path, GOOD), "--badge", str(tmp_path / "b.json")])
    assert json.loads((tmp_path / "b.json").read_text("utf-8"))["message"] == "DST 1/1"


@pytest.mark.parametrize(
    ("content", "says"), [("{}", "[contract_tests.no_report] This is no report"), (None, "No such file or directory: ")]
)
def test_what_is_no_report(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, says: str) -> None:
    """Nothing on standard output, a sentence on the other, and a status of its own."""
    if content:
        (tmp_path / "r.json").write_text(content, "utf-8")
    assert main(["report", "--from", str(tmp_path / "r.json")]) == 2
    assert capsys.readouterr().out == ""
    assert main(["report", "--from", str(tmp_path / "r.json")]) == 2
    assert says in capsys.readouterr().err


class Pytest:
    """Stands for the program pytest; it writes a report, or none."""

    def __init__(self, report: Report | None, signal: Signals | None = None) -> None:
        self.report, self.signal = report, signal
        self.command: Sequence[str] = ()

    def __call__(self, command: Sequence[str], **_: object) -> Ended:
        """Run."""
        self.command = command
        if self.report is not None:
            Path(command[-1].removeprefix("--contract-report=")).write_text(written(self.report), "utf-8")
        return Ended(4, self.signal)


def test_testing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Options of pytest are handed on, also those that look like ours; the report that pytest makes counts."""
    pytest_ = Pytest(GOOD)
    monkeypatch.setattr(command_line, "run", pytest_)
    file = tmp_path / "r.json"
    options = ["--destination=promoter", "-k", "not slow", "--opt-out", "DST-011=because", "-n2"]
    assert main(["report", *options, "--contract-report", str(file)]) == 0
    assert capsys.readouterr().out.endswith("mine meets DST of contract 1.0: 1 of 1 MUST\n")
    assert list(pytest_.command[:5]) == [sys.executable, "-m", "pytest", "--pyargs", "contract_tests"]
    assert list(pytest_.command[-len(options) - 1 : -1]) == options
    assert read(file.read_text("utf-8")) == GOOD
    monkeypatch.setattr(command_line, "run", Pytest(BAD))
    assert main(["report", *options]) == 1


def test_where_pytest_makes_no_report(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Its status is told."""
    monkeypatch.setattr(command_line, "run", Pytest(None))
    assert main(["report", "--destination=promoter"]) == 2
    assert capsys.readouterr().err == (
        "[contract_tests.no_report] pytest ended with status 4 and made no report; it says above why.\n"
    )


def test_a_run_that_was_stopped(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What it has come to is no verdict, though pytest makes a report of it."""
    monkeypatch.setattr(command_line, "run", Pytest(GOOD, SIGTERM))
    assert main(["report", "--destination=promoter"]) == 2
    assert capsys.readouterr() == (
        "",
        "[contract_tests.no_report] This was stopped by SIGTERM, and all that it had started.\n",
    )


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    """All requirements, or those of a family."""
    assert main(["list"]) == 0
    heads = [line.split(" ")[0] for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    assert heads == [one.id for one in in_force()]
    assert main(["list", "--family", "VND"]) == 0
    assert {line[:3] for line in capsys.readouterr().out.splitlines()} == {"VND", "   "}


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["list", "--destination=promoter"], "this has no meaning: --destination=promoter"),
        (["report", "--from", "r.json", "-x"], "this has no meaning: -x"),
        (["list", "--family", "XYZ"], "invalid choice: 'XYZ'"),
        (
            ["report", "--json", "nowhere/r.json"],
            "[contract_tests.no_folder] There is no folder to write nowhere/r.json",
        ),
        (["report", "--badge", "b.png"], "[contract_tests.no_badge] A badge is an .svg"),
        ([], "the following arguments are required: COMMAND"),
    ],
)
def test_wrong_arguments(capsys: pytest.CaptureFixture[str], args: list[str], says: str) -> None:
    """They are refused in a sentence."""
    with pytest.raises(SystemExit) as caught:
        main(args)
    assert caught.value.code == 2
    assert says in capsys.readouterr().err


def test_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    """Pytest's, which are handed on, too."""
    with pytest.raises(SystemExit):
        main(["report", "--help"])
    shown = capsys.readouterr().out
    assert not {option for option in OPTIONS if f"  {option} " not in shown}


def test_as_a_program(tmp_path: Path) -> None:
    """A real run: the table and what failed on standard output, pytest on the other."""
    done = program(tmp_path, "report", "--destination=promoter", "-k", "DST-001", "--supports=track")
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("DST: promoter\nDST-001 MUST   met  ")
    assert "promoter was not held to all of DST" in done.stdout
    assert "1 passed" in done.stderr
    assert "contract 1" not in done.stderr


def test_a_program_that_cannot_begin(tmp_path: Path) -> None:
    """Why is told, without a traceback."""
    done = program(tmp_path, "report", "--destination=nothing:here")
    assert (done.returncode, done.stdout) == (2, "")
    assert "[contract_tests.destination_unloadable] Destination nothing:here: " in done.stderr
    assert done.stderr.endswith(
        "[contract_tests.no_report] pytest ended with status 2 and made no report; it says above why.\n"
    )
    assert "Traceback" not in done.stderr


def test_nobody_reads_on(tmp_path: Path) -> None:
    """Where the reader goes away, as head does, there is no traceback."""
    shell = f"{sys.executable} -P -m contract_tests list | true"
    done = subprocess.run(["sh", "-c", shell], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr == ""


def program(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a program in a folder, with no plugin of pytest but ours."""
    command = [sys.executable, "-m", "contract_tests", *args, "-p", "contract_tests.pytest_plugin"]
    env = {"PATH": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)

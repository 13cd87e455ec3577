"""Routers of the gallery, judged by the contract tests in processes side by side: most of their time they wait."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from contract_tests.report import read

Verdicts = Mapping[str, Mapping[str, str]]
_OUTPUT, _REPORT = "output.txt", "report.json"

_SIDE_BY_SIDE = 6
_TESTS = Path(__file__).parent
_QUIET = ("-q", "-W", "error", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:schemathesis")
_MODULE = """
from gallery.routers import subjects

globals().update(subjects({names!r}))
"""


def verdicts(folder: Path, names: Sequence[str], *args: str) -> Verdicts:
    """Return router → requirement id → result, of requirements that were tested.

    Args:
        folder: An empty one.
        names: Of the routers.
        args: More options of pytest.
    """
    shares = [names[at::_SIDE_BY_SIDE] for at in range(min(_SIDE_BY_SIDE, len(names)))]
    runs = [_run(folder / str(at), share, args) for at, share in enumerate(shares)]
    for run in runs:
        run.wait()
    return {name: found for at in range(len(shares)) for name, found in _read(folder / str(at)).items()}


def said(folder: Path) -> str:
    """Return what pytest has said of the routers that were judged in a folder."""
    return "\n".join(file.read_text("utf-8", "replace") for file in folder.glob(f"*/{_OUTPUT}"))


def _run(folder: Path, names: Sequence[str], args: Sequence[str]) -> subprocess.Popen[bytes]:
    folder.mkdir(parents=True)
    (folder / "test_share.py").write_text(_MODULE.format(names=list(names)))
    command = [sys.executable, "-m", "pytest", *_QUIET, f"--contract-report={_REPORT}", *args, "test_share.py"]
    paths = os.pathsep.join(filter(None, [str(_TESTS), os.environ.get("PYTHONPATH")]))
    with (folder / _OUTPUT).open("wb") as output:
        return subprocess.Popen(
            command, cwd=folder, env={**os.environ, "PYTHONPATH": paths}, stdout=output, stderr=output
        )


def _read(folder: Path) -> Verdicts:
    report = folder / _REPORT
    assert report.exists(), (folder / _OUTPUT).read_text()
    subjects = read(report.read_text("utf-8")).subjects
    return {one.name: {row.id: row.result for row in one.rows if row.result != "not run"} for one in subjects}

"""mock-promoter without the extra ``mock``: a line that says what to install, and no traceback."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mock_promoter.__main__ import _NEEDED, main

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.mark.parametrize("missing", [("click",), ("starlette", "uvicorn")])
def test_what_is_missing_is_said(missing: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named, with what to install."""
    monkeypatch.setattr("mock_promoter.__main__.find_spec", lambda name: None if name in missing else object())
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == (
        f"mock-promoter needs what is not installed ({', '.join(missing)}): pip install 'promoter-destination[mock]'."
    )


def test_the_program_says_it_in_one_line(tmp_path: Path) -> None:
    """Nothing but the project itself is there: the line comes to standard error, and the status is 1."""
    code = f"import sys; sys.path.append({str(ROOT)!r}); from mock_promoter.__main__ import main; main()"
    # -S: without site-packages, and so without the extra.
    command = [sys.executable, "-I", "-S", "-c", code, "serve"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.endswith("pip install 'promoter-destination[mock]'.\n")


def test_with_the_extra_it_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The command is called by its name."""
    monkeypatch.setattr(sys, "argv", ["__main__.py", "--help"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("Usage: mock-promoter ")


def test_what_is_looked_for_is_the_extra() -> None:
    """Each distribution of the extra is looked for by its module, but for uvloop, and the command begins here."""
    distributions = packages_distributions()
    looked_for = {canonicalize_name(distributions[name][0]) for name in _NEEDED}
    extra = {canonicalize_name(Requirement(line).name) for line in PROJECT["optional-dependencies"]["mock"]}
    assert looked_for == extra - {"uvloop"}
    assert PROJECT["scripts"]["mock-promoter"] == f"{main.__module__}:main"

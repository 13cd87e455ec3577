"""In a clean virtual environment, with the wheel and what its metadata asks for, another's plugin is tested without code."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PathDistribution, distribution
from pathlib import Path

import hatchling.build
import pytest
from kit_runs import GOOD, results
from ledger import installed
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Room:
    """A virtual environment that shares nothing with that of the tests.

    Attributes:
        folder: An empty folder to work in.
        python: Its interpreter.
        site: Where its distributions are.
    """

    folder: Path
    python: Path
    site: Path

    def run(self, *args: str) -> subprocess.CompletedProcess[str]:
        """Run its interpreter in the empty folder, with nothing in the environment."""
        command = [str(self.python), *args]
        return subprocess.run(command, cwd=self.folder, env={}, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    """Return a room with the wheel, what its extra contract-tests asks for, and the second destination."""
    base = tmp_path_factory.mktemp("room")
    venv.create(base / "venv", with_pip=False)
    site = next((base / "venv" / "lib").glob("python*/site-packages"))
    _unpack(_wheel(base), site)
    (own,) = site.glob("promoter_destination-*.dist-info")
    for found in _needed(PathDistribution(own), {"contract-tests"}):
        _copy(found, site)
    shutil.copytree(installed(base / "second"), site, dirs_exist_ok=True)
    (base / "empty").mkdir()
    return Room(base / "empty", base / "venv" / "bin" / "python", site)


def _wheel(folder: Path) -> Path:
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        return folder / hatchling.build.build_wheel(str(folder))
    finally:
        os.chdir(before)


def _unpack(wheel: Path, site: Path) -> None:
    with zipfile.ZipFile(wheel) as content:
        content.extractall(site)


def _needed(start: Distribution, extras: Collection[str]) -> Iterator[Distribution]:
    """Yield what a distribution asks for, and what that asks for, of the environment of the tests."""
    seen, waiting = {canonicalize_name(start.name)}, [(start, extras)]
    while waiting:
        one, wanted = waiting.pop()
        for line in one.requires or ():
            asked = Requirement(line)
            name = canonicalize_name(asked.name)
            here = asked.marker is None or any(asked.marker.evaluate({"extra": extra}) for extra in ("", *wanted))
            if here and name not in seen:
                seen.add(name)
                waiting.append((distribution(name), asked.extras))
                yield waiting[-1][0]


def _copy(found: Distribution, site: Path) -> None:
    """Copy a distribution's files as they are, compiled ones too; what is outside of site-packages is no library."""
    for file in found.files or ():
        if ".." not in file.parts:
            target = site / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(str(file.locate()), target)


def test_the_room_is_clean(room: Room) -> None:
    """It has what the metadata asks for and nothing else: no router, no mock, no tools of this project."""
    code = "import importlib.metadata as m; print(*sorted({d.name.lower() for d in m.distributions()}))"
    names = set(room.run("-P", "-c", code).stdout.split())
    assert {
        "promoter-destination",
        "second-destination",
        "pytest",
        "hypothesis",
        "httpx",
        "jsonschema",
        "orjson",
    } <= names
    assert not names & {"pip", "nats-py", "starlette", "uvicorn", "click", "pytest-xdist", "schemathesis", "hatchling"}
    code = (
        "import contract_tests, second_destination, sys; print(contract_tests.__file__); assert not sys.flags.dev_mode"
    )
    assert room.run("-P", "-c", code).stdout.startswith(str(room.site))


def test_another_plugin_by_the_door_without_code(room: Room) -> None:
    """The ledger meets every requirement of its family that is for it; what is not says which hook is missing."""
    done = room.run(
        "-m", "pytest", "--pyargs", "contract_tests", "--destination=ledger", "--contract-report=report.json"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    text = (room.folder / "report.json").read_text("utf-8")
    found = results(text)
    assert set(found.values()) <= GOOD, found
    tests = [test for row in json.loads(text)["subjects"][0]["requirements"] for test in row["tests"]]
    assert {test["result"] for test in tests} == {"met", "unsupported"}
    assert not [test for test in tests if test["result"] == "unsupported" and not test["reason"]]
    assert " warning" not in done.stdout


def test_the_report_in_the_room(room: Room) -> None:
    """The command shows the table and writes the badge."""
    options = ("--destination=ledger", "--contract-examples=3", "--badge=badge.svg")
    done = room.run("-m", "contract_tests", "report", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("DST: ledger\n")
    assert "ledger meets DST of contract" in done.stdout
    assert (room.folder / "badge.svg").read_text("utf-8").startswith("<svg ")


def test_it_runs_with_this_python(room: Room) -> None:
    """The interpreter is that of the tests, its libraries are its own."""
    shown = room.run("-P", "-c", "import sys; print(sys.version); print(*sys.path, sep='\\n')").stdout
    assert shown.startswith(sys.version.split("\n", maxsplit=1)[0])
    assert not [line for line in shown.splitlines() if "site-packages" in line and line != str(room.site)]

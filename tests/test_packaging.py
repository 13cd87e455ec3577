"""What is shipped: the wheel that the tests run against, and the editable install."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from time import perf_counter

import hatchling.build
import promoter_destination
import pytest

import event_router
import promoter_schemas

ROOT = Path(__file__).parent.parent


def _unmeasured() -> dict[str, str]:
    """Return the environment without coverage, which would slow what is timed."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}


def test_the_tests_run_against_an_installation() -> None:
    """Not against the checkout, which would hide what the wheel lacks."""
    for module in (event_router, promoter_destination, promoter_schemas):
        assert ROOT / ".venv" in Path(str(module.__file__)).parents or ROOT not in Path(str(module.__file__)).parents


def test_metadata() -> None:
    """The distribution has its extras, its entry point and its commands."""
    found = distribution("promoter-destination")
    assert set(found.metadata.get_all("Provides-Extra") or ()) == {"router", "mock", "contract-tests", "dev"}
    assert {(point.group, point.name) for point in found.entry_points} == {
        ("event_router", "promoter"),
        ("pytest11", "promoter"),
        ("pytest11", "promoter-contract"),
        ("console_scripts", "event-router"),
        ("console_scripts", "mock-promoter"),
    }


@pytest.mark.parametrize("build", ["build_wheel", "build_editable"])
def test_both_kinds_of_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, build: str) -> None:
    """The wheel carries schemas, examples and types; the editable one points at the checkout, where they are."""
    monkeypatch.chdir(ROOT)
    built = tmp_path / getattr(hatchling.build, build)(str(tmp_path))
    with zipfile.ZipFile(built) as wheel:
        names = set(wheel.namelist())
        wheel.extractall(tmp_path / "site")
    if build == "build_wheel":
        assert {
            "promoter_schemas/files/events/identify.json",
            "promoter_schemas/files/mock/state.json",
            "mock_promoter/page/index.html",
            "contract_tests/CONTRACT.md",
            "contract_tests/cases/schema.json",
            "contract_tests/report.schema.json",
            "contract_tests/test_destination.py",
            "event_router/data/events.ndjson",
            "event_router/py.typed",
        } <= names
    roots = [
        line
        for path in (tmp_path / "site").glob("*.pth")
        for line in path.read_text().splitlines()
        if not line.startswith("import")
    ]
    code = "import promoter_schemas, promoter_destination; print(len(promoter_schemas.names()))"
    env = {**_unmeasured(), "PYTHONPATH": os.pathsep.join([str(tmp_path / "site"), *roots])}
    shown = subprocess.run(
        [sys.executable, "-P", "-c", code], env=env, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert int(shown.stdout) == len(promoter_schemas.names())


def test_the_plugin_is_imported_fast_and_without_network() -> None:
    """100 ms over a bare interpreter, no socket, none of the heavy libraries."""
    code = (
        "import sys, time; sys.addaudithook(lambda name, args: sys.exit(name) if name.startswith('socket.') else None);"
        "start = time.perf_counter(); import promoter_destination; took = time.perf_counter() - start;"
        "assert not {'jsonschema', 'httpx', 'asyncio', 'starlette'} & set(sys.modules), sys.modules.keys(); print(took)"
    )
    fastest = min(
        float(
            subprocess.run(
                [sys.executable, "-P", "-c", code], env=_unmeasured(), capture_output=True, text=True, check=True
            ).stdout
        )
        for _ in range(5)
    )
    assert fastest < 0.1


def test_help_is_instant() -> None:
    """--help answers in under 200 ms."""
    times = []
    for _ in range(5):
        start = perf_counter()
        subprocess.run(
            [sys.executable, "-P", "-m", "event_router", "--help"], env=_unmeasured(), capture_output=True, check=True
        )
        times.append(perf_counter() - start)
    assert min(times) < 0.2

"""The tree that mutmut works on: the packages as the wheel holds them, the tests, and mutmut's settings."""

from __future__ import annotations

import ast
import json
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

#: What is mutated, below the folder of the sources.
MUTATED = (
    "promoter_destination/*.py",
    "event_router/contracts.py",
    "event_router/dispatch.py",
    "event_router/settings.py",
    "contract_tests/contract.py",
    "contract_tests/findings.py",
    "contract_tests/reporting.py",
    "contract_tests/requirements.py",
    "contract_tests/results.py",
)
#: The tests that have to notice.
TESTS = (
    "tests/test_plugin_*.py",
    "tests/test_contracts*.py",
    "tests/test_dispatch*.py",
    "tests/test_settings.py",
    "tests/test_destination.py",
    "tests/test_kit_contract.py",
    "tests/test_kit_engine_details.py",
    "tests/test_kit_findings.py",
    "tests/test_kit_reporting.py",
    "tests/test_kit_requirements.py",
    "tests/test_kit_results.py",
)
#: Tests of CONTRACT.md, which is no code, and of all that the kit holds, which takes long.
LEFT_OUT = (
    "tests/test_kit_requirements.py::test_style",
    "tests/test_kit_requirements.py::test_every_requirement_has_a_test_and_every_test_a_requirement",
)
#: mutmut passes over functions that are decorated, and hooks all are.
DECORATOR = "hookimpl"

_SOURCES = "src"
_BESIDE = ("benchmarks", "docs", "examples", "schemas", "CHANGELOG.md", "README.md")
_UNWANTED = shutil.ignore_patterns("__pycache__", "*.pyc")


def build(root: Path, tree: Path) -> None:
    """Fill a folder with what mutmut needs of a checkout."""
    project = (root / "pyproject.toml").read_text("utf-8")
    for source, target in copies(tomllib.loads(project)):
        _copy(root / source, tree / target)
    for path in (path for pattern in MUTATED for path in (tree / _SOURCES).glob(pattern)):
        path.write_text(applied_by_name(path.read_text("utf-8"), DECORATOR), "utf-8")
    tests = sorted(path.relative_to(tree).as_posix() for pattern in TESTS for path in tree.glob(pattern))
    (tree / "pyproject.toml").write_text(f"{project}\n{settings(tests)}", "utf-8")


def copies(project: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is copied, and to where: the wheel's content as pyproject.toml has it, the tests and what they read."""
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    yield from ((package, f"{_SOURCES}/{Path(package).name}") for package in wheel["packages"])
    yield from ((source, f"{_SOURCES}/{target}") for source, target in wheel["force-include"].items())
    yield from ((name, name) for name in ("tests", *_BESIDE))


def settings(tests: list[str]) -> str:
    """Return mutmut's part of pyproject.toml."""
    values = {
        "source_paths": [_SOURCES],
        "only_mutate": [f"{_SOURCES}/{pattern}" for pattern in MUTATED],
        "also_copy": list(_BESIDE),
        "pytest_add_cli_args": [
            "-p",
            "no:xdist",
            "-p",
            "mutation.quickest",
            *(f"--deselect={test}" for test in LEFT_OUT),
        ],
        "pytest_add_cli_args_test_selection": tests,
        "use_git_change_detection": False,
        "track_dependencies": False,
    }
    return "\n".join(["[tool.mutmut]", *(f"{name} = {json.dumps(value)}" for name, value in values.items()), ""])


def applied_by_name(source: str, decorator: str) -> str:
    """Return a module whose functions get a decorator by a call below them, which says the same and is no decorator."""
    lines = source.splitlines(keepends=True)
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    for function in reversed(functions):
        for mark in function.decorator_list:
            if isinstance(mark, ast.Name) and mark.id == decorator:
                lines.insert(function.end_lineno or 0, f"\n\n{function.name} = {decorator}({function.name})\n")
                del lines[mark.lineno - 1]
    return "".join(lines)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=_UNWANTED, dirs_exist_ok=True)
    else:
        shutil.copyfile(source, target)

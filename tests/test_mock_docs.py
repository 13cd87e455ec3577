"""The mock's documentation: every call, code, option and effect is in it, and every snippet is a piece of what runs."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

import promoter_schemas
from mock_promoter.cli import main
from mock_promoter.control.app import PREFIX
from mock_promoter.control.command import Refusal
from mock_promoter.control.commands import COMMANDS
from mock_promoter.routes import ROUTES

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples" / "mock"
PAGE = (ROOT / "docs" / "mock.md").read_text("utf-8")
SNIPPETS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
PIECES: dict[str, Callable[[str], list[str]]] = {
    "python": lambda source: re.split(r"\n\n\n", source),
    "sh": lambda source: re.findall(r"# \[[a-z-]+\]\n(.*?)# \[end\]", source, re.DOTALL),
    "yaml": lambda source: [source],
}
SOURCES = {"python": "test_with_the_mock.py", "sh": "walkthrough.sh", "yaml": "seed.yaml"}


def test_every_call() -> None:
    """Each call of the vendor's API and of the control plane is listed with its method."""
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    for method, path in [(command.method, PREFIX + command.path) for command in COMMANDS] + [
        (method, route.path) for route in ROUTES for method in route.operations
    ]:
        row = next((row for row in rows if re.search(rf"[` ]{re.escape(path)}`", row)), "")
        assert re.search(rf"\b{method}\b", row), f"{method} {path}"


def test_every_code_option_and_effect() -> None:
    """Each code of a refusal, each option of serve, each command, and each effect of a fault is explained."""
    codes = set(re.findall(r"control\.[a-z_]+", str(Refusal.__doc__)))
    assert codes == set(re.findall(r"`(control\.[a-z_]+)`", PAGE))
    options = {option for param in main.commands["serve"].params for option in param.opts}
    assert not {option for option in options if option not in PAGE}
    assert not {name for name in main.commands if f"`{name}" not in PAGE and f"mock-promoter {name}" not in PAGE}
    kinds = promoter_schemas.load("mock/effect")["properties"]["kind"]["enum"]
    assert not {kind for kind in kinds if f'| `{{"kind": "{kind}"' not in PAGE}


@pytest.mark.parametrize(("language", "code"), SNIPPETS)
def test_every_snippet(language: str, code: str) -> None:
    """What the page shows is, to the letter, a piece of a file that tests run."""
    source = (EXAMPLES / SOURCES[language]).read_text("utf-8")
    assert code.strip() in {piece.strip() for piece in PIECES[language](source)}


def test_the_python_examples_run() -> None:
    """The examples pass in a pytest of their own, as a user would run them."""
    args = [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", str(EXAMPLES)]
    done = subprocess.run(args, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "7 passed" in done.stdout


def test_the_shell_examples_run() -> None:
    """The examples for the shell run from the first to the last, and each call is answered."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    script = (EXAMPLES / "walkthrough.sh").read_text("utf-8").replace("8080", port)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    strict = textwrap.dedent("""\
        set -euo pipefail
        trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT
    """)
    done = subprocess.run(
        ["bash"],
        input=strict + script,
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert '"organization_nps":"100.0"' in done.stdout
    assert "control." not in done.stdout
    assert "POST   /api/v2/survey/" in done.stdout


def test_it_names_its_screenshots() -> None:
    """The pictures of the page are there, and are pictures."""
    shown = re.findall(r"!\[[^]]+\]\((screenshots/[^)]+)\)", PAGE)
    assert len(shown) == 2
    for name in shown:
        assert (ROOT / "docs" / name).read_bytes().startswith(b"\x89PNG")

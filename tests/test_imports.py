"""Who may import whom: the arrows of the design, held in place."""

from __future__ import annotations

import ast
from importlib.util import find_spec
from pathlib import Path

import pytest

_OURS = {"contract_tests", "event_router", "mock_promoter", "promoter_destination", "promoter_schemas"}
_ALLOWED = {
    "promoter_destination": {"promoter_destination", "event_router.api", "promoter_schemas"},
    "event_router": {"event_router"},
    "mock_promoter": {"mock_promoter", "promoter_schemas"},
    "contract_tests": {"contract_tests", "event_router.api", "promoter_schemas"},
    "promoter_schemas": {"promoter_schemas"},
}


def imported(path: Path) -> set[str]:
    """Return the modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("package", sorted(_OURS))
def test_arrows(package: str) -> None:
    """No package imports what it may not know."""
    spec = find_spec(package)
    assert spec is not None
    folder = Path(str(spec.origin)).parent
    files = list(folder.rglob("*.py"))
    assert files
    for path in files:
        ours = {name for name in imported(path) if name.split(".")[0] in _OURS}
        wrong = {
            name for name in ours if not any(name == good or name.startswith(f"{good}.") for good in _ALLOWED[package])
        }
        assert not wrong, f"{path} imports {wrong}"


def test_the_plugin_does_no_io() -> None:
    """Nothing in it opens, connects, reads a clock or the environment."""
    spec = find_spec("promoter_destination")
    assert spec is not None
    for path in Path(str(spec.origin)).parent.rglob("*.py"):
        assert not imported(path) & {"os", "socket", "time", "httpx", "asyncio", "random", "pathlib", "subprocess"}

"""docs/doors.md: every code, path and limit is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import event_router.doors
from event_router.doors.settings import DOORS_SCHEMA, SOURCES_SCHEMA
from event_router.doors.tracking import PATHS

PAGE = (Path(__file__).parent.parent / "docs" / "doors.md").read_text("utf-8")


def codes() -> set[str]:
    """Return every code that the doors have of their own."""
    (folder,) = event_router.doors.__path__
    trees = [ast.parse(path.read_text("utf-8")) for path in Path(folder).glob("*.py")]
    texts = [node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return {text for text in texts if isinstance(text, str) and re.fullmatch(r"(door|event)\.[a-z_]+", text)}


def test_codes() -> None:
    """Each is explained, and no other is."""
    assert len(codes()) > 15
    assert {code for code in codes() if f"`{code}`" not in PAGE} == set()
    assert set(re.findall(r"`(door\.[a-z_]+)`", PAGE)) == {code for code in codes() if code.startswith("door.")}


def test_paths() -> None:
    """Each is named, some by their last part only."""
    assert {path for path in PATHS if f"{path}`" not in PAGE and f"`{path.split('/')[-1]}`" not in PAGE} == set()


def test_settings() -> None:
    """Each limit and each setting of a source is explained."""
    source = SOURCES_SCHEMA["additionalProperties"]["properties"]
    assert {name for name in DOORS_SCHEMA["properties"] if f"| `{name}` |" not in PAGE} == set()
    assert {name for name in source if f"{name} = " not in PAGE} == set()

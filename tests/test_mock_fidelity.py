"""The fidelity table: each row has a test, each switch a row, and the defaults are the code's."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path

import promoter_schemas
from mock_promoter.choices import Choices

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "mock-fidelity.md").read_text("utf-8")
ROWS = re.findall(r"^\| (F-\d\d) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE)
DEFAULTS = json.loads(json.dumps(dataclasses.asdict(Choices())))


def marked() -> Iterator[str]:
    """Yield the ids that tests are marked with."""
    for path in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for mark in node.decorator_list:
                    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.fidelity":
                        yield ast.literal_eval(mark.args[0])


def test_every_row_has_a_test() -> None:
    """And every test that is marked holds a row that there is."""
    ids = [row[0] for row in ROWS]
    assert ids == [f"F-{number:02}" for number in range(1, len(ids) + 1)]
    assert len(ids) > 60
    assert set(marked()) == set(ids)


def test_every_row_has_a_source() -> None:
    """One of the five tags, or that it is unknown."""
    for identity, _, source, _, _ in ROWS:
        assert re.search(r"\[(DOC|CLIENT|ORACLE|RAN|INFERRED)\]|unknown", source), identity


def test_every_switch_has_a_row_with_its_default() -> None:
    """The default that a row names is the code's, and the schema's."""
    named = {name: json.loads(_json(value)) for name, value in re.findall(r"`(\w+)` \(default `(.+?)`", PAGE)}
    assert named == DEFAULTS
    settings = promoter_schemas.load("mock/state")["$defs"]["settings"]["properties"]
    assert {name: one["default"] for name, one in settings.items()} == DEFAULTS


def _json(value: str) -> str:
    return value if re.fullmatch(r"true|false|null|\d+|\[.*\]", value) else json.dumps(value)

"""The documentation: every setting, hook, reason code, command and route is there."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import build_events
import generate
import pytest
from support import promoter

import promoter_schemas
from event_router.api import Contact, Context, Contract, Transformed
from event_router.cli import _COMMANDS
from event_router.config import SCHEMA
from event_router.dispatch import decide
from event_router.doors.settings import DoorSettings
from event_router.engine.settings import EngineSettings
from event_router.plugins import HOOKS
from event_router.retry import Policy

ROOT = Path(__file__).parent.parent
_CODE = re.compile(
    r"(event|plugin|delivery|promoter|config|settings|results|input|check|demo|engine|door|run|rudder|transformer)\.(?!json)[a-z_]+"
)
_SAID = re.compile(r"\[([a-z]+\.[a-z_]+)\] ")  # The sentences that whole requests are answered with.
_HELPERS = {"_misconfigured": "promoter", "_retry": "delivery", "_failed": "plugin"}


def text(name: str) -> str:
    """Return a page."""
    return (ROOT / name).read_text("utf-8")


def codes() -> Iterator[str]:
    """Yield every reason code in the sources: whole ones, and those that helpers put a prefix to."""
    for path in [*ROOT.glob("event_router/**/*.py"), *ROOT.glob("plugin/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from [node.value] if _CODE.fullmatch(node.value) else _SAID.findall(node.value)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _HELPERS:
                found = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
                yield from (f"{_HELPERS[node.func.id]}.{code}" for code in found if re.fullmatch(r"[a-z_]+", code))


def test_reasons() -> None:
    """Each code that the sources use is explained."""
    found = set(codes())
    assert len(found) > 40
    page = text("docs/reasons.md") + text("docs/doors.md")
    assert not {code for code in found if f"`{code}`" not in page}


def test_reasons_have_advice() -> None:
    """Each row of the page of reasons says what to do."""
    rows = [line.split(" | ") for line in text("docs/reasons.md").splitlines() if line.startswith("| `")]
    assert len(rows) > 80
    assert not [row[0] for row in rows if not row[-1].strip(" |")]
    assert {len(row) for row in rows} == {3, 4}


def test_operating() -> None:
    """Each command of the operators has an example of what it says, with each of its options."""
    page = text("docs/operating.md")
    for name in (
        "status",
        "failed list",
        "failed show",
        "failed retry",
        "failed discard",
        "replay",
        "drain",
        "config check",
    ):
        assert f"$ event-router {name}" in page


def settings(heading: str) -> dict[str, str]:
    """Return the settings that a section of docs/settings.md has, with their defaults as shown."""
    section = text("docs/settings.md").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return {row[1]: row[2] for row in re.finditer(r"^\| `(\w+)` \|.*\| (.*?) ?\|$", section, re.MULTILINE)}


@pytest.mark.parametrize(
    ("heading", "schema", "defaults"),
    [
        ("The promoter destination", promoter_schemas.load("settings"), None),
        ("Delivery", SCHEMA["properties"]["delivery"], Policy()),
        ("Sources", SCHEMA["properties"]["sources"]["additionalProperties"], None),
        ("Doors", SCHEMA["properties"]["doors"], DoorSettings()),
        ("Engine", SCHEMA["properties"]["engine"], EngineSettings()),
        ("Log", SCHEMA["properties"]["log"], None),
    ],
)
def test_settings(heading: str, schema: Any, defaults: Any) -> None:
    """Each setting is explained, no other is, and the defaults are true."""
    found = settings(heading)
    assert set(found) == set(schema["properties"])
    for name in found if defaults else ():
        value = getattr(defaults, name)
        shown = f"{value:.15g}" if isinstance(value, int | float) else f"`{value}`"
        assert found[name].split(" ")[0] == ('`["*"]`' if value == ("*",) else shown), name


def test_all_tables() -> None:
    """Each table of the configuration has its section."""
    tables = set(SCHEMA["properties"]) - {"destinations"}
    assert tables == {"delivery", "sources", "doors", "engine", "log"}


def test_hooks_and_commands() -> None:
    """Each hook and each command is explained."""
    assert not {name for name in HOOKS if f"`{name}`" not in text("docs/plugins.md")}
    assert not {name for name in _COMMANDS if f"`event-router {name}" not in text("docs/cli.md")}


@pytest.mark.parametrize("name", ["README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))])
def test_links(name: str) -> None:
    """Links between pages lead somewhere."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text(name)):
        assert ((ROOT / name).parent / target).exists(), target


def test_the_readme_is_short_and_its_example_is_true() -> None:
    """Under 150 lines; the event it shows becomes the request it shows."""
    page = text("README.md")
    assert len(page.splitlines()) < 150
    event = json.loads(page.split("```json\n")[1].split("```")[0])
    body = json.loads(page.split("```http\n")[1].split("\n\n")[1].split("```")[0])
    contact = Contact("12345", {"email": "ted@mosbiusdesigns.com", "firstName": "Ted", "lastName": "Mosby"})
    decided = decide(promoter(), event, contact, Context("promoter", datetime.now(UTC)))[1]
    assert isinstance(decided, Transformed)
    assert decided.requests[0].body == body
    assert decided.requests[0].headers["idempotency-key"] == "promoter:ajs-1"


def test_the_examples_are_the_captures() -> None:
    """events.ndjson is what the captures make; shop.ndjson what the generator makes of seed 1."""
    lines = text("examples/events.ndjson").splitlines()
    assert [json.loads(line) for line in lines] == list(build_events.events())
    shop = [json.loads(line) for line in text("examples/shop.ndjson").splitlines()]
    assert shop == list(generate.generate(1000, 1))


def test_contracts_have_names() -> None:
    """The plugin's contracts are the ones that the documentation speaks of."""
    contracts: tuple[Contract, ...] = promoter().plugin.info.contracts
    assert {contract.name for contract in contracts} == {"identify", "track", "Order Completed", "delete"}

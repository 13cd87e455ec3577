"""docs/rudderstack.md: its tables are those of the code, and what it names is there."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from command_lines import judge
from rudder_cases import destination, promoter_plugin
from rudder_server import jobs
from rudderstack_files import environment, offered

from event_router.cli.transformer import command
from event_router.rudder import admission, bodies, contacts, outputs, routes, style
from event_router.rudder.configs import Configs, from_config
from event_router.rudder.figures import Figures
from event_router.rudder.statuses import TABLE, Status

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "rudderstack.md").read_text("utf-8")
SCHEMA = promoter_plugin().info.settings_schema


def section(title: str) -> str:
    """Return a section of the page."""
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    """Return the rows of a section's tables, without their heads."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    heads = {at for at, line in enumerate(lines) if line.startswith("|---")}
    body = [line for at, line in enumerate(lines) if not {at, at + 1} & heads]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in body]


def shown(status: Status) -> list[str]:
    """Return a row of the table of outcomes as the page has it."""
    return [status.situation, *("–" if value is None else str(value) for value in status[1:])]


def test_the_outcomes() -> None:
    """The table is the code's, row by row."""
    assert rows("Outcomes") == [shown(status) for status in TABLE]


def test_the_settings() -> None:
    """Each setting is there by both its names, and whether an event may set it."""
    told = {row[0].strip("`"): row for row in rows("Settings")}
    assert list(told) == list(SCHEMA["properties"])
    for name, row in told.items():
        assert style.name_of(SCHEMA, row[1].strip("`")) == name
        rule = SCHEMA["properties"][name]
        assert row[3].startswith("yes" if rule.get("x-per-event") else "no"), name
        assert ("secret" in row[3]) is bool(rule.get("writeOnly"))


def test_the_examples_of_settings() -> None:
    """All of them together are a Config, in which nothing is unknown."""
    config = {row[1].strip("`"): json.loads(row[2].strip("`")) for row in rows("Settings")}
    values, others = style.settings(SCHEMA, config)
    assert others == ()
    assert (values["contact_lists"], values["surveys"]) == ([1, 2], {"Order Completed": 2})
    assert from_config(promoter_plugin(), "dest-1", config).__class__.__name__ == "Destination"


@pytest.mark.parametrize("name", [row[1].strip("`") for row in rows("Settings") if row[3].startswith("no")])
def test_no_event_may_set_what_the_page_says(name: str) -> None:
    """A template under such a name is its default, whatever the event says."""
    config = {"apiKey": "k", name: "{{ event.properties.mine || default }}"}
    described = json.dumps(destination(config, hasDynamicConfig=True)).encode()
    template = Configs(promoter_plugin()).get(described).template
    assert template is not None
    message = {"properties": {"mine": "http://elsewhere.example"}}
    assert template.resolve(message)[1] == message


def test_the_options() -> None:
    """Each option of the command is explained, with its default."""
    options = {name: param for param in command.params for name in param.opts if name.startswith("--")}
    told = {name: row for row in rows("Quick start") for name in re.findall(r"`(--[\w-]+)`", row[0])}
    assert set(told) == set(options)
    for name in ("--port", "--max-body", "--max-memory", "--grace"):
        assert f"{options[name].default:g}" in told[name][2].split(", ")


def test_the_commands() -> None:
    """Each command that is shown is taken as it stands."""
    commands = re.findall(r"^\$ event-router (.+)$", PAGE, re.MULTILINE)
    assert len(commands) == 2
    assert all(judge(line.split()).params["stateless"] for line in commands)


def test_the_figures() -> None:
    """Each figure is there, with its labels."""
    figures = Figures(["promoter"])
    figures.answered("/health", 200, 0.1)
    figures.events("promoter", "router", Counter({(200, ""): 1}))
    figures.delivered("promoter", 200, "")
    text = figures.text().decode()
    told = {
        name: set(re.findall(r"`(\w+)`", row[1])) for row in rows("Watching") for name in re.findall(r"`(\w+)`", row[0])
    }
    assert set(told) == set(re.findall(r"^# TYPE (\w+)", text, re.MULTILINE))
    for name, labels in told.items():
        found = re.findall(rf"^{name}(?:_count)?(?:\{{(.*)\}})? ", text, re.MULTILINE)
        assert set(re.findall(r"(\w+)=", found[0])) == labels, name


def test_the_reasons_of_503() -> None:
    """Each word of X-Rudder-Error-Reason is there, and no other."""
    source = "".join(path.read_text("utf-8") for path in (ROOT / "event_router" / "rudder").glob("*.py"))
    words = set(re.findall(r'try_again\(\s*"(\w+)"', source)) | set(admission._TOLD)
    (told,) = [part for part in section("Limits").split("\n\n") if part.startswith("503 ")]
    assert set(re.findall(r"`(\w+)`", told)) == words


def test_the_numbers() -> None:
    """Limits are as they are in the code, and rudder-server's as the stand-in has them."""
    room = admission.Admission()
    assert f"| requests in hand | {room.most_requests:,} |" in PAGE
    assert f"| a sender that is silent | {bodies.IDLE:.0f} seconds |" in PAGE
    assert f"{contacts.MOST:,} contacts" in PAGE
    assert f"{outputs.LONGEST:,} characters" in PAGE
    assert outputs._EXACT == 2**53
    assert f"{jobs._WINDOW // 60} minutes *and* {jobs._TRIES} attempts" in PAGE
    assert f"{jobs._RETENTION // 3600} hours" in PAGE
    assert (jobs.backoff(1), jobs.backoff(99)) == (10, 300)


def test_the_paths() -> None:
    """What the page asks for is served."""
    for path in ("/deleteUsers", "/features", "/health", "/metrics"):
        assert f"`{path}`" in PAGE or f"GET {path}`" in PAGE
    assert routes.route("/deleteUsers").kind == routes.DELETION


def test_the_variables_of_rudder_server() -> None:
    """Each variable is one of the example, or the two that it has no use for; values are the example's."""
    known = environment() | offered()
    told = dict(re.findall(r"`([A-Z][A-Z_]+_[A-Z_]+)(?:=([^`]*))?`", PAGE))
    others = {"RSERVER_PROCESSOR_PROMOTER_TRANSFORM_AT", "USER_TRANSFORM_URL", "DELIVERY_TRANSFORMER_URL"}
    assert set(told) - others <= set(known)
    for name, value in told.items():
        assert name in others or value in ("", known[name]) or name == "DEST_TRANSFORM_URL"


def test_the_definition() -> None:
    """The definition that is shown is the example's."""
    definition = json.loads(section("Quick start").split("```json\n")[1].split("```")[0])
    path = ROOT / "examples" / "rudderstack" / "workspaceConfig.json"
    (source,) = json.loads(path.read_text("utf-8"))["sources"]
    example: dict[str, Any] = source["destinations"][0]["destinationDefinition"]
    assert definition["config"].items() <= example["config"].items()
    assert {name: definition[name] for name in ("name", "displayName")}.items() <= example.items()


def test_the_anchors() -> None:
    """Links within the page, and to places in others, lead somewhere."""
    for target, anchor in re.findall(r"\]\(([\w./-]*)#([\w-]+)\)", PAGE):
        page = (ROOT / "docs" / target).read_text("utf-8") if target else PAGE
        titles = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
        assert anchor in {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}, (target, anchor)


def test_nothing_is_left_to_be_filled() -> None:
    """No page of the documentation has a place that somebody meant to fill later."""
    pages = {path.name: path.read_text("utf-8").upper() for path in (ROOT / "docs").rglob("*.md")}
    assert [name for name, text in pages.items() if "TO BE FILLED" in text] == []


def test_the_dynamic_setting() -> None:
    """The dynamic setting that is shown is a template that an event may fill in."""
    (shown_config,) = re.findall(r'`("campaignId": "\{\{.*?\}\}")`', PAGE)
    config = {"apiKey": "k"} | json.loads("{" + shown_config + "}")
    template = Configs(promoter_plugin()).get(json.dumps(destination(config, hasDynamicConfig=True)).encode()).template
    assert template is not None
    assert template.resolve({"properties": {"campaign": 7}})[1] == {"properties": {}}

"""The page of the contract tests: every option and result is on it, and what it shows is true."""

from __future__ import annotations

import ast
import re
import shlex
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from kit_runs import WITHOUT
from test_kit_router_door import free_port

import contract_tests
import promoter_schemas
from contract_tests import strategies
from contract_tests.destination.hooks import CAPABILITIES as HOOKS
from contract_tests.options import OPTIONS, TARGETS
from contract_tests.requirements import FAMILIES
from contract_tests.results import RESULTS, Row
from contract_tests.router.subject import CAPABILITIES as OF_ROUTERS
from contract_tests.vendor import CAPABILITIES as OF_SERVERS
from event_router.config import read_config
from event_router.settings import validate_settings

PAGE = (Path(__file__).parent.parent / "docs" / "contract-tests.md").read_text("utf-8")
SNIPPETS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
FILES: Mapping[str, str] = {
    found[1]: code
    for language, code in SNIPPETS
    if language == "python" and (found := re.match(r"# (test_\w+)\.py\n", code))
}
MY_PACKAGE = '''
from types import SimpleNamespace

import promoter_destination
from event_router.api import Transformed, hookimpl
from event_router.event import canonicalise

plugin = promoter_destination.plugin


def canonical(raw):
    found = canonicalise(raw)
    return found[0] if isinstance(found, tuple) else found


@hookimpl
def transform_identify(event, settings, contact, context):
    """Say nothing of what is dropped."""
    result = plugin.transform_identify(event, settings, contact, context)
    return result._replace(dropped=()) if isinstance(result, Transformed) else result


hooks = {name: getattr(plugin, name) for name in dir(plugin) if not name.startswith("_")}
ledger = SimpleNamespace(**hooks | {"transform_identify": transform_identify})
'''
MY_ROUTER = """
import http.server
import os
import sys


class Refusing(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        answer = b'{"code": "none", "message": "None of that here."}'
        self.send_response(404)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST


assert os.environ["PROMOTER_URL"] and os.environ["ROUTER_DATA"] == os.getcwd()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[-1])), Refusing).serve_forever()
"""
NEWSLETTER = """
from urllib.parse import quote

from event_router.api import Contract, Delivered, DestinationInfo, Reason, Rejected, Request, Transformed, hookimpl


@hookimpl
def destination_info():
    url = {"type": "string", "format": "uri"}
    settings = {"type": "object", "properties": {"url": url}, "required": ["url"], "additionalProperties": False}
    traits = {"type": "object", "properties": {"email": {"type": "string"}}, "required": ["email"]}
    event = {"type": "object", "properties": {"traits": traits}, "required": ["userId", "traits"]}
    return DestinationInfo("newsletter", "Newsletter", ("Newsletter",), settings, (Contract("identify", "identify", event),))


@hookimpl
def interpret_response(response):
    return Delivered() if response.status < 300 else Rejected(Reason("newsletter.refused", "It was refused."))


"""


def rows(heading: str) -> dict[str, list[str]]:
    """Return the rows of the table below a heading: what stands in the first cell → the other cells."""
    section = PAGE.split(f"# {heading}\n", maxsplit=1)[1].split("\n#")[0]
    found = [re.split(r" *(?<!\\)\| *", line.strip("| ")) for line in section.splitlines() if line.startswith("| `")]
    return {re.findall(r"`([^`]+)`", cells[0])[0]: cells[1:] for cells in found}


def test_options() -> None:
    """Each option has its row with its metavar and its default, and no other has."""
    found = rows("Options")
    assert list(found) == [" ".join([name, more.get("metavar", "")]).strip() for name, more in OPTIONS.items()]
    for name, more in OPTIONS.items():
        default = more.get("default")
        if default not in (None, [], False):
            shown = found[f"{name} {more['metavar']}"][0]
            assert shown == f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


def test_families_capabilities_and_results() -> None:
    """Each has its row; what leaves a requirement open is what the code says."""
    assert {family: cells[-1].strip("`") for family, cells in rows("Contract tests").items()} == {
        family: option for family, (option, _) in TARGETS.items()
    }
    capabilities = {family: re.findall(r"`(\w+)`", cells[0]) for family, cells in rows("Capabilities").items()}
    assert set(capabilities) == set(FAMILIES)
    assert set(capabilities["DST"]) == set(HOOKS)
    assert set(capabilities["VND"]) == set(OF_SERVERS)
    assert set(capabilities["RTR"]) == set(OF_ROUTERS)
    opens = {result: cells[-1] for result, cells in rows("How to read a report").items()}
    assert set(opens) == set(RESULTS)
    for result, level in opens.items():
        for tried in ("MUST", "SHOULD"):
            assert Row("DST-010", tried, "", result, ()).open == (level in {"any", f"a {tried}"})


def test_codes() -> None:
    """Each code that the sources use is explained, with what to do; no other is."""
    found = {code for path in Path(contract_tests.__path__[0]).rglob("*.py") for code in _codes(path)}
    cells = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| `contract_tests.")]
    assert found == {code for cell in cells for code in re.findall(r"`(contract_tests\.\w+)`", cell[0])}
    assert all(len(cell) == 3 and all(cell) for cell in cells)


def _codes(path: Path) -> set[str]:
    texts = [node.value for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Constant)]
    found = [re.match(r"\[?(contract_tests\.[a-z_]+)(\]|$)", text) for text in texts if isinstance(text, str)]
    return {match[1] for match in found if match and find_spec(match[1]) is None}


def test_strategies() -> None:
    """Each public one is named."""
    section = PAGE.split("## Strategies and models\n")[1].split("\n## ")[0]
    assert not {name for name in strategies.__all__ if f"`{name}`" not in section}


@pytest.fixture
def files(pytester: pytest.Pytester, mock: str) -> pytest.Pytester:
    """Return a folder with the page's Python files, about the mock, and the package that they are about."""
    pytester.makepyfile(my_package=MY_PACKAGE)
    pytester.makepyfile(**{name: code.replace("http://127.0.0.1:8080", mock) for name, code in FILES.items()})
    server, port = pytester.makepyfile(my_router=MY_ROUTER), str(free_port())
    code = FILES["test_my_program"].replace("http://127.0.0.1:8090", mock).replace("8080", port)
    pytester.makepyfile(test_my_program=code.replace("my-router", shlex.join([sys.executable, str(server)])))
    pytester.syspathinsert()
    return pytester


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("test_my_plugin", ["-k", "DST-001 or DST-010", "--contract-examples=2"]),
        ("test_my_server", ["-k", "VND-010 or VND-020"]),
        ("test_my_events", ["-k", "EVT-010 or EVT-330"]),
        ("test_my_router", ["--collect-only"]),
        ("test_my_program", ["-k", "RTR-020 or RTR-025"]),
        ("test_my_ledger", ["-k", "DST-040 or DST-001", "--contract-examples=2"]),
        ("test_my_cases", []),
        ("test_my_properties", ["--contract-examples=5"]),
        ("test_my_histories", []),
    ],
)
def test_python(files: pytest.Pytester, name: str, args: list[str]) -> None:
    """Each file of the page passes, as it stands there."""
    run = files.runpytest_inprocess(f"{name}.py", *args, *WITHOUT)
    assert run.ret == pytest.ExitCode.OK, str(run.stdout)
    counts = run.parseoutcomes()
    assert counts.get("passed", 0) or "--collect-only" in args
    assert ("xfailed" in counts) == (name == "test_my_ledger")


def test_every_python_file_is_tried() -> None:
    """The test above knows them all; what is not a file of its own is part of another test."""
    tried = {case[0] for mark in test_python.pytestmark for case in mark.args[1]}  # type: ignore[attr-defined]
    assert set(FILES) == tried
    assert len([code for language, code in SNIPPETS if language == "python"]) == len(FILES) + 1


def test_the_failure(pytester: pytest.Pytester) -> None:
    """The hook of the page fails with the text of the page."""
    hook = next(code for language, code in SNIPPETS if language == "python" and code.startswith("@hookimpl"))
    pytester.makepyfile(newsletter=f"{NEWSLETTER}{hook}\n\nimport sys\n\nplugin = sys.modules[__name__]\n")
    pytester.syspathinsert()
    args = ["--pyargs", "contract_tests", "--destination=newsletter:plugin", "-k", "DST-010", "--contract-examples=2"]
    shown = pytester.runpytest_inprocess(*args, *WITHOUT).stdout
    text = next(code for language, code in SNIPPETS if language == "text" and code.startswith("DST-010"))
    shown.fnmatch_lines([line.replace("[", "[[]") for line in text.splitlines() if line != "…"])


def test_the_verdict() -> None:
    """It has the form of the page's."""
    (shown,) = [code for language, code in SNIPPETS if language == "text" and " meets " in code]
    assert re.fullmatch(
        r"ledger meets DST of contract \d\.\d: (\d+) of \1 MUST, (\d+) of \2 SHOULD; \d+ unsupported\n", shown
    )


def commands() -> list[list[str]]:
    """Return the commands of the page that test something, as words."""
    scripts = [code for language, code in SNIPPETS if language == "console"]
    steps = [step for _, job in jobs() for step in job["steps"]]
    lines = [line.removeprefix("$ ") for script in scripts for line in script.splitlines()]
    lines += [line for step in steps for line in step.get("run", "").splitlines()]
    return [shlex.split(line) for line in lines if "contract_tests" in line]


def jobs() -> list[tuple[Any, Any]]:
    """Return the workflows of the page with their jobs."""
    found = [yaml.safe_load(code) for language, code in SNIPPETS if language == "yaml"]
    return [(workflow, job) for workflow in found for job in workflow["jobs"].values()]


def test_commands() -> None:
    """Each has options only that there are."""
    own = {"--json", "--badge", "--markdown", "--from", "--pyargs"}
    assert len(commands()) >= 8
    for words in commands():
        given = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert given <= own | set(OPTIONS), words


def test_workflows() -> None:
    """They may read only, end by themselves, and name the versions of what they use."""
    assert len(jobs()) == 2
    for workflow, job in jobs():
        assert workflow["permissions"] == {"contents": "read"}
        assert job["timeout-minutes"]
        assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"]) for step in job["steps"] if "uses" in step)


def test_the_router_of_the_page_can_be_configured(tmp_path: Path) -> None:
    """Its file is one, and its settings are good."""
    file = tmp_path / "contract.toml"
    file.write_text(next(code for language, code in SNIPPETS if language == "toml"), "utf-8")
    settings = dict(read_config(file).destinations["promoter"])
    assert settings["delivery"] == {"longest_backoff": 1, "timeout": 2}
    for name in ("plugin", "delivery"):
        settings.pop(name)
    assert validate_settings(promoter_schemas.load("settings"), settings | {"api_key": "x"})

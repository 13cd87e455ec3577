"""examples/rudderstack/component-tests/: made by what is there, and true of the transformer as it runs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from rudder_server.fake_transformer import Fake, Heard, Reply, serve
from rudderstack_files import EXAMPLE, component, transformer

FOLDERS = {"processor": "processor", "router": "router", "dataDelivery": "dataDelivery", "deleteUsers": "userDeletion"}
FILES = (*(f"{folder}/data.ts" for folder in FOLDERS), "network.ts")
CASES = {case["id"]: case for folder in FOLDERS for case in component(f"{folder}/data.ts")}
#: Where Promoter is, as the cases have it.
PROMOTER = re.compile(r"https://(?:app|segment)\.promoter\.io")
SENDING = {"dataDelivery", "userDeletion"}
PATHS = {"processor": "/v0/destinations/{}", "router": "/routerTransform", "userDeletion": "/deleteUsers"}


@pytest.fixture(scope="module")
def promoter() -> Iterator[Fake]:
    """Return a server that answers as network.ts says, and nothing else."""
    known = {_asked(call["httpReq"]): call["httpRes"] for call in component("network.ts")}

    def answer(heard: Heard) -> Reply:
        found = known[_asked({"method": heard.method, "url": heard.path, "data": heard.json()})]
        page = isinstance(found["data"], str)
        return Reply(found["status"], found["data"].encode() if page else found["data"])

    with serve() as fake:
        fake.scripts |= {httpx.URL(call["httpReq"]["url"]).path: answer for call in component("network.ts")}
        yield fake


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """Return a client of a transformer."""
    with transformer("--stateless") as url, httpx.Client(base_url=url, trust_env=False, verify=False) as client:
        yield client


def _asked(request: dict[str, Any]) -> tuple[str, str, str]:
    return request["method"], httpx.URL(request["url"]).path, json.dumps(request["data"], sort_keys=True)


def test_they_are_what_the_generator_makes(tmp_path: Path) -> None:
    """Made anew they are the same, to the byte, and there are no others."""
    command = [sys.executable, str(EXAMPLE / "generate.py"), "--to", str(tmp_path)]
    subprocess.run(command, check=True, cwd=tmp_path)
    folder = EXAMPLE / "component-tests"
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")} == set(FILES)
    for name in FILES:
        assert (tmp_path / name).read_text("utf-8") == (folder / name).read_text("utf-8"), name


@pytest.mark.parametrize("name", CASES)
def test_each_is_true(name: str, client: httpx.Client, promoter: Fake) -> None:
    """The transformer as it runs gives each answer; where Promoter is asked, at another address."""
    case = CASES[name]
    if case["feature"] in SENDING:
        case = json.loads(PROMOTER.sub(promoter.url, json.dumps(case)))
    request, said = case["input"]["request"], case["output"]["response"]
    path = PATHS.get(case["feature"], f"/{case['version']}/destinations/{{}}/proxy").format(case["name"])
    answer = client.request(request["method"], path, json=request["body"], headers=request["headers"])
    assert (answer.status_code, answer.json()) == (said["status"], said["body"])
    if answer.status_code == 200:
        assert answer.headers["apiversion"] == "2"


def test_their_form() -> None:
    """Each has what RudderStack's harness asks for, and an id of its own."""
    everything = [case for folder in FOLDERS for case in component(f"{folder}/data.ts")]
    assert len(CASES) == len(everything) > 90
    members = {"id", "name", "description", "scenario", "successCriteria", "feature", "module", "version"}
    for folder, feature in FOLDERS.items():
        for case in component(f"{folder}/data.ts"):
            assert set(case) == members | {"input", "output"}
            assert all(isinstance(case[name], str) and case[name] for name in members)
            assert (case["feature"], case["name"], case["module"]) == (feature, "promoter", "destination")
            assert case["version"] in ("v0", "v1")


@pytest.mark.parametrize("case", component("router/data.ts"), ids=lambda case: case["id"])
def test_router_outputs(case: dict[str, Any]) -> None:
    """Every jobId once and only once, with metadata in a list and a status that is one."""
    outputs = case["output"]["response"]["body"]["output"]
    sent = [item["metadata"]["jobId"] for item in case["input"]["request"]["body"]["input"]]
    assert Counter(job["jobId"] for output in outputs for job in output["metadata"]) == Counter(sent)
    assert all(200 <= output["statusCode"] < 600 for output in outputs)
    assert all(("batchedRequest" in output) != ("error" in output) for output in outputs)
    assert all(("error" in output) == ("statTags" in output) for output in outputs)


def test_the_network() -> None:
    """One request has one answer, and every delivery that has an answer is asked for."""
    calls = component("network.ts")
    assert len({_asked(call["httpReq"]) for call in calls}) == len(calls)
    assert {call["httpRes"]["status"] for call in calls} >= {200, 201, 400, 401, 404, 429, 500, 501}
    assert all(set(call["httpReq"]) == {"method", "url", "data", "headers"} for call in calls)

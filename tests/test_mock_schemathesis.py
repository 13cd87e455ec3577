"""Both OpenAPI documents, held against the running server by Schemathesis: the same examples in every run.

All its checks are made but for those that are named here, each with its reason.
"""

from __future__ import annotations

import os
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from mock_promoter.auth import TEST_KEY
from mock_promoter.control.openapi import control_document, vendor_document
from mock_promoter.serving import serve

# No schema can say that a campaign has to be there, that a name has to be new or that a year has to come out below
# 3000: calls that are right by their schema may be a 422 for what they name. For each property of a state document
# to be wrong once takes minutes: what is random has to do.
CONTROL = """
hooks = "hooks.py"

[[operations]]
include-path = ["/__mock__/seed", "/__mock__/snapshot"]
phases.coverage.enabled = false
checks.positive_data_acceptance.enabled = false

[[operations]]
include-operation-id = ["post_accounts", "post_clock_advance", "post_faults", "post_webhooks", "put_clock"]
checks.positive_data_acceptance.enabled = false
"""

# Nobody is to wait for as long as may be waited.
HOOKS = '''
import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    """Shorten a wait that is right."""
    for given, name in ((case.query, "wait"), (case.body, "timeout_seconds")):
        if isinstance(given, dict) and isinstance(given.get(name), int | float) and 0 < given[name] <= 600:
            given[name] = 0
'''

# As Promoter's framework does, the API takes 5 for "5" and leaves out what it does not know, so that wrong data is
# accepted; and right data is refused where an id is not there or somebody may not be surveyed now. For Segment a 501 is
# what a type of event is answered that is not supported: no error of the server's.
VENDOR = f"""
headers = {{ Authorization = "Token {TEST_KEY}" }}
checks.negative_data_rejection.enabled = false
checks.positive_data_acceptance.enabled = false

[[operations]]
include-path = "/api/segment/"
headers = {{ Authorization = "Basic {b64encode(f"{TEST_KEY}:".encode()).decode()}" }}
checks.not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", 501]
"""


def schemathesis(url: str, document: str, folder: Path, config: str, *more: str) -> subprocess.CompletedProcess[str]:
    """Run Schemathesis on a document that a server has of itself."""
    (folder / "config.toml").write_text(config)
    (folder / "hooks.py").write_text(HOOKS)
    command = [sys.executable, "-P", "-m", "schemathesis.cli", "--config-file", "config.toml", "run"]
    options = ["--seed", "1", "--max-examples", "4", "--warnings", "off", "--continue-on-failure", *more]
    return subprocess.run(
        [*command, f"{url}/__mock__/{document}", "--url", url, *options],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.mark.parametrize(
    ("document", "served", "config"),
    [("openapi.json", control_document(), CONTROL), ("openapi/promoter.json", vendor_document(), VENDOR)],
)
def test_no_finding(tmp_path: Path, document: str, served: dict[str, Any], config: str) -> None:
    """Every call takes what its document says, answers as it says, and refuses the rest in the way it says."""
    with serve() as url:
        done = schemathesis(url, document, tmp_path, config)
    assert done.returncode == 0, done.stdout + done.stderr
    operations = sum(map(len, served["paths"].values()))
    assert f"Tested: {operations}\n" in done.stdout
    assert "No issues found" in done.stdout


def test_a_finding(tmp_path: Path) -> None:
    """What a check objects to is found: here, the 501 that the other test lets pass."""
    with serve() as url:
        config = VENDOR.replace(", 501]", "]")
        done = schemathesis(url, "openapi/promoter.json", tmp_path, config, "--include-path", "/api/segment/")
    assert done.returncode == 1
    assert "[501] Not Implemented" in done.stdout

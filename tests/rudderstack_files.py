"""What examples/rudderstack/ holds, and ``event-router transformer`` as a process of its own."""

from __future__ import annotations

import json
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from programs_run import program, stop

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "rudderstack"
_BIN = Path(sys.executable).parent
#: Where the mock is in compose.yaml.
MOCK = "http://mock-promoter:8080"


def text(name: str) -> str:
    """Return a file of the example."""
    return (EXAMPLE / name).read_text("utf-8")


def workspace(mock: str = MOCK, **config: Any) -> dict[str, Any]:
    """Return workspaceConfig.json with another address of the mock, and more in its Config."""
    found: dict[str, Any] = json.loads(text("workspaceConfig.json").replace(MOCK, mock))
    found["sources"][0]["destinations"][0]["config"] |= config
    return found


def environment() -> dict[str, str]:
    """Return rudder.env as it is set."""
    return dict(re.findall(r"^([A-Z]\w*)=(.*)$", text("rudder.env"), re.MULTILINE))


def offered() -> dict[str, str]:
    """Return what rudder.env has as comments, to be switched on."""
    return dict(re.findall(r"^#([A-Z]\w*)=(.*)$", text("rudder.env"), re.MULTILINE))


def shown_events() -> Iterator[dict[str, Any]]:
    """Yield the events that README.md sends, with the type that rudder-server takes from the path."""
    for line in re.findall(r"^\$ (curl -u .*)$", text("README.md").replace("\\\n", " "), re.MULTILINE):
        words = shlex.split(line)
        (url,) = [word for word in words if word.startswith("http://")]
        yield {**json.loads(words[words.index("-d") + 1]), "type": url.rpartition("/")[2]}


def component(name: str) -> Any:
    """Return what a file of component-tests/ exports."""
    return json.loads(text(f"component-tests/{name}").partition(" = ")[2].rstrip().removesuffix(";"))


@contextmanager
def transformer(*options: str) -> Iterator[str]:
    """Run ``event-router transformer`` on a free port; yield its address, and hold it to a clean end."""
    command = [str(_BIN / "event-router"), "transformer", "--port", "0", *options]
    with tempfile.TemporaryDirectory() as folder, program(command, Path(folder)) as (address, process):
        assert address.startswith("http://127.0.0.1:"), address
        yield address
        assert stop(process) == 0

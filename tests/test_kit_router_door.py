"""Our router, through the door without code: as a program with its own nats-server, started, killed and stopped by the kit."""

from __future__ import annotations

import os
import shlex
import socket
import sys
from pathlib import Path

import pytest
from kit_runs import judged
from mock_plane import program
from proof_router import config
from support import KEY

from contract_tests.requirements import requirements

_IMPATIENT = Path(__file__).parent / "impatient"
_SOURCE = '\n[sources.contract]\nwrite_key = { env = "ROUTER_WRITE_KEY" }\n'


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def test_our_router_holds(pytester: pytest.Pytester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It meets every requirement of routers, those about ``kill -9`` included."""
    # So long the engine waits for a worker that died.
    monkeypatch.setenv("PROOF_ACK_WAIT", "2")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(_IMPATIENT), os.environ.get("PYTHONPATH")])))
    port, file = free_port(), tmp_path / "router.toml"
    with program() as (mock, _):
        file.write_text(config(mock, delivery="timeout = 2", more=_SOURCE))
        command = [sys.executable, "-P", "-m", "event_router", "run", "--config", str(file), "--port", str(port)]
        found = judged(
            pytester,
            f"--router-url=http://127.0.0.1:{port}",
            f"--router-command={shlex.join(command)}",
            f"--promoter-url={mock}",
            f"--promoter-key={KEY}",
            "--contract-patience=60",
            "--durations=15",
        )
    assert found == dict.fromkeys((name for name in requirements() if name.startswith("RTR")), "met")

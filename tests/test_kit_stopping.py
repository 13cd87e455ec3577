"""What asks a report to end asks all that it has started."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support import KEY
from test_kit_router_door import free_port

from contract_tests.router.pauses import found_within
from contract_tests.router.running import answers
from contract_tests.stopping import Ended, run

_PATIENCE = 30.0
#: A router that takes everything, and sends nothing; it ends by itself when it is asked to.
_ROUTER = """
import http.server, signal, sys

class Taking(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

def end(*_):
    open("ended", "w").close()
    sys.exit(0)

signal.signal(signal.SIGTERM, end)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Taking).serve_forever()
"""


def test_a_program_runs_to_its_end() -> None:
    """However long it takes; its status is returned, and signals are as they were before."""
    before = signal.getsignal(signal.SIGTERM)
    code = "import time; time.sleep(0.3); raise SystemExit(5)"
    assert run([sys.executable, "-c", code], subprocess.DEVNULL) == Ended(5, None)
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_who_is_asked_to_end_asks_its_child(number: signal.Signals) -> None:
    """The child gets SIGINT, also where this process ignored that, and is waited for."""
    code = f"""
import os, signal, time
try:
    os.kill(os.getppid(), {int(number)})
    time.sleep({_PATIENCE})
except KeyboardInterrupt:
    raise SystemExit(7)
"""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert run([sys.executable, "-c", code], subprocess.DEVNULL) == Ended(7, number)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_router_under_test_ends_with_its_report(mock: str, tmp_path: Path) -> None:
    """SIGTERM to the command ends pytest, which stops the router that it has started, in its own way."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    (tmp_path / "router.py").write_text(_ROUTER)
    router = shlex.join([sys.executable, str(tmp_path / "router.py"), str(port)])
    command = [sys.executable, "-m", "contract_tests", "report", f"--router-url={url}", f"--router-command={router}"]
    more = [f"--promoter-url={mock}", f"--promoter-key={KEY}", f"--basetemp={tmp_path / 'base'}", "-k", "RTR-100"]
    plugins = ["-p", "contract_tests.pytest_plugin"]
    environ = {"PATH": os.environ["PATH"], "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    with subprocess.Popen(
        [*command, *more, *plugins],
        cwd=tmp_path,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as report:
        assert found_within(_PATIENCE, lambda: answers(url))
        report.terminate()
        out, told = report.communicate(timeout=_PATIENCE)
    assert (report.returncode, out) == (2, "")
    assert told.endswith("[contract_tests.no_report] This was stopped by SIGTERM, and all that it had started.\n")
    assert not answers(url)
    assert list((tmp_path / "base").glob("router*/ended"))

"""mock-promoter as a program: the address on the first line, and a clean end."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

import httpx
import pytest
from click.testing import CliRunner

from mock_promoter.cli import main
from mock_promoter.serving import listen, url_of


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve(number: signal.Signals) -> None:
    """It prints where it answers, knows the given keys, and ends with 0 when asked to."""
    args = [sys.executable, "-P", "-m", "mock_promoter", "serve", "--port", "0", "--api-key", "k"]
    with subprocess.Popen(args, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        answers = [
            httpx.get(f"{url}/api/campaigns/", headers={"authorization": f"Token {key}"}).status_code
            for key in ("k", "x")
        ]
        process.send_signal(number)
        assert process.wait(30) == 0
    assert answers == [200, 401]


def test_a_port_that_is_taken() -> None:
    """It says so, and what to do."""
    with listen("127.0.0.1", 0) as taken:
        done = CliRunner().invoke(main, ["serve", "--port", str(taken.getsockname()[1])])
    assert done.exit_code == 1
    assert "Try --port 0" in done.output


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_addresses_of_version_6() -> None:
    """An IPv6 address is written in brackets."""
    try:
        listening = listen("::1", 0)
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with listening:
        assert url_of(listening).startswith("http://[::1]:")

"""mock-promoter's commands, on a server that runs."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from mock_promoter.auth import TEST_KEY
from mock_promoter.cli import main
from mock_promoter.serving import serve

_TOKEN = {"authorization": f"Token {TEST_KEY}"}


def run(*args: str, stdin: str | None = None, url: str | None = None) -> Result:
    """Run a command."""
    return CliRunner(env={"MOCK_PROMOTER_URL": url} if url else {}).invoke(main, args, input=stdin)


def test_seed_and_reset(mock: str, tmp_path: Path) -> None:
    """A seed from a file or from standard input is what reset returns to."""
    file = tmp_path / "seed.yaml"
    file.write_text("contacts:\n- email: kate@mac.com\n")
    assert run("seed", str(file), url=mock).exit_code == 0
    httpx.post(f"{mock}/api/contacts/", json={"email": "a@b.co"}, headers=_TOKEN)
    assert run("reset", "--what", "state", url=mock).exit_code == 0
    assert [one["email"] for one in httpx.get(f"{mock}/__mock__/contacts").json()["contacts"]] == ["kate@mac.com"]
    assert run("seed", "-", stdin="{}", url=mock).exit_code == 0
    assert httpx.get(f"{mock}/__mock__/contacts").json()["count"] == 0


def test_a_bad_seed(mock: str) -> None:
    """What is wrong is said with its path, and the exit code is 1."""
    done = run("seed", "-", stdin="contacts: [{first_name: Kate}]", url=mock)
    assert done.exit_code == 1
    assert "control.invalid: $.contacts[0]" in done.output


def test_requests(mock: str) -> None:
    """A line each, or a JSON object; what nothing serves with the reason; filters as the control plane has them."""
    httpx.post(f"{mock}/api/contacts/?a=b", json={"email": 1}, headers=_TOKEN)
    httpx.get(f"{mock}/api/contact/", headers=_TOKEN)
    lines = run("requests", url=mock).output.splitlines()
    assert len(lines) == 2
    assert "400  POST   /api/contacts/?a=b  $.email: 1 is not of type" in lines[0]
    assert "404  GET    /api/contact/  Not emulated" in lines[1]
    assert json.loads(run("requests", "--json", "--status", "400", url=mock).output)["body"] == {"email": 1}
    unmatched = json.loads(run("requests", "--unmatched", "--json", url=mock).output)
    assert unmatched["nearest_route"] == {"method": "GET", "path": "/api/contacts/"}
    assert run("requests", "--method", "PUT", url=mock).output == ""


def test_what_the_journal_dropped_is_said(mock: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads the journal learns that it is not whole."""
    monkeypatch.setattr("mock_promoter.client.Control.call", lambda *_, **__: {"requests": [], "dropped": 3})
    assert "3 older requests are no longer kept." in run("requests", url=mock).output


def test_wait(mock: str) -> None:
    """It returns once the server answers, and once so many requests have come; else it fails in time."""
    assert run("wait", url=mock).exit_code == 0
    httpx.get(f"{mock}/api/campaigns/", headers=_TOKEN)
    assert run("wait", "--count", "1", "--path", "/api/*", url=mock).exit_code == 0
    assert run("wait", "--method", "GET", url=mock).exit_code == 0
    late = run("wait", "--count", "2", "--timeout", "0.01", url=mock)
    assert late.exit_code == 1
    assert "control.unmet: expected at least 2 requests" in late.output


def test_nobody_there() -> None:
    """A server that cannot be reached is named, with what to do; waiting for one polls until its time is up."""
    for args in (("reset",), ("wait", "--timeout", "0.1")):
        done = run(*args, url="http://127.0.0.1:1")
        assert done.exit_code == 1
        assert "http://127.0.0.1:1 cannot be reached" in done.output
        assert "Is mock-promoter serve running?" in done.output
    assert run("reset", url="http://[").exit_code == 1


def test_tokens_and_accounts() -> None:
    """The token goes with every command; an account is named."""
    with serve(control_token="s3cret") as url:
        assert "control.token" in run("reset", url=url).output
        assert run("reset", "--token", "s3cret", "--account", "default", url=url).exit_code == 0
        assert "no account nobody" in run("reset", "--token", "s3cret", "--account", "nobody", url=url).output

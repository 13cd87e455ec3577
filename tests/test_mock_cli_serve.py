"""mock-promoter serve as a program: seeds, snapshots, tokens, certificates, and how it ends."""

from __future__ import annotations

import ssl
from pathlib import Path

import httpx
import pytest
import trustme
from click.testing import CliRunner
from mock_plane import program

from mock_promoter.auth import TEST_KEY
from mock_promoter.cli import main
from mock_promoter.cli.serve import _is_loopback

_TOKEN = {"authorization": f"Token {TEST_KEY}"}


def survey(url: str, email: str) -> int:
    """Survey somebody; return the status."""
    body = {"campaign_id": 1, "contact": {"email": email}}
    return httpx.post(f"{url}/api/v2/survey/", json=body, headers=_TOKEN).status_code


def test_a_restart_keeps_contacts_and_surveys(tmp_path: Path) -> None:
    """With --snapshot a new process goes on where the last one was; reset still returns to the seed."""
    seed, file = tmp_path / "seed.json", tmp_path / "state.json"
    seed.write_text('{"contacts": [{"email": "seeded@mac.com"}]}')
    args = ("--seed", str(seed), "--snapshot", str(file))
    with program(*args) as (url, _):
        assert survey(url, "kate@mac.com") == 200
    assert file.stat().st_mode & 0o777 == 0o600
    with program(*args) as (url, _):
        contacts = httpx.get(f"{url}/api/contacts/", headers=_TOKEN).json()["results"]
        assert [one["email"] for one in contacts] == ["seeded@mac.com", "kate@mac.com"]
        assert httpx.get(f"{url}/__mock__/surveys").json()["count"] == 1
        assert survey(url, "kate@mac.com") == 400
        httpx.post(f"{url}/__mock__/reset").raise_for_status()
        assert httpx.get(f"{url}/__mock__/contacts").json()["count"] == 1


def test_tls(tmp_path: Path) -> None:
    """With a certificate it speaks TLS, so that clients can keep the vendor's name and scheme."""
    authority, names = trustme.CA(), ("127.0.0.1", "app.promoter.io")
    issued = authority.issue_cert(*names)
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
    key.write_bytes(issued.private_key_pem.bytes())
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    with program("--certfile", str(cert), "--keyfile", str(key)) as (url, _):
        assert url.startswith("https://127.0.0.1:")
        with httpx.Client(base_url=url, verify=trust, headers={**_TOKEN, "host": "app.promoter.io"}) as client:
            answer = client.get("/api/campaigns/", extensions={"sni_hostname": "app.promoter.io"})
        ready = httpx.get(f"{url}/__mock__/ready", verify=trust).json()
    assert (answer.status_code, ready["status"]) == (200, "ready")


def test_a_token_or_a_warning() -> None:
    """Whoever listens on more than loopback without a token is warned; a token comes from the environment too."""
    with program("--host", "0.0.0.0") as (url, process):
        assert httpx.get(url.replace("0.0.0.0", "127.0.0.1") + "/__mock__/ready").status_code == 200
        process.terminate()
        assert process.stderr is not None
        assert "Give the control plane a token" in process.stderr.read()
    with program("--control-token", "s3cret") as (url, _):
        assert httpx.get(f"{url}/__mock__/snapshot").status_code == 401


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("seed.yaml", "contacts: [{}]", "$.contacts[0]"),
        ("seed.yaml", "feedback: [{survey: 3, score: 1}]", "$.feedback[0].survey: There is no survey 3"),
        ("seed.yaml", "accounts: {other: {}}", "there is no account other. Give its key: --api-key."),
        ("seed.yaml", "a: [", "The body is no YAML"),
        ("seed.json", "{", "The body is no JSON"),
    ],
)
def test_bad_seeds(tmp_path: Path, name: str, text: str, said: str) -> None:
    """A file that cannot be used is named, with the place and what to do."""
    file = tmp_path / name
    file.write_text(text)
    done = CliRunner().invoke(main, ["serve", "--port", "0", "--seed", str(file)])
    assert done.exit_code == 1
    assert str(file) in done.output
    assert said in done.output


def test_a_bad_certificate(tmp_path: Path) -> None:
    """A file that is no certificate is said to be none."""
    file = tmp_path / "cert.pem"
    file.write_text("nothing")
    done = CliRunner().invoke(main, ["serve", "--port", "0", "--certfile", str(file)])
    assert done.exit_code == 1
    assert "is no certificate with its key" in done.output


@pytest.mark.parametrize(
    ("host", "is_loopback"), [("localhost", True), ("::1", True), ("127.0.0.9", True), ("0.0.0.0", False), ("x", False)]
)
def test_loopback(host: str, is_loopback: bool) -> None:
    """Loopback addresses are told from others."""
    assert _is_loopback(host) == is_loopback

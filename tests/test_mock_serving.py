"""Serving on a real port: addresses, TLS, and an end that nothing holds up."""

from __future__ import annotations

import signal
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import trustme
from click.testing import CliRunner
from mock_plane import Plane, program

from mock_promoter.app import create_app
from mock_promoter.auth import TEST_KEY
from mock_promoter.cli import main
from mock_promoter.serving import Certificate, listen, serve, server, url_of

TOKEN = {"authorization": f"Token {TEST_KEY}"}


@dataclass(frozen=True)
class Issued:
    """A certificate, and who trusts it."""

    files: Certificate
    trust: ssl.SSLContext


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    """Return a certificate for this machine."""
    folder: Path = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    for name, part in (("cert.pem", certificate.cert_chain_pems[0]), ("key.pem", certificate.private_key_pem)):
        part.write_to_path(str(folder / name))
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    return Issued(Certificate(str(folder / "cert.pem"), str(folder / "key.pem")), trust)


@contextmanager
def served(host: str = "127.0.0.1", certificate: Certificate | None = None) -> Iterator[str]:
    """Serve a mock in a thread; yield its address."""
    ready = threading.Event()
    with listen(host, 0) as listening:
        running = server(create_app(), ready.set, certificate)
        thread = threading.Thread(target=running.run, args=([listening],))
        thread.start()
        try:
            assert ready.wait(20)
            yield url_of(listening, "https" if certificate else "http")
        finally:
            running.should_exit = True
            thread.join()


@contextmanager
def sent(url: str, head: str, body: str = "") -> Iterator[socket.socket]:
    """Send a request; yield the connection, on which the answer is still to come."""
    address = urlsplit(url)
    text = f"{head} HTTP/1.1\r\nHost: x\r\nAuthorization: Token {TEST_KEY}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    with socket.create_connection((str(address.hostname), int(address.port or 0)), 10) as connection:
        connection.sendall(text.encode())
        yield connection


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_end_of_the_program(number: signal.Signals) -> None:
    """It ends with 0, without a complaint, whatever is still open: a stream, a call that waits, a hanging fault, a late one.

    Whatever held it up would be cancelled after five seconds, and logged.
    """
    with program() as (url, process), ExitStack() as stack, Plane(url) as plane:
        plane.call("POST", "/faults", {"effect": {"kind": "timeout"}, "times": 1})
        plane.call("POST", "/faults", {"effect": {"kind": "latency", "seconds": 600}})
        stream = stack.enter_context(sent(url, "GET /__mock__/events"))
        assert stream.recv(100).startswith(b"HTTP/1.1 200")
        waiting = stack.enter_context(sent(url, "POST /__mock__/requests/wait", '{"timeout_seconds": 600, "count": 9}'))
        hanging = stack.enter_context(sent(url, "POST /api/contacts/", "{}"))
        plane.call("POST", "/requests/wait", {"match": {"path": "/api/contacts/"}})
        late = stack.enter_context(sent(url, "POST /api/contacts/", "{}"))
        plane.call("POST", "/requests/wait", {"match": {"path": "/api/contacts/"}, "count": 2})
        plane.call("POST", "/webhooks", {"url": "http://127.0.0.1:9/"})
        plane.call("POST", "/webhooks/1/test")
        settling = stack.enter_context(sent(url, "GET /__mock__/deliveries?wait=600"))
        plane.call("GET", "/health")
        process.send_signal(number)
        out, complaints = process.communicate(timeout=30)
        assert (process.returncode, out, complaints) == (0, "", "")
        assert waiting.recv(100).startswith(b"HTTP/1.1 409")
        assert settling.recv(100).startswith(b"HTTP/1.1 200")
        assert hanging.recv(100) == b""
        assert late.recv(100).startswith(b"HTTP/1.1 415")


def test_a_second_signal() -> None:
    """Whoever asks twice gets the same end."""
    with program() as (_, process):
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=30) == ("", "")
        assert process.returncode == 0


def test_the_keys_of_the_program() -> None:
    """It knows the keys that it was given, and no other."""
    with program("--api-key", "one-key", "--api-key", "other-key") as (url, process):
        for key, status in (("one-key", 200), ("other-key", 200), (TEST_KEY, 401)):
            with Plane(url, key) as plane:
                assert plane.api("GET", "/api/campaigns/").status_code == status
        process.terminate()
        assert process.communicate(timeout=30) == ("", "")


def test_a_port_that_is_taken() -> None:
    """It says so, and what to do."""
    with listen("127.0.0.1", 0) as taken:
        done = CliRunner().invoke(main, ["serve", "--port", str(taken.getsockname()[1])])
    assert done.exit_code == 1
    assert "Try --port 0" in done.output


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_addresses_of_version_6() -> None:
    """An IPv6 address is written in brackets, and answers."""
    try:
        listen("::1", 0).close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with served("::1") as url, Plane(url) as plane:
        assert url.startswith("http://[::1]:")
        assert plane.survey().status_code == 200
        own = {"origin": url, "host": url.removeprefix("http://")}
        assert plane.send("POST", "/reset", headers=own).status_code == 200


def test_a_server_in_a_thread() -> None:
    """With keys, a seed and a token, for as long as it is needed."""
    seed = {"contacts": [{"email": "a@b.co"}]}
    with serve(("a-key",), seed, "t") as url, Plane(url, "a-key", authorization="Bearer t") as plane:
        assert plane.call("GET", "/contacts")["count"] == 1
        assert plane.api("GET", "/api/contacts/").json()["count"] == 1
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_tls(issued: Issued) -> None:
    """It speaks TLS with a certificate, and says so in links."""
    with served(certificate=issued.files) as url, httpx.Client(base_url=url, verify=issued.trust) as client:
        assert url.startswith("https://")
        assert client.get("/__mock__/ready").json()["status"] == "ready"
        client.patch("/__mock__/settings", json={"page_size": 1})
        for email in ("a@b.co", "c@d.co"):
            client.post("/api/contacts/", json={"email": email}, headers=TOKEN)
        assert client.get("/api/contacts/", headers=TOKEN).json()["next"].startswith("https://127.0.0.1:")


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        # Python's TLS takes a reset for an end, so that both errors are possible.
        ("reset", (httpx.ReadError, httpx.RemoteProtocolError)),
        ("answer_lost", (httpx.ReadError, httpx.RemoteProtocolError)),
        ("empty_reply", httpx.RemoteProtocolError),
        ("garbage", httpx.RemoteProtocolError),
        ("timeout", httpx.ReadTimeout),
    ],
)
def test_faults_over_tls(issued: Issued, kind: str, error: Any) -> None:
    """The same as over a plain connection."""
    with served(certificate=issued.files) as url, httpx.Client(base_url=url, verify=issued.trust) as client:
        client.post("/__mock__/faults", json={"effect": {"kind": kind}, "times": 1})
        with pytest.raises(error):
            client.get("/api/campaigns/", headers=TOKEN, timeout=0.1 if kind == "timeout" else 20)
        assert client.get("/api/campaigns/", headers=TOKEN).status_code == 200


def test_a_certificate_that_is_none(tmp_path: Path) -> None:
    """The server does not even start."""
    file = tmp_path / "cert.pem"
    file.write_text("nothing")
    with pytest.raises(OSError, match="PEM"):
        server(create_app(), lambda: None, Certificate(str(file)))

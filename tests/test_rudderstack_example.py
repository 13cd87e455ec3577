"""examples/rudderstack/: its files fit together, and its walk-through is true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import yaml
from command_lines import judge
from rudder_server import RudderServer
from rudder_server.workspace import read
from rudderstack_files import EXAMPLE, MOCK, environment, offered, shown_events, text, transformer, workspace
from support import identify, track

from mock_promoter.client import Control

#: Keys of rudder-server's configuration, and environment variables that are none.
KEYS = (
    "BackendConfig.configFromFile",
    "BackendConfig.configJSONPath",
    "Gateway.webPort",
    "Warehouse.mode",
    "enableStats",
    "archival.Enabled",
    "Profiler.enabled",
    "Diagnostics.enableDiagnostics",
    "DestinationDebugger.disableEventDeliveryStatusUploads",
    "SourceDebugger.disableEventUploads",
    "TransformationDebugger.disableTransformationStatusUploads",
    "Router.PROMOTER.jobsBatchTimeout",
    "Router.PROMOTER.noOfJobsToBatchInAWorker",
    "Router.PROMOTER.guaranteeUserEventOrder",
    "Router.PROMOTER.httpTimeout",
    "Router.throttler.PROMOTER.limit",
    "Router.throttler.PROMOTER.timeWindow",
)
OFFERED = ("Router.PROMOTER.transformerProxy", "Router.PROMOTER.retryTimeWindow")
VARIABLES = {"DEST_TRANSFORM_URL", "INSTANCE_ID", "LOG_LEVEL", "RUDDER_TMPDIR"} | {
    f"JOBS_DB_{name}" for name in ("HOST", "PORT", "USER", "PASSWORD", "DB_NAME", "SSL_MODE")
}
MODES: dict[str, dict[str, Any]] = {
    "router": {},
    "processor": {"transform_at": "processor"},
    "proxy": {"proxy": True},
    "processor and proxy": {"transform_at": "processor", "proxy": True},
}


def variable(key: str) -> str:
    """Return the environment variable of a key of rudder-server's configuration."""
    return "RSERVER_" + re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).replace(".", "_").upper()


def compose() -> Any:
    """Return compose.yaml."""
    return yaml.safe_load(text("compose.yaml"))


@contextmanager
def running(mock: str, **options: Any) -> Iterator[RudderServer]:
    """Run the stand-in for rudder-server with the example's files, our transformer and the mock."""
    batch = int(environment()["RSERVER_ROUTER_PROMOTER_NO_OF_JOBS_TO_BATCH_IN_AWORKER"])
    given = {"batch": batch, "order": False} | options
    with transformer("--stateless") as url, RudderServer(url, workspace(mock), **given) as server:
        server.start()
        yield server
        assert (server.lost, server.breaches) == ([], [])


def journal(mock: str) -> list[tuple[int | None, str, str]]:
    """Return what reached the mock."""
    with Control(mock) as promoter:
        return sorted((row["status"], row["method"], row["path"]) for row in promoter.requests())


def states(server: RudderServer) -> list[str]:
    """Return the state of each job."""
    return [job.state for job in server.jobs]


@pytest.mark.parametrize("compacted", [True, False], ids=["compacted", "plain"])
@pytest.mark.parametrize("mode", MODES)
def test_the_walk_through(mock: str, mode: str, compacted: bool) -> None:
    """What README.md sends becomes what it shows, in each mode: a contact, a survey, an order."""
    with running(mock, compacted=compacted, **MODES[mode]) as server:
        for event in shown_events():
            server.ingest(event, write_key="shop-key")
        server.run(timedelta(minutes=1))
        assert states(server) == ["succeeded"] * 3
        assert server.failed_at_processor == []
        expected = {"/v0/destinations/promoter" if "transform_at" in MODES[mode] else "/routerTransform"}
        proxy = {"/v1/destinations/promoter/proxy"} if "proxy" in MODES[mode] else set()
        assert set(server.calls) == expected | proxy | {"/features"}
    shown = re.findall(r"^ +\d+  \S+Z +(\d+)  (\w+) +(\S+)$", text("README.md"), re.MULTILINE)
    assert journal(mock) == sorted((int(status), method, path) for status, method, path in shown)
    with Control(mock) as promoter:
        (contact,), (survey,), (order,) = promoter.contacts(), promoter.surveys(), promoter.custom_events()
        assert (contact["email"], contact["attributes"]["plan"]) == ("ted@example.com", "team")
        assert survey["attributes"] == {"event": "Friend Invited", "invites": 3}
        assert order["event"]["properties"]["order_id"] == "o-1"


@pytest.mark.parametrize(("proxy", "state"), [(False, "aborted"), (True, "filtered")])
def test_a_second_survey(mock: str, proxy: bool, state: str) -> None:
    """Who may not be surveyed now is an aborted job, and with the proxy one that is done; README.md says so."""
    contact, invited, _ = shown_events()
    with running(mock, proxy=proxy) as server:
        for event in (contact, invited, {**invited, "messageId": "walk-4"}):
            server.ingest(event)
        server.run(timedelta(minutes=1))
        assert states(server) == ["succeeded", "succeeded", state]


def test_the_track_comes_first(mock: str) -> None:
    """It is tried again after 10 seconds, and holds nobody back."""
    contact, invited, _ = shown_events()
    with running(mock) as server:
        server.ingest(invited)
        server.run(timedelta(seconds=1))
        assert states(server) == ["failed"]
        assert "[promoter.contact_unknown]" in server.jobs[0].error_response
        server.ingest(contact)
        server.run(timedelta(seconds=10))
        assert states(server) == ["succeeded"] * 2


def test_why_the_order_is_not_guaranteed(mock: str) -> None:
    """With rudder-server's own setting the track would hold back the identify that it waits for, for three hours."""
    contact, invited, _ = shown_events()
    with running(mock, order=True) as server:
        server.ingest(invited)
        server.run(timedelta(seconds=1))
        server.ingest(contact)
        server.run(timedelta(minutes=175))
        assert states(server) == ["failed", "waiting"]
        server.run(timedelta(minutes=10))
        assert states(server) == ["aborted", "succeeded"]
    assert environment()[variable("Router.PROMOTER.guaranteeUserEventOrder")] == "false"


def test_in_one_batch_the_identify_is_found(mock: str) -> None:
    """Behind its track in one request, even where rudder-server keeps the order."""
    contact, invited, _ = shown_events()
    with running(mock, order=True) as server:
        server.ingest(invited)
        server.ingest(contact)
        server.run(timedelta(seconds=1))
        assert states(server) == ["succeeded"] * 2


def test_what_is_not_for_promoter(mock: str) -> None:
    """A page is filtered before it is transformed, and an identify without e-mail is aborted: Promoter hears of neither."""
    with running(mock) as server:
        server.ingest(track(type="page"))
        server.ingest(identify(traits={}))
        server.run(timedelta(minutes=1))
        assert len(server.filtered_at_processor) == 1
        assert states(server) == ["aborted"]
    assert journal(mock) == []


def test_the_workspace() -> None:
    """It is one source with one destination in router mode, which goes by the name that Segment's had."""
    (source,) = read(workspace(), {})
    (destination,) = source.destinations
    assert (source.key, destination.path, destination.transform_at) == ("shop-key", "promoter", "router")
    assert destination.display == "Promoter.io"
    assert destination.wire["Config"]["baseUrl"] == MOCK


def test_the_environment() -> None:
    """Each line is a key that rudder-server knows, and none is missing."""
    assert set(environment()) == VARIABLES | set(map(variable, KEYS))
    assert set(offered()) == set(map(variable, OFFERED))
    assert all(value == value.strip() and "#" not in value for value in environment().values())


def test_each_block_of_the_environment_is_explained() -> None:
    """Blocks but for the plainest begin with a comment."""
    blocks = text("rudder.env").strip().split("\n\n")
    assert [block.partition("=")[0] for block in blocks if not block.startswith("# ")] == ["RSERVER_GATEWAY_WEB_PORT"]


def test_the_environment_fits_the_rest() -> None:
    """Names, ports, paths and passwords are those of compose.yaml."""
    services, set_to = compose()["services"], environment()
    postgres = services["postgres"]["environment"]
    assert set_to["JOBS_DB_HOST"] in services
    assert set_to["JOBS_DB_USER"] == postgres["POSTGRES_USER"]
    assert set_to["JOBS_DB_PASSWORD"] == postgres["POSTGRES_PASSWORD"]
    assert set_to["JOBS_DB_DB_NAME"] == postgres["POSTGRES_DB"]
    options = judge(services["transformer"]["command"]).params
    assert set_to["DEST_TRANSFORM_URL"] == f"http://transformer:{options['port']}"
    assert f"127.0.0.1:{options['port']}/health" in services["transformer"]["healthcheck"]["test"][-1]
    (mounted,) = services["rudder-server"]["volumes"]
    assert mounted.split(":")[1] == set_to["RSERVER_BACKEND_CONFIG_CONFIG_JSONPATH"]
    assert services["rudder-server"]["ports"] == [f"127.0.0.1:8080:{set_to['RSERVER_GATEWAY_WEB_PORT']}"]
    assert MOCK.partition("//")[2].partition(":")[0] in services


def test_compose() -> None:
    """What it builds, mounts and waits for is there; nothing listens beyond this machine; ours has time to stop."""
    found = compose()
    services = found["services"]
    for service in services.values():
        if build := service.get("build"):
            assert (EXAMPLE / build["context"] / build["dockerfile"]).is_file()
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert (EXAMPLE / source).is_file() if source.startswith(".") else source in found["volumes"]
        for name, wanted in service.get("depends_on", {}).items():
            assert wanted == {"condition": "service_healthy"}
            assert "healthcheck" in services[name]
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    ours = services["transformer"]
    assert judge(ours["command"]).params["grace"] < int(ours["stop_grace_period"].removesuffix("s"))
    assert "ports" not in ours


def test_the_commands() -> None:
    """Each command of ours that README.md shows is taken as it stands, and each file that it names is there."""
    page = text("README.md")
    shown = re.findall(r"^\$ event-router (.+)$", page, re.MULTILINE)
    replicas = yaml.safe_load(page.split("```yaml\n")[1].split("```")[0])["command"]
    assert judge(replicas).params["stateless"] is False
    assert [judge(line.split()).params["stateless"] for line in shown] == [True]
    for row in re.findall(r"^\| (`.+`) \|", page, re.MULTILINE):
        assert all((EXAMPLE / name).exists() for name in re.findall(r"`([^`]+)`", row)), row
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page):
        assert (EXAMPLE / target).exists(), target
    for target in re.findall(r"compose -f (\S+)", page):
        assert (EXAMPLE.parent.parent / target).is_file()

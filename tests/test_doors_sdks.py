"""Real SDKs, unchanged, against the doors on a real port: what they send is taken, and what is refused they drop."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from door import KEY, Doors, served

from event_router.doors.store import Unavailable

Send: TypeAlias = Callable[..., list[str]]

_NODE = Path(__file__).parent / "node"
_SECONDS = 60
_TRAITS = {"email": "ted@mosbiusdesigns.com", "firstName": "Ted"}
#: What every SDK is told: the method of a Python client, and its arguments.
_STORY: tuple[tuple[str, dict[str, Any]], ...] = (
    ("identify", {"user_id": "1", "traits": _TRAITS}),
    ("track", {"user_id": "1", "event": "Friend Invited", "properties": {"n": 50, "who": "Zoë"}}),
    ("page", {"user_id": "1", "name": "Home"}),
    ("screen", {"user_id": "1", "name": "Home"}),
    ("group", {"user_id": "1", "group_id": "g", "traits": {"plan": "Pro"}}),
    ("alias", {"previous_id": "0", "user_id": "1"}),
)
_CAMEL = {"user_id": "userId", "group_id": "groupId", "previous_id": "previousId"}


def python(module: str) -> Send:
    """Return what sends the story with an SDK for Python, and returns its errors."""

    def send(url: str, key: str = KEY, **options: Any) -> list[str]:
        errors: list[str] = []
        client = import_module(module).Client(
            key,
            host=url,
            upload_interval=0.05,
            max_retries=2,
            on_error=lambda error, _: errors.append(str(error)),
            **options,
        )
        for method, arguments in _STORY:
            getattr(client, method)(**arguments)
        client.shutdown()
        return errors

    return send


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the script for Node.js with its SDK; without Node.js its tests are skipped, but not in CI."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        assert "CI" not in os.environ, "node and npm are not installed"
        pytest.skip("node and npm are not installed")
    if (_NODE / "node_modules").is_dir():
        return _NODE
    folder = tmp_path_factory.mktemp("node") / "sdk"
    shutil.copytree(_NODE, folder)
    options = ("--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
    subprocess.run(["npm", "ci", *options], cwd=folder, check=True, capture_output=True, timeout=5 * _SECONDS)
    return folder


@pytest.fixture
def javascript(node: Path) -> Send:
    """Return what sends the story with the SDK for Node.js."""
    story = [[method, {_CAMEL.get(name, name): value for name, value in said.items()}] for method, said in _STORY]

    def send(url: str, key: str = KEY) -> list[str]:
        command = ["node", str(node / "send.mjs"), json.dumps(story), url, key]
        done = subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)
        errors: list[str] = json.loads(done.stdout)["errors"]
        return errors

    return send


@pytest.fixture(params=["segment.analytics.client", "rudderstack.analytics.client", "node"])
def sdk(request: pytest.FixtureRequest) -> Send:
    """Return what sends the story with each SDK in turn."""
    if request.param == "node":
        send: Send = request.getfixturevalue("javascript")
        return send
    return python(request.param)


@pytest.fixture
def doors() -> Iterator[tuple[Doors, str]]:
    """Return the doors and their address."""
    behind = Doors()
    with served(behind.app) as url:
        yield behind, url


def holds(doors: Doors) -> bool:
    """Return whether the whole story was taken, each event once."""
    events = {event["type"]: event for event in doors.store.events}
    assert len(doors.store.events) == len(events) == len(_STORY)
    assert {name: events["identify"]["traits"][name] for name in _TRAITS} == _TRAITS
    assert events["track"]["properties"] == {"n": 50, "who": "Zoë"}
    assert (events["group"]["groupId"], events["alias"]["previousId"]) == ("g", "0")
    return all(event["userId"] == "1" and event["receivedAt"] for event in events.values())


def test_the_story(sdk: Send, doors: tuple[Doors, str]) -> None:
    """All six calls arrive, once, and the SDK is content."""
    behind, url = doors
    assert sdk(url) == []
    assert holds(behind)


@pytest.mark.parametrize("module", ["segment.analytics.client", "rudderstack.analytics.client"])
@pytest.mark.parametrize("gzip", [True, False])
def test_compression(module: str, gzip: bool, doors: tuple[Doors, str]) -> None:
    """Both SDKs for Python can compress, and need not."""
    behind, url = doors
    assert python(module)(url, gzip=gzip) == []
    assert holds(behind)


def test_a_wrong_key(sdk: Send, doors: tuple[Doors, str]) -> None:
    """Nothing is taken, and each SDK reports it."""
    behind, url = doors
    (error,) = {error.partition(" (")[0] for error in sdk(url, "wrong")}
    assert error
    assert behind.store.calls == 0


def test_rudder_does_not_repeat_what_was_refused() -> None:
    """Its errors need code and message: without them it would repeat even a 401."""
    asked: list[int] = []
    behind = Doors()
    app = behind.app

    async def counting(scope: Any, receive: Any, send: Any) -> None:
        async def note(message: Any) -> None:
            asked.extend([message["status"]] if "status" in message else [])
            await send(message)

        await app(scope, receive, note)

    with served(counting) as url:
        errors = python("rudderstack.analytics.client")(url, "wrong")
    assert errors
    assert set(asked) == {401}
    assert len(asked) == len(errors)
    assert all("door.unknown_key" in error for error in errors)


def test_what_could_not_be_stored_comes_again(sdk: Send, doors: tuple[Doors, str]) -> None:
    """After a 503 every SDK sends the same events once more, and none is doubled or lost."""
    behind, url = doors
    behind.store.failures = [Unavailable("engine.away", "NATS cannot be reached.", 0)]
    assert sdk(url) == []
    assert holds(behind)

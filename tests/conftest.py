"""Fixtures: a mock Promoter.io on a real port, fresh for each test; a Chromium to look at its page with; a rudder-server."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import httpx
import pytest
from browser import chromium, missing, see, window
from hypothesis import HealthCheck, settings
from nats_servers import server
from rudder_server import RudderServer
from rudder_server.fake_transformer import Fake
from rudder_server.fake_transformer import serve as serve_transformer
from rudder_server.scripts import playing

from mock_promoter.auth import TEST_KEY
from mock_promoter.serving import serve

if TYPE_CHECKING:
    from gallery.servers import Gallery
    from playwright.sync_api import Browser, Page

pytest_plugins = ["pytester"]

settings.register_profile(
    "project",
    deadline=None,
    database=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)
settings.load_profile("project")


@pytest.fixture(scope="session")
def _served() -> Iterator[str]:
    with serve() as url:
        yield url


@pytest.fixture(scope="session")
def _plane(_served: str) -> Iterator[httpx.Client]:
    # One client for all tests: each new one reads the machine's certificates, which takes longer than most tests.
    with httpx.Client(base_url=f"{_served}/__mock__") as client:
        yield client


@pytest.fixture
def mock(_served: str, _plane: httpx.Client) -> str:
    """Return the address of a mock Promoter.io that holds nothing yet."""
    _plane.put("/seed", json={}).raise_for_status()
    _plane.post("/reset").raise_for_status()
    return _served


@pytest.fixture(scope="module")
def _servers() -> Iterator[Gallery]:
    from gallery.servers import gallery

    with gallery() as shown:
        yield shown


@pytest.fixture
def shown(_servers: Gallery) -> Iterator[Gallery]:
    """Return a Promoter-compatible server that can be made wrong, with nothing wrong yet."""
    yield _servers
    _servers.mend()


@pytest.fixture(scope="session")
def nats() -> Iterator[str]:
    """Return the URL of a nats-server with JetStream, which all tests of this process share."""
    # The limits of all streams together count, so there is room for those of all tests.
    with server(max_file=1024**4) as handle:
        yield handle.url


@pytest.fixture
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio."""
    return "asyncio"


@pytest.fixture
def ask(mock: str) -> Iterator[Callable[..., httpx.Response]]:
    """Return a function that calls the mock with the right key."""
    with httpx.Client(base_url=mock, headers={"authorization": f"Token {TEST_KEY}"}, verify=False) as client:
        yield lambda method, path, body=None, **options: client.request(method, path, json=body, **options)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a Chromium; without one its tests are skipped, but not where CI would not notice."""
    lacking = missing()
    if lacking is not None:
        assert "CI" not in os.environ, lacking
        pytest.skip(lacking)
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser, mock: str) -> Iterator[Page]:
    """Return the page of a mock that holds nothing yet, in a wide window."""
    with window(browser, mock, viewport={"width": 1400, "height": 800}) as page:
        page.goto(f"{mock}/__mock__/ui")
        see(page.get_by_text("live", exact=True))
        yield page


@pytest.fixture
def fake() -> Iterator[Fake]:
    """Return a transformer and a destination for the stand-in for rudder-server."""
    with serve_transformer() as served:
        yield served


@pytest.fixture
def play(fake: Fake) -> Iterator[Callable[..., RudderServer]]:
    """Return a function that starts a stand-in for rudder-server, gives it events and lets it run."""
    with playing(fake) as play:
        yield play

"""Fixtures: a mock Promoter.io on a real port, fresh for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest
from hypothesis import HealthCheck, settings

from mock_promoter.app import TEST_KEY
from mock_promoter.serving import serve

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


@pytest.fixture
def mock(_served: str) -> str:
    """Return the address of a mock Promoter.io that holds nothing yet."""
    httpx.post(f"{_served}/__mock__/reset").raise_for_status()
    return _served


@pytest.fixture
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio."""
    return "asyncio"


@pytest.fixture
def ask(mock: str) -> Iterator[Callable[..., httpx.Response]]:
    """Return a function that calls the mock with the right key."""
    with httpx.Client(base_url=mock, headers={"authorization": f"Token {TEST_KEY}"}) as client:
        yield lambda method, path, body=None, **options: client.request(method, path, json=body, **options)

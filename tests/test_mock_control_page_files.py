"""The page's files: served with their types, and a policy that lets them talk to this server only."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

import mock_promoter
from mock_promoter.control.page import _FOLDER, _KINDS
from mock_promoter.documents import EVENTS


@pytest.fixture
def client(mock: str) -> httpx.Client:
    """Return a client of the page."""
    return httpx.Client(base_url=f"{mock}/__mock__", verify=False)


def test_the_page(client: httpx.Client) -> None:
    """One document, without anything from elsewhere."""
    with client:
        answer = client.get("/ui")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.text == (Path(mock_promoter.__file__).parent / "page" / "index.html").read_text()
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_every_file_is_served(client: httpx.Client) -> None:
    """Each with the type that a browser wants of it."""
    files = [path for path in _FOLDER.iterdir() if path.suffix in _KINDS]
    assert {".html", ".css", ".js"} <= {path.suffix for path in files}
    with client:
        for path in files:
            answer = client.get(f"/ui/{path.name}")
            assert answer.content == path.read_bytes()
            assert answer.headers["content-type"].partition(";")[0] == _KINDS[path.suffix]
            assert answer.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["nope.js", "page.py", "..%2f__init__.py", "%2e%2e%2f%2e%2e%2fserver.py", "", "%00"])
def test_other_files_are_not(client: httpx.Client, name: str) -> None:
    """Only files of the page's own folder and kinds are there."""
    with client:
        assert client.get(f"/ui/{name}").status_code == 404


def test_the_page_offers_every_event() -> None:
    """The events that its form offers are those that webhooks can be told of, in the same order."""
    script = (Path(mock_promoter.__file__).parent / "page" / "subscriptions.js").read_text("utf-8")
    offered = script.partition("const EVENTS = [")[2].partition("]")[0]
    assert tuple(re.findall(r'"([a-z_.]+)"', offered)) == EVENTS

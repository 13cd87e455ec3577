"""The pytest plugin: fixture ``promoter``, a mock Promoter.io with an account of the test's own.

The server starts once a session, in a thread on a free port, for the first test that asks for it. Where a test fails,
the report has the journal of what it sent. Unused, the plugin costs the import of this module.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mock_promoter.client import Control

_LONGEST = 300


@pytest.fixture(scope="session")
def promoter_server() -> Iterator[str]:
    """The address of a mock Promoter.io that runs as long as the session."""
    from mock_promoter.serving import serve

    with serve() as url:
        yield url


@pytest.fixture
def promoter(promoter_server: str, request: pytest.FixtureRequest) -> Iterator[Control]:
    """A mock Promoter.io: ``url``, ``api_key``, ``segment_url``, and the control plane of an account of its own."""
    from mock_promoter.client import Control

    with Control(promoter_server) as server, server.new_account() as account:
        request.node.stash[_KEY] = account
        yield account
        account.remove_account()


_KEY = pytest.StashKey["Control"]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the journal to the report of a test that failed."""
    report = yield
    if report.when == "call" and report.failed and _KEY in item.stash:
        report.sections.append(("Promoter.io journal", journal(item.stash[_KEY])))
    return report


def journal(control: Control) -> str:
    """Return an account's requests, a line or two each."""
    lines: list[str] = []
    for one in control.requests():
        query = f"?{one['query']}" if one["query"] else ""
        lines.append(f"{one['id']}. {one['method']} {one['path']}{query} → {one['status']} {_short(one['response'])}")
        lines += [f"   sent: {_short(one['body'])}"] if one["body"] is not None else []
        lines += [f"   note: {note}" for note in one["notes"]]
        lines += [f"   schema: {error['path']} {error['message']}" for error in one["schema_errors"]]
    return "\n".join(lines) or "No request came with this test's API key. See promoter.api_key."


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"

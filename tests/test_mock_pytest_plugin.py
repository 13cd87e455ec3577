"""The pytest plugin, as its users have it: in a pytest of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mock_promoter.client import Control

pytest_plugins = ["pytester"]

_USERS = """
import httpx

def survey(promoter, email):
    headers = {"authorization": f"Token {promoter.api_key}"}
    body = {"campaign_id": 1, "contact": {"email": email}}
    return httpx.post(f"{promoter.url}/api/v2/survey/?a=b", json=body, headers=headers)
"""


def test_each_test_has_an_account(promoter: Control, promoter_server: str) -> None:
    """The fixture is a client of an account of its own, on the session's server."""
    assert promoter.url == promoter_server
    assert promoter.contacts() == []
    assert promoter.account != "default"


def test_the_journal_is_printed_for_tests_that_fail(pytester: pytest.Pytester) -> None:
    """Two tests, two accounts, one server; the one that fails tells what it sent, what came back, and why."""
    pytester.makepyfile(
        _USERS
        + """
def test_good(promoter):
    assert survey(promoter, "kate@mac.com").status_code == 200
    promoter.verify(1, method="POST")

def test_bad(promoter):
    survey(promoter, "kate@mac.com")
    survey(promoter, "kate@mac.com")
    survey(promoter, "x" * 400)
    promoter.verify(method="DELETE")

def test_silent(promoter):
    assert promoter.requests()

def test_without():
    assert False
"""
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov")
    result.assert_outcomes(passed=1, failed=3)
    result.stdout.fnmatch_lines(
        [
            "*Promoter.io journal*",
            "*POST /api/v2/survey/?a=b → 200 *",
            "*sent: *kate@mac.com*",
            "*→ 400 *not eligible*",
            "*note: not eligible: the contact was surveyed within 24 hours*",
            "*schema: $.contact.email*",
            "*Promoter.io journal*",
            "No request came with this test's API key. See promoter.api_key.",
        ]
    )
    result.stdout.no_fnmatch_line("*Token ???*")


def test_it_costs_nothing_when_unused() -> None:
    """Importing the plugin imports neither a server nor a client."""
    code = (
        "import sys, mock_promoter.pytest_plugin;"
        "print({'starlette', 'httpx', 'uvicorn', 'orjson', 'jsonschema_rs', 'yaml'} & set(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"

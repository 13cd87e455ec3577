"""HTTP as all families speak it."""

from __future__ import annotations

import httpx
import pytest

from contract_tests.wire import basic, client, object_of


def test_a_key_as_basic_user() -> None:
    """Without a password; the colon belongs to it."""
    sent = next(httpx.BasicAuth("a-key", "").auth_flow(httpx.Request("GET", "http://127.0.0.1")))
    assert sent.headers["authorization"] == basic("a-key")


@pytest.mark.parametrize(
    ("text", "found"), [('{"a": 1}', {"a": 1}), ("[1]", {}), ("null", {}), ("<html>", {}), ("", {})]
)
def test_what_is_no_object_has_nothing_in_it(text: str, found: dict[str, int]) -> None:
    """Whatever a server answers can be asked for a member."""
    assert object_of(httpx.Response(200, text=text)) == found
    assert object_of(None) == {}


def test_what_the_server_says_is_what_comes() -> None:
    """No redirect is followed."""
    with client("http://127.0.0.1:9") as http:
        assert not http.follow_redirects
        assert not http.trust_env

"""Origins: a destination's key goes to the servers that its settings name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import info, plugin, promoter

from event_router.api import DestinationInfo, Request
from event_router.destination import Destination, configure
from event_router.plugins import load_object
from event_router.rudder.origins import belongs, origin

_SETTINGS = {
    "type": "object",
    "properties": {"hook": {"type": "string", "writeOnly": True}, "mirrors": {"type": "object"}, "name": {}},
}


def anything(**values: Any) -> Destination:
    """Return a destination whose settings may hold addresses anywhere."""

    def destination_info() -> DestinationInfo:
        return info(settings_schema=_SETTINGS)

    return configure("any", load_object("any", plugin(destination_info=destination_info)), values)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://app.promoter.io", ("https", "app.promoter.io", 443)),
        ("HTTP://App.Promoter.io/api/?x=1", ("http", "app.promoter.io", 80)),
        ("http://127.0.0.1:8080/api/", ("http", "127.0.0.1", 8080)),
        ("http://[::1]:9/", ("http", "[::1]", 9)),
        ("https://user:word@host.example#top", ("https", "host.example", 443)),
    ],
)
def test_origins(url: str, found: tuple[str, str, int]) -> None:
    """Scheme, host in small letters, and the port, which may go without saying."""
    assert origin(url) == found


@pytest.mark.parametrize(
    "url",
    [
        "",
        "app.promoter.io",
        "ftp://app.promoter.io/",
        "https://",
        "https:///api",
        "https://evil.example\\@app.promoter.io/",
        "https://a@evil.example@app.promoter.io/",
        "https://app.promoter.io:443@evil.example:x/",
        "https://app.promoter.io:/",
        "https://app.promoter.io:123456/",
        "https://evil.example%2f.app.promoter.io/",
        "https://app.promoter.io\n.evil.example/",
        " https://app.promoter.io/",
    ],
)
def test_ambiguous_addresses_have_no_origin(url: str) -> None:
    """What parsers of addresses could read in different ways is on no server at all."""
    assert origin(url) is None


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://app.promoter.io/api/contacts/", True),
        ("https://app.promoter.io:443/elsewhere", True),
        ("https://segment.promoter.io/api/segment/", True),
        ("http://app.promoter.io/api/contacts/", False),
        ("https://app.promoter.io:8443/api/contacts/", False),
        ("https://app.promoter.io.evil.example/", False),
        ("https://app.promoter.io@evil.example/", False),
        ("nonsense", False),
    ],
)
def test_the_servers_of_the_settings(url: str, allowed: bool) -> None:
    """Scheme, host and port are those of one of the addresses in the settings."""
    assert belongs(promoter(), url) is allowed


def test_addresses_anywhere_in_the_settings_count() -> None:
    """Secret ones, nested ones and those in lists."""
    destination = anything(hook="https://hook.example/s3cret", mirrors={"eu": ["https://eu.example"], "n": 1})
    assert belongs(destination, "https://hook.example/other")
    assert belongs(destination, "https://eu.example/x")
    assert not belongs(destination, "https://us.example/x")


def checked(check: Callable[..., Any], **values: Any) -> Destination:
    """Return a destination whose plugin proves its credentials somewhere."""
    return configure("any", load_object("any", plugin(connection_check=check)), values)


def test_where_credentials_are_proved_counts() -> None:
    """The plugin's own server is known by the request that checks its credentials, beside those of the settings."""

    def connection_check() -> Request:
        return Request("check", "GET", "https://api.example/me")

    destination = checked(connection_check, url="http://x")
    assert belongs(destination, "https://api.example/contacts")
    assert belongs(destination, "http://x/contact")
    assert not belongs(destination, "https://evil.example/contacts")


def test_a_check_that_fails() -> None:
    """Whatever the plugin raises: its settings alone say where requests may go."""

    def connection_check() -> Request:
        raise ZeroDivisionError

    destination = checked(connection_check, url="http://x")
    assert belongs(destination, "http://x/contact")
    assert not belongs(destination, "https://evil.example/contacts")


def test_without_addresses_everything_goes() -> None:
    """Where the settings name no server, the plugin alone knows where requests go."""
    assert belongs(anything(name="no address"), "https://anywhere.example/")


def test_unreadable_addresses_allow_nothing() -> None:
    """An address in the settings that has no origin is no leave to send anywhere."""
    destination = anything(name="https://evil.example\\@good.example/")
    assert not belongs(destination, "https://good.example/")
    assert not belongs(destination, "https://evil.example\\@good.example/")


@given(st.text(alphabet="htps:/.@\\#?[]%a1 \n", max_size=20), st.sampled_from(["", "https://", "http://h"]))
def test_the_host_is_where_it_ends(tail: str, head: str) -> None:
    """Of whatever has an origin, the part up to the path ends with its host and port."""
    found = origin(head + tail)
    if found is not None:
        authority = (head + tail).split("//", 1)[1].replace("?", "/").replace("#", "/").split("/")[0].lower()
        assert authority.removesuffix(f":{found.port}").endswith(found.host)
        assert authority.count("@") <= 1
        assert "\\" not in authority

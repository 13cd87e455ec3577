"""Write keys, and who counts as a neighbour."""

from __future__ import annotations

from typing import Any

import pytest
from door import KEY, SOURCE, basic
from hypothesis import given
from hypothesis import strategies as st

from event_router.api import Secret
from event_router.doors.answers import DoorError
from event_router.doors.keys import Keyring, basic_user, is_loopback, presented
from event_router.doors.settings import Source

RING = Keyring((SOURCE, Source("büro", Secret("schlüssel"))))


def scope(query: bytes = b"", client: Any = None) -> dict[str, Any]:
    """Return what the doors look at of a request."""
    return {"query_string": query, "client": client}


@given(st.text(min_size=1).filter(lambda key: ":" not in key))
def test_basic(key: str) -> None:
    """The user name is what was sent, whatever its letters."""
    try:
        sent = basic(key)
    except UnicodeEncodeError:
        return
    assert basic_user(sent.encode()) == key
    assert basic_user(sent.replace("Basic", "bAsIc").encode()) == key


@pytest.mark.parametrize(
    "header", [b"", b"Basic", b"Basic !", b"Basic Og==", b"Basic /w==", b"Bearer V1JJVEVfS0VZOg=="]
)
def test_what_is_no_basic(header: bytes) -> None:
    """Another scheme, nonsense and an empty name are no key."""
    assert basic_user(header) is None


def test_where_keys_stand() -> None:
    """The header wins over the address."""
    header = {b"authorization": basic("a").encode()}
    assert presented(scope(b"writeKey=b"), header) == "a"
    assert presented(scope(b"x=1&writeKey=b%20c"), {}) == "b c"
    assert presented(scope(b"x=1"), {}) is None


def test_sources() -> None:
    """Each key is its source's, and no other key is anybody's."""
    assert RING.admit(KEY, scope(), {}) == "shop"
    assert RING.admit("schlüssel", scope(), {}) == "büro"
    for key in (None, "", "WRITE", "write_key", f"{KEY} "):
        with pytest.raises(DoorError, match="No source"):
            RING.admit(key, scope(), {})


def test_early() -> None:
    """What the headers tell is settled before the body is read."""
    assert RING.early(scope(), {}) is None
    assert RING.early(scope(), {b"authorization": basic(KEY).encode()}) == "shop"
    with pytest.raises(DoorError):
        RING.early(scope(b"writeKey=wrong"), {})
    assert Keyring(()).early(scope(), {}) == "-"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("", True),
        ("10.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("localhost.example", False),
    ],
)
def test_neighbours(host: str, expected: bool) -> None:
    """Addresses of this machine, and none that only looks like one."""
    assert is_loopback(host) is expected


def test_a_proxy_is_no_neighbour() -> None:
    """Whoever was forwarded is elsewhere, even if the proxy is here."""
    for name in (b"x-forwarded-for", b"forwarded"):
        with pytest.raises(DoorError, match="own machine"):
            Keyring(()).admit(None, scope(client=("127.0.0.1", 1)), {name: b"127.0.0.1"})

"""Where another transformer is: addresses as they are typed."""

from __future__ import annotations

import pytest

from event_router.rudder.upstream import address

PASSWORD = "tr0ub4dor"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://127.0.0.1:9090", "http://127.0.0.1:9090"),
        ("https://transformer.example/", "https://transformer.example"),
        ("https://transformer.example/a/b//", "https://transformer.example/a/b"),
    ],
)
def test_addresses(text: str, url: str) -> None:
    """Any server's, with a path or without, and without a slash at its end."""
    assert address(text) == (url, None)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:9090",
        "ftp://127.0.0.1",
        "http://",
        "http://:9090",
        "http://[::1",
        "http://127.0.0.1:0",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:x",
        "http://127.0.0.1/?x=1",
        "http://127.0.0.1/#x",
        f"me:{PASSWORD}@127.0.0.1",
        f"http://me:{PASSWORD}@",
    ],
)
def test_addresses_that_are_none(url: str) -> None:
    """They are refused with a sentence, which does not repeat them."""
    with pytest.raises(ValueError, match=r"as in http://127\.0\.0\.1:9090") as caught:
        address(url)
    assert PASSWORD not in str(caught.value)

"""No text of the kit has a secret in it."""

from __future__ import annotations

import pytest

from contract_tests.masking import masked, revealed
from event_router.api import Secret


@pytest.mark.parametrize(
    ("text", "secrets", "shown"),
    [
        ("Token s3cret, s3cret", ["s3cret"], "Token ***, ***"),
        ("s3cret-and-more s3cret", ["s3cret", "s3cret-and-more"], "*** ***"),
        ("nothing of it", ["s3cret"], "nothing of it"),
        ("a, b and c", ["a", "", "abc"], "a, b and c"),
        ("http://me:word@host/a@b, https://host/", [], "http://***@host/a@b, https://host/"),
    ],
)
def test_masked(text: str, secrets: list[str], shown: str) -> None:
    """Each secret is masked wherever it stands, longer ones first; so is what an address logs in with."""
    assert masked(text, secrets) == shown


def test_revealed() -> None:
    """Secrets are found however deep they are in settings."""
    settings = {"key": Secret("one"), "more": [{"token": Secret("two")}, (Secret("three"),)], "url": "four", "n": None}
    assert list(revealed(settings)) == ["one", "two", "three"]
    assert list(revealed(None)) == []

"""Raw: parts of a JSON text, whichever way finds them."""

from __future__ import annotations

import pytest

from event_router.rudder.raw import BadBodyError, elements, members


@pytest.mark.parametrize("poison", [b"1", b'"\\ud800"', b"[" * 5000 + b"]" * 5000, b"12345678901234567890123"])
def test_parts(poison: bytes) -> None:
    """A part that no parser reads is found as well as any other."""
    assert elements(b"[0, %b ,{}]" % poison) == [b"0", poison, b"{}"]
    assert members(b'{"a": %b, "b" :2}' % poison) == {"a": poison, "b": b"2"}


@pytest.mark.parametrize("text", [b"", b"7", b"[", b"{", b'{"a"', b"[1]]"])
def test_none(text: bytes) -> None:
    """What has no parts is refused with a sentence."""
    for find in (elements, members):
        with pytest.raises(BadBodyError, match=r"\.$"):
            find(text)

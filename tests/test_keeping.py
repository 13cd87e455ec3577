"""Keeping: results by the bytes they were made of, within bounds."""

from __future__ import annotations

from event_router.keeping import keeping


def test_made_once() -> None:
    """Equal bytes have one result, up to a length; longer ones are made each time, and the oldest are forgotten."""
    made: list[bytes] = []

    def make(key: bytes) -> list[bytes]:
        made.append(key)
        return [key]

    get = keeping(make, most=1, longest=2)
    assert get(b"ab") is get(bytes(bytearray(b"ab")))
    assert get(b"abc") == get(b"abc") == [b"abc"]
    assert made == [b"ab", b"abc", b"abc"]
    get(b"x")
    get(b"ab")
    assert made[3:] == [b"x", b"ab"]

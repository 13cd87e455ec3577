"""Results kept by the bytes they were made of, within bounds: what is asked for may come from anybody, at any length."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

Value = TypeVar("Value")


def keeping(make: Callable[[bytes], Value], *, most: int, longest: int) -> Callable[[bytes], Value]:
    """Return a function that makes equal bytes into one result, made once.

    >>> decoded = keeping(bytes.decode, most=8, longest=3)
    >>> decoded(b"abc") is decoded(bytes(bytearray(b"abc")))
    True

    Args:
        make: Makes a result; what it raises is raised each time.
        most: Results that are kept.
        longest: Bytes beyond which a result is made each time.
    """
    known = lru_cache(maxsize=most)(make)
    return lambda key: known(key) if len(key) <= longest else make(key)
